# SPDX-License-Identifier: MIT
"""What the package says when reports cannot arrive until a person does something about it."""

import logging
import ssl
import subprocess

import pytest
from conftest import Server, forget_what_waits, raised

from flawless.client import flush, record_error, set_hostports

REPORT = """
import sys
import flawless
flawless.init(sys.argv[1], ca_file=sys.argv[2] if len(sys.argv) > 2 else None)
try:
    1 / 0
except ZeroDivisionError:
    flawless.record_error()
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody signed, with its key, in one file."""
    directory = tmp_path_factory.mktemp("certificate")
    key, path = directory / "key.pem", directory / "server.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-keyout", str(key), "-out", str(path)],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    path.write_text(path.read_text() + key.read_text())
    return path


@pytest.fixture
def secure_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(certificate))
    server = Server(context=context)
    yield server
    forget_what_waits()
    server.close()


def warnings(caplog):
    return [one.getMessage() for one in caplog.records if one.name == "flawless"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_told_once(server, caplog, status):
    server.answers = [(status, {})] * 3
    for number in range(3):
        record_error(exc_info=ValueError(number))
        flush(10)
    (warning,) = warnings(caplog)
    assert warning.startswith("nothing is reported: ") and '"flawless dsn"' in warning


def test_the_next_report_tells_of_it_where_nobody_flushes(server, caplog):
    server.answers = [(401, {})]
    record_error(exc_info=ValueError("refused"))
    while not warnings(caplog):  # the answer is on its way
        record_error(exc_info=raised(int, "x"))
    assert len(warnings(caplog)) == 1


def test_a_certificate_that_is_not_trusted_is_told_once(secure_server, caplog):
    set_hostports([secure_server.dsn])
    for number in range(3):
        record_error(exc_info=ValueError(number))
        flush(1)
    (warning,) = warnings(caplog)
    assert "FLAWLESS_CA_FILE" in warning


def test_a_certificate_that_is_named_is_trusted(run_program, secure_server, certificate):
    assert run_program(REPORT, secure_server.dsn, certificate).stderr == ""
    assert run_program(REPORT, secure_server.dsn, FLAWLESS_CA_FILE=str(certificate)).stderr == ""
    assert len(secure_server.events) == 2


def test_other_servers_are_a_new_matter(server, caplog):
    server.answers = [(401, {}), (401, {})]
    for number in range(2):
        set_hostports([server.dsn])
        record_error(exc_info=ValueError(number))
        assert flush(10)
    assert len(warnings(caplog)) == 2


def test_what_passes_by_itself_is_not_told(server, caplog):
    server.answers = [(503, {"Retry-After": "1"}), (400, {})]
    for number in range(3):
        record_error(exc_info=ValueError(number))
        flush(10)
    assert warnings(caplog) == []


def test_a_program_that_ends_at_once_tells_it_too(run_program):
    server = Server()
    server.answers = [(403, {})]
    done = run_program(REPORT, server.dsn)
    assert (done.returncode, done.stderr.count("nothing is reported: ")) == (0, 1), done.stderr
    server.close()


def test_a_program_that_ends_before_any_server_answers_says_what_is_lost(run_program, tmp_path):
    nobody = Server()
    nobody.close()
    (line,) = run_program(REPORT, nobody.dsn).stderr.splitlines()
    assert line.startswith("reports lost at the end of the program: 1: no answer from the Flawless")
    kept = run_program(REPORT, nobody.dsn, FLAWLESS_SPOOL_DIR=str(tmp_path / "spool"))
    assert kept.stderr == ""


def test_a_logger_that_breaks_does_no_harm(server, monkeypatch):
    monkeypatch.setattr(logging.Logger, "warning", lambda *arguments: 1 / 0)
    server.answers = [(401, {})]
    record_error(exc_info=ValueError("refused"))
    assert flush(10)
