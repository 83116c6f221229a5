# SPDX-License-Identifier: MIT
"""Flask: an error in a view, with its route and the user, and one in a streamed response."""

from flask import Flask, Response

import flawless
from flawless.integrations.flask import install

app = Flask(__name__)
install(app)

PRICES = {"tea": 3}


@app.get("/order/<drink>")
def order(drink):
    flawless.set_user(id=7)
    return str(PRICES[drink])  # reported


@app.get("/prices")
def prices():
    def lines():
        yield "tea: %d\n" % PRICES["tea"]
        yield "cake: %d\n" % PRICES["cake"]  # reported

    return Response(lines())


def main():
    flawless.init()
    client = app.test_client()
    print(client.get("/order/coffee").status)
    try:
        print(client.get("/prices").text)
    except KeyError:
        print("cut off")


if __name__ == "__main__":
    main()
