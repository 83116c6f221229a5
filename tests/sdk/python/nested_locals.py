"""Local variables of many kinds: nested, long, odd, not ASCII, with a repr that fails."""

import datetime
import decimal
import os

import sentry_sdk


class Broken:
    def __repr__(self):
        raise RuntimeError("no words for this")


def settle(account):
    numbers = list(range(40))
    matrix = [[1, 2, [3, [4, [5, [6]]]]], {"deep": {"deeper": {"deepest": {"too deep": [1, 2]}}}}]
    mixed = {"text": "naïve café ☕ 🫖", 7: "key is a number", (1, 2): "key is a tuple", None: None}
    odd = {
        "nan": float("nan"),
        "infinite": float("inf"),
        "big": 2**70,
        "bytes": b"\x00\xff\xfe",
        "set": {1},
    }
    when = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)
    amount = decimal.Decimal("12.50")
    long_text = "so it went on and on " * 120
    password, api_key = "hunter2", "k-123456"
    lone = "half a pair: \ud83e"
    broken = Broken()
    empty = [(), [], {}, "", None, True, False]
    return account["balance"] - account["limit"]


sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2")
sentry_sdk.set_tag("region", "south")
sentry_sdk.set_user({"id": "81", "username": "ada"})
sentry_sdk.set_context("basket", {"id": "b-4711", "lines": 3})
try:
    settle({"balance": 12, "owner": {"name": "Ada", "friends": ["Grace", "Alan", "Edsger"]}})
except KeyError:
    sentry_sdk.capture_exception()
sentry_sdk.flush(10)
