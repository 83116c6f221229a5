"""A traced piece of work: a transaction, and an error inside it."""

import os

import sentry_sdk

from shop.money import parse_amount

sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2", traces_sample_rate=1.0)
with sentry_sdk.start_transaction(op="task", name="import prices"):
    with sentry_sdk.start_span(op="parse", description="teapot"):
        try:
            parse_amount("24,90")
        except ValueError:
            sentry_sdk.capture_exception()
sentry_sdk.flush(10)
