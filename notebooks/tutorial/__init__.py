"""The course's helper: `%load_ext tutorial` in the first cell of every lesson."""

import sys
from importlib.util import find_spec


def load_ipython_extension(shell) -> None:
    """Set up a lesson's kernel; called by `%load_ext tutorial`."""
    from .disk.project import ROOT, TutorialError

    # Behind the standard library and the packages: a random.py among the notebooks must not hide the module random.
    ours = [str(ROOT), str(ROOT / "notebooks")]
    sys.path[:] = [place for place in sys.path if place not in ("", *ours)] + ours
    lacking = [name for name in ("django", "uvicorn", "websockets", "nest_asyncio2") if not find_spec(name)]
    if lacking:
        raise TutorialError(
            f"This notebook runs in {sys.executable}, and that Python has no {', '.join(lacking)}. "
            f"Close JupyterLab, then type in a terminal:\n    cd {ROOT}\n    python3 manage.py lab"
        )
    from .extension import load

    load(shell)
