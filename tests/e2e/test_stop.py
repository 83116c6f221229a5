# SPDX-License-Identifier: MIT
"""Stopping in order: what is in flight is answered, exit status 0 within ten seconds."""

import signal
import socket
import sqlite3
import threading
import time

import pytest

DEADLINE_S = 10


def ask_to_stop(server, by):
    """Signals, waits for the end; gives how long it took."""
    started = time.monotonic()
    server.process.popen.send_signal(by)
    assert server.process.popen.wait(DEADLINE_S + 5) == 0
    server.process.reader.join(5)
    return time.monotonic() - started


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_asked(server, by):
    assert ask_to_stop(server, by) < DEADLINE_S


def test_whatever_was_in_flight_is_answered_and_counted(make_server, bugs):
    server = make_server().start()
    bug, answered, enough = bugs["ada"], [0] * 4, threading.Event()
    odd = []

    def send(index):
        sender = server.sender(timeout=20)
        while True:
            try:
                sender.report(bug.event())
            except OSError:  # closed between two requests
                return
            except Exception as reason:
                odd.append(reason)
                return
            answered[index] += 1
            if sum(answered) > 200:
                enough.set()

    threads = [threading.Thread(target=send, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    assert ask_to_stop(server, signal.SIGTERM) < DEADLINE_S
    for thread in threads:
        thread.join(30)
    # a connection may close as a new request reaches it, but never with half an answer
    assert all("RemoteDisconnected" in repr(reason) or "503" in repr(reason) for reason in odd), odd
    server.start()
    assert server.count_of(bug.path) == sum(answered)


def test_a_client_that_never_finishes_does_not_hold_it_up(server):
    head = f"POST /api/1/envelope/?sentry_key={server.key} HTTP/1.1\r\nHost: x\r\n"
    openings = (
        head.encode() + b"Content-Length: 50\r\n\r\nhalf",
        b"\x00\x00\x00\x50half a frame",
        b"",
        b"\x00",
    )
    connections = []
    for opening in openings:
        connections.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
        connections[-1].sendall(opening)
    server.check_unharmed()
    assert ask_to_stop(server, signal.SIGTERM) < DEADLINE_S
    for connection in connections:
        connection.close()


def test_a_second_signal_is_no_trouble(server):
    server.process.popen.send_signal(signal.SIGTERM)
    assert ask_to_stop(server, signal.SIGTERM) < DEADLINE_S


def test_after_a_stop_the_database_is_whole_in_one_file(server, bugs):
    server.sender().report(bugs["ada"].event())
    assert server.get("/")
    assert server.stop() == 0
    state = server.directory / "state"
    assert sorted(file.name for file in state.glob("flawless.db*")) == ["flawless.db"]
    with sqlite3.connect(f"file:{state / 'flawless.db'}?mode=ro", uri=True) as database:
        assert database.execute("SELECT SUM(count) FROM errors").fetchone() == (1,)
    database.close()
