"""The folder the course works in: where it is, what may be written there, and how."""

import contextlib
import hashlib
import importlib.machinery
import os
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "websocket_app"
STATE = ROOT / ".course"  # history of saves, progress, log, port: this machine's own, ignored by git
WIDTH = 78  # columns of what is said


class TutorialError(Exception):
    """A sentence for the learner: what happened, where, what to type next. Shown without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return wrapped(str(self)).splitlines()


def wrapped(text: str) -> str:
    """Return sentences in lines that fit; a line that begins with a space is code and stays as it is.

    A place such as "…, line 4:" stays in one piece.
    """
    lines = [line if line.startswith(" ") else line.replace(", line ", ",\0line\0") for line in text.splitlines()]
    fitting = [line if line.startswith(" ") else textwrap.fill(line, WIDTH, break_on_hyphens=False) for line in lines]
    return "\n".join(fitting).replace("\0", " ")


def contents(path: Path) -> bytes | None:
    """Return what a file holds, or None where there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def inside(path: str) -> Path:
    """Return the place in the project that a learner means by `path`; raise TutorialError for any other."""
    if not path:
        raise TutorialError("Which file? Write it behind the magic: %%save websocket_app/websocket.py")
    if len(path.split()) > 1 or "\0" in path:
        raise TutorialError(f"{path!r} is not one path. Write it alone: %%save websocket_app/websocket.py")
    target = Path(os.path.normpath(ROOT / path))
    try:
        within, folder = target.resolve().is_relative_to(PACKAGE), target.is_dir()
    except OSError as error:  # such as a name that is too long
        raise TutorialError(
            f"{path[: WIDTH // 2]}… cannot be the name of a file ({error.strerror or error}). Nothing was written."
        ) from None
    if not within:
        raise TutorialError(f"{path} is outside websocket_app/, and %%save writes only there. Nothing was written.")
    if folder or path.endswith(("/", os.sep)):
        raise TutorialError(f"{path} is a folder. Name the file in it: %%save {path.rstrip('/')}/websocket.py")
    return target


def relative(path: Path) -> str:
    """Return a path as the learner writes it, from where manage.py stands."""
    return path.relative_to(ROOT).as_posix()


def make(folder: Path) -> None:
    """Make a folder where there is none; raise TutorialError with the reason it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TutorialError(
            f"The folder {relative(folder)} could not be made ({error.strerror or error}). "
            "Make the course's folder writable, or move away what stands there, then run this cell again."
        ) from None


def write(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write a file whole or not at all; raise TutorialError with the reason, the old file intact."""
    make(path.parent)
    make(STATE)
    temporary = None
    try:
        # Not beside it: a process killed here leaves its half in the state folder, which git ignores.
        handle, temporary = tempfile.mkstemp(dir=STATE, prefix=f"{path.name}-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, mode or (path.stat().st_mode if path.exists() else 0o666 & ~umask()))
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        if temporary is not None:
            os.unlink(temporary)
    drop_bytecode(path)


def remove(path: Path) -> None:
    """Delete a file; raise TutorialError with the reason, the file intact."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None
    drop_bytecode(path)
    with contextlib.suppress(OSError):  # a folder with something in it stays, and so do those around it
        for folder in (path.parent / "__pycache__", *path.parents):
            if folder == PACKAGE:
                break
            if folder.exists():
                folder.rmdir()


def unwritable(path: Path, error: OSError) -> TutorialError:
    """Return what to tell the learner when a file cannot be changed."""
    return TutorialError(
        f"{relative(path)} could not be written ({error.strerror or error}). What was there is untouched. "
        "Free some space or make the folder writable, then run this cell again."
    )


def umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def drop_bytecode(path: Path) -> None:
    """Delete a module's cached bytecode: it passes for fresh when whole seconds and size agree."""
    for cached in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        cached.unlink(missing_ok=True)


def sources() -> list[Path]:
    """Return every file of the project that a server reads."""
    found = (path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".html"})
    # JupyterLab's editor keeps copies in hidden folders.
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(PACKAGE).parts))


def fingerprint() -> str:
    """Return a digest of the project's code; file times are left out, for clocks can jump."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path}\0".encode() + (contents(path) or b"") + b"\0")
    return digest.hexdigest()


def forget_modules() -> None:
    """Make the next import of the project's modules in this kernel read the files again."""
    for name in list(sys.modules):
        if name.startswith("websocket_app.") and not name.endswith((".settings", ".secret_key", ".models")):
            del sys.modules[name]
    importlib.invalidate_caches()


class Source(importlib.machinery.SourceFileLoader):
    """Loads a module from its source, whatever bytecode lies beside it."""

    def get_code(self, fullname: str):
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def read_from_source(folder: Path) -> None:
    """Import the project's modules from source in this process, never from bytecode."""
    places = {str(folder), str(folder / "websocket_app")}

    def hook(path: str):
        if path not in places and not path.startswith(str(folder / "websocket_app") + os.sep):
            raise ImportError(path)
        return importlib.machinery.FileFinder(path, (Source, importlib.machinery.SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
