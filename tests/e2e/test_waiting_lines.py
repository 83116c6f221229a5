# SPDX-License-Identifier: MIT
"""Lines that wait for their owners: none is forgotten."""

import subprocess

from reports import event, frame
from stage import wait_for

LINE_N = 300


def make_repository(directory):
    directory.mkdir()
    lines = "".join(f"    result_{n} = compute({n})\n" for n in range(2, LINE_N + 2))
    (directory / "long.py").write_text(f"def run():\n{lines}")
    git = ["git", "-c", "user.name=ada", "-c", "user.email=ada@example.com"]
    for arguments in ["init", "-q"], ["add", "long.py"], ["commit", "-q", "-m", "Compute"]:
        subprocess.run([*git, *arguments], cwd=directory, check=True)


def waiting(server):
    return server.json("/check_health")["store"]["sites_awaiting_blame"]


def owners(server):
    return [error["developer_email"] for error in server.week_errors()]


def test_lines_that_wait_for_git_have_their_owners_after_a_power_cut(make_server, tmp_path):
    make_repository(tmp_path / "repository")
    git, is_open = tmp_path / "git", tmp_path / "open"
    git.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *long.py*) while ! test -e {is_open}; do sleep 0.05; done;; esac\n'
        'exec git "$@"\n'
    )
    git.chmod(0o755)
    server = make_server(repository=tmp_path / "repository", git_cli_path=git).start()
    sender = server.sender()
    for n in range(2, LINE_N + 2):
        sender.report(event(frame("long.py", n, f"    result_{n} = compute({n})", "run")))
    wait_for("the lines", lambda: waiting(server) == LINE_N)
    server.kill()
    is_open.touch()
    server.start()
    wait_for("the owners", lambda: waiting(server) == 0)
    assert owners(server) == ["ada@example.com"] * LINE_N
