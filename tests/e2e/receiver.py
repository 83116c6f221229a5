# SPDX-License-Identifier: MIT
"""Stands in for a Flawless server that does what a real one does not at will."""

import gzip
import http.server
import json
import socket
import threading

from stage import wait_for

KEY = "0123456789abcdef0123456789abcdef"


def items(body):
    """The items of an envelope: (header, payload)."""
    _, _, rest = body.partition(b"\n")
    found = []
    while rest:
        line, _, rest = rest.partition(b"\n")
        header = json.loads(line)
        found.append((header, json.loads(rest[: header["length"]])))
        rest = rest[header["length"] + 1 :]
    return found


class Receiver:
    """Answers 200, or first what answers (status, headers) says; keeps what it is sent."""

    def __init__(self):
        self.requests, self.answers = [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Content-Encoding"] == "gzip":
                    body = gzip.decompress(body)
                status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                outer.requests.append((status, items(body)))
                self.send_response(status)
                self.send_header("Content-Length", "2")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.dsn = f"http://{KEY}@127.0.0.1:{self.port}/1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def accepted(self, kind="event"):
        """Payloads of the items that were answered with success."""
        return [
            payload
            for status, content in self.requests
            for header, payload in content
            if status == 200 and header["type"] == kind
        ]

    def occurrences(self):
        return sum(event["contexts"]["flawless"]["error_count"] for event in self.accepted())

    def wait_for(self, n):
        wait_for(f"{n} requests", lambda: len(self.requests) >= n)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Hanging:
    """Accepts, reads, says answer, and then nothing more for ever."""

    def __init__(self, answer=b""):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.dsn = f"http://{KEY}@127.0.0.1:{self.port}/1"
        self.answer, self.connections = answer, []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                connection, _ = self.socket.accept()
                self.connections.append(connection)
                connection.recv(100)
                connection.sendall(self.answer)
        except OSError:
            pass  # closed

    def close(self):
        self.socket.close()
        for connection in self.connections:
            connection.close()
