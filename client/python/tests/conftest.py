# SPDX-License-Identifier: MIT
"""A small Flawless server that keeps what it is sent. The package has to be installed."""

from __future__ import annotations

import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
import time

import pytest

# The tests' own surroundings must not lend anything.
for _name in ("FLAWLESS_DSN", "FLAWLESS_KEY", "FLAWLESS_CA_FILE", "FLAWLESS_SPOOL_DIR"):
    os.environ.pop(_name, None)

import flawless.client  # noqa: E402
from flawless.client.release import VARIABLES  # noqa: E402

for _name in VARIABLES:
    os.environ.pop(_name, None)

KEY = "0123456789abcdef0123456789abcdef"


class Request:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        lines = body.split(b"\n")
        self.envelope, self.item = json.loads(lines[0]), json.loads(lines[1])
        length = self.item["length"]
        start = len(lines[0]) + len(lines[1]) + 2
        self.event = json.loads(body[start : start + length])
        rest = body[start + length :]
        assert rest == b"\n" or rest.startswith(b'\n{"type":"client_report"')


class Server:
    """Answers 200, or what answers (status, headers) says first; keeps every request, unless keeps
    is turned off. With a context it speaks TLS."""

    def __init__(self, port=0, context=None):
        self.requests, self.answers = [], []
        self.arrived = threading.Condition()
        self.connections = 0
        self.keeps = True
        self.stumbles_over = b""  # bytes of the reports that are answered with 500
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                outer.connections += 1
                super().setup()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Content-Encoding"] == "gzip":
                    body = gzip.decompress(body)
                with outer.arrived:
                    status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                    if outer.stumbles_over and outer.stumbles_over in body:
                        status = 500
                    if outer.keeps:
                        outer.requests.append(Request(self.path, self.headers, body))
                    outer.arrived.notify_all()
                answer = b"{}"
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        http.server.ThreadingHTTPServer.daemon_threads = True
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self._scheme = "https" if context else "http"
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    @property
    def dsn(self):
        return "%s://%s@127.0.0.1:%d/1" % (self._scheme, KEY, self.port)

    @property
    def events(self):
        with self.arrived:
            return [request.event for request in self.requests]

    def wait_for(self, n, seconds=10):
        deadline = time.monotonic() + seconds
        with self.arrived:
            while len(self.requests) < n:
                left = deadline - time.monotonic()
                assert left > 0, "%d of %d requests arrived" % (len(self.requests), n)
                self.arrived.wait(left)
            return list(self.requests)

    def flushed(self):
        """All events, when the client says that nothing is left."""
        assert flawless.client.flush(10)
        return self.events

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def forget_what_waits():
    """Reports that nobody took in one test must not reach the server of the next."""
    sink = Server()
    flawless.client.set_hostports([sink.dsn])
    assert flawless.client.flush(10)
    flawless.client.set_hostports([])
    sink.close()


@pytest.fixture
def server():
    server = Server()
    flawless.client.set_hostports([server.dsn])
    yield server
    flawless.client.flush(5)  # leaves nothing of this test to the next
    flawless.client.set_hostports([])
    server.close()


def raised(function, *arguments):
    """The exception that function raises."""
    try:
        function(*arguments)
    except BaseException as exception:
        return exception
    raise AssertionError("nothing was raised")


def occurrences(events):
    return sum(event["contexts"]["flawless"]["error_count"] for event in events)


@pytest.fixture
def run_program(tmp_path):
    """Runs a Python program in a process of its own; gives the finished process."""

    def run(source, *arguments, timeout=60, **environment):
        path = tmp_path / "program.py"
        path.write_text(source)
        return subprocess.run(
            [sys.executable, str(path), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=str(tmp_path),
            env={**os.environ, **environment},
        )

    return run
