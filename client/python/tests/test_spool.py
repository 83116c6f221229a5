# SPDX-License-Identifier: MIT
"""A directory that keeps what cannot be sent, and certificates to trust: flawless.init's."""

import os
import stat

import pytest
from conftest import Server
from test_sending import free_port

import flawless

REPORT = """
import sys
import flawless
flawless.init(sys.argv[1], spool_dir=sys.argv[2] if len(sys.argv) > 2 else None)
try:
    raise ValueError(sys.argv[-1])
except ValueError:
    flawless.record_error()
"""


def values(server):
    return sorted(event["exception"]["values"][0]["value"] for event in server.events)


def drain(directory):
    """What the next process does: reports something, and waits until the directory is empty."""
    return REPORT + (
        "import os, time\nuntil = time.monotonic() + 20\n"
        "while os.listdir(%r) and time.monotonic() < until:\n    time.sleep(0.01)\n" % str(directory)
    )


def test_a_report_outlives_its_process_and_the_next_sends_it(run_program, tmp_path):
    spool = tmp_path / "spool"
    assert run_program(REPORT, "127.0.0.1:%d" % free_port(), spool, "early").returncode == 0
    assert [path.suffix for path in spool.iterdir()] == [".envelope"]
    assert stat.S_IMODE(spool.stat().st_mode) == 0o700
    server = Server()
    assert run_program(drain(spool), server.dsn, spool, "late").returncode == 0
    assert values(server) == ["early", "late"]
    assert list(spool.iterdir()) == []
    server.close()


def test_the_environment_names_the_directory_where_the_program_does_not(run_program, tmp_path):
    spool = tmp_path / "spool"
    dead = "127.0.0.1:%d" % free_port()
    run_program(REPORT, dead, FLAWLESS_SPOOL_DIR=str(spool))
    assert len(list(spool.iterdir())) == 1


MULTIPROCESSING = """
import multiprocessing, os, sys
import flawless
from flawless.integrations import multiprocessing as watching

def fail(where):
    os.chdir(where)
    raise ValueError("in a child")

if __name__ == "__main__":
    flawless.init(sys.argv[1], spool_dir="spool")
    watching.install()
    child = multiprocessing.get_context("spawn").Process(target=fail, args=("/",))
    child.start()
    child.join()
"""


def test_processes_of_multiprocessing_use_the_same_directory(run_program, tmp_path):
    run_program(MULTIPROCESSING, "127.0.0.1:%d" % free_port())
    assert len(list((tmp_path / "spool").iterdir())) == 1


def test_a_directory_that_others_can_write_is_refused(tmp_path):
    os.chmod(tmp_path, 0o777)
    with pytest.raises(ValueError, match="others may write there"):
        flawless.init("127.0.0.1:9", hooks=False, spool_dir=tmp_path)


def test_a_directory_of_the_environment_that_cannot_be_used_costs_no_report(run_program, tmp_path):
    (tmp_path / "open").mkdir()
    os.chmod(tmp_path / "open", 0o777)
    server = Server()
    done = run_program(
        "import flawless\nflawless.record_error(ValueError('sent'))\n",
        FLAWLESS_DSN=server.dsn,
        FLAWLESS_SPOOL_DIR=str(tmp_path / "open"),
    )
    assert "reports are not kept while the server is away: " in done.stderr
    assert "others may write there" in done.stderr
    assert values(server) == ["sent"]
    server.close()


DRAIN_PAST_ONE = """
import os, sys, time
import flawless
flawless.init(sys.argv[1], spool_dir=sys.argv[2])
flawless.client.record_error(exc_info=ValueError("last"))
until = time.monotonic() + 30
while not flawless.counters()["dropped_refused"] and time.monotonic() < until:
    flawless.flush(0.05)
while os.listdir(sys.argv[2]) and time.monotonic() < until:
    flawless.flush(0.05)
print(flawless.counters()["dropped_refused"])
"""


def test_a_report_that_a_server_stumbles_over_does_not_keep_the_others(run_program, tmp_path):
    spool = tmp_path / "spool"
    dead = "127.0.0.1:%d" % free_port()
    for name in ["poison", "a", "b", "c"]:
        run_program(REPORT, dead, spool, name)
    assert len(list(spool.iterdir())) == 4
    server = Server()
    server.stumbles_over = b"poison"
    assert run_program(DRAIN_PAST_ONE, server.dsn, spool).stdout == "1\n"
    assert [name for name in values(server) if name != "poison"] == ["a", "b", "c", "last"]
    server.close()


def test_a_directory_that_others_can_write_by_now_is_not_used(run_program, tmp_path):
    program = REPORT.replace("try:", "import os; os.chmod(sys.argv[2], 0o777)\ntry:")
    spool = tmp_path / "spool"
    run_program(program, "127.0.0.1:%d" % free_port(), spool, "kept from others")
    assert list(spool.iterdir()) == []


def test_a_process_begins_without_the_directory(run_program, tmp_path):
    (tmp_path / "spool").mkdir(mode=0o700)
    program = MULTIPROCESSING.replace("os.chdir(where)", "print('begun')").replace(
        "    child =", "    os.chmod('spool', 0o777)\n    child ="
    )
    run = run_program(program, "127.0.0.1:%d" % free_port())
    assert run.stdout == "begun\n"
    assert "others may write there" in run.stderr
