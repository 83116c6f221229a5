# SPDX-License-Identifier: MIT
"""A context manager around a block of code, plain and asynchronous."""

import asyncio

import flawless

PRICES = {"tea": 3}


def order():
    with flawless.watch(reraise_exception=False):
        return PRICES["coffee"]  # reported


async def order_soon():
    async with flawless.watch(reraise_exception=False):
        return PRICES["cake"]  # reported


def main():
    flawless.init()
    print(order(), asyncio.run(order_soon()))


if __name__ == "__main__":
    main()
