"""An error in a view of a Flask application, many calls deep."""

import os

import sentry_sdk

from server import ask_once
from shop.web import make_app

sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2", environment="production")
ask_once(make_app(), "/basket/b-4711/order?coupon=SUMMER")
sentry_sdk.flush(10)
