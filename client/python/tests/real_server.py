# SPDX-License-Identifier: MIT
"""A real Flawless, when FLAWLESS_SERVER names its binary."""

import contextlib
import json
import os
import re
import socket
import subprocess
import time
import urllib.request

import pytest

BINARY = os.environ.get("FLAWLESS_SERVER")
is_needed = pytest.mark.skipif(not BINARY, reason="FLAWLESS_SERVER is not set")


def git(directory, *arguments):
    subprocess.run(
        ["git", "-C", str(directory), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        + list(arguments),
        check=True,
        capture_output=True,
    )


def commit_all(directory):
    """Makes a repository of a directory, all of it Ada's."""
    git(directory, "init", "-q")
    git(directory, "add", ".")
    git(directory, "commit", "-q", "-m", "Sell")


def wait_until_listening(process, port):
    """Until a server that was just started takes connections."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, "it did not start"
            time.sleep(0.01)


@contextlib.contextmanager
def running(repository, directory):
    """A running server on a repository, with its own things in directory; gives its URL and its
    DSN."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state = directory / "state"
    state.mkdir(mode=0o700)
    cfg = directory / "flawless.cfg"
    cfg.write_text(
        "[flawless]\nbind_address = 127.0.0.1\nport = %d\nhttp_port = 0\n"
        "web_auth = none\ndata_dir_path = %s\nrepo_dir = %s\n" % (port, state, repository)
    )
    process = subprocess.Popen(
        [BINARY, "start", "-conf", str(cfg)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until_listening(process, port)
    shown = subprocess.run([BINARY, "dsn", "-conf", str(cfg)], capture_output=True, text=True)
    dsn = re.search(r"http://(\w+)@[^/]*(/\S*)", shown.stdout)
    yield "http://127.0.0.1:%d" % port, "http://%s@127.0.0.1:%d%s" % (dsn[1], port, dsn[2])
    process.terminate()
    assert process.wait(20) == 0


def errors_of(url):
    request = urllib.request.Request(
        url + "/get_weekly_error_report", headers={"Accept": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        week = json.load(answer)
    return {
        (developer["email"], error["filename"], error["line_number"]): error["error_count"]
        for developer in week["developers"]
        for error in developer["errors"]
    }


def wait_for_errors(url, wanted, chosen=lambda key: True):
    """Waits until the errors whose keys are chosen are those wanted: the author is found after the
    answer."""
    deadline = time.monotonic() + 20
    while True:
        found = {key: n for key, n in errors_of(url).items() if chosen(key)}
        if found == wanted:
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
