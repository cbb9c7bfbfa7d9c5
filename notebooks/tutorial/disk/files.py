"""Files, written whole or not at all."""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .modules import drop_bytecode
from .project import PACKAGE, STATE, TutorialError, no_link, relative, sources

HELD = 2.0  # seconds that an editor or a virus scanner may hold a file on Windows
PATH = 259  # characters of a path that Windows takes


def contents(path: Path) -> bytes | None:
    """Return what a file holds, or None where there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def stored(path: Path, form: dict) -> dict:
    """Return what a small file of ours holds; an empty dict where that is not of the same `form`."""
    try:
        known = json.loads(contents(path) or b"{}")
    except ValueError:
        return {}
    sound = isinstance(known, dict) and all(type(known.get(key, old)) is type(old) for key, old in form.items())
    return known if sound else {}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
    no_link(path)
    make(path.parent)
    make(STATE)
    temporary = None
    try:
        # Not beside it: a process killed here leaves its half in the state folder, which git ignores.
        handle, temporary = tempfile.mkstemp(dir=STATE, prefix="write-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, mode or (path.stat().st_mode if path.exists() else 0o666 & ~umask()))
        patiently(os.replace, temporary, path)
        temporary = None
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        if temporary is not None:
            os.unlink(temporary)
    drop_bytecode(path)


def remove(path: Path) -> None:
    """Delete a file; raise TutorialError with the reason, the file intact."""
    no_link(path)
    try:
        patiently(os.unlink, path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(path, error) from None
    drop_bytecode(path)
    with contextlib.suppress(OSError):  # a folder with something in it stays, and so do those around it
        for folder in (path.parent / "__pycache__", *path.parents):
            if folder == PACKAGE:
                break
            if folder.exists():
                folder.rmdir()


def patiently(work: Callable, *paths: object) -> None:
    """Call `work(*paths)`, again for HELD seconds while Windows says that another program holds the file."""
    deadline = time.monotonic() + HELD
    while True:
        try:
            return work(*paths)
        except PermissionError as error:
            if not getattr(error, "winerror", None) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def unwritable(path: Path, error: OSError) -> TutorialError:
    """Return what to tell the learner when a file cannot be changed."""
    advice = "Free some space or make the folder writable, then run this cell again."
    if sys.platform == "win32" and len(str(path)) > PATH:
        advice = f"Its path has {len(str(path))} characters, and Windows takes {PATH}: move the course to C:\\course."
    return TutorialError(
        f"{relative(path)} could not be written ({error.strerror or error}). What was there is untouched. {advice}"
    )


def umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def fingerprint() -> str:
    """Return a digest of the project's code; file times are left out, because clocks can jump."""
    return digest(b"".join(f"{path}\0".encode() + (contents(path) or b"") + b"\0" for path in sources()))
