# SPDX-License-Identifier: MIT
"""SIGHUP: a flawless.cfg that changed comes into force, in the same process and with nobody refused."""

import os
import pathlib
import signal
import socket
import threading

import pytest
from reports import envelope
from stage import PATIENCE_S, free_port, get_json, wait_for
from test_operation import manager, start  # noqa: F401


def reload(server, **options):
    server.options.update(options)
    server.write_cfg()
    server.process.wait_for_line("DSN: ")
    server.process.popen.send_signal(signal.SIGHUP)


def starts(server):
    return server.log().count("DSN: ")


def reload_for_good(server, **options):
    before = starts(server)
    reload(server, **options)
    wait_for("another start", lambda: starts(server) > before)


def problems(server):
    return server.json("/check_health")["problems"]


def test_a_new_threshold_comes_into_force_in_the_same_process(make_server, bugs):
    server = make_server(report_error_threshold=100).start()
    pid = server.pid
    server.sender().report(bugs["ada"].event())
    reload_for_good(server, report_error_threshold=2)
    server.sender().report(bugs["ada"].event())
    assert len(server.wait_for_letters(1)) == 1
    assert server.count_of(bugs["ada"].path) == 2
    assert server.pid == pid and server.is_running()
    assert pathlib.Path(f"/proc/{pid}/comm").read_text() == "flawless\n"


def test_an_unchanged_file_starts_nothing_anew(server):
    reload(server)
    server.process.wait_for_line("the log goes on here")
    assert starts(server) == 1
    server.check_unharmed()


def test_another_port_is_listened_on_and_the_old_one_is_free(make_server):
    server = make_server().start()
    old, new = server.port, free_port()
    reload_for_good(server, port=new)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", old))
    assert get_json(f"http://127.0.0.1:{new}/check_health")["status"] == "ok"


def test_what_cannot_be_used_is_told_and_changes_nothing(make_server, bugs, tmp_path):
    server = make_server().start()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        good = dict(server.options)
        for option, value, words in (
            ("report_error_threshold", "many", ": report_error_threshold: expected"),
            ("port", other.getsockname()[1], "in use"),
            ("repo_dir", tmp_path / "nowhere", "repository"),
            ("tls_key", tmp_path / "nowhere.key", "tls_certificate"),
            ("log_file", tmp_path / "nowhere" / "x.log", "log_file"),
        ):
            server.options = {**good}
            reload(server, **{option: value})
            wait_for(words, lambda words=words: words in " ".join(problems(server)))
            assert words in server.log()
    assert starts(server) == 1
    server.sender().report(bugs["ada"].event())
    server.options = good
    reload(server)
    wait_for("no problem", lambda: not problems(server))
    assert starts(server) == 1


def test_a_rule_file_or_store_that_is_broken_keeps_the_old_configuration(make_server, tmp_path):
    other = make_server("other").start()
    server = make_server().start()
    reload(server, data_dir_path=other.directory / "state")
    wait_for("a word", lambda: "another server works with it" in " ".join(problems(server)))
    assert starts(server) == 1
    other.check_unharmed()


def test_no_file_but_sockets_that_are_needed_outlives_a_reload(make_server):
    server = make_server().start()

    def files():
        directory = pathlib.Path(f"/proc/{server.pid}/fd")
        names = [os.readlink(each) for each in directory.iterdir() if each.is_symlink()]
        return [name for name in names if "flawless.db" not in name]  # pages open it at need

    server.json("/check_health")
    reload_for_good(server, report_error_threshold=4)
    server.json("/check_health")
    once = len(files())
    for threshold in 5, 6, 7:
        reload_for_good(server, report_error_threshold=threshold)
        server.json("/check_health")
    wait_for("as few files", lambda: len(files()) <= once)  # git may be asked something just now
    environment = pathlib.Path(f"/proc/{server.pid}/environ").read_bytes()
    assert environment.count(b"FLAWLESS_SOCKETS") == 1


def test_a_connection_that_said_nothing_yet_is_kept(make_server):
    server = make_server().start()
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as quiet:
        server.json("/check_health")  # the quiet one came before
        reload_for_good(server, report_error_threshold=4)
        quiet.sendall(b"GET /static/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert quiet.recv(100).startswith(b"HTTP/1.1 ")


def test_a_service_manager_hears_of_the_reload(make_server, manager):  # noqa: F811
    listener, name = manager
    server = make_server()
    start(server, {"NOTIFY_SOCKET": name})
    assert listener.recv(100) == b"READY=1"
    reload(server, report_error_threshold=4)
    assert listener.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
    assert listener.recv(100) == b"READY=1"


class Reporter(threading.Thread):
    """Reports over new connections and open ones by turns; a kept one that was closed between two requests
    is opened again, as every HTTP client does."""

    def __init__(self, server, event):
        super().__init__()
        self.server, self.event = server, event
        self.over, self.accepted, self.failure = threading.Event(), 0, None

    def run(self):
        try:
            while not self.over.is_set():
                sender = self.server.sender()
                self.post(sender)
                try:
                    self.post(sender)
                except (ConnectionError, OSError):
                    pass  # not answered, so it may be counted or not: see post
                sender.close()
        except Exception as failure:
            self.failure = failure

    def post(self, sender):
        status, _, body = sender.post(envelope(self.event()))
        assert status == 200, (status, body)
        self.accepted += 1


def test_no_report_is_lost_or_refused_while_it_reloads(make_server, bugs):
    server = make_server().start()
    reporters = [Reporter(server, bugs["ada"].event) for _ in range(8)]
    for reporter in reporters:
        reporter.start()
    for threshold in 11, 12, 13, 14, 15:
        accepted = sum(each.accepted for each in reporters)
        reload_for_good(server, report_error_threshold=threshold)
        wait_for(
            "more reports",
            lambda accepted=accepted: sum(each.accepted for each in reporters) > accepted + 20
            or any(each.failure for each in reporters),
        )
    for reporter in reporters:
        reporter.over.set()
    for reporter in reporters:
        reporter.join(PATIENCE_S)
    assert [each.failure for each in reporters] == [None] * 8
    assert server.count_of(bugs["ada"].path) == sum(each.accepted for each in reporters)
