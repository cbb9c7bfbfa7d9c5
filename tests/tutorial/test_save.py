"""`%%save` and `%restore`: a file is written whole or not at all, and what was there is never lost."""

import os
import shutil
import subprocess
import sys
import threading

import pytest
from copies import copy
from handlers import ASK, SAVE, handler
from kernel import Kernel, locked
from tutorial.disk import files, history
from tutorial.disk.course import begin, elsewhere
from tutorial.disk.files import write
from tutorial.disk.project import TutorialError
from tutorial.save import save

WEBSOCKET = "websocket_app/websocket.py"


@pytest.fixture
def websocket(project):
    """A file that the learner saved."""
    path = project / "websocket_app" / "websocket.py"
    path.write_text(handler("mine"))
    return path


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """One kernel for all tests of this file that need one."""
    with Kernel(copy(tmp_path_factory.mktemp("kernel") / "course")) as kernel:
        kernel.run("%load_ext tutorial")
        yield kernel


# Where and what may be written.


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "Which file?"),
        ("  ", "Which file?"),
        ("websocket_app", "websocket_app is a folder."),
        ("websocket_app/", "websocket_app/ is a folder."),
        ("websocket_app/new/", "websocket_app/new/ is a folder."),
        ("manage.py", "manage.py is outside websocket_app/"),
        ("websocket_app/../manage.py", "is outside websocket_app/"),
        ("../websocket_app/websocket.py", "is outside websocket_app/"),
        ("/etc/passwd", "is outside websocket_app/"),
        ("~/websocket.py", "is outside websocket_app/"),
        ("websocket_app/a.py websocket_app/b.py", "is not one path"),
        ("websocket_app/a\0.py", "is not one path"),
        (f"websocket_app/{'a' * 300}.py", "aaa… cannot be the name of a file (File name too long)."),
        (f"websocket_app/{'a/' * 3000}a.py", "a/a… cannot be the name of a file (File name too long)."),
        ("websocket_app/websocket.py/x.py", "could not be made (File exists)"),
    ],
    ids=lambda text: text[:40],
)
def test_a_path_that_is_no_file_of_the_project_is_one_sentence(project, path, said):
    before = everything(project)
    with pytest.raises(TutorialError) as refused:
        save(path, "x = 1\n")
    assert said in str(refused.value)
    assert everything(project) == before


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".course" not in path.parts}


def test_a_link_out_of_the_project_is_not_followed(project, tmp_path):
    (tmp_path / "outside.py").write_text("outside")
    (project / "websocket_app" / "inside.py").symlink_to(tmp_path / "outside.py")
    (project / "websocket_app" / "folder").symlink_to(tmp_path)
    for path in ("websocket_app/inside.py", "websocket_app/folder/outside.py"):
        with pytest.raises(TutorialError, match="is outside websocket_app/"):
            save(path, "x = 1\n")
    assert (tmp_path / "outside.py").read_text() == "outside"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("x = 1\nif True\n", "line 3 of this cell. SyntaxError: expected ':'"),
        ("x = 1\n\ty = 2\n", "line 3 of this cell. IndentationError: unexpected indent"),
        ("x = '\0'\n", "null bytes"),
        ("x = 'ü\n", "line 2 of this cell. SyntaxError: unterminated string literal"),
        ("x = (\n", "line 2 of this cell. SyntaxError: '(' was never closed"),
        ("\x0c\nx = = 1", "line 3 of this cell. SyntaxError: invalid syntax"),
        ("return 1\n", "line 2 of this cell. SyntaxError: 'return' outside function"),
    ],
)
def test_code_that_python_cannot_read_is_not_written_and_its_line_is_named(websocket, cell, said):
    with pytest.raises(TutorialError) as refused:
        save(WEBSOCKET, cell)
    assert said in str(refused.value)
    assert "websocket_app/websocket.py is as it was" in str(refused.value)
    assert websocket.read_text() == handler("mine")


@pytest.mark.parametrize("cell", ["-" * 100_000, "x" + "+x" * 100_000], ids=["signs", "sums"])
def test_code_that_is_nested_too_deep_is_not_written(websocket, cell):
    with pytest.raises(TutorialError, match=r"^Not saved, .* websocket_app/websocket\.py is as it was") as refused:
        save(WEBSOCKET, cell)
    assert len(str(refused.value)) < 200
    assert websocket.read_text() == handler("mine")


