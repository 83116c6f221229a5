# SPDX-License-Identifier: MIT
"""logging: an exception that is logged, and a message without one."""

import logging

import flawless
from flawless.integrations.logging import install

PRICES = {"tea": 3}
log = logging.getLogger("shop")


def order(drink):
    try:
        return PRICES[drink]  # reported
    except KeyError:
        log.exception("there is no %s", drink)


def close():
    log.error("%d cups are missing", 2)  # reported


def main():
    flawless.init()
    install()
    order("coffee")
    close()


if __name__ == "__main__":
    main()
