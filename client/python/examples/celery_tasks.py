# SPDX-License-Identifier: MIT
"""Celery: a task that fails, with a worker and a broker inside this process. With a broker of your
own: celery -A celery_tasks worker."""

import os

from celery import Celery
from celery.contrib.testing.worker import start_worker

import flawless
from flawless.integrations import celery

app = Celery(
    "celery_tasks",
    broker=os.environ.get("CELERY_BROKER", "memory://"),
    backend=os.environ.get("CELERY_BACKEND", "cache+memory://"),
)
flawless.init()
celery.install()

PRICES = {"tea": 3}


@app.task(name="order")
def order(drink):
    return PRICES[drink]  # reported


def main():
    with start_worker(app, pool="solo", perform_ping_check=False):
        result = order.delay("coffee")
        result.get(timeout=10, propagate=False)
        print(result.state)


if __name__ == "__main__":
    main()
