"""Chained exceptions: one raised from another, and one raised while handling it."""

import os

import sentry_sdk

from shop.money import parse_amount


class PriceError(Exception):
    def __init__(self, article, text):
        super().__init__(f"article {article} has no usable price: {text!r}")
        self.article = article


def price_of(article, text):
    try:
        return parse_amount(text)
    except ValueError as cause:
        raise PriceError(article, text) from cause


def report(article, text, names):
    try:
        price_of(article, text)
    except PriceError as problem:
        return names[problem.article]


sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2")
try:
    report("A-1002", "26,50", {"A-1001": "Teapot, blue"})
except KeyError as error:
    sentry_sdk.capture_exception(error)
sentry_sdk.flush(10)
