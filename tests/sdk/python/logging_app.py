"""Errors that are only logged: with an exception."""

import logging
import os

import sentry_sdk

from shop.orders import OrderDesk

logging.basicConfig(level=logging.INFO)
logger = logging.getLogger("shop.nightly")
sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2")


def nightly(desk, orders):
    for number, order in orders.items():
        logger.info("order %s of %s", number, order["customer"])
        try:
            desk.place({"name": order["customer"]}, order)
        except Exception:
            logger.exception("could not place order %s of %s", number, order["customer"])


nightly(OrderDesk(), {17: {"customer": "Ada", "lines": [{"article": "A-9999", "count": 1}]}})
sentry_sdk.flush(10)
