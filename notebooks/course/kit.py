"""The teacher's kit: what TEACHING.md and REFERENCE.md take from the course itself.

    python notebooks/course/kit.py            writes both
    python notebooks/course/kit.py --check    says whether they are fresh; the tests ask so

In TEACHING.md only what stands between `<!-- made: … -->` and `<!-- end -->` is written. REFERENCE.md is written whole.
"""

import ast
import inspect
import json
import re
import sys
import textwrap
from functools import cache
from pathlib import Path

COURSE = Path(__file__).resolve().parent
ROOT = COURSE.parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))

from tutorial.check.exercises import MARKS, Exercise, every  # noqa: E402
from tutorial.check.faults import choices, every_fault  # noqa: E402
from tutorial.commands.lesson import Lesson, choose  # noqa: E402
from tutorial.disk import course  # noqa: E402
from tutorial.magics import TutorialMagics  # noqa: E402
from tutorial.record.protocol import SENT  # noqa: E402

TEACHING, REFERENCE = ROOT / "TEACHING.md", ROOT / "REFERENCE.md"
SHOWN = 5  # likely mistakes of an exercise
# Term, lesson, and how the sentence begins that explains it there.
TERMS = [
    ("accept", 3, "The answer is an event that you send"),
    ("application", 1, "The server calls"),
    ("ASGI", 1, "ASGI, the"),
    ("close code", 6, "Code and reason travel"),
    ("close frame", 3, "What the client sends when it leaves"),
    ("coroutine", 1, "A call of an `async def`"),
    ("event", 1, "An event is a dict"),
    ("event loop", 1, "An *event loop*"),
    ("frame", 3, "A *frame* is"),
    ("handler", 4, "The function is a *handler*"),
    ("handshake", 2, "A WebSocket begins with an HTTP request"),
    ("lifespan", 2, "When uvicorn starts, it calls"),
    ("middleware", 7, "Such a function is called"),
    ("migration", 17, "A *migration* is"),
    ("model", 17, "A *model* is"),
    ("ORM", 17, "`objects` asks the database"),
    ("Ping and Pong", 4, "The protocol also has frames named"),
    ("process", 19, "A *process* is"),
    ("publish, subscribe", 19, "*Redis* is a server"),
    ("receive", 1, "`receive`: a function"),
    ("scope", 1, "`scope`: a dict"),
    ("send", 1, "`send`: a function"),
    ("session", 11, "`sessionid` is the key"),
    ("state", 8, "What you put into it at start-up"),
    ("subprotocol", 9, "A client may name"),
    ("task", 13, "A *task* is"),
    ("timeline", 1, "This is a *timeline*"),
    ("token", 11, "Its first message at"),
    ("uvicorn", 1, "uvicorn is an ASGI server"),
    ("WebSocket", 1, "A *WebSocket* is"),
]
# Event, who sends it, the keys beside "type" that the lessons use, lesson.
RECEIVED = [
    ("http.request", "body, more_body", 1),
    ("websocket.connect", "", 3),
    ("websocket.receive", "text or bytes", 4),
    ("websocket.disconnect", "code, reason", 3),
    ("lifespan.startup", "", 8),
    ("lifespan.shutdown", "", 8),
]


@cache
def lessons() -> dict[int, Lesson]:
    return {lesson.number: lesson for lesson in choose([])}


def prose(number: int) -> str:
    """Return all that a lesson says, without headings and drawings, on one line."""
    cells = [cell.source for cell in lessons()[number].fresh.cells if cell.cell_type == "markdown"]
    text = re.sub(r"```.*?```", "", "\n\n".join(cells), flags=re.DOTALL)
    text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    return " ".join(text.split())


def definition(term: str, number: int, begins: str) -> str:
    """Return the sentence of a lesson that explains a term; raise ValueError where it is not there any more."""
    text = prose(number)
    start = text.find(begins)
    if start < 0:
        raise ValueError(f"Lesson {number} does not explain {term!r} in a sentence that begins with {begins!r}")
    end = re.search(r"[.!?](?= |$)|: - ", text[start:])
    return text[start : start + end.end()].replace("*", "").rstrip(" -:")


def sentences(exercise: Exercise) -> list[str]:
    """Return what a check says of likely mistakes, each once, the first ones."""
    if callable(exercise.mistakes):
        tree = ast.parse(textwrap.dedent(inspect.getsource(exercise.mistakes)))
        found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        found = [text for text in found if isinstance(text, str) and " " in text and text.endswith((".", "1)"))]
    else:
        found = [say for _, _, say in exercise.mistakes]
    return [say.replace("<", r"\<") for say in dict.fromkeys(found)][:SHOWN]


