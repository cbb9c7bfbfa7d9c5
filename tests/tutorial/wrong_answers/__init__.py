"""Wrong answers that a learner may plausibly give to each exercise; every one has a message of its own.

A file for each lesson: number → name → (what stands in the solution, what stands there instead), and the message.
"""

import runpy
from pathlib import Path

FILES = sorted(Path(__file__).parent.glob("[0-9][0-9].py"))
WRONG = {number: answers for file in FILES for number, answers in runpy.run_path(str(file))["WRONG"].items()}
