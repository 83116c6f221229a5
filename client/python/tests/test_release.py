# SPDX-License-Identifier: MIT
"""The revision, from variables and from .git; git only prepares what is read."""

import os
import subprocess

import pytest

from flawless.client.release import VARIABLES, find_release


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def git(directory, *arguments):
    run = subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments],
        cwd=directory,
        check=True,
        capture_output=True,
        text=True,
    )
    return run.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    where = tmp_path / "app"
    where.mkdir()
    git(where, "init", "-q")
    git(where, "commit", "-q", "--allow-empty", "-m", "one")
    return where


@pytest.mark.parametrize("name", VARIABLES)
def test_a_platforms_variable_is_believed_before_git(monkeypatch, repository, name):
    monkeypatch.setenv(name, "abc123")
    assert find_release(str(repository)) == "abc123"


def test_our_own_variable_comes_first(monkeypatch):
    for name in VARIABLES:
        monkeypatch.setenv(name, name)
    assert find_release() == "FLAWLESS_RELEASE"


def test_the_commit_is_read_from_a_branch_a_packed_ref_and_a_detached_head(
    monkeypatch, repository, tmp_path
):
    head = git(repository, "rev-parse", "HEAD")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))  # there is no git to run
    assert find_release(str(repository)) == head
    monkeypatch.undo()
    git(repository, "pack-refs", "--all")
    assert find_release(str(repository)) == head
    git(repository, "checkout", "-q", "--detach")
    (repository / "deep" / "down").mkdir(parents=True)
    assert find_release(str(repository / "deep" / "down")) == head


def test_a_work_tree_has_a_commit_of_its_own(repository, tmp_path):
    git(repository, "worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    git(tmp_path / "other", "commit", "-q", "--allow-empty", "-m", "two")
    head = git(tmp_path / "other", "rev-parse", "HEAD")
    assert find_release(str(tmp_path / "other")) == head != git(repository, "rev-parse", "HEAD")


def test_without_variables_and_git_there_is_none(tmp_path):
    assert find_release(str(tmp_path)) is None


FIND = """
import os, sys
from flawless.client.release import find_release
print(find_release(sys.argv[1]))
"""


def test_a_pipe_or_a_device_in_place_of_a_file_is_not_read(run_program, repository):
    (repository / ".git" / "packed-refs").symlink_to("/dev/zero")
    (repository / ".git" / "HEAD").write_text("ref: refs/heads/none\n")
    environment = {name: "" for name in VARIABLES}
    assert run_program(FIND, repository, timeout=20, **environment).stdout == "None\n"
    (repository / ".git" / "HEAD").unlink()
    os.mkfifo(repository / ".git" / "HEAD")
    assert run_program(FIND, repository, timeout=20, **environment).stdout == "None\n"
