# SPDX-License-Identifier: MIT
"""Stopping while the store, a peer or a reader of answers does not play along."""

import pathlib
import signal
import socket
import sqlite3
import time

import pytest
from reports import envelope
from stage import wait_for
from thrift_client import Client, RecordErrorArguments, RecordErrorRequest, StackLine

DEADLINE_S = 10


class Locked:
    """The database, held by another program as a backup might hold it."""

    def __init__(self, server):
        self.database = sqlite3.connect(
            server.directory / "state" / "flawless.db", isolation_level=None
        )

    def __enter__(self):
        self.database.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, *reason):
        self.release()

    def release(self):
        if self.database:
            self.database.rollback()
            self.database.close()
        self.database = None


def request_of(server, event):
    body = envelope(event)
    head = (
        f"POST /api/1/envelope/?sentry_key={server.key} HTTP/1.1\r\nHost: x\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def test_a_thrift_call_that_is_answered_too_late_does_no_harm(make_server):
    server = make_server(thrift_networks="loopback").start()
    client = Client(server.port)
    assert client.ping()
    with Locked(server) as locked:
        line = StackLine(filename="shop/cart.py", line_number=3, function_name="f", text="x")
        request = RecordErrorRequest(traceback=[line], exception_message="boom", hostname="h")
        client.send("record_error", RecordErrorArguments(request=request))
        assert Client(server.port).ping()  # one thread reads all calls, so the first is taken, too
        server.process.popen.send_signal(signal.SIGTERM)
        server.process.wait_for_line("still under way")
        locked.release()
        assert server.process.popen.wait(DEADLINE_S) == 0
    server.process.reader.join(5)
    assert not server.complaints(), server.log()
    client.close()


def test_a_locked_store_is_waited_for_once(make_server, bugs):
    server = make_server().start()
    connections = []
    with Locked(server):
        for _ in range(8):
            connections.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            connections[-1].sendall(request_of(server, bugs["ada"].event()))
        started = time.monotonic()
        answers = [connection.recv(4096)[9:12] for connection in connections]
        assert answers == [b"503"] * len(answers)
        assert time.monotonic() - started < 15  # not eight times five seconds
    server.sender().report(bugs["ada"].event())
    assert server.count_of(bugs["ada"].path) == 1


def test_a_git_that_hangs_ends_with_the_server(make_server, bugs, tmp_path):
    pids = tmp_path / "pids"
    git = tmp_path / "git-that-hangs"
    git.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *blame*) echo $$ >> {pids}; exec sleep 600;; esac\n'
        'exec git "$@"\n'
    )
    git.chmod(0o755)
    server = make_server(git_cli_path=git).start()
    server.sender().report(*(bug.event() for bug in bugs.values()))
    wait_for("git", lambda: pids.exists() and pids.read_text().endswith("\n"))
    server.process.popen.send_signal(signal.SIGTERM)
    assert server.process.popen.wait(DEADLINE_S) == 0
    server.process.reader.join(5)
    assert "left as it is" not in server.log()
    for pid in pids.read_text().split():
        assert not pathlib.Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("attempt", range(3))
def test_requests_that_come_while_it_stops_do_not_abort_it(
    make_server, release_binary, bugs, attempt
):
    server = make_server(binary=release_binary).start()
    request = request_of(server, bugs["ada"].event())
    connections = []
    for _ in range(1000):
        connections.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
        connections[-1].sendall(request)
    for connection in connections:
        assert connection.recv(4096)
    server.process.popen.send_signal(signal.SIGTERM)
    for connection in connections:  # one after the other, so that now and then none is in flight
        try:
            connection.sendall(request)
        except OSError:
            pass
        until = time.perf_counter() + 0.0003
        while time.perf_counter() < until:
            pass
    assert server.process.popen.wait(DEADLINE_S) == 0, server.log()
    for connection in connections:
        connection.close()
