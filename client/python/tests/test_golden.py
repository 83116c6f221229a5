# SPDX-License-Identifier: MIT
"""A whole event, to the byte. After a wanted change: GOLDEN_WRITE=1 pytest client/python/tests/test_golden.py"""

import importlib
import json
import os
import pathlib
import re
import sys

from conftest import raised

from flawless.client import record_error

GOLDEN = pathlib.Path(__file__).parent / "golden"


def settled(text):
    """Without what differs from run to run, from place to place and between versions of Python."""
    text = text.replace(str(GOLDEN), "GOLDEN")
    text = re.sub(r"0x[0-9a-f]+", "0xADDRESS", text)
    return re.sub(r"<function Basket\.sell\.<locals>\.inner at [^>]*>", "<inner>", text)


def test_an_event_is_what_it_was(server, monkeypatch):
    monkeypatch.syspath_prepend(str(GOLDEN))
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    shop = importlib.import_module("shop")
    del sys.modules["shop"]
    record_error(exc_info=raised(shop.run), additional_info={"headers": {"Cookie": "hush", "A": "b"}})
    (event,) = server.flushed()
    kept = {name: event[name] for name in ("platform", "level", "exception", "request")}
    for exception in kept["exception"]["values"]:
        frames = exception["stacktrace"]["frames"]
        exception["stacktrace"]["frames"] = [f for f in frames if f["filename"] == "shop.py"]
    written = settled(json.dumps(kept, indent=1, ensure_ascii=True)) + "\n"
    path = GOLDEN / "event.json"
    if os.environ.get("GOLDEN_WRITE"):
        path.write_text(written)
    assert "hush" not in written.replace('\\"hush\\"', "")  # the lines of code have it
    expected = path.read_text()
    if sys.version_info < (3, 11):  # which keep some variables in another order
        written, expected = json.loads(written), json.loads(expected)
    assert written == expected
