"""The course's helper: `%load_ext tutorial` in the first cell of every lesson."""


def load_ipython_extension(shell) -> None:
    """Set up a lesson's kernel; called by `%load_ext tutorial`."""
    from .magics import load

    load(shell)
