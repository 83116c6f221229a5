# SPDX-License-Identifier: MIT
"""What SDKs send by HTTP in all their spellings, and what they get back."""

import base64
import gzip
import json
import re
import socket
import zlib

import brotli
import pytest
import zstandard
from reports import envelope


def raw_deflate(body):
    squeeze = zlib.compressobj(wbits=-15)
    return squeeze.compress(body) + squeeze.flush()


COMPRESSORS = {
    "gzip": ("gzip", gzip.compress),
    "deflate, zlib wrapper": ("deflate", zlib.compress),
    "deflate, raw": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", lambda body: zstandard.ZstdCompressor().compress(body)),
    "zstd, size unknown": (
        "zstd",
        lambda body: zstandard.ZstdCompressor(write_content_size=False).compress(body),
    ),
    "identity": ("identity", bytes),
    "empty": ("", bytes),
}


@pytest.mark.parametrize("how", COMPRESSORS)
@pytest.mark.parametrize("endpoint", ["envelope", "store"])
def test_compressed_bodies_are_read(server, bugs, how, endpoint):
    encoding, compress = COMPRESSORS[how]
    event = bugs["ada"].event()
    body = envelope(event) if endpoint == "envelope" else json.dumps(event).encode()
    status, headers, answer = server.sender().post(
        compress(body), endpoint, {"Content-Encoding": encoding}
    )
    assert (status, json.loads(answer)) == (200, {"id": event["event_id"]})
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Length"] == str(len(answer))
    assert server.count_of(bugs["ada"].path) == 1


def test_chunked_bodies_are_read(server, bugs):
    body = envelope(bugs["ada"].event())
    pieces = (body[at : at + 100] for at in range(0, len(body), 100))
    status, _, _ = server.sender().post(pieces, encode_chunked=True)
    assert status == 200
    assert server.count_of(bugs["ada"].path) == 1


def test_who_asks_before_sending_is_told_to_continue(server, bugs):
    body = envelope(bugs["ada"].event())
    head = (
        f"POST /api/1/envelope/?sentry_key={server.key} HTTP/1.1\r\nHost: x\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_report_in_many_small_packets_is_put_together(server, bugs):
    body = envelope(bugs["ada"].event())
    head = f"POST /api/1/envelope/?sentry_key={server.key} HTTP/1.1\r\nHost: x\r\n"
    data = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(data), 7):
            connection.sendall(data[at : at + 7])
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_http_1_0_and_connection_close_are_served(server, bugs):
    body = envelope(bugs["ada"].event())
    for version, more in (("1.0", ""), ("1.1", "Connection: close\r\n")):
        head = f"POST /api/1/envelope/?sentry_key={server.key} HTTP/{version}\r\nHost: x\r\n{more}"
        data = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(data)
            answer = b""
            while more_bytes := connection.recv(4096):
                answer += more_bytes
        assert re.match(rb"HTTP/1\.[01] 200", answer)


AUTHS = {
    "header": lambda key: (
        {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={key}"},
        "",
        None,
    ),
    "header without spaces": lambda key: (
        {"X-Sentry-Auth": f"sentry sentry_key={key},sentry_client=a/1,sentry_secret=x"},
        "",
        None,
    ),
    "Authorization": lambda key: ({"Authorization": f"Sentry sentry_key={key}"}, "", None),
    "query": lambda key: ({}, f"?sentry_version=7&sentry_key={key}&sentry_client=js%2F9", None),
    "dsn in the envelope": lambda key: ({}, "", f"http://{key}@127.0.0.1/1"),
    "dsn with a secret": lambda key: ({"X-Sentry-Auth": ""}, "", f"http://{key}:x@127.0.0.1:9/1"),
}


@pytest.mark.parametrize("how", AUTHS)
def test_the_key_is_found_wherever_sdks_put_it(server, bugs, how):
    headers, query, dsn = AUTHS[how](server.key)
    body = envelope(bugs["ada"].event(), dsn=dsn)
    status, _, answer = server.sender().request("POST", f"/api/1/envelope/{query}", body, headers)
    assert status == 200, answer


@pytest.mark.parametrize(
    "path",
    ["/api/1/envelope", "/api//1/envelope/", "//api/1//envelope//", "/prefix/api/1/envelope/"],
)
def test_spellings_of_the_path_are_served_without_a_redirect(server, bugs, path):
    sender = server.sender()
    status, _, answer = sender.request("POST", path, envelope(bugs["ada"].event()), sender.auth())
    assert status == 200, answer


def test_old_clients_send_base64_of_zlib_to_store(server, bugs):
    event = bugs["ada"].event()
    body = base64.b64encode(zlib.compress(json.dumps(event).encode()))
    status, _, answer = server.sender().post(body, "store")
    assert (status, json.loads(answer)["id"]) == (200, event["event_id"])


def test_items_that_are_not_events_are_thrown_away_with_success(server):
    body = (
        b'{}\n{"type":"transaction"}\n{"spans":[]}\n{"type":"session","length":2}\n{}\n'
        b'{"type":"something_new","length":3}\nabc\n'
    )
    status, _, answer = server.sender().post(body)
    assert status == 200, answer
    assert server.errors() == {}


def test_fields_of_the_wrong_type_are_dropped_and_the_event_is_kept(server, bugs):
    event = bugs["ada"].event(
        tags=7, request="GET", contexts=[], breadcrumbs=None, level=3, timestamp={"a": 1}, user=True
    )
    event["exception"]["values"][0]["value"] = {"not": "text"}
    event["exception"]["values"].insert(0, None)
    server.sender().report(event)
    assert server.count_of(bugs["ada"].path) == 1


def check_cors(headers):
    assert headers["Access-Control-Allow-Origin"] == "*"
    exposed = headers["Access-Control-Expose-Headers"]
    for name in ("X-Sentry-Error", "X-Sentry-Rate-Limits", "Retry-After"):
        assert name in exposed
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_browsers_may_report_from_anywhere(server, bugs):
    sender = server.sender()
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-sentry-auth",
    }
    status, headers, _ = sender.request("OPTIONS", "/api/1/envelope/", headers=asked)
    assert status in (200, 204)
    check_cors(headers)
    assert "POST" in headers["Access-Control-Allow-Methods"]
    assert "X-Sentry-Auth" in headers["Access-Control-Allow-Headers"]
    status, headers, _ = sender.post(envelope(bugs["ada"].event()))
    assert status == 200
    check_cors(headers)
    sender.key = "0" * 32
    status, headers, _ = sender.post(envelope(bugs["ada"].event()))
    assert status == 403
    check_cors(headers)


def test_what_is_not_there_is_404_and_a_wrong_method_405(server):
    sender = server.sender()
    assert sender.request("GET", "/no/such/page")[0] == 404
    assert sender.request("GET", "/../../etc/passwd")[0] in (400, 404)
    status, headers, _ = sender.request("DELETE", "/api/1/envelope/", headers=sender.auth())
    assert status == 405
    assert "POST" in headers["Allow"]


def test_the_pages_port_serves_pages_and_takes_no_reports(make_server, bugs):
    from stage import free_port, get

    port = free_port()
    server = make_server(http_port=port).start()
    assert get(f"http://127.0.0.1:{port}/")
    sender = server.sender()
    own_port, sender.connection.port = sender.connection.port, port
    status, _, _ = sender.post(envelope(bugs["ada"].event()))
    assert status in (403, 404)
    assert server.errors() == {}
    assert own_port == server.port
