# SPDX-License-Identifier: MIT
"""Starting: what is wrong is said in one line with the way out; what is right needs no reading."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys

import pytest
from conftest import ROOT
from reports import event, frame


def run(server, *arguments):
    # a start that is refused leaves what it had taken to the end of its process
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    return subprocess.run(
        server.command(*arguments), env=environment, capture_output=True, text=True, timeout=30
    )


def complaint(server, cfg=None, warnings=0):
    """What a start that must fail says on standard error."""
    if cfg is None:
        server.write_cfg()
    else:
        server.cfg.write_text(cfg)
    outcome = run(server, "start", "-conf", server.cfg)
    assert outcome.returncode not in (0, -6, -11), outcome
    lines = outcome.stderr.splitlines()
    assert len(lines) == 1 + warnings, outcome.stderr
    return lines[-1]


def test_a_missing_cfg_is_named(make_server):
    server = make_server()
    outcome = run(server, "start", "-conf", server.directory / "nowhere.cfg")
    assert outcome.returncode != 0
    assert len(outcome.stderr.splitlines()) == 1
    assert "nowhere.cfg" in outcome.stderr


@pytest.mark.parametrize(
    ("cfg", "line", "option"),
    [
        ("[flawless]\nport = many\n", 2, "port"),
        ("[flawless]\nport = 70000\n", 2, "port"),
        ("[flawless]\n\nreport_only_after_minimum_date = yesterday\n", 3, "report_only_after"),
        ("[flawless]\nsmtp_use_tls = perhaps\n", 2, "smtp_use_tls"),
        ("[flawless]\nproject_key = abc\n", 2, "project_key"),
        ("[flawless]\nonly_blame_filepaths_matching = (\n", 2, "only_blame_filepaths_matching"),
        ("[flawless]\nthis is no option\n", 2, ""),
        ("[flawless\n", 1, ""),
    ],
)
def test_a_broken_cfg_is_named_with_its_line(make_server, cfg, line, option):
    server = make_server()
    said = complaint(server, cfg)
    assert re.search(rf"flawless\.cfg(:|, line |.* line ){line}\b", said), said
    assert option in said


def test_an_unknown_option_is_a_warning_that_names_the_nearest(make_server):
    server = make_server(report_eror_threshold=2)
    server.start()
    warnings = [line for line in server.log_lines() if "report_eror_threshold" in line]
    assert len(warnings) == 1
    assert "report_error_threshold" in warnings[0]


@pytest.mark.parametrize("what", ["missing", "empty directory", "file", "no commit"])
def test_a_repository_that_is_none_is_named(make_server, tmp_path, what):
    path = tmp_path / "not-a-repository"
    if what == "empty directory":
        path.mkdir()
    elif what == "file":
        path.write_text("")
    elif what == "no commit":
        subprocess.run(["git", "init", "--quiet", path], check=True)
    assert str(path) in complaint(make_server(repository=path))


def test_a_git_command_that_is_none_is_named(make_server):
    assert "no-such-git" in complaint(make_server(git_cli_path="no-such-git"))


def test_a_port_in_use_is_named(make_server):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert str(port) in complaint(make_server(port=port))


def test_a_second_server_on_the_same_ports_gives_up_and_the_first_goes_on(make_server):
    first = make_server().start()
    second = make_server("second", port=first.port)
    assert str(first.port) in complaint(second)
    first.check_unharmed()


def test_a_data_directory_that_cannot_be_written_is_named(make_server, tmp_path):
    (tmp_path / "file").write_text("")
    assert "file" in complaint(make_server("one", data_dir_path=tmp_path / "file" / "state"))
    assert "/proc" in complaint(make_server("two", data_dir_path="/proc/flawless"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_directory_without_the_permission_is_named(make_server, tmp_path):
    (tmp_path / "mine").mkdir(mode=0o500)
    assert "mine" in complaint(make_server(data_dir_path=tmp_path / "mine"))


def test_a_database_that_is_none_is_named_and_not_touched(make_server):
    server = make_server()
    (server.directory / "state").mkdir(mode=0o700)
    database = server.directory / "state" / "flawless.db"
    database.write_bytes(b"This was something else once." * 200)
    assert "flawless.db" in complaint(server)
    assert database.read_bytes().startswith(b"This was something else once.")


def test_the_key_is_made_once_and_dsn_prints_it_with_or_without_a_running_server(make_server):
    server = make_server()
    server.write_cfg()
    (server.directory / "state").mkdir(mode=0o700)
    before = run(server, "dsn", "-conf", server.cfg).stdout.strip()
    assert re.fullmatch(rf"http://[0-9a-f]{{32}}@127\.0\.0\.1:{server.port}/1", before)
    server.start()
    assert server.dsn == before
    server.stop()
    assert run(server, "dsn", "-conf", server.cfg).stdout.strip() == before


def test_a_key_of_one_s_own_is_used(make_server, bugs):
    key = "0123456789abcdef0123456789abcdef"
    server = make_server(project_key=key, project_id=42).start()
    assert server.key == key
    server.sender(project=42).report(bugs["ada"].event())


def test_help_options_and_version_need_no_configuration(make_server):
    server = make_server()
    version = run(server, "version")
    assert version.returncode == 0
    assert re.search(r"\d+\.\d+\.\d+", version.stdout)
    options = run(server, "options")
    assert options.returncode == 0
    for name in ("port", "smtp_host", "report_error_threshold", "repo_dir", "project_key"):
        assert name in options.stdout
    help_text = run(server, "help")
    assert help_text.returncode == 0
    for word in ("start", "options", "dsn", "version"):
        assert word in help_text.stdout


def test_an_unknown_command_is_exit_status_2_with_usage(make_server):
    outcome = run(make_server(), "stratr")
    assert outcome.returncode == 2
    assert "start" in outcome.stderr


OWN_NETWORK = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]


def has_networks():
    return bool(shutil.which("unshare")) and (
        subprocess.run([*OWN_NETWORK, "true"], capture_output=True).returncode == 0
    )


@pytest.mark.skipif(not has_networks(), reason="this machine gives nobody a network of their own")
def test_start_inside_a_git_work_tree_needs_no_configuration(binary, deployed, tmp_path):
    home = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    inside = ROOT / "tests" / "e2e" / "in_own_network.py"
    outcome = subprocess.run(
        [*OWN_NETWORK, sys.executable, inside, binary, "start"],
        cwd=deployed / "shop",
        env=home,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    result = json.loads(outcome.stdout)
    assert re.search(r"http://[0-9a-f]{32}@[\w.-]+:9028/1\b", result["said"]), result["said"]
    assert result["page_status"] == 200, result
    assert result["exit_status"] == 0
    assert list((tmp_path / "data").rglob("flawless.db"))


def test_state_is_private_to_the_user(make_server):
    server = make_server().start()
    for path in [server.directory / "state", *(server.directory / "state").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_it_starts_again_on_the_same_state(make_server, bugs):
    server = make_server().start()
    server.sender().report(bugs["ada"].event())
    assert server.stop() == 0
    server.start()
    assert server.count_of(bugs["ada"].path) == 1


def test_the_first_report_is_judged_with_the_repository_known_however_slow_git_is(
    make_server, bugs, tmp_path, monkeypatch
):
    slow = tmp_path / "bin/git"
    slow.parent.mkdir()
    slow.write_text(
        '#!/bin/sh\ncase "$*" in *ls-tree*) sleep 1 ;; esac\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent), prepend=os.pathsep)
    server = make_server().start()
    foreign = frame("elsewhere/other.py", 7, "call()")  # believed to be ours while nothing is known
    ours = frame(bugs["ada"].path, bugs["ada"].line, bugs["ada"].text)
    server.sender().report(event(ours, foreign))
    assert list(server.errors()) == [bugs["ada"].path]


def test_an_idle_server_is_small(make_server, release_binary):
    server = make_server(binary=release_binary).start()
    server.check_unharmed()
    assert server.status_of_process("VmRSS") < 20 * 1024
