"""`%check N.M`: visit the learner's server, say what was seen, and remember it."""

import ast
import asyncio
import hashlib

from ..disk import course, progress
from ..disk.files import contents
from ..disk.project import ROOT, TutorialError
from ..record import draw, faults
from . import every
from .exercise import Exercise
from .shown import Shown, code, paragraph, table, words
from .visit import NOTHING, Step, Visit, Wrong

LIMIT = 3.5  # seconds that a visit may take: with what the server is asked then, a check stays below 5
ATTEMPTS = 3  # that open the solution
DRAWN, PRINTED = 3, 20  # connections drawn, lines of print shown


def check(server, exercise: Exercise) -> Shown:
    """Judge what the learner's server does now; return what to show. Remembers a pass, and an attempt that failed.

    Raises nothing: what goes wrong is shown, and the cells behind go on.
    """
    recording = server.recording
    try:
        return judged(server, exercise)
    except TutorialError as error:
        said = str(error)
    except Exception as error:
        said = f"The check itself failed, which is no fault of yours. {type(error).__name__}: {error}"
    finally:
        if server.recording != recording:
            server.record(recording)
    return Shown(f"✗ {exercise.number} {exercise.title}: could not be checked.", [paragraph(said)])


def judged(server, exercise: Exercise) -> Shown:
    name = f"{exercise.number} {exercise.title}"
    attempt = attempted(server, exercise)
    if attempt is None:
        return Shown(f"· {name}: not attempted yet.", [paragraph(what_to_do(exercise))])
    prepare(server, exercise)
    visit = Visit(server, exercise.path)
    if server.trouble:
        seen = [paragraph(server.describe(short=True))]
    else:
        seen = asyncio.run(visited(visit, exercise))
    steps = [table(visit.steps)] if visit.steps else []
    if not seen:
        progress.note(exercise.number, passed=True)
        ours = f"%solution {exercise.number} shows ours. The next lesson starts clean, whichever way you took."
        return Shown(f"✓ {name}: passed.", [*steps, paragraph(ours)], visit.ports)
    known = progress.note(exercise.number, failed=attempt)
    return Shown(f"✗ {name}: not yet.", [*steps, *seen, paragraph(what_next(exercise, known))], visit.ports)


def prepare(server, exercise: Exercise) -> None:
    """Have a server that runs the code on disk and records what it does, and that nobody has visited if need be."""
    if not server.started or (exercise.path and not server.recording):
        server.record(True)
        server.reload()
    server.current()
    if exercise.fresh and any(connection["type"] == "websocket" for connection in server.connections()):
        server.reload()


async def visited(visit: Visit, exercise: Exercise) -> list:
    """Visit the server; return what to show of what is wrong, an empty list where nothing is."""
    try:
        try:
            async with asyncio.timeout(LIMIT):
                await exercise.check(visit)
            return []
        except Wrong:
            mistake = exercise.mistake(visit)
        except TimeoutError:
            mistake = f"The check gave up after {LIMIT:g} seconds."
        # While its clients are still there, and wait.
        report = visit.server.report()
        own = visit.connections()
    finally:
        visit.leave()
    if report is None:  # the process is gone, and its record
        return [paragraph(sentence) for sentence in visit.server.facts[-1:] or [otherwise(visit.wrong)]]
    silent = visit.wrong.came is NOTHING
    explained = [faults.explain(c, report["stuck"], silent) for c in own if c["client"] not in visit.excused]
    explained = [sentence for sentence in explained if sentence]
    if report["stuck"]:  # whatever the mistake looks like, this is where it comes from
        mistake = None
        explained = explained or [faults.standstill(report["stuck"])]
    sentences = [*filter(None, [mistake]), *explained, *faults.logged(visit.wrong.came, visit.server.log)]
    parts = [paragraph(sentence) for sentence in dict.fromkeys(sentences or [otherwise(visit.wrong)])]
    if report["printed"]:
        parts.append(code("\n".join(f"server │ {line}" for line in report["printed"][:PRINTED])))
    if own:
        parts.append(draw.draw(own[-DRAWN:]))
    return parts


