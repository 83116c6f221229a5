# SPDX-License-Identifier: MIT
"""multiprocessing: what ends a process, however it was started."""

import multiprocessing

import flawless
from flawless.integrations.multiprocessing import install

PRICES = {"tea": 3}


def order(drink):
    return PRICES[drink]  # reported


class Till(multiprocessing.get_context("fork").Process):
    def run(self):
        PRICES.pop("cake")  # reported


def main():
    flawless.init()
    install()
    for process in (multiprocessing.get_context("spawn").Process(target=order, args=["x"]), Till()):
        process.start()
        process.join()
        print(process.exitcode)


if __name__ == "__main__":
    main()
