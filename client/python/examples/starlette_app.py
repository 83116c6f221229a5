# SPDX-License-Identifier: MIT
"""Starlette: an error in an endpoint."""

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import flawless
from flawless.integrations.starlette import install

PRICES = {"tea": 3}


async def order(request):
    return JSONResponse(PRICES[request.path_params["drink"]])  # reported


app = Starlette(routes=[Route("/order/{drink}", order)])
install(app)


def main():
    flawless.init()
    client = TestClient(app, raise_server_exceptions=False)
    print(client.get("/order/coffee").status_code)


if __name__ == "__main__":
    main()