def attempted(server, exercise: Exercise) -> str | None:
    """Return a digest of what the learner did for an exercise; None if that is nothing yet.

    A file is no attempt while it is, but for comments and spaces, what the course itself put there.
    """
    if exercise.path is None:
        return exercise.attempt(server)
    content = contents(ROOT / exercise.path)
    if content is None:
        return None
    given = [other.starter for other in every().values() if other.lesson == exercise.lesson]
    for lesson in (exercise.lesson, exercise.lesson + 1):
        given.append(course.begins().get(lesson, {}).get(exercise.path, b"").decode())
    code = bare(content.decode(errors="replace"))
    return None if code in map(bare, given) else hashlib.sha256(code.encode()).hexdigest()[:16]


def bare(source: str) -> str:
    """Return source code without its comments and its layout."""
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return source


def otherwise(step: Step) -> str:
    return f"At {step.sent}: {words(step.expected)} is expected, and what came is {words(step.came)}."


def what_to_do(exercise: Exercise) -> str:
    if exercise.path is None:
        return f"Fill in the TODO in the cell above, run it, then %check {exercise.number} again."
    return (
        f"{exercise.path} is as the lesson gives it. Fill in the TODO in the cell above, run that cell to save the "
        f"file, then run %check {exercise.number} again. %hint {exercise.number} helps."
    )


def what_next(exercise: Exercise, known: dict) -> str:
    count = len(known["failed"])
    if known["passed"]:
        opens = "You have passed it before, and that stays."
    elif count >= ATTEMPTS:
        opens = f"%solution {exercise.number} is open."
    else:
        opens = f"Attempt {count}: %solution {exercise.number} opens after {ATTEMPTS}, or after a pass."
    return f"%hint {exercise.number} gives a hint. {opens}"


def hint(exercise: Exercise) -> Shown:
    """Return the next hint, one level deeper than the last time; the deepest stays."""
    level = min(progress.of(exercise.number)["hints"] + 1, len(exercise.hints))
    progress.note(exercise.number, hints=level)
    title = f"· {exercise.number} {exercise.title}: hint {level} of {len(exercise.hints)}."
    return Shown(title, [paragraph(exercise.hints[level - 1])])


def solution(exercise: Exercise) -> Shown:
    """Return our solution after a pass or after ATTEMPTS attempts; before, what opens it."""
    known = progress.of(exercise.number)
    if not known["passed"] and len(known["failed"]) < ATTEMPTS:
        text = (
            f"The solution opens after a pass, or after %check has seen {ATTEMPTS} different attempts. "
            f"So far there are {len(known['failed'])}. %hint {exercise.number} gives a hint."
        )
        return Shown(f"· {exercise.number} {exercise.title}: solution not open yet.", [paragraph(text)])
    save = f"%%save {exercise.path}\n" if exercise.path else ""
    return Shown(f"· {exercise.number} {exercise.title}: our solution.", [code(save + exercise.solution)])


def overview() -> Shown:
    """Return all lessons and exercises, and what of them is done."""
    known = progress.read()
    rows, passed = [], 0
    titles = {**{exercise.lesson: "" for exercise in every().values()}, **course.titles()}
    for lesson in sorted(titles):
        rows.append(f"Lesson {lesson}  {titles[lesson]}".rstrip())
        for exercise in (e for e in every().values() if e.lesson == lesson):
            about = {**progress.EMPTY, **known.get(exercise.number, {})}
            passed += about["passed"]
            rows.append(f"   {exercise.number}  {state(about)}  {exercise.title}")
    return Shown(f"· {passed} of {len(every())} exercises passed.", [code("\n".join(rows))])


def state(about: dict) -> str:
    """Return how far an exercise is, as a mark and words of one width."""
    if about["passed"]:
        return "✓ passed       "
    count = len(about["failed"])
    return f"✗ {count} attempt{'s' if count > 1 else ' '}   " if count else "· not attempted"
