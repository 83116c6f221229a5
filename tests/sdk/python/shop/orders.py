"""Placing an order: check, price, reserve, remember."""

import functools
import time

from shop.catalog import ARTICLES, Catalog
from shop.pricing import PriceList


class OrderRefused(Exception):
    """The customer has to change something."""


def retried(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(1, times + 1):
                try:
                    return function(*args, **kwargs)
                except TimeoutError:
                    if attempt == times:
                        raise
                    time.sleep(0.01 * attempt)

        return wrapper

    return decorate


class Unit:
    """One piece of work that is kept as a whole or not at all."""

    def __init__(self, name):
        self.name = name
        self.steps = []

    def run(self, step, *args):
        self.steps.append(step.__name__)
        try:
            result = step(*args)
        except Exception:
            self.steps.append("undone")
            raise
        return result


class OrderDesk:
    def __init__(self):
        self.catalog = Catalog(ARTICLES)
        self.prices = PriceList(self.catalog)
        self.placed = {}

    @retried(3)
    def place(self, customer, order):
        unit = Unit("place order")
        unit.run(self.check, customer, order)
        total = unit.run(self.price, order)
        number = f"{time.strftime('%Y')}-{len(self.placed) + 1:06d}"
        self.placed[number] = {"customer": customer, "order": order, "total": total}
        return number

    def check(self, customer, order):
        if not order["lines"]:
            raise OrderRefused(f"{customer['name']} ordered nothing")
        for line in order["lines"]:
            if not self.catalog.in_stock(line["article"], line["count"]):
                raise OrderRefused(f"only few left of {line['article']}")

    def price(self, order):
        total = self.prices.order_total(order)
        if total < 500:
            total += order.get("shipping", 490)
        return total
