# SPDX-License-Identifier: MIT
"""What an operator's machinery does with it: service managers, log rotation."""

import configparser
import datetime
import os
import signal
import socket
import subprocess

import pytest
from conftest import ROOT
from stage import PATIENCE_S, Process, status_of, wait_for


def start(server, environment=None):
    """Starts with more in the environment and does not wait for the log."""
    server.write_cfg()
    command = server.command("start", "-conf", server.cfg)
    server.process = Process(command, server.log_path, environment=environment)
    server.process.wait_for_line("DSN:")


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    """A service manager's socket, and how it is written in NOTIFY_SOCKET."""
    name = str(tmp_path / "notify")
    abstract = request.param == "abstract"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + name if abstract else name)
        listener.settimeout(PATIENCE_S)
        yield listener, ("@" + name if abstract else name)


def test_a_service_manager_hears_of_start_life_and_stop(make_server, manager):
    listener, name = manager
    server = make_server()
    start(server, {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "400000"})
    assert listener.recv(100) == b"READY=1"
    assert status_of(server.url + "/check_health") == 200
    assert [listener.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    server.process.popen.send_signal(signal.SIGTERM)
    while (heard := listener.recv(100)) == b"WATCHDOG=1":
        pass
    assert heard == b"STOPPING=1"
    assert server.process.popen.wait(PATIENCE_S) == 0


def test_a_watchdog_meant_for_another_process_hears_nothing(make_server, manager):
    listener, name = manager
    server = make_server()
    start(
        server,
        {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1000", "WATCHDOG_PID": str(os.getpid())},
    )
    assert listener.recv(100) == b"READY=1"
    assert server.stop() == 0
    assert listener.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize("name", ["/nowhere/notify", "nonsense", "@", "/" + "x" * 200])
def test_a_service_manager_that_is_not_there_does_no_harm(make_server, name):
    server = make_server()
    start(server, {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "nonsense"})
    server.check_unharmed()


def test_the_unit_names_what_is_installed(binary):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(ROOT / "docs" / "systemd" / "flawless.service")
    service = unit["Service"]
    assert service["Type"] == "notify"
    command = service["ExecStart"].split()
    assert command[0].endswith("/bin/flawless")
    usage = subprocess.run([binary, "help", command[1]], capture_output=True, text=True, check=True)
    assert command[2] in usage.stdout
    assert "HUP" in service["ExecReload"]


def test_the_log_is_opened_again_after_logrotate_and_nothing_is_lost(make_server, bugs):
    server = make_server(log_level="INFO")
    log, renamed = server.directory / "x.log", server.directory / "x.log.1"
    server.options["log_file"] = log
    start(server)
    server.sender().post(b"the first stranger")  # a warning: the key is not known
    log.rename(renamed)
    server.sender().post(b"the second stranger")
    assert renamed.read_text().count("refused:") == 2
    server.process.popen.send_signal(signal.SIGHUP)
    wait_for("a new log", log.exists)
    wait_for("its first line", lambda: "the log goes on here" in log.read_text())
    server.sender().post(b"the third stranger")
    assert log.read_text().count("refused:") == 1
    assert renamed.read_text().count("refused:") == 2
    server.check_unharmed()
    assert server.stop() == 0
    assert log.read_text().splitlines()[-1].endswith("stopped")


def test_sighup_without_a_log_file_stops_nothing(server):
    server.process.popen.send_signal(signal.SIGHUP)
    server.process.wait_for_line("the log goes on here")
    server.check_unharmed()


def test_yesterdays_log_is_put_aside_and_old_ones_go(make_server):
    server = make_server(log_days_to_keep=2)
    log = server.directory / "x.log"
    log.write_text("long ago\n")
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    os.utime(log, (yesterday.timestamp(), yesterday.timestamp()))
    old = server.directory / "x.log.2020-05-20"
    other = server.directory / "x.log.2020-05-20.gz"
    old.write_text("")
    other.write_text("")
    server.options["log_file"] = log
    start(server)
    wait_for("a line", lambda: "listening on" in log.read_text())
    assert "long ago" not in log.read_text()
    assert (server.directory / f"x.log.{yesterday:%Y-%m-%d}").read_text() == "long ago\n"
    assert not old.exists()
    assert other.exists()
