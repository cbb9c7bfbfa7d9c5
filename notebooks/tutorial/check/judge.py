"""`%check N.M`: visit the learner's server, say what was seen, and remember it. Also hints, solutions, progress."""

import asyncio
import csv
import io

from ..disk import course, progress
from ..disk.files import contents, digest
from ..disk.project import ROOT, TutorialError
from ..record import draw, faults
from ..save import differing
from ..shown import Shown, below, code, folded, sentences, table, title
from .exercises import Exercise, every
from .faults import every_fault
from .values import ANYTHING, NO_EXCEPTION, NOTHING, exceptions, fits
from .visit import LIMIT, NotAttempted, Step, Stopped, Visit

ATTEMPTS = 3  # that open the solution
DRAWN = 3  # connections that are drawn
WIDTH = 36  # characters of a step and of a value that the table shows


def check(server, exercise: Exercise) -> Shown:
    """Judge what the learner's server does now; return what to show. Remembers a pass, and an attempt that failed.

    Raises nothing: what goes wrong is shown, and the cells behind go on.
    """
    try:
        return judged(server, exercise)
    except NotAttempted:
        said = f"{exercise.todo} Then run %check {exercise.number} again. %hint {exercise.number} helps."
        return below(sentences(said), title(f"· {exercise.name}: not attempted yet."))
    except TutorialError as error:
        said = str(error)
    except Exception as error:
        said = f"The check itself failed; your code is not the reason. {type(error).__name__}: {error}"
    return below(sentences(said), title(f"✗ {exercise.name}: could not be checked.", "bad"))


def judged(server, exercise: Exercise) -> Shown:
    file = contents(ROOT / exercise.saves) if exercise.saves else None
    if exercise.saves and exercise.untouched(file):
        raise NotAttempted
    if exercise.saves:
        server.fresh()
    visit = Visit(server, exercise.number, exercise.saves)
    if exercise.saves and server.trouble:
        wrong = [sentences(server.describe(short=True))]
    else:
        wrong = asyncio.run(visited(visit, exercise))
    if not wrong:
        progress.note(exercise.names, passed=True)
        steps = folded(f"{len(visit.steps)} steps, all of them right", seen(visit.steps))
        return below(steps, sentences(exercise.done), title(f"✓ {exercise.name}: passed.", "good"))
    known = progress.note(exercise.names, failed=digest(file or repr([s.came for s in visit.steps]).encode())[:16])
    steps = [seen(visit.steps)] if visit.steps else []
    return below(*steps, *wrong, sentences(what_next(exercise, known)), title(f"✗ {exercise.name}: not yet.", "bad"))


async def visited(visit: Visit, exercise: Exercise) -> list[Shown]:
    """Visit the server; return what to show of what is wrong, an empty list where nothing is."""
    try:
        try:
            async with asyncio.timeout(LIMIT):
                await exercise.check(visit)
            if exercise.saves and not visit.wrong:
                visit.step("the calls end", NO_EXCEPTION, next(exceptions(visit), NO_EXCEPTION))
        except Stopped:
            pass
        except TimeoutError:
            if not visit.wrong:
                slow = f"All answers were right so far, but code or machine is slow: more than {LIMIT:g} seconds."
                raise TutorialError(f"{slow} Run %check {exercise.number} again.") from None
        return what_is_wrong(visit, exercise) if visit.wrong else []  # while its clients are still there
    finally:
        for client in visit.clients:
            if client.socket is not None:
                client.socket.transport.abort()


def what_is_wrong(visit: Visit, exercise: Exercise) -> list[Shown]:
    """Return sentences, those of Python and of the protocol first, and a timeline."""
    step, stuck = visit.wrong, visit.report()["stuck"]
    connections = visit.judged or visit.record
    blamed = [each for each in connections if each["agent"] not in visit.excused]
    failing = visit.judged or [each for each in blamed if each["agent"] == step.agent or faults.explain(each, stuck)]
    passing = [each for each in connections if each not in failing]
    found = [faults.explain(connection, stuck) for connection in failing]
    if stuck:  # whatever the mistake looks like, this is where it comes from
        found = [sentence for sentence in found if sentence] or [faults.standstill(stuck)]
    elif visit.answers:
        unknown = "NameError" in {entry.get("name") for each in failing for entry in each["entries"]}
        likely = None if unknown or step.expected is NO_EXCEPTION else mistake(exercise, visit)
        found += [likely, *faults.logged(step.came, visit.server.log)]
    else:  # the process is gone, and its record
        found = visit.server.facts[visit.facts :]
    if not any(found) and step.came is NOTHING:
        found = [faults.explain(connection, None, True) for connection in failing]
    otherwise = f"At {short(step.did)}: {words(step.expected)} is expected, and what came is {words(step.came)}."
    shown = [sentences(each) for each in dict.fromkeys(filter(None, found))] or [sentences(otherwise)]
    shown += [draw.draw(failing[-DRAWN:])] if failing else []
    return shown + ([folded("The other connections", draw.draw(passing[-DRAWN:]))] if passing else [])


