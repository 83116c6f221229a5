# SPDX-License-Identifier: MIT
"""Any WSGI application, here under the standard library's server: an error in the call, one while
the response is sent, one when it is closed, and one in a file that the server sends."""

import threading
import urllib.request
from wsgiref.simple_server import make_server

import flawless
from flawless.integrations.wsgi import FlawlessMiddleware

PRICES = {"tea": 3}


class PriceList:
    """A response that is made while it is sent."""

    def __iter__(self):
        yield b"tea: %d\n" % PRICES["tea"]
        yield b"coffee: %d\n" % PRICES["coffee"]  # reported


class Receipt:
    """A response with something to do at the end."""

    def __iter__(self):
        yield b"thank you\n"

    def close(self):
        PRICES.pop("cake")  # reported


class Report:
    """A file that is made while it is read."""

    def read(self, size):
        return PRICES["average"]  # reported


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/order":
        return [b"%d" % (12 / PRICES["juice"])]  # reported
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/report":
        return environ["wsgi.file_wrapper"](Report())
    return PriceList() if path == "/prices" else Receipt()


def visit(url):
    try:
        print(url, "->", urllib.request.urlopen(url, timeout=10).read())
    except OSError as problem:
        print(url, "->", problem)


def main():
    flawless.init()
    with make_server("127.0.0.1", 0, FlawlessMiddleware(application)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for path in ("/order", "/prices", "/receipt", "/report"):
            visit("http://127.0.0.1:%d%s" % (server.server_port, path))
        server.shutdown()


if __name__ == "__main__":
    main()
