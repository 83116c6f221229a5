# SPDX-License-Identifier: MIT
"""A program that knows nothing of Flawless: flawless-run unchanged.py"""

import logging
import threading

PRICES = {"tea": 3}


def order(drink):
    return PRICES[drink]  # reported


def main():
    thread = threading.Thread(target=order, args=("coffee",))
    thread.start()
    thread.join()
    logging.error("the shop is empty")  # reported
    PRICES.pop("cake")  # reported


if __name__ == "__main__":
    main()
