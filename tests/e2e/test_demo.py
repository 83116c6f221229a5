# SPDX-License-Identifier: MIT
"""The whole road, as a newcomer sees it first."""

import os
import subprocess
import sys

import make_repository
import pytest
from conftest import ROOT


def naive_author(repository, bug, line):
    """Whom `git blame` of the newest commit names for the number in the traceback."""
    command = ["git", "blame", "--porcelain", "-L", f"{line},{line}", "main", "--", bug.path]
    run = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    return next(row for row in run.stdout.splitlines() if row.startswith("author-mail"))


def test_a_careless_blame_names_the_wrong_person_for_every_bug(repository, deployed):
    for bug in make_repository.BUGS:
        line = make_repository.line_of(deployed, bug)
        assert bug.author not in naive_author(repository, bug, line)


@pytest.mark.parametrize("smtp", ["0", "1"], ids=["outbox", "smtp"])
def test_three_developers_get_one_letter_each_about_the_right_line(binary, smtp):
    run = subprocess.run(
        [sys.executable, ROOT / "demo" / "run.py"],
        env={**os.environ, "FLAWLESS": str(binary), "ONCE": "1", "SMTP": smtp},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Three developers, one letter each, about the right lines." in run.stdout
