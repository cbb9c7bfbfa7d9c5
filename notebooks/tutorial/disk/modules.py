"""The project's modules, always read from their source."""

import importlib.machinery
import os
import sys
from pathlib import Path


def drop_bytecode(path: Path) -> None:
    """Delete a module's cached bytecode: it passes for fresh when whole seconds and size agree."""
    for cached in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        cached.unlink(missing_ok=True)


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


def read_from_source(folder: Path, loader: type[Source] = Source) -> None:
    """Import the project's modules from source in this process, by `loader`, never from bytecode."""
    places = {str(folder), str(folder / "websocket_app")}

    def hook(path: str):
        if path not in places and not path.startswith(str(folder / "websocket_app") + os.sep):
            raise ImportError(path)
        return importlib.machinery.FileFinder(path, (loader, importlib.machinery.SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
