# SPDX-License-Identifier: MIT
"""Decorators for functions, coroutines, generators and asynchronous generators, classes, static
and class methods, properties; and the metaclass."""

import asyncio

import flawless

PRICES = {"tea": 3}
quietly = flawless.wrap_function(reraise_exception=False)


@quietly
def order():
    return PRICES["coffee"]  # reported


@quietly
async def order_soon():
    return PRICES["cake"]  # reported


@quietly
def menu():
    yield PRICES["tea"]
    yield PRICES["juice"]  # reported


@quietly
async def menu_soon():
    yield PRICES["tea"]
    yield PRICES["milk"]  # reported


async def read_menu():
    return [price async for price in menu_soon()]


@flawless.wrap_class
class Shop:
    def open(self):
        PRICES.pop("bread")  # reported

    @property
    def owner(self):
        return PRICES["owner"]  # reported

    @staticmethod
    def address():
        return PRICES["street"]  # reported

    @classmethod
    def branches(cls):
        return PRICES[cls.__name__]  # reported


class Watched(metaclass=flawless.WrapClassMetaclass):
    pass


class Till(Watched):  # watched because its base is
    def count(self):
        return PRICES["total"]  # reported


def attempt(call, *arguments):
    try:
        call(*arguments)
    except KeyError as problem:
        print("no", problem)


def main():
    flawless.init()
    order()
    asyncio.run(order_soon())
    list(menu())
    asyncio.run(read_menu())
    for call in (Shop().open, Shop.address, Shop.branches, Till().count):
        attempt(call)
    attempt(getattr, Shop(), "owner")


if __name__ == "__main__":
    main()
