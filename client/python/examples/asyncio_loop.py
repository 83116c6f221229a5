# SPDX-License-Identifier: MIT
"""asyncio: a callback that raises, and a task that nobody awaits."""

import asyncio
import gc

import flawless
from flawless.integrations.asyncio import install

PRICES = {"tea": 3}


def remind():
    PRICES.pop("cake")  # reported


async def order(drink):
    return PRICES[drink]  # reported


async def shop():
    install()
    asyncio.get_running_loop().call_soon(remind)
    task = asyncio.ensure_future(order("coffee"))
    await asyncio.wait([task])
    del task
    gc.collect()


def main():
    flawless.init()
    asyncio.run(shop())


if __name__ == "__main__":
    main()