def mistake(exercise: Exercise, visit: Visit) -> str | None:
    """Return what to say of the likely mistake behind the first wrong step."""
    if callable(exercise.mistakes):
        return exercise.mistakes(visit)
    step = visit.wrong
    fitting = (say for sent, came, say in exercise.mistakes if sent in (ANYTHING, step.sent) and fits(step.came, came))
    return next(fitting, None)


def seen(steps: list[Step]) -> Shown:
    rows = [
        ["✓" if step.right else "✗", short(step.did), words(step.expected), words(step.came), f"{step.ms:.1f} ms"]
        for step in steps
    ]
    return table(["", "did", "expected", "came", "after"], rows, ["none" if step.right else "bad" for step in steps])


def words(value: object) -> str:
    """Return a message as Python writes it, anything else in its words."""
    return short(repr(value) if isinstance(value, (str, bytes)) else str(value))


def short(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def what_next(exercise: Exercise, known: dict) -> str:
    """Return what helps now, and what opens the solution."""
    opens = f"opens after a pass, or after {ATTEMPTS} attempts; so far: {len(known['failed'])}."
    if known["passed"] or len(known["failed"]) >= ATTEMPTS:
        opens = "is open. You have passed this before, and that stays." if known["passed"] else "is open."
    return f"%hint {exercise.number} gives a hint. %solution {exercise.number} {opens}"


def hint(exercise: Exercise) -> Shown:
    """Return the next hint, one level deeper than the last time; the deepest stays."""
    level = min(progress.of(exercise.names)["hints"] + 1, len(exercise.hints))
    progress.note(exercise.names, hints=level)
    return below(
        title(f"· {exercise.name}: hint {level} of {len(exercise.hints)}."), sentences(exercise.hints[level - 1])
    )


def solution(exercise: Exercise) -> Shown:
    """Return our solution after a pass or after ATTEMPTS attempts; before, what opens it."""
    known = progress.of(exercise.names)
    if not known["passed"] and len(known["failed"]) < ATTEMPTS:
        return below(title(f"· {exercise.name}: solution not open yet."), sentences(what_next(exercise, known)))
    save = f"%%save {exercise.saves}\n" if exercise.saves else ""
    shown = [title(f"· {exercise.name}: our solution."), code(save + exercise.solution)]
    yours = (contents(ROOT / exercise.saves) or b"") if exercise.saves else b""
    if yours and not exercise.untouched(yours) and yours != exercise.solution.encode():
        changes = differing(yours.decode(errors="replace").splitlines(), exercise.solution.splitlines())
        shown += [title("What makes yours into ours:"), changes]
    return below(*shown, *[sentences(exercise.why)] * bool(exercise.why))


def overview() -> Shown:
    """Return all lessons and exercises, and what of them is done."""
    known = {number: progress.of(each.names) for number, each in every().items()}
    rows = []
    for lesson, heading in sorted(course.titles().items()):
        rows.append([f"Lesson {lesson}", "", heading])
        exercises = [each for each in every().values() if each.lesson == lesson]
        rows += [[e.number, state(known[e.number]), f"{e.title} · {e.mark}"] for e in exercises]
    passed = sum(each["passed"] for each in known.values())
    found = sum(progress.of(each.names)["passed"] for each in every_fault().values())
    counts = f"{passed} of {len(known)} exercises passed, {found} of {len(every_fault())} faults found"
    return below(table(["", "state", "title"], rows), title(f"· {counts}."))


def as_csv(name: str) -> str:
    """Return what is done as lines of comma-separated values, to be handed in; `name` is what the learner typed."""
    lines = io.StringIO()
    rows = csv.writer(lines, lineterminator="\n")
    rows.writerow(["name", "number", "title", "mark", "passed", "attempts", "hints"])
    for each in [*every().values(), *every_fault().values()]:
        known, mark = progress.of(each.names), "fault" if each.number == "fault" else each.mark
        done = [int(known["passed"]), len(known["failed"]), known["hints"]]
        rows.writerow([name, each.number, each.title, mark, *done])
    return lines.getvalue()


def state(known: dict) -> str:
    count = len(known["failed"])
    tried = f"✗ {count} attempt{'s' if count > 1 else ''}" if count else "· not attempted"
    return "✓ passed" if known["passed"] else tried
