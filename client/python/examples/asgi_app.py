# SPDX-License-Identifier: MIT
"""Any ASGI application, here under uvicorn: an error in a request, one when the server stops."""

import threading
import urllib.request

import uvicorn

import flawless
from flawless.integrations.asgi import FlawlessMiddleware

PRICES = {"tea": 3}


async def live(receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    PRICES.pop("cake")  # reported


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        return await live(receive, send)
    price = PRICES["coffee"]  # reported
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d" % price})


class Server(uvicorn.Server):
    """Says when it listens, and where."""

    def __init__(self, app):
        super().__init__(uvicorn.Config(app, port=0, lifespan="on", log_level="critical"))
        self.is_listening = threading.Event()

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.is_listening.set()

    @property
    def url(self):
        return "http://127.0.0.1:%d/" % self.servers[0].sockets[0].getsockname()[1]


def main():
    flawless.init()
    server = Server(FlawlessMiddleware(application))
    thread = threading.Thread(target=server.run)
    thread.start()
    server.is_listening.wait(10)
    try:
        urllib.request.urlopen(server.url, timeout=10)
    except OSError as problem:
        print(server.url, "->", problem)
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
