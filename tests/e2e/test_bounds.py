# SPDX-License-Identifier: MIT
"""What a stranger can cost: memory stays bounded, whatever is sent, promised or left unread."""

import gzip
import json
import re
import socket
import struct
import urllib.parse

import pytest
from reports import envelope, event, frame
from stage import wait_for

MB = 1024  # in kB, as /proc tells
PING = struct.pack(">IIi4sIb", 17, 0x80010001, 4, b"ping", 1, 0)


def connect(server, timeout=20):
    return socket.create_connection(("127.0.0.1", server.port), timeout=timeout)


@pytest.fixture
def shipped(make_server, release_binary):
    return make_server(binary=release_binary, thrift_networks="loopback").start()


def test_half_bodies_of_many_strangers_do_not_fill_the_memory(shipped, bugs):
    head = b"POST /api/1/envelope/ HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n"
    strangers = []
    for _ in range(50):
        strangers.append(connect(shipped))
        strangers[-1].sendall(head)
        for _ in range(18):
            strangers[-1].sendall(b"x" * 1_000_000)
    shipped.sender().report(bugs["ada"].event())  # small ones come through all the same
    assert shipped.status_of_process("VmHWM") < 700 * MB
    for stranger in strangers:
        stranger.close()
    wait_for("memory given back", lambda: shipped.status_of_process("VmRSS") < 150 * MB)


def test_small_bodies_that_unpack_to_much_do_not_fill_the_memory(shipped):
    large = [event(frame("shop/cart.py", 3, "x"), extra={"l": [1] * 650_000}) for _ in range(4)]
    body = gzip.compress(envelope(*large), 9)
    assert len(body) < 50_000
    head = (
        f"POST /api/1/envelope/?sentry_key={shipped.key} HTTP/1.1\r\nHost: x\r\n"
        f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connections = [connect(shipped, timeout=120) for _ in range(40)]
    for connection in connections:
        connection.sendall(head.encode() + body)
    answers = {connection.recv(4096)[9:12] for connection in connections}
    assert answers <= {b"200", b"429"}
    assert shipped.status_of_process("VmHWM") < 900 * MB
    wait_for("memory given back", lambda: shipped.status_of_process("VmRSS") < 200 * MB)
    for connection in connections:
        connection.close()


def test_who_calls_without_end_and_never_reads_is_not_read_either(shipped):
    connection = connect(shipped, timeout=1)
    with pytest.raises(TimeoutError):
        for _ in range(3000):
            connection.sendall(PING * 2000)
    assert shipped.status_of_process("VmHWM") < 100 * MB
    connection.settimeout(20)
    seen = 0
    while seen < 10_000_000 // len(PING):  # replies come as soon as they are read
        got = connection.recv(1 << 20)
        assert got
        seen += len(got)
    connection.close()


def test_an_error_without_a_file_has_a_page(server):
    server.sender().report({"event_id": "a" * 32, "message": "nothing but words"})
    page = server.get("/?include_known_errors=1")
    page = page if isinstance(page, str) else page.decode()
    link = re.search(r'href="(/view_traceback[^"]*)"', page).group(1).replace("&amp;", "&")
    assert urllib.parse.parse_qs(link, keep_blank_values=True)["/view_traceback?filename"] == [""]
    assert "nothing but words" in str(server.get(link))
    assert json.loads(server.get(link, "application/json"))
