"""A plain script that fails with nobody to catch it."""

import os

import sentry_sdk

from shop.money import parse_amount


def load_prices(path):
    prices = {}
    with open(path) as lines:
        for line_number, line in enumerate(lines, 1):
            name, price = line.rstrip("\n").split(";")
            prices[name] = parse_amount(price)
    return prices


def main():
    sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], release="shop@1.4.2", environment="production")
    path = "prices.csv"
    with open(path, "w") as out:
        out.write("cup;4.20\nsaucer;3.10\nteapot;on request\n")
    print(load_prices(path))


if __name__ == "__main__":
    main()
