# SPDX-License-Identifier: MIT
"""Servers that fork their workers after the application was loaded, and reported."""

import pathlib
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from conftest import occurrences

APPLICATION = """
import flawless.client
from flawless.client.middleware import FlawlessMiddleware

flawless.client.set_hostports([%r])
try:
    raise ImportError("while it was loaded")
except ImportError:
    flawless.client.record_error()  # so there is a sender's thread before the fork

def fail(environ, start_response):
    if environ["PATH_INFO"] == "/fail":
        raise LookupError("in a worker")
    start_response("200 OK", [])
    return [b"fine"]

application = FlawlessMiddleware(fail)
"""
SCRIPTS = pathlib.Path(sys.executable).parent


def get(port, path):
    try:
        with urllib.request.urlopen("http://127.0.0.1:%d%s" % (port, path), timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0  # uWSGI closes the connection of a request that failed


def command_of(how, listener):
    if how == "gunicorn":
        return ["gunicorn", "--preload", "--workers", "2", "--bind", "fd://%d" % listener.fileno()] + [
            "shop:application"
        ]
    uwsgi = ["uwsgi", "--http-socket", "fd://%d" % listener.fileno(), "--master", "--processes", "2"]
    more = ["--enable-threads", "--threads", "2"] if how == "uwsgi with threads" else []
    return uwsgi + more + ["--die-on-term", "--need-app", "--module", "shop:application"]


@pytest.mark.parametrize("how", ["gunicorn", "uwsgi", "uwsgi with threads"])
def test_workers_that_were_forked_report_their_own_errors(server, tmp_path, how):
    if not (SCRIPTS / how.split()[0]).exists():
        pytest.skip(how.split()[0] + " is not installed")
    (tmp_path / "shop.py").write_text(APPLICATION % server.dsn)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = command_of(how, listener)
        process = subprocess.Popen(
            [SCRIPTS / command[0], *command[1:]],
            cwd=tmp_path,
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = listener.getsockname()[1]
    try:
        server.wait_for(1, 30)
        for _ in range(4):
            assert get(port, "/") == 200
            assert get(port, "/fail") in (0, 500)
    finally:
        process.terminate()
        status = process.wait(20)
    assert status in (0, 30), status
    kinds = [event["exception"]["values"][-1]["type"] for event in server.events]
    assert kinds.count("ImportError") == 1
    assert occurrences(server.events) == 5 and set(kinds) == {"ImportError", "LookupError"}