@pytest.mark.parametrize("text", ["# Grüße, 你好, 🏓", "x = 'a\u2028b'", "# lines\r\nx = 1\r\n", "", "x = 1"])
def test_any_text_arrives_as_it_is_written_but_for_a_last_end_of_line(websocket, text):
    save(WEBSOCKET, text)
    assert websocket.read_bytes() == (text if text.endswith("\n") else f"{text}\n").encode()


def test_a_file_with_other_line_ends_is_a_change_and_is_kept(websocket):
    websocket.write_bytes(handler("mine").replace("\n", "\r\n").encode())
    diff, kept = save(WEBSOCKET, handler("mine"))
    assert diff.text.startswith("websocket_app/websocket.py: changed")
    assert history.restore(str(kept))[1] == handler("mine").replace("\n", "\r\n").encode()


def test_a_save_keeps_the_files_mode_and_leaves_nothing_beside_it(websocket):
    websocket.chmod(0o640)
    before = set(websocket.parent.iterdir())
    save(WEBSOCKET, "x = 1\n")
    assert websocket.stat().st_mode & 0o777 == 0o640
    assert set(websocket.parent.iterdir()) == before


# What goes wrong around it.


def test_a_full_disk_is_one_sentence_and_the_old_file_is_intact(websocket):
    resource = pytest.importorskip("resource")
    before = everything(websocket.parents[1])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))  # EFBIG instead of ENOSPC; Python ignores SIGXFSZ
    try:
        with pytest.raises(
            TutorialError, match=r"could not be written \(File too large\)\. What was there is untouched"
        ):
            save(WEBSOCKET, "x = 1\n" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert everything(websocket.parents[1]) == before
    save(WEBSOCKET, "x = 1\n" * 5000)
    assert websocket.read_text() == "x = 1\n" * 5000


def test_no_permission_is_one_sentence_and_the_old_file_is_intact(websocket):
    with (
        locked(websocket.parent),
        pytest.raises(TutorialError, match=r"websocket\.py could not be written \(.+\)\. What was there is untouched"),
    ):
        save(WEBSOCKET, "x = 1\n")
    assert websocket.read_text() == handler("mine")


def test_a_process_killed_while_it_writes_leaves_the_old_file_or_the_new_one(websocket):
    old, new = "old = 1\n" * 20000, "new = 1\n" * 20000
    code = (
        "from tutorial.disk.files import write; from tutorial.disk.project import PACKAGE; print(1, flush=True)\n"
        "while True: [write(PACKAGE / 'websocket.py', (f'{word} = 1\\n' * 20000).encode()) for word in ('old', 'new')]"
    )
    websocket.write_text(old)
    seen = set()
    for _ in range(10):
        command = [sys.executable, "-c", code]
        with subprocess.Popen(command, cwd=websocket.parents[1] / "notebooks", stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            for _ in range(50):
                seen.add(websocket.read_text())
            writer.kill()
        seen.add(websocket.read_text())
    assert seen <= {old, new}
    assert sorted(path.name for path in websocket.parent.glob(".*")) == []


# History.


def test_what_a_save_replaced_is_listed_and_comes_back(websocket):
    assert history.listing() == "Nothing of yours has been replaced yet."
    _, first = save(WEBSOCKET, handler("second"))
    _, second = save(WEBSOCKET, handler("third"))
    assert (first, second) == (1, 2)
    listing = history.listing().splitlines()
    assert [line.split()[0] for line in listing[:4:2]] == ["2", "1"]
    assert all(WEBSOCKET in line for line in listing[:4:2])
    assert [line.strip() for line in listing[1:4:2]] == [
        'line 10: await send({"type": "websocket.send", "text": "second"})',
        'line 10: await send({"type": "websocket.send", "text": "mine"})',
    ]
    path, content = history.restore("1")
    assert (path, content) == (websocket, handler("mine").encode())


def test_what_was_kept_once_is_not_kept_again_and_what_the_course_can_make_is_not_kept_at_all(websocket):
    assert save(WEBSOCKET, handler("other"))[1] == 1
    assert save(WEBSOCKET, handler("mine"))[1] == 2
    assert save(WEBSOCKET, handler("other"))[1] == 1
    start = begin("4")[WEBSOCKET]
    write(websocket, start)
    assert save(WEBSOCKET, handler("mine"))[1] is None


def test_a_save_looks_at_the_newest_that_was_kept_and_takes_no_longer_the_more_there_is(websocket, monkeypatch):
    for number in range(history.SHOWN + 2):
        assert history.keep(websocket, str(number).encode()) == number + 1
    read = []
    monkeypatch.setattr(history, "contents", lambda path: read.append(path))
    assert history.keep(websocket, b"0") == history.SHOWN + 3
    assert len(read) == history.SHOWN


@pytest.mark.parametrize("argument", ["0", "99", "-1", "one", "1 2", "../1"])
def test_a_number_that_is_not_on_the_list_is_one_sentence(websocket, argument):
    save(WEBSOCKET, handler("second"))
    with pytest.raises(TutorialError, match=r"%restore takes a number from the list"):
        history.restore(argument)


def test_damaged_entries_hide_no_others_and_no_number_is_used_twice(websocket):
    numbers = [save(WEBSOCKET, handler(f"version {number}"))[1] for number in range(6)]
    assert numbers == [1, 2, 3, 4, 5, 6]
    shutil.rmtree(history.FOLDER / "00001")
    (history.FOLDER / "00002" / WEBSOCKET).unlink()
    shutil.rmtree(history.FOLDER / "00003")
    (history.FOLDER / "00003").write_text("no folder")
    (history.FOLDER / "garbage").mkdir()
    (history.FOLDER / "garbage.txt").write_bytes(bytes(10))
    (history.FOLDER / "00004" / WEBSOCKET).unlink()
    (history.FOLDER / "00004" / WEBSOCKET).symlink_to(websocket)
    assert [number for number, _, _ in history.entries()] == [6, 5]
    assert save(WEBSOCKET, handler("next"))[1] == 7


def test_an_entry_that_points_outside_the_project_brings_nothing_back(websocket):
    save(WEBSOCKET, handler("second"))
    (history.FOLDER / "00001" / WEBSOCKET).rename(history.FOLDER / "00001" / "manage.py")
    with pytest.raises(TutorialError, match="is outside websocket_app/"):
        history.restore("1")


def test_a_link_in_the_history_is_not_followed(websocket, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    save(WEBSOCKET, handler("second"))
    save(WEBSOCKET, handler("third"))
    (history.FOLDER / "00001" / WEBSOCKET).unlink()
    (history.FOLDER / "00001" / WEBSOCKET).symlink_to(secret)
    (tmp_path / "websocket_app").mkdir()
    (tmp_path / WEBSOCKET).write_text("secret")
    shutil.rmtree(history.FOLDER / "00002")
    (history.FOLDER / "00002").symlink_to(tmp_path)
    assert history.entries() == []
    with pytest.raises(TutorialError, match="takes a number from the list"):
        history.restore("1")


def test_no_writer_goes_through_a_link_out_of_the_course(project, tmp_path):
    templates = project / "websocket_app" / "templates"
    templates.rename(tmp_path / "templates")
    templates.symlink_to(tmp_path / "templates")
    page = tmp_path / "templates" / "websocket_app" / "console.html"
    page.write_text("outside")
    for work in (history.replace, write):
        with pytest.raises(TutorialError, match="is a link that leads out of the course"):
            work(templates / "websocket_app" / "console.html", b"through the link")
    with pytest.raises(TutorialError, match="is a link that leads out of the course"):
        history.replace(templates / "websocket_app" / "console.html", None)
    assert page.read_text() == "outside"


def test_a_lesson_changes_nothing_where_a_link_leads_out_of_the_course(kernel, tmp_path):
    kernel.run("%lesson 5", SAVE + handler("mine"))
    templates = kernel.folder / "websocket_app" / "templates"
    templates.rename(tmp_path / "templates")
    templates.symlink_to(tmp_path / "templates")
    page = tmp_path / "templates" / "websocket_app" / "console.html"
    page.write_text("outside")
    said = " ".join(kernel.run("%lesson 4").split())
    assert "is a link that leads out of the course. Nothing is written through it" in said
    assert page.read_text() == "outside"
    assert (kernel.folder / WEBSOCKET).read_text() == handler("mine")
    templates.unlink()
    (tmp_path / "templates").rename(templates)


def test_what_a_program_of_windows_holds_is_tried_again_for_two_seconds(websocket, monkeypatch):
    held, replace = [], os.replace

    def taken(source, target):
        if len(held) < 3:
            held.append(PermissionError(13, "Access is denied"))
            held[-1].winerror = 5
            raise held[-1]
        replace(source, target)

    monkeypatch.setattr(os, "replace", taken)
    save(WEBSOCKET, "x = 1\n")
    assert len(held) == 3
    assert websocket.read_text() == "x = 1\n"
    monkeypatch.setattr(files, "HELD", 0.2)
    monkeypatch.setattr(os, "replace", lambda *paths: held.clear() or taken(*paths))
    with pytest.raises(TutorialError, match=r"could not be written \(Access is denied\)"):
        save(WEBSOCKET, "x = 2\n")
    assert websocket.read_text() == "x = 1\n"


def test_a_path_that_is_too_long_for_windows_says_so(project, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    long = project / "websocket_app" / ("x" * 250 + ".py")
    assert "and Windows takes 259: move the course" in str(files.unwritable(long, FileNotFoundError(2, "No such file")))


def test_two_notebooks_that_save_at_the_same_time_never_share_a_number(websocket):
    numbers, begin_now = [], threading.Barrier(8)

    def keep(name):
        begin_now.wait()
        for number in range(25):
            numbers.append(history.keep(websocket, f"{name} {number}".encode()))

    threads = [threading.Thread(target=keep, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 201))
    assert {file.read_bytes() for _, _, file in history.entries()} == {
        f"{a} {b}".encode() for a in range(8) for b in range(25)
    }


# In a kernel.


def test_a_save_shows_what_changed_and_the_next_client_hears_it(kernel):
    said = kernel.run("%lesson 5", SAVE + handler("first"), SAVE + handler("second"), ASK)
    assert '-            await send({"type": "websocket.send", "text": "first"})' in said
    assert '+            await send({"type": "websocket.send", "text": "second"})' in said
    assert "The server runs the new code." in said
    assert said.endswith("heard second\n")


def test_an_unreadable_save_leaves_the_server_as_it_was(kernel):
    kernel.run(SAVE + handler("still me"))
    said = kernel.run(SAVE + "async def websocket_application(scope, receive, send)\n    pass\n", ASK)
    assert "line 2 of this cell. SyntaxError: expected ':'" in " ".join(said.split())
    assert "Traceback" not in said
    assert said.endswith("heard still me\n")


def test_an_unimportable_save_is_written_and_reported_and_the_next_good_one_is_served(kernel):
    said = kernel.run(SAVE + "import nowhere\n", ASK, SAVE + handler("good again"), ASK)
    assert "ModuleNotFoundError: No module named 'nowhere'" in said
    assert "websocket_app/websocket.py, line 1:\n    import nowhere" in said
    assert "Traceback" not in said
    assert said.endswith("heard good again\n")


def test_what_a_lesson_replaced_comes_back_and_is_served(kernel):
    said = kernel.run(SAVE + handler("precious"), "%lesson 3")
    number = said.rpartition(f"{WEBSOCKET} as ")[2].split(".")[0]
    assert number.isdecimal()
    assert kernel.run(f"%restore {number}", ASK).endswith("heard precious\n")
    assert "%restore takes a number" in kernel.run("%restore precious")


def test_a_lesson_begins_without_the_files_that_only_the_learner_knows_of(kernel):
    folder = kernel.folder / "websocket_app"
    own = {"admin.py": "from .models import Nothing\n", "websocket/__init__.py": handler("the package")}
    kept = {"notes.txt": "mine", "logo.svg": "<svg/>", ".ipynb_checkpoints/me-checkpoint.py": "def broken(:\n"}
    for name, content in (own | kept).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    said = kernel.run("%lesson 5", "server.start()", SAVE + handler("the file"), ASK)
    away = " ".join(said.split())
    assert "starts without: websocket_app/admin.py, websocket_app/websocket/__init__.py. What you had" in away
    assert said.endswith("heard the file\n")
    assert not (folder / "websocket").exists()
    assert {name: (folder / name).read_text() for name in kept} == kept
    number = away.partition("websocket_app/admin.py as ")[2].split(",")[0]
    kernel.run(f"%restore {number}")
    assert (folder / "admin.py").read_text() == own["admin.py"]
    assert "server is ready" in kernel.run("%lesson 5", "server.start()")


def test_a_lesson_begins_where_a_folder_stands_in_the_place_of_a_file(websocket):
    step = begin("4")[WEBSOCKET]
    websocket.unlink()
    save(f"{WEBSOCKET}/mine.py", step.decode())
    numbers = {name: history.replace(websocket.parents[1] / name, content) for name, content in begin("4").items()}
    assert websocket.read_bytes() == step
    assert history.restore(str(numbers[f"{WEBSOCKET}/mine.py"]))[1] == step  # in a file that the course never makes


def test_a_notebook_of_an_older_course_is_told_where_its_lesson_is_and_loses_nothing(tmp_path):
    """A `git pull` leaves a notebook that was changed, or that is open in a browser: here the older lesson 7."""
    course = copy(tmp_path / "course")
    old = course / "notebooks" / "07_start_and_stop.ipynb"
    shutil.copy(course / "notebooks" / "08_start_and_stop.ipynb", old)
    passed = course / ".course/progress/7.1.json"  # as an older course kept exercise 7.1, which is 8.1 now
    passed.parent.mkdir(parents=True)
    passed.write_text('{"passed": true, "failed": [], "hints": 1}')
    with Kernel(course, notebook=str(old)) as kernel:
        kernel.run("%load_ext tutorial", SAVE + handler("my old work"))
        said = " ".join(kernel.run("%lesson 7").split())
        assert "Lesson 7 begins" in said and "%restore NUMBER brings it back" in said
        assert "07_start_and_stop.ipynb is not lesson 7 of this course: that is 07_one_place_for_errors.ipynb." in said
        progress = " ".join(kernel.run("%progress").split())
        assert "8.1 ✓ passed How many" in progress and "Lesson 7 One place for errors" in progress
        assert "is not lesson 8" in " ".join(kernel.run("%lesson 8").split())
        kernel.run("%restore 1")
    assert (course / WEBSOCKET).read_text() == handler("my old work") and passed.exists()


@pytest.mark.parametrize("name", ["07_one_place_for_errors.ipynb", "07_one_place_for_errors-Copy1.ipynb", "mine.ipynb"])
def test_a_notebook_of_this_course_a_copy_and_ones_own_are_told_nothing(name):
    assert elsewhere(name, 7) == ""


@pytest.mark.parametrize("lesson", ["", "0", "99", "four", "-1", "4.5", "4 5"])
def test_a_lesson_that_does_not_exist_is_one_sentence_and_changes_nothing(kernel, lesson):
    kernel.run(SAVE + handler("untouched"))
    said = kernel.run(f"%lesson {lesson}")
    assert said.startswith("%lesson takes a number from 1 to ")
    assert "Nothing was changed." in " ".join(said.split())
    assert kernel.run(ASK).endswith("heard untouched\n")


def test_quotes_around_the_path_are_left_away(kernel):
    kernel.run(f"%%save '{WEBSOCKET}'\n{handler('quoted')}", f'%%save "{WEBSOCKET}"\n{handler("quoted twice")}')
    assert (kernel.folder / WEBSOCKET).read_text() == handler("quoted twice")


@pytest.mark.parametrize("cell", [f"%%save {WEBSOCKET}", f"%%save {WEBSOCKET}\n", f"%%save {WEBSOCKET}\n\n  \n"])
def test_a_save_of_nothing_writes_nothing(kernel, cell):
    kernel.run(SAVE + handler("kept"))
    assert "This cell is empty below %%save, and nothing was written." in " ".join(kernel.run(cell).split())
    assert (kernel.folder / WEBSOCKET).read_text() == handler("kept")


def test_a_line_above_the_magic_is_named(kernel):
    kernel.run(SAVE + handler("kept"))
    said = " ".join(kernel.run(f"# my handler\n{SAVE}{handler('lost')}").split())
    assert "%%save websocket_app/websocket.py must be the first line of its cell" in said
    assert "Traceback" not in said
    assert (kernel.folder / WEBSOCKET).read_text() == handler("kept")


@pytest.mark.parametrize("name", ["websocket.txt", "websocket"])
def test_a_name_without_its_ending_is_questioned(kernel, name):
    said = kernel.run(f"%%save websocket_app/{name}\n{handler('mine')}")
    (kernel.folder / "websocket_app" / name).unlink()
    assert f"{name}: new, 10 lines. There is also websocket.py: did you mean that?" in said


def test_a_save_without_a_path_is_one_sentence(kernel):
    assert kernel.run("%%save\nx = 1").startswith("Which file? Write it behind the magic")


def test_a_save_with_one_percent_sign_is_one_sentence_and_writes_nothing(kernel):
    kernel.run(SAVE + handler("an hour of work"))
    said = kernel.run(f"%save -f {WEBSOCKET} 1", f"%save {WEBSOCKET}\nasync def websocket_application(): pass", "%save")
    assert said.count("Two percent signs: %%save websocket_app/websocket.py") == 3
    assert "Traceback" not in said
    assert (kernel.folder / WEBSOCKET).read_text() == handler("an hour of work")


def test_a_save_after_stop_is_written_and_does_not_start_the_server(kernel):
    said = kernel.run("server.stop()", SAVE + handler("later"))
    assert "The server is stopped: server.start() runs the new code." in said
    assert kernel.run(ASK).startswith("The server is not running.")
    assert kernel.run("server.start()", ASK).endswith("heard later\n")
