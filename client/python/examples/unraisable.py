# SPDX-License-Identifier: MIT
"""sys.unraisablehook: what is raised where nobody can catch it."""

import flawless

PRICES = {"tea": 3}


class Order:
    def __del__(self):
        PRICES.pop("coffee")  # reported


def main():
    flawless.init()
    Order()


if __name__ == "__main__":
    main()
