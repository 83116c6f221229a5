# SPDX-License-Identifier: MIT
"""FastAPI: an error in an endpoint, one in a background task, one on a websocket."""

from fastapi import BackgroundTasks, FastAPI, WebSocket
from fastapi.testclient import TestClient

import flawless
from flawless.integrations.fastapi import install

app = FastAPI()
install(app)

PRICES = {"tea": 3}


@app.get("/order/{drink}")
def order(drink: str):
    flawless.set_user(id=7)
    return PRICES[drink]  # reported


def print_receipt():
    print(PRICES["cake"])  # reported


@app.get("/receipt")
def receipt(tasks: BackgroundTasks):
    tasks.add_task(print_receipt)
    return "it is being printed"


@app.websocket("/talk")
async def talk(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_text(PRICES["juice"])  # reported


def main():
    flawless.init()
    client = TestClient(app, raise_server_exceptions=False)
    print(client.get("/order/coffee").status_code)
    print(client.get("/receipt").status_code)
    try:
        with client.websocket_connect("/talk") as websocket:
            websocket.receive_text()
    except Exception:
        print("cut off")


if __name__ == "__main__":
    main()
