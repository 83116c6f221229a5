# SPDX-License-Identifier: MIT
"""Application servers, which fork, thread and end processes in their own ways."""

import concurrent.futures
import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Server

APPLICATION = """
import glob, os, time
import flawless.client
from flawless.client.middleware import FlawlessMiddleware

flawless.client.set_hostports([{dsn!r}])

def respond(environ, start_response):
    if environ["PATH_INFO"] == "/fails":
        raise ValueError("in the application")
    if environ["PATH_INFO"] == "/all":
        wait_for_all_workers()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"fine"]

def wait_for_all_workers():
    open("up-%d" % os.getpid(), "w").close()
    deadline = time.monotonic() + 20
    while len(glob.glob("up-*")) < {worker_n} and time.monotonic() < deadline:
        time.sleep(0.01)

def caught(environ, start_response):
    "What fails is an answer, whatever the server does with exceptions."
    try:
        return watched(environ, start_response)
    except ValueError:
        start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
        return [b"failed"]

watched = FlawlessMiddleware(respond)
application = caught

try:
    raise KeyError("while it was loaded")  # the sender's thread exists before any fork
except KeyError:
    flawless.client.record_error()
"""

GUNICORN = ["gunicorn", "--bind=unix:{socket}", "program:application"]
UWSGI = ["uwsgi", "--master", "--die-on-term", "--http-socket={socket}"]
UWSGI += ["--stats={socket}.stats", "--module=program:application"]

# Each with its workers and their threads.
SERVERS = {
    "gunicorn": (GUNICORN, 3, 1, []),
    "gunicorn that loads before it forks": (GUNICORN, 3, 1, ["--preload"]),
    "gunicorn with threads": (GUNICORN, 2, 4, ["--preload"]),
    "uwsgi": (UWSGI, 3, 1, []),
    "uwsgi that loads after it forks": (UWSGI, 3, 1, ["--lazy-apps"]),
    "uwsgi with threads": (UWSGI, 2, 4, []),
}


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(path, page):
    connection = UnixConnection(path)
    connection.request("GET", page)
    status = connection.getresponse().status
    connection.close()
    return status


def find_command(name):
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def answers(path):
    with contextlib.suppress(OSError):
        return ask(path, "/") == 200


def wait_until_it_is_ready(process, path, together):
    """together: requests that keep all workers busy, for uWSGI: one of its workers that is told to
    end while it begins does not always do so."""
    deadline = time.monotonic() + 30
    while not answers(path):
        assert process.poll() is None and time.monotonic() < deadline, "it did not start"
        time.sleep(0.02)
    with concurrent.futures.ThreadPoolExecutor(max(together, 1)) as pool:
        assert set(pool.map(ask, [path] * together, ["/all"] * together)) <= {200}


def is_idle(path):
    """Whether no worker of uWSGI has a request in hand: one that has ends without atexit's calls."""
    stats = Path("%s.stats" % path)
    if not stats.exists():
        return True
    with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rb") as answer:
        connection.connect(str(stats))
        return {worker["status"] for worker in json.load(answer)["workers"]} == {"idle"}


def end(process, path):
    deadline = time.monotonic() + 10
    while not is_idle(path):
        assert time.monotonic() < deadline, "it does not come to rest"
        time.sleep(0.02)
    process.terminate()
    assert process.wait(30) == 0


@pytest.fixture
def start_program(tmp_path):
    """Starts an application server with the application; gives its process and its socket."""
    processes = []

    def start(kind, dsn):
        arguments, worker_n, thread_n, more = SERVERS[kind]
        command = find_command(arguments[0])
        if not command:
            pytest.skip("%s is not installed" % arguments[0])
        program = APPLICATION.replace("{dsn!r}", repr(dsn)).replace("{worker_n}", str(worker_n))
        (tmp_path / "program.py").write_text(program)
        path = tmp_path / "socket"
        rest = [argument.format(socket=path) for argument in arguments[1:]] + more
        rest += ["--%s=%d" % ("processes" if "uwsgi" in kind else "workers", worker_n)]
        rest += ["--threads=%d" % thread_n] if thread_n > 1 else []
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen([command, *rest], cwd=tmp_path, stdout=log, stderr=log)
        processes.append(process)
        wait_until_it_is_ready(process, path, worker_n * thread_n if "uwsgi" in kind else 0)
        return process, path

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.wait()


def counted(server):
    """Occurrences for each exception's text."""
    counts = {}
    for event in server.events:
        text = event["exception"]["values"][0]["value"]
        counts[text] = counts.get(text, 0) + event["contexts"]["flawless"]["error_count"]
    return counts


@pytest.mark.parametrize("kind", SERVERS)
def test_every_failed_request_is_counted_when_the_server_ends(start_program, kind):
    server = Server()
    process, path = start_program(kind, server.dsn)
    assert [ask(path, "/fails") for _ in range(120)] == [500] * 120
    assert ask(path, "/") == 200
    end(process, path)
    counts = counted(server)
    assert counts.pop("in the application") == 120
    loaded_n, worker_n = counts.pop("'while it was loaded'"), SERVERS[kind][1]
    loads_before_it_forks = kind not in ("gunicorn", "uwsgi that loads after it forks")
    assert 1 <= loaded_n <= (1 if loads_before_it_forks else worker_n)
    assert not counts
    server.close()


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_never_answers_costs_no_request_and_no_exit(start_program, kind):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        process, path = start_program(kind, "127.0.0.1:%d" % silent.getsockname()[1])
        assert [ask(path, "/fails") for _ in range(120)] == [500] * 120
        end(process, path)
