# SPDX-License-Identifier: MIT
"""record_error: an exception that the program can live with, and what it says about it."""

import flawless

PRICES = {"tea": 3}


def order(drink):
    try:
        return PRICES[drink]  # reported
    except KeyError:
        flawless.set_tag("drink", drink)
        flawless.record_error(additional_info="while ordering")
        return 0


def main():
    flawless.init()
    print(order("coffee"))


if __name__ == "__main__":
    main()
