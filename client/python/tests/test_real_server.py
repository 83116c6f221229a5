# SPDX-License-Identifier: MIT
"""The client against a real Flawless, when FLAWLESS_SERVER names its binary."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import raised

from flawless.client import counters, flush, record_error, set_hostports

BINARY = os.environ.get("FLAWLESS_SERVER")
pytestmark = pytest.mark.skipif(not BINARY, reason="FLAWLESS_SERVER is not set")


def git(directory, *arguments):
    subprocess.run(
        ["git", "-C", str(directory), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        + list(arguments),
        check=True,
        capture_output=True,
    )


@pytest.fixture
def real_server(tmp_path):
    """A running server on a repository with the one file shop.py; gives its URL and its DSN."""
    (tmp_path / "shop.py").write_text("def sell():\n    raise ValueError('sold out')\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "shop.py")
    git(tmp_path, "commit", "-q", "-m", "Sell")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    cfg = tmp_path / "flawless.cfg"
    cfg.write_text(
        "[flawless]\nbind_address = 127.0.0.1\nport = %d\nhttp_port = 0\n"
        "web_auth = none\ndata_dir_path = %s\nrepo_dir = %s\n" % (port, state, tmp_path)
    )
    process = subprocess.Popen(
        [BINARY, "start", "-conf", str(cfg)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, "it did not start"
            time.sleep(0.01)
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


@pytest.mark.parametrize("has_key", [True, False], ids=["with a key", "host:port alone"])
def test_a_real_server_counts_every_occurrence_for_the_author_of_the_line(
    real_server, tmp_path, monkeypatch, has_key
):
    url, dsn = real_server
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    import shop

    before = counters()
    set_hostports([dsn if has_key else url.removeprefix("http://")])
    for _ in range(1000):
        record_error(exc_info=raised(shop.sell), additional_info="GET /sell")
    assert flush(20)
    set_hostports([])
    after = counters()
    assert after["dropped_refused"] == before["dropped_refused"]
    wanted = {("ada@example.com", "shop.py", 2): 1000}
    deadline = time.monotonic() + 20
    while errors_of(url) != wanted:  # the author is found after the answer
        assert time.monotonic() < deadline, errors_of(url)
        time.sleep(0.05)
