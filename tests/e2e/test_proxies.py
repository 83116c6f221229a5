# SPDX-License-Identifier: MIT
"""Whom it takes for the client when a proxy stands between."""

from reports import envelope

KEYLESS = {"X-Flawless-Client": "1", "X-Sentry-Auth": ""}


def post_without_key(server, event, **headers):
    sender = server.sender()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = sender.post(envelope(event), headers={**KEYLESS, **headers})
    return answer[0]


def test_a_trusted_proxy_names_the_client(make_server, bugs):
    server = make_server(trusted_proxies="127.0.0.1, 10.0.0.0/8").start()
    event = bugs["ada"].event
    assert post_without_key(server, event()) == 200
    assert post_without_key(server, event(), X_Forwarded_For="192.168.0.9") == 200
    for chain in "8.8.4.4", "127.0.0.1, 8.8.4.4", "8.8.4.4, 10.1.1.1", "127.0.0.1, unknown":
        assert post_without_key(server, event(), X_Forwarded_For=chain) in (401, 403), chain
    server.process.wait_for_line(r"8\.8\.4\.4: POST")


def test_nobody_else_is_believed(server, bugs):
    chain = {"X_Forwarded_For": "8.8.4.4"}
    assert post_without_key(server, bugs["ada"].event(), **chain) == 200
    server.sender().post(b"", headers={"X-Sentry-Auth": "", "X-Forwarded-For": "8.8.4.4"})
    server.process.wait_for_line(r"127\.0\.0\.1: POST")
    assert "8.8.4.4" not in server.log()
