# SPDX-License-Identifier: MIT
"""git over HTTP with a password: git http-backend behind a small server of the test's own."""

import base64
import http.server
import os
import subprocess
import threading

BACKEND = os.path.join(
    subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip(),
    "git-http-backend",
)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.paths.append(self.path)
        if "Authorization" in self.headers:
            self.server.logins.append(self.headers["Authorization"])
        if self.server.elsewhere:
            self.answer(302, [("Location", self.server.elsewhere + self.path)], b"")
            return
        login = f"{self.server.user}:{self.server.password}"
        if self.headers.get("Authorization") != "Basic " + base64.b64encode(login.encode()).decode():
            self.answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")
            return
        body = self.body()
        if self.command == "POST":
            self.server.asked.set()
            self.server.gate.wait(60)
        self.answer(*self.ask_backend(body))

    do_POST = do_GET

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def ask_backend(self, body):
        path, _, query = self.path.partition("?")
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        run = subprocess.run([BACKEND], input=body, env=environment, capture_output=True)
        head, _, content = run.stdout.partition(b"\r\n\r\n")
        headers = [line.decode().split(": ", 1) for line in head.split(b"\r\n")]
        status = next((int(v.split()[0]) for name, v in headers if name == "Status"), 200)
        return status, [(n, v) for n, v in headers if n != "Status"], content

    def answer(self, status, headers, content):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


class GitServer(http.server.ThreadingHTTPServer):
    """Serves the repositories below root. Packs are sent while gate is set."""

    daemon_threads = True

    def __init__(self, root, user, password, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.root, self.user, self.password = root, user, password
        self.gate, self.asked = threading.Event(), threading.Event()
        self.gate.set()
        self.elsewhere = None  # where everybody is sent instead
        self.paths, self.logins = [], []  # what was asked for, and what was shown to it
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def url(self, name, login=None):
        return f"http://{login + '@' if login else ''}127.0.0.1:{self.server_port}/{name}"

    def stop(self):
        self.gate.set()
        self.shutdown()
        self.server_close()
