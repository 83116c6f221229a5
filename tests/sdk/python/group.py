"""An exception group: several tasks failed at once."""

import asyncio
import os

import sentry_sdk

from shop.money import parse_amount


async def fetch_price(name, text):
    await asyncio.sleep(0)
    return name, parse_amount(text)


async def check_stock(name):
    await asyncio.sleep(0)
    raise ConnectionError(f"the warehouse does not answer about {name}")


async def refresh():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(fetch_price("cup", "4.20"))
        tasks.create_task(fetch_price("teapot", "24,90"))
        tasks.create_task(check_stock("saucer"))


sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2")
try:
    asyncio.run(refresh())
except* (ValueError, ConnectionError):
    sentry_sdk.capture_exception()
sentry_sdk.flush(10)
