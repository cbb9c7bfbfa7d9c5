"""The fault that `%fault` has planted: which one, and whether it is still there and not named yet."""

import json

from .files import contents, digest, stored, write
from .project import ROOT, STATE

FILE = STATE / "fault.json"
NONE = {"number": 0, "path": "", "digest": "", "named": False}


def planted() -> dict:
    """Return what is known of the last fault: its `number` (0 for none), `path`, `digest`, and if it is `named`."""
    return {**NONE, **stored(FILE, NONE)}


def note(**known) -> None:
    write(FILE, json.dumps({**planted(), **known}).encode())


def hidden() -> bool:
    """Tell whether a planted fault is on disk as it was planted, and not named: so long the course is silent."""
    known = planted()
    return not known["named"] and known["digest"] == digest(contents(ROOT / known["path"]) or b"")
