"""An error that is logged without an exception."""

import logging
import os

import sentry_sdk

sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2", attach_stacktrace=True)


def check_stock(article, left):
    if left < 5:
        logging.getLogger("shop.stock").error("only %d left of %s", left, article)


check_stock("A-1002", 3)
sentry_sdk.flush(10)
