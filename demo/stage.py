# SPDX-License-Identifier: MIT
"""What the demo's story is told with: processes that are watched, requests, and a colour or two."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

PATIENCE_S = 60  # the deadline of everything that is waited for


class Trouble(Exception):
    """Something the person at the terminal has to read."""


def say(text=""):
    print(text, flush=True)


def paint(text, code):
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() else text


def step(text):
    say(paint("==> ", "1;34") + text)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url, accept="text/html"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return answer.read().decode()


def get_json(url):
    return json.loads(get(url, "application/json"))


def status_of(url):
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def wait_for(what, look):
    """The first true answer of look(), asked until the deadline."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        answer = look()
        if answer:
            return answer
        time.sleep(0.1)
    raise Trouble(f"{what} did not happen within {PATIENCE_S} seconds")


class Process:
    """A program that runs until it is stopped; its output goes to a file and can be waited for."""

    def __init__(self, command, log_path, cwd=None, environment=None):
        self.command, self.log_path = command, log_path
        self.lines, self.changed = [], threading.Condition()
        self.popen = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C is for the demo, which then stops the others in order
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        with open(self.log_path, "a") as log:
            for line in self.popen.stdout:
                log.write(line)
                log.flush()
                with self.changed:
                    self.lines.append(line)
                    self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def wait_for_line(self, pattern):
        """The match of pattern in the first line that has one."""

        def found():
            return next(filter(None, (re.search(pattern, line) for line in self.lines)), None)

        with self.changed:
            self.changed.wait_for(
                lambda: found() or not self.reader.is_alive() or self.popen.poll() is not None,
                PATIENCE_S,
            )
            match = found()
        if not match:
            raise Trouble(
                f"{self.command[0]} said nothing like '{pattern}':\n{''.join(self.lines[-20:])}"
            )
        return match

    def stop(self):
        if self.popen.poll() is None:
            self.popen.terminate()
        try:
            status = self.popen.wait(15)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            status = self.popen.wait()
        self.reader.join(5)
        return status


def run(command, log_path, cwd, environment):
    """Runs a program to its end, which must be a good one."""
    with open(log_path, "a") as log:
        status = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=2 * PATIENCE_S,
        ).returncode
    if status:
        with open(log_path) as log:
            raise Trouble(f"{command} ended with status {status}:\n{log.read()[-2000:]}")
