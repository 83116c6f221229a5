"""A message: no exception, no stack."""

import os

import sentry_sdk

sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2", environment="staging")
sentry_sdk.add_breadcrumb(category="import", message="412 articles read", level="info")
sentry_sdk.capture_message("the price list is older than a week", level="warning")
sentry_sdk.flush(10)
