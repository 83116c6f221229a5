# SPDX-License-Identifier: MIT
"""The stock Sentry SDK for Python, with nothing changed but its DSN."""

import pathlib
import subprocess
import sys
import textwrap

import pytest
from stage import wait_for

PROGRAM = """
import sentry_sdk
from shop import discounts

sentry_sdk.init({dsn!r}, _experiments={{"transport_compression_algo": {algorithm!r}}}, {more})
for _ in range(3):
    try:
        discounts.percent_of("WINTER")
    except KeyError:
        sentry_sdk.capture_exception()
sentry_sdk.flush(20)
"""


def run(deployed, program):
    outcome = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=deployed,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stderr


@pytest.mark.parametrize("algorithm", ["gzip", "br", None], ids=["gzip", "br", "as it likes"])
def test_its_exceptions_become_one_letter_with_variables(server, deployed, bugs, algorithm):
    program = PROGRAM.format(dsn=server.dsn, algorithm=algorithm, more="server_name='till-3'")
    run(deployed, program)
    bug = bugs["ada"]
    wait_for("counting", lambda: server.count_of(bug.path) == 3)
    letter = server.wait_for_letters(1)[0]
    assert letter["to"] == bug.author
    assert letter["subject"] == f"Error on till-3 in {bug.path}"
    assert "KeyError" in letter["text"]
    assert bug.text in letter["text"]
    assert "code='WINTER'" in letter["text"]


def test_sessions_and_transactions_are_taken_without_a_word(server, deployed):
    program = PROGRAM.format(
        dsn=server.dsn, algorithm="gzip", more="traces_sample_rate=1.0, auto_session_tracking=True"
    )
    program += "with sentry_sdk.start_transaction(name='job'):\n    pass\nsentry_sdk.flush(20)\n"
    said = run(deployed, program)
    assert said == ""
    wait_for("counting", lambda: server.errors())
    assert len(server.errors()) == 1


def test_a_release_that_is_an_old_commit_is_blamed_as_it_was(server, deployed, repository, bugs):
    """The SDK finds the release by itself where it runs; main has moved on since."""
    program = PROGRAM.format(dsn=server.dsn, algorithm="gzip", more="")
    run(deployed, program)
    wait_for("an owner", lambda: server.errors().get(bugs["ada"].path, {}).get("developer"))
    error = server.errors()[bugs["ada"].path]
    assert (error["developer"], error["line_number"]) == (bugs["ada"].author, bugs["ada"].line)
    assert pathlib.Path(repository, bugs["ada"].path).exists()
