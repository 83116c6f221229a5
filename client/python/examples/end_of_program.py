# SPDX-License-Identifier: MIT
"""sys.excepthook: what ends the program."""

import flawless

PRICES = {"tea": 3}


def order(drink):
    return PRICES[drink]  # reported


if __name__ == "__main__":
    flawless.init()
    order("coffee")
