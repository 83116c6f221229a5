# SPDX-License-Identifier: MIT
"""The commands and what they answer.

configure asks its questions: tests/e2e/test_configure.py::test_a_new_configuration_takes_its_defaults_from_the_surroundings
configure changes a file that exists: tests/e2e/test_configure.py::test_a_file_that_exists_changes_in_what_was_answered_and_nowhere_else
"""

import re
import subprocess

import pytest
from lines import count_of, settled
from stage import Process, free_port


def run(binary, *arguments):
    return subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("flag", ["-conf", "--conf"])
def test_start_takes_its_configuration_by_conf_with_one_dash_or_two(serve, code, flag):
    """And serves."""
    server = serve(start=False).start(flag)
    assert count_of(server, settled(server, code.take())) == 1


def test_configure_writes_what_start_can_be_started_with(binary, code, tmp_path):
    """With every question answered by its default."""
    cfg = tmp_path / "flawless.cfg"
    answers = {"port": free_port(), "http_port": 0, "data_dir_path": tmp_path / "state"}
    given = [
        f"--set={name}={value}" for name, value in {**answers, "repo_dir": code.directory}.items()
    ]
    outcome = run(binary, "configure", "-conf", cfg, "--yes", *given)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    process = Process([str(binary), "start", "-conf", str(cfg)], tmp_path / "log")
    process.wait_for_line("listening on")
    assert process.stop() == 0


def test_options_says_name_default_type_and_description_of_each_option(binary):
    """For people; test_2_configuration.py looks at every one of them."""
    outcome = run(binary, "options")
    assert outcome.returncode == 0
    entries = re.findall(
        r"^  (\w+) \(([\w: ]+)\), default: (.+)\n((?:      .+\n)+)", outcome.stdout, re.M
    )
    assert len(entries) >= 35
    rows = {name: (kind, default) for name, kind, default, _ in entries}
    assert rows["port"] == ("int", "9028")
    assert rows["ignore_vcs_email_domain"] == ("bool", "false")
    assert all(description.strip() for *_, description in entries)


def test_help_explains_the_commands(binary):
    """All of them, and each."""
    outcome = run(binary, "help")
    assert outcome.returncode == 0
    commands = re.findall(r"^  (\w+) ", outcome.stdout, re.MULTILINE)
    assert {"start", "options", "help"} <= set(commands)
    for command in commands:
        explained = run(binary, "help", command)
        assert explained.returncode == 0 and command in explained.stdout
        assert run(binary, command, "--help").stdout == explained.stdout


def test_without_arguments_there_is_usage(binary):
    """As `help` gives it."""
    outcome = run(binary)
    usage = run(binary, "help").stdout.splitlines()[0]
    assert usage in outcome.stdout + outcome.stderr


@pytest.mark.parametrize("word", ["stratr", "--nonsense", "", "START"])
def test_an_unknown_command_is_usage_and_exit_status_2(binary, word):
    """With the word that is not known."""
    outcome = run(binary, word)
    assert outcome.returncode == 2
    assert word in outcome.stderr and "Usage: flawless" in outcome.stderr
