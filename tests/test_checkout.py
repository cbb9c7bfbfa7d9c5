"""A clone holds the bytes that are committed, whatever git does with ends of lines on that system."""

import shutil
import subprocess

import pytest
from copies import copy


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_a_clone_with_the_ends_of_lines_of_windows_is_the_course_byte_by_byte(tmp_path):
    course, clone = copy(tmp_path / "course"), tmp_path / "clone"

    def git(*arguments):
        subprocess.run(["git", "-c", "core.autocrlf=false", *arguments], check=True, cwd=course, capture_output=True)

    git("init")
    git("add", "--all")
    who = ("-c", "user.name=one", "-c", "user.email=one@example.org", "-c", "commit.gpgsign=false")
    git(*who, "commit", "--message", "The course")
    subprocess.run(["git", "clone", "-c", "core.autocrlf=true", course, clone], check=True, capture_output=True)
    assert files(clone) == files(course)


def files(folder):
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix(): (folder / path).read_bytes() for path in found if path.parts[0] != ".git"}
