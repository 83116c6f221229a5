# SPDX-License-Identifier: MIT
"""threading.excepthook: what ends a thread."""

import threading

import flawless

PRICES = {"tea": 3}


def order(drink):
    return PRICES[drink]  # reported


def main():
    flawless.init()
    thread = threading.Thread(target=order, args=("coffee",))
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
