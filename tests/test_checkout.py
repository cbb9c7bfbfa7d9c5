"""A clone holds the bytes that are committed, whatever git does with ends of lines on that system."""

import shutil
import subprocess

import nbformat
import pytest
from copies import copy

WHO = ("-c", "user.name=one", "-c", "user.email=one@example.org", "-c", "commit.gpgsign=false")


def git(folder, *arguments):
    return subprocess.run(["git", *WHO, *arguments], check=True, cwd=folder, capture_output=True, text=True).stdout


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_a_clone_with_the_ends_of_lines_of_windows_is_the_course_byte_by_byte(tmp_path):
    course, clone = published(tmp_path), tmp_path / "clone"
    git(tmp_path, "clone", "-c", "core.autocrlf=true", course, clone)
    assert files(clone) == files(course)


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_an_update_in_mid_term_keeps_what_a_learner_did_and_every_notebook_opens(tmp_path):
    course, learner = published(tmp_path), tmp_path / "learner"
    git(tmp_path, "clone", course, learner)
    name = "notebooks/04_ping_pong.ipynb"
    edit(learner / name, "pong!", "a learner's pong!")
    edit(course / name, "pong!", "the course's pong!")
    (course / "NEWS.txt").write_text("something new")
    git(course, "add", "--all")
    git(course, "commit", "--message", "An update")
    # The README's words.
    git(learner, "add", "--all")
    git(learner, "commit", "--message", "My work")
    git(learner, "pull", "--no-rebase", "--no-edit", "-X", "ours")
    nbformat.validate(nbformat.read(learner / name, as_version=4))
    text = (learner / name).read_text(encoding="utf-8")
    assert "a learner's pong!" in text and "the course's pong!" not in text
    assert (learner / "NEWS.txt").exists() and git(learner, "status", "--porcelain") == ""


def published(folder):
    """Return a repository that holds the course."""
    course = copy(folder / "course")
    git(course, "init")
    git(course, "config", "core.autocrlf", "false")
    git(course, "add", "--all")
    git(course, "commit", "--message", "The course")
    return course


def edit(path, before, after):
    """Change the cells of a notebook that hold a text, as JupyterLab saves them."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace(before, after)
    nbformat.write(notebook, path)


def files(folder):
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix(): (folder / path).read_bytes() for path in found if path.parts[0] != ".git"}