def overview() -> str:
    rows = ["| lesson | minutes | exercises | faults |", "| --- | ---: | --- | --- |"]
    for number, title in sorted(course.titles().items()):
        own = [each for each in every().values() if each.lesson == number]
        faults = [each.title for each in every_fault().values() if each.lesson == number]
        marked = ", ".join(f"{each.number} {each.mark}" for each in own)
        rows.append(f"| {number} {title} | {lessons()[number].minutes} | {marked} | {', '.join(faults)} |")
    counts = ", ".join(f"{sum(each.mark == mark for each in every().values())} {mark}" for mark in MARKS)
    total = sum(lesson.minutes for lesson in lessons().values())
    rows.append(f"| all | {total} | {len(every())}: {counts} | {len(every_fault())} |")
    return "\n".join(rows)


def one_lesson(number: int) -> str:
    """Return what the course knows of a lesson: exercises with likely mistakes, the prediction, faults."""
    lines = []
    for each in every().values():
        if each.lesson == number:
            lines.append(
                f"- **{each.number} {each.title}** ({each.mark}; `notebooks/course/solutions/{each.number}.py`)"
            )
            lines += [f"  - {say}" for say in sentences(each)]
    for line in (course.FOLDER / "predicted.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{number:02} "):
            lines.append(f"- **Prediction**: {line.rpartition(' it is ')[2].removesuffix('.')}")
    for each in every_fault().values():
        if each.lesson == number:
            letter = next(key for key, other in choices(each).items() if other is each)
            lines.append(f"- **Fault {each.title}** ({letter}): {each.shows}")
    return "\n".join(lines)


def commands() -> str:
    rows = ["| in a cell | what it does |", "| --- | --- |"]
    for method in vars(TutorialMagics).values():
        said = (inspect.getdoc(method) or "") if inspect.isfunction(method) else ""
        if said.startswith("%") and not said.startswith("%save "):
            usage, _, rest = said.partition(": ")
            rows.append(f"| `{usage}` | {rest} |")
    return "\n".join(rows)


def events() -> str:
    rows = ["| event | who sends it | keys beside `type` | lesson |", "| --- | --- | --- | --- |"]
    rows += [f"| `{kind}` | the server | {keys} | {number} |" for kind, keys, number in RECEIVED]
    told = {number: json.dumps([cell.source for cell in lesson.fresh.cells]) for number, lesson in lessons().items()}
    for kind, keys in {**SENT["http"], **SENT["websocket"]}.items():
        first = next(number for number, text in told.items() if kind in text)
        rows.append(f"| `{kind}` | you | {', '.join(keys)} | {first} |")
    rows += [f"| `lifespan.{kind}` | you | {keys} | 8 |" for kind, keys in LIFESPAN.items()]
    return "\n".join(rows)


LIFESPAN = {"startup.complete": "", "startup.failed": "message", "shutdown.complete": ""}


def codes() -> str:
    """Return the table of close codes that stands in lesson 6."""
    cells = [cell.source for cell in lessons()[6].fresh.cells if "1003" in cell.source and "```" in cell.source]
    return f"```{cells[0].split('```')[1]}```"


def reference() -> str:
    terms = [(term, number, definition(term, number, begins)) for term, number, begins in TERMS]
    glossary = "\n".join(f"- **{term}** ({number}): {said}" for term, number, said in sorted(terms, key=key))
    return f"""\
# Reference

One page to print. The course's own lessons say all of it; the numbers are theirs.
`python notebooks/course/kit.py` makes this page from them.

## Commands

{commands()}

`drive(application, scope, events)` calls an application by hand and draws what happened. `server.start()`,
`server.stop()` and `server.restart()` are for the server; `server.url` is its address for clients, `server.page`
for a browser, `server.log` what it wrote.

## Events

{events()}

## Close codes

{codes()}

## Words

{glossary}
"""


def key(row: tuple) -> str:
    return row[0].lower()


def teaching(text: str) -> str:
    """Return TEACHING.md with what the course knows put in."""

    def made(found: re.Match) -> str:
        what = found[1]
        block = overview() if what == "overview" else one_lesson(int(what.removeprefix("lesson ")))
        return f"<!-- made: {what} -->\n\n{block}\n\n<!-- end -->"

    return re.sub(r"<!-- made: ([\w ]+) -->.*?<!-- end -->", made, text, flags=re.DOTALL)


def main(arguments: list[str]) -> int:
    made = {TEACHING: teaching(TEACHING.read_text(encoding="utf-8")), REFERENCE: reference()}
    there = {path: path.read_text(encoding="utf-8") if path.exists() else "" for path in made}
    stale = [path for path in made if made[path] != there[path]]
    if "--check" in arguments:
        print(*[f"{path.name} is stale: python notebooks/course/kit.py makes it anew." for path in stale], sep="\n")
        return 1 if stale else 0
    for path in stale:
        path.write_text(made[path], encoding="utf-8")
    print(f"Written: {', '.join(path.name for path in stale) or 'nothing, all of it was fresh'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
