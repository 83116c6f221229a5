# SPDX-License-Identifier: MIT
"""A Flawless server that belongs to one test: own ports, own state, stopped by its process id."""

import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import urllib.parse

from reports import Sender
from stage import Process, free_port, get, get_json, wait_for

SANITIZER = re.compile(
    r"ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer|SUMMARY: \w+Sanitizer"
)
FORM_TOKEN = re.compile('name="form_token" value="([0-9a-f]+)"')


class Server:
    def __init__(self, binary, directory, repository, **options):
        self.binary, self.directory = pathlib.Path(binary), pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log_path = self.directory / "flawless.log"
        self.cfg = self.directory / "flawless.cfg"
        self.port = options.pop("port", None) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.options = {
            "bind_address": "127.0.0.1",
            "port": self.port,
            "http_port": 0,
            "web_auth": "none",
            "hostname": self.url,
            "data_dir_path": self.directory / "state",
            "repo_dir": repository,
            **options,
        }
        self.sections = {}  # further ones of flawless.cfg, by name
        self.process = None
        self.dsn = self.key = None

    def write_cfg(self):
        lines = [f"{name} = {value}\n" for name, value in self.options.items() if value is not None]
        self.cfg.write_text("".join(["[flawless]\n", *lines, *self.sections.values()]))

    def command(self, *arguments):
        return [str(self.binary), *map(str, arguments)]

    def start(self, flag="-conf"):
        self.write_cfg()
        (self.directory / "state").mkdir(mode=0o700, exist_ok=True)
        self.process = Process(self.command("start", flag, self.cfg), self.log_path)
        self.process.wait_for_line("listening on")
        run = subprocess.run(
            self.command("dsn", "-conf", self.cfg), capture_output=True, text=True, check=True
        )
        self.dsn = re.search(r"https?://\S+", run.stdout).group(0)
        self.key = re.search(r"//([0-9a-f]{32})", self.dsn).group(1)
        return self

    @property
    def pid(self):
        return self.process.popen.pid

    def is_running(self):
        return self.process is not None and self.process.popen.poll() is None

    def log(self):
        return "".join(self.process.lines)

    def log_lines(self):
        return list(self.process.lines)

    def sender(self, **more):
        return Sender(self.port, self.key, **more)

    def stop(self):
        """Stops in order; gives the exit status."""
        return self.process.stop()

    def kill(self):
        self.process.popen.send_signal(signal.SIGKILL)
        self.process.popen.wait()
        self.process.reader.join(5)

    def change_store(self, *statements):
        """Changes the database while the server is stopped."""
        assert not self.is_running()
        with sqlite3.connect(self.directory / "state" / "flawless.db") as database:
            for statement in statements:
                database.execute(statement)
        database.close()

    def bring_next_try_forward(self):
        """Makes letters that wait for their next try due."""
        self.change_store("UPDATE outbox SET next_try_at_ms = 0")

    def bring_digests_forward(self):
        """Makes digests due, as if the hour were over."""
        hour_ms = 3600 * 1000
        self.change_store(
            f"UPDATE outbox SET written_at_ms = written_at_ms - {hour_ms}",
            f"UPDATE held_letters SET due_at_ms = due_at_ms - {hour_ms}",
        )

    def get(self, path, accept="text/html"):
        return get(self.url + path, accept)

    def json(self, path):
        return get_json(self.url + path)

    def post_form(self, page, fields, path=None, headers=None):
        """Opens a page, fills in its form with fields and sends it to path, else to the page's own;
        (status, headers, body), not following the answer."""
        token = FORM_TOKEN.search(self.get(page)).group(1)
        body = urllib.parse.urlencode({**fields, "form_token": token})
        headers = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        path = path or page.partition("?")[0]
        return Sender(self.port, self.key).request("POST", path, body, headers)

    def week_errors(self):
        """The week's errors."""
        week = self.json("/get_weekly_error_report?include_known_errors=1")
        return [
            {**error, "developer": developer["email"]}
            for developer in week["developers"]
            for error in developer["errors"]
        ]

    def errors(self):
        """The week's errors by file."""
        return {error["filename"]: error for error in self.week_errors()}

    def count_of(self, path):
        return self.errors().get(path, {}).get("error_count", 0)

    def letters(self):
        return self.json("/outbox")["letters"]

    def wait_for_letters(self, wanted):
        wait_for(f"{wanted} letters", lambda: len(self.letters()) >= wanted)
        return self.letters()

    def status_of_process(self, field):
        """A field of /proc/<pid>/status in kB."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE).group(1))

    def check_unharmed(self):
        """Still there, still counting."""
        assert self.is_running(), self.log()
        assert self.get("/check_health")

    def complaints(self):
        text = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        return [line for line in text.splitlines() if SANITIZER.search(line)]


def environment_without(*names):
    return {name: value for name, value in os.environ.items() if name not in names}
