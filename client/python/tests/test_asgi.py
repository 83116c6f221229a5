# SPDX-License-Identifier: MIT
import asyncio

import pytest
from conftest import raised

from flawless.integrations.asgi import FlawlessMiddleware

SCOPE = {
    "type": "http",
    "method": "POST",
    "scheme": "https",
    "path": "/a b",
    "root_path": "",
    "query_string": b"page=2&token=hush",
    "headers": [(b"host", b"shop.example.com"), (b"cookie", b"hush"), (b"x-name", b"\xc3\xa9")],
    "server": ("127.0.0.1", 80),
    "client": ("10.0.0.9", 1234),
}


async def nothing(message=None):
    return {"type": "lifespan.startup"}


def serve(application, scope):
    return asyncio.run(FlawlessMiddleware(application)(scope, nothing, nothing))


async def failing(scope, receive, send):
    raise ValueError("broken")


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_an_error_is_reported_with_its_request_and_raised_again(server, kind):
    assert str(raised(serve, failing, {**SCOPE, "type": kind})) == "broken"
    (event,) = server.flushed()
    request = event["request"]
    assert request["method"] == "POST" and request["url"] == "https://shop.example.com/a%20b"
    assert request["query_string"] == "page=2&token=[Filtered]"
    assert request["headers"]["X-Name"] == "\xe9" and request["headers"]["Cookie"] == "[Filtered]"
    assert request["env"] == {"REMOTE_ADDR": "10.0.0.9"}


def test_a_root_path_is_part_of_the_address_once(server):
    raised(serve, failing, {**SCOPE, "root_path": "/shop", "path": "/shop/tea"})
    raised(serve, failing, {**SCOPE, "root_path": "/shop", "path": "/tea"})
    urls = [event["request"]["url"] for event in server.flushed()]
    assert urls == ["https://shop.example.com/shop/tea"] * 2


def test_a_failure_to_start_is_reported(server):
    async def application(scope, receive, send):
        await receive()
        raise ValueError("no database")

    raised(serve, application, {"type": "lifespan"})
    (event,) = server.flushed()
    assert event["exception"]["values"][0]["value"] == "no database"


def test_an_application_without_lifespan_is_no_error(server):
    raised(serve, failing, {"type": "lifespan"})
    assert server.flushed() == []


def test_a_request_that_is_cancelled_is_no_error(server):
    async def application(scope, receive, send):
        raise asyncio.CancelledError()

    raised(serve, application, SCOPE)
    assert server.flushed() == []
