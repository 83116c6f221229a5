# SPDX-License-Identifier: MIT
"""Makes the sample application's repository: three people, eight months, traps for `git blame`.

Each bug is one line. After its author wrote it, other people shifted it, renamed its file,
re-indented it, ran a formatter over it, and pushed more commits after the release that is running.
Dates, names and text are fixed, so the commits have the same hashes wherever it is made.

    python3 make_repository.py DIRECTORY
"""

import os
import pathlib
import subprocess
import sys
from dataclasses import dataclass

ADA = "Ada Lindgren <ada@example.com>"
GRACE = "Grace Okafor <grace@example.com>"
LINUS = "Linus Brandt <linus@example.com>"
RELEASE = "v1.4"  # what is deployed; main has moved on since


@dataclass
class Bug:
    author: str
    path: str  # in the release that is deployed
    text: str  # the guilty line, without indentation
    runs_in: str


BUGS = [
    Bug(
        "ada@example.com",
        "shop/discounts.py",
        "return PERCENT_BY_CODE[code]",
        "the web application",
    ),
    Bug(
        "grace@example.com",
        "shop/invoices.py",
        'total = sum(float(row["price"]) for row in rows)',
        "the nightly script",
    ),
    Bug("linus@example.com", "shop/stock.py", "days = left // sold_per_day", "the stock worker"),
]

DISCOUNTS = '''\
"""Discount codes."""

PERCENT_BY_CODE = {"SPRING": 10, "STAFF": 25}


def percent_of(code):
    return PERCENT_BY_CODE[code]


def discounted(price, code):
    return price * (100 - percent_of(code)) / 100
'''

WEB = '''\
"""The shop's web application."""
import os
from urllib.parse import parse_qs

import flawless.client
import waitress
from flawless.client.middleware import FlawlessMiddleware

from shop import discounts


def checkout(query):
    price = float(query.get("price", ["100"])[0])
    code = query.get("code", ["SPRING"])[0]
    return f"To pay: {discounts.discounted(price, code):.2f}\\n"


def application(environ, start_response):
    if environ["PATH_INFO"] != "/checkout":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"There is only /checkout here.\\n"]
    text = checkout(parse_qs(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]


def main():
    flawless.client.set_hostports([os.environ["FLAWLESS_DSN"]])
    server = waitress.create_server(FlawlessMiddleware(application), host="127.0.0.1", port=0)
    print(f"serving on port {server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
'''

INVOICES = '''\
"""Adds up what customers owe."""
import csv
import io


def read_rows(text):
  return list(csv.DictReader(io.StringIO(text)))


def invoice_total(text):
  rows = read_rows(text)
  total = sum(float(row['price']) for row in rows)
  return round(total, 2)
'''

NIGHTLY = '''\
"""Writes the invoices of the day; runs every night."""
import os

import flawless.client
from flawless.client.decorators import wrap_function

from shop import invoices

ORDERS = "item,price\\ntea,4.20\\ncups,twelve\\n"


@wrap_function(reraise_exception=False)
def write_invoice(customer):
    print(f"customer {customer} owes {invoices.invoice_total(ORDERS)}")


def main():
    flawless.client.set_hostports([os.environ["FLAWLESS_DSN"]])
    for customer in range(int(os.environ.get("CUSTOMERS", "64"))):
        write_invoice(customer)


if __name__ == "__main__":
    main()
'''

STOCK = '''\
"""How long the stock lasts."""


def days_left(left, sold_per_day):
    days = left // sold_per_day
    return days
'''

WORKER = '''\
"""Looks after the stock; reports through a stock Sentry SDK."""
import os

import sentry_sdk

from shop import stock


def main():
    sentry_sdk.init(dsn=os.environ["SENTRY_DSN"])
    for item in range(int(os.environ.get("ITEMS", "64"))):
        try:
            stock.days_left(left=item, sold_per_day=0)
        except ZeroDivisionError:
            sentry_sdk.capture_exception()
    sentry_sdk.flush(timeout=20)


if __name__ == "__main__":
    main()
'''

CURRENCIES = """
CURRENCIES = {"EUR": 1.0, "SEK": 11.4, "NGN": 1650.0}


def in_currency(price, currency):
    return price * CURRENCIES[currency]

"""

REORDER = """
REORDER_DAYS = 14


def must_reorder(left, sold_per_day):
    return days_left(left, sold_per_day) < REORDER_DAYS


"""

ABOUT_DISCOUNTS = '''\
"""Discount codes, and prices abroad.

Codes are written in capitals. SPRING is for
everybody, STAFF for people of the house.

Prices abroad are what the till rounds.
"""
'''

ABOUT_STOCK = '''\
"""How long the stock lasts.

Days are whole days: what is sold on
the last of them may be less than usual.
"""
'''

