# SPDX-License-Identifier: MIT
"""What `make bench` measures: the server with a store and a repository of its own, the bare
reference, and the machine they run on."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "corpus" / "sentry"
KEY = "0123456789abcdef0123456789abcdef"
START_S = 20

sys.path.append(str(ROOT / "demo"))

from stage import free_port  # noqa: E402


def run(*command, **more):
    """Runs a tool; what it said is only shown when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def make_repository(place):
    """A repository with the files that the standard event's frames name, by two authors."""
    shutil.copytree(ROOT / "tests/sdk/python", place, ignore=shutil.ignore_patterns("__pycache__"))
    run("git", "init", "-q", "-b", "main", place)
    for author, paths in [("ada", ["shop"]), ("grace", ["."])]:
        who = ["-c", f"user.name={author}", "-c", f"user.email={author}@example.com"]
        run("git", "-C", place, "add", *paths)
        run("git", "-C", place, *who, "commit", "-q", "-m", f"What {author} wrote")


def describe_machine(room):
    """Facts without which the numbers say little."""
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    filesystem = run("stat", "-f", "-c", "%T", room).strip()
    if filesystem in ("tmpfs", "ramfs"):
        sys.exit(f"{room} is in memory, where a commit costs nothing; name a disk with --directory")
    with tempfile.NamedTemporaryFile(dir=room) as file:
        waits = []
        for _ in range(50):
            file.write(b"x" * 4096)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            waits.append((time.perf_counter() - began) * 1000)
    return {
        "cpu": model.group(1) if model else "unknown",
        "cores": os.cpu_count(),
        "filesystem": filesystem,
        "fdatasync_ms": round(statistics.median(waits), 3),
        "load_average_before": os.getloadavg()[0],
    }


def cpu_s(pid):
    """Processor time of a process so far, in and out of the kernel."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Flawless:
    """A server on SQLite with a store of its own, on disk."""

    def __init__(self, binary, room, **more):
        self.port = free_port()
        self.cfg = room / "flawless.cfg"
        self.log_path = room / "flawless.log"
        self.command = [str(binary), "start", "-conf", str(self.cfg)]
        (room / "state").mkdir(mode=0o700)
        options = {
            "bind_address": "127.0.0.1",
            "port": self.port,
            "http_port": 0,
            "hostname": f"http://127.0.0.1:{self.port}",
            "data_dir_path": room / "state",
            "repo_dir": room / "repository",
            "project_key": KEY,
            "web_auth": "none",
            **more,
        }
        lines = [f"{name} = {value}\n" for name, value in options.items()]
        self.cfg.write_text("[flawless]\n" + "".join(lines))
        self.accepted = 0
        self.started_at_s = time.time()

    def start(self):
        """Starts it and gives the milliseconds until it accepted a report."""
        began = time.perf_counter()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        body = (CORPUS / "python-chained.envelope").read_bytes()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/1/envelope/?sentry_key={KEY}", data=body
        )
        while True:
            with contextlib.suppress(OSError):
                with urllib.request.urlopen(request, timeout=START_S) as answer:
                    answer.read()
                break
            if self.process.poll() is not None or time.perf_counter() - began > START_S:
                sys.exit(f"flawless does not serve:\n{self.log_path.read_text()[-3000:]}")
            time.sleep(0.001)
        self.accepted += 1
        return (time.perf_counter() - began) * 1000

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def memory_kb(self, field):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+)", status, re.MULTILINE).group(1))

    def count(self):
        """Occurrences by the weekly report; of two weeks when midnight on Sunday passed."""
        weeks = {}
        for moment in {int(self.started_at_s), int(time.time())}:
            query = "include_known_errors=1&include_modified_before_min_date=1"
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}/get_weekly_error_report?timestamp={moment}&{query}",
                headers={"Accept": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                week = json.load(answer)
            weeks[week["week"]] = sum(
                error["error_count"] for who in week["developers"] for error in who["errors"]
            )
        return sum(weeks.values())


@contextlib.contextmanager
def bare_server(binary):
    """The reference; gives its process id and port. It ends with its standard input."""
    process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield process.pid, int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(30)
