"""An error with an attachment, with line feeds and bytes that are not text in it."""

import os

import sentry_sdk

sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2")


def import_prices(lines):
    return [line.split(";")[1] for line in lines]


with sentry_sdk.new_scope() as scope:
    scope.add_attachment(bytes=b"cup;4.20\nteapot\n{}\n\x00\xff\n", filename="prices.csv")
    try:
        import_prices(["cup;4.20", "teapot"])
    except IndexError:
        sentry_sdk.capture_exception()
sentry_sdk.flush(10)