EXACT = '''\
def exact(text):
    """A price without the errors of binary fractions."""
    price = decimal.Decimal(text)
    return price.quantize(decimal.Decimal("0.01"))


'''


class History:
    """A work tree whose commits have fixed authors and dates."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments, **environment):
        fixed = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        run = subprocess.run(
            ["git", *arguments],
            cwd=self.directory,
            env={**os.environ, **fixed, **environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return run.stdout.strip()

    def write(self, path, text):
        (self.directory / path).parent.mkdir(exist_ok=True)
        (self.directory / path).write_text(text)

    def edit(self, path, *changes):
        text = (self.directory / path).read_text()
        for old, new in changes:
            assert old in text, f"{old!r} is not in {path}"
            text = text.replace(old, new)
        self.write(path, text)

    def rename(self, old, new):
        self.git("mv", old, new)

    def indent_by_four(self, path):
        lines = (self.directory / path).read_text().splitlines()
        self.write(
            path, "".join(" " * (len(line) - len(line.lstrip())) + line + "\n" for line in lines)
        )

    def commit(self, who, date, message):
        name, email = who[:-1].split(" <")
        at = f"{date}T10:00:00+00:00"
        self.git("add", "--all")
        self.git(
            "commit",
            "--quiet",
            "--no-gpg-sign",
            "-m",
            message,
            GIT_AUTHOR_NAME=name,
            GIT_AUTHOR_EMAIL=email,
            GIT_AUTHOR_DATE=at,
            GIT_COMMITTER_NAME=name,
            GIT_COMMITTER_EMAIL=email,
            GIT_COMMITTER_DATE=at,
        )
        return self.git("rev-parse", "HEAD")


def make(directory):
    """The repository in directory, which must not exist yet."""
    tree = History(directory)
    write_application(tree)
    rearrange(tree)
    tree.git("tag", RELEASE)
    move_on(tree)


def write_application(tree):
    """Everybody writes a part, with one mistake in it."""
    tree.write("shop/__init__.py", "")
    tree.write("shop/rebates.py", DISCOUNTS)
    tree.commit(ADA, "2025-01-13", "Take discount codes")
    tree.write(
        "shop/web.py", WEB.replace("discounts.d", "rebates.d").replace("discounts", "rebates")
    )
    tree.commit(GRACE, "2025-01-20", "Serve the checkout")
    tree.write("shop/invoices.py", INVOICES)
    tree.write("nightly.py", NIGHTLY)
    tree.commit(GRACE, "2025-02-03", "Write invoices at night")
    tree.write("shop/stock.py", STOCK)
    tree.write("worker.py", WORKER)
    tree.commit(LINUS, "2025-02-17", "Tell how long the stock lasts")


def rearrange(tree):
    """Everybody touches the others' lines without changing what they say."""
    tree.rename("shop/rebates.py", "shop/discounts.py")
    tree.edit("shop/web.py", ("rebates", "discounts"))
    tree.commit(GRACE, "2025-03-10", "Call rebates what the shop calls them: discounts")
    tree.edit(
        "shop/discounts.py", ('"""Discount codes."""\n', '"""Discount codes."""\n' + CURRENCIES)
    )
    tree.commit(LINUS, "2025-03-24", "Sell abroad")
    tree.indent_by_four("shop/invoices.py")
    tree.commit(LINUS, "2025-04-07", "Indent by four everywhere")
    tree.edit("shop/invoices.py", ("'", '"'))
    formatting = tree.commit(ADA, "2025-04-14", "Format the code with double quotes")
    tree.write(".git-blame-ignore-revs", f"# Format the code with double quotes\n{formatting}\n")
    tree.commit(ADA, "2025-04-15", "Let blame look through the formatting")
    tree.edit("shop/stock.py", ("\n\ndef days_left", REORDER + "def days_left"))
    tree.commit(ADA, "2025-05-05", "Tell when to order again")


def move_on(tree):
    """What was pushed after the release, so that the failing lines' numbers are other people's."""
    tree.edit("shop/discounts.py", ('"""Discount codes."""\n', ABOUT_DISCOUNTS))
    tree.edit("shop/stock.py", ('"""How long the stock lasts."""\n', ABOUT_STOCK))
    tree.commit(GRACE, "2025-08-18", "Say what is meant")
    tree.edit(
        "shop/invoices.py",
        ("import csv\n", "import csv\nimport decimal\n"),
        ("def read_rows", EXACT + "def read_rows"),
    )
    tree.commit(LINUS, "2025-08-25", "Prepare for exact prices")


def line_of(directory, bug):
    """The number of the bug's line in a checkout of the release."""
    lines = (pathlib.Path(directory) / bug.path).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.strip() == bug.text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_repository.py DIRECTORY")
    make(sys.argv[1])
