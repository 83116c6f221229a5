# SPDX-License-Identifier: MIT
"""HTTPS on the port that speaks everything else."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess

import pytest
from certificates import Certificate
from reports import envelope
from stage import PATIENCE_S, wait_for
from test_sentry_sdk import PROGRAM, run
from thrift_client import Client


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("certificates"), "first")


@pytest.fixture
def secure(make_server, certificate):
    server = make_server(**certificate.options())
    server.options["hostname"] = "127.0.0.1"
    return server.start()


def trusting(*certificates):
    context = ssl.create_default_context()
    for certificate in certificates:
        context.load_verify_locations(certificate.path)
    return context


def connect(server, *certificates, context=None):
    context = context or trusting(*certificates)
    return http.client.HTTPSConnection("127.0.0.1", server.port, timeout=PATIENCE_S, context=context)


def post(connection, server, event):
    headers = {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={server.key}"}
    connection.request("POST", "/api/1/envelope/", envelope(event), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def shown(server):
    """The certificate that a new connection is shown, whoever signed it."""
    return ssl.get_server_certificate(("127.0.0.1", server.port), timeout=PATIENCE_S)


def problems(server):
    return json.loads(server.get("/check_health", "application/json"))["problems"]


def test_https_http_and_thrift_are_spoken_on_one_port(secure, certificate, bugs):
    assert secure.dsn.startswith("https://")
    over_tls, thrift, event = connect(secure, certificate), Client(secure.port), bugs["ada"].event
    for _ in range(2):  # over connections that stay open
        assert post(over_tls, secure, event()) == 200
        secure.sender().report(event())
        assert thrift.ping()
    thrift.close()
    over_tls.close()
    assert secure.count_of(bugs["ada"].path) == 4


def test_a_sentry_sdk_reports_over_https(secure, certificate, deployed, bugs):
    more = f"ca_certs={str(certificate.path)!r}"
    run(deployed, PROGRAM.format(dsn=secure.dsn, algorithm="gzip", more=more))
    secure.wait_for_letters(1)


def test_pages_without_tls_lead_to_https_but_for_monitors_and_the_machine_itself(
    make_server, certificate, bugs
):
    """A proxy on this machine says who asks and how, so that somebody elsewhere can be played."""
    server = make_server(
        **certificate.options(), trusted_proxies="127.0.0.1", web_auth="password"
    )
    server.options["hostname"] = "127.0.0.1"
    server.start()
    outside = {"X-Forwarded-For": "8.8.4.4", "X-Forwarded-Proto": "http"}
    ask = server.sender().request
    status, headers, _ = ask("GET", "/login?next=%2Foutbox%3Fa%3D1", None, outside)
    assert (status, headers["Location"]) == (
        307, f"https://127.0.0.1:{server.port}/login?next=%2Foutbox%3Fa%3D1"
    )  # fmt: skip
    for page in "/", "/view_traceback?filename=a", "/what_is_flawless":
        assert ask("GET", page, None, outside)[0] == 307, page
    status, headers, body = ask("POST", "/login", b"name=a&password=b", outside)
    assert (status, "Location" in headers) == (403, False)
    assert b"https://" in body
    for monitored in "/check_health", "/metrics":
        assert ask("GET", monitored, None, outside)[0] in (200, 401), monitored
    for secret in {**outside, "X-Forwarded-Proto": "https"}, {}:
        status, headers, _ = ask("GET", "/", None, secret)
        assert (status, headers["Location"]) == (303, "/login?next=%2F")
    server.sender().report(bugs["ada"].event())  # reports are taken as ever


def test_versions_before_1_2_are_not_spoken(secure):
    for version, is_spoken in ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True):
        outcome = subprocess.run(
            ["openssl", "s_client", "-cipher", "ALL:@SECLEVEL=0", version,
             "-connect", f"127.0.0.1:{secure.port}"],
            input="", capture_output=True, text=True, timeout=PATIENCE_S,
        )  # fmt: skip
        assert ("Cipher is (NONE)" not in outcome.stdout) == is_spoken, outcome.stdout


def test_stalled_handshakes_hold_nobody_up(secure, certificate, bugs):
    stalled = [socket.create_connection(("127.0.0.1", secure.port)) for _ in range(50)]
    for each in stalled:
        each.sendall(b"\x16\x03\x01\x02\x00")
    for _ in range(5):
        assert post(connect(secure, certificate), secure, bugs["ada"].event()) == 200
        secure.sender().report(bugs["ada"].event())
    for each in stalled:
        each.close()


def test_a_renewed_certificate_is_shown_after_sighup_and_connections_go_on(
    make_server, tmp_path, bugs
):
    old, new = Certificate(tmp_path, "old"), Certificate(tmp_path, "new")
    server = make_server(**old.options()).start()
    connection = connect(server, old)
    assert post(connection, server, bugs["ada"].event()) == 200
    first = connection.sock
    old.path.write_bytes(new.path.read_bytes())  # in this moment they do not fit together
    server.process.popen.send_signal(signal.SIGHUP)
    server.process.wait_for_line("tls_key: .* does not belong")
    assert any("tls_key" in problem for problem in problems(server))
    assert "old" in subject_of(shown(server))
    old.key.write_bytes(new.key.read_bytes())
    server.process.popen.send_signal(signal.SIGHUP)
    wait_for("the new certificate", lambda: "new" in subject_of(shown(server)))
    wait_for("no problem", lambda: not any("tls" in problem for problem in problems(server)))
    assert post(connection, server, bugs["ada"].event()) == 200
    assert connection.sock is first
    assert post(connect(server, new), server, bugs["ada"].event()) == 200
    connection.close()


def subject_of(pem):
    command = ["openssl", "x509", "-noout", "-subject"]
    return subprocess.run(command, input=pem, capture_output=True, text=True, check=True).stdout


def ask(server, command):
    return subprocess.run(
        server.command(command, "-conf", server.cfg),
        env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize("wrong", ["missing", "no PEM", "other key", "alone"])
def test_what_cannot_be_a_certificate_is_refused_by_start_and_check(make_server, tmp_path, wrong):
    good, other = Certificate(tmp_path, "good"), Certificate(tmp_path, "other")
    options = good.options()
    if wrong == "missing":
        options["tls_certificate"] = tmp_path / "nowhere.pem"
    elif wrong == "no PEM":
        good.key.write_text("secret")
    elif wrong == "other key":
        options["tls_key"] = other.key
    else:
        options["tls_certificate"] = None
    server = make_server(**options)
    server.write_cfg()
    for command in "start", "check":
        said = ask(server, command)
        assert said.returncode == 1
        text = said.stdout + said.stderr
        assert ("tls_certificate: " if wrong == "missing" else "tls_key: ") in text
        assert "secret" not in text


def test_an_expired_certificate_is_a_warning(make_server, tmp_path):
    old = Certificate(tmp_path, "old", "20200101000000Z", "20210101000000Z")
    server = make_server(**old.options()).start()
    assert "has expired at 2021-01-01" in server.log()
    said = ask(server, "check")
    assert "expired" in said.stdout
    assert said.returncode == 0


def test_without_a_certificate_tls_is_refused_in_words(server):
    with pytest.raises((ssl.SSLError, OSError)):
        shown(server)
    server.process.wait_for_line("needs tls_certificate")
