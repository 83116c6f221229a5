# SPDX-License-Identifier: MIT
"""Fails in many ways at once; its line numbers and its text are part of the golden event."""

import collections
import dataclasses
import enum

LIMIT = 5  # "quoted", back\slash and	tab
Pair = collections.namedtuple("Pair", "left right")


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Item:
    number: int
    tags: list
    api_token: str = "hush"


class Slotted:
    __slots__ = ("first", "unset")


class Broken:
    def __repr__(self):
        raise RuntimeError("no")


class Shown:
    def __repr__(self):
        return "<Shown “so”>"


class Words(str):
    pass


class Basket(dict):
    def __init__(self, owner):
        super().__init__(a=1)
        self.owner = owner
        self.session_key = "hush"
        self.slotted = Slotted()
        self.slotted.first = 1
        self.nested = [[[[["too deep"]]]]]

    def sell(self, count, *rest, **named):
        numbers = [0, -1, 1 << 62, 1 << 63, -(1 << 70), 1 << 2000, True, None]
        reals = [0.0, -0.0, 1.5, 1e300, 1e-7, float("inf"), float("nan"), 2 + 3j]
        texts = ["", "it's", '"both"\'s', "new\nline", "caf\xe9", "\u20ac\U0001f600", "\x00\x7f\x85"]
        lone, long, path = "\ud800", "x" * 3000, "C:\\back\\slash"
        data = [b"", b"\x00'", bytearray(b'"'), b"y" * 3000]
        mapping = {"k": {1: ()}, 2.5: [], None: {}, "password": "hush", "deep": {"a": {"b": {"c": {}}}}}
        many = list(range(30)), tuple("ab"), (1,), {7}, set(), frozenset({8}), dict.fromkeys(range(30))
        items = [Item(1, ["x"]), Pair(1, [2]), Colour.RED, Broken(), Shown(), Words("w"), Slotted]
        queue = collections.deque([1, 2]), collections.Counter("aab"), collections.OrderedDict(z=1)
        if count:
            del lone

        def inner():
            held = numbers
            raise LookupError("no %s left" % len(held), count, rest)

        try:
            inner()
        except LookupError as cause:
            raise ValueError("sold out: \u20ac\n\"quoted\"") from cause

    def class_method_like(self, cls_token):
        try:
            self.sell(0, "r", key="v")
        except ValueError:
            secret, visible = "hush", "seen"
            raise KeyError((secret, visible)[1])


def run():
    Basket("Ada").class_method_like("hush")
