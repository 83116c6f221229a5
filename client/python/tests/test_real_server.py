# SPDX-License-Identifier: MIT
import sys

import pytest
from conftest import raised
from real_server import commit_all, is_needed, running, wait_for_errors

from flawless.client import counters, flush, record_error, set_hostports

pytestmark = is_needed


@pytest.fixture
def real_server(tmp_path):
    (tmp_path / "shop.py").write_text("def sell():\n    raise ValueError('sold out')\n")
    commit_all(tmp_path)
    with running(tmp_path, tmp_path) as (url, dsn):
        yield url, dsn


@pytest.mark.parametrize("has_key", [True, False], ids=["with a key", "host:port alone"])
def test_a_real_server_counts_every_occurrence_for_the_author_of_the_line(
    real_server, tmp_path, monkeypatch, has_key
):
    url, dsn = real_server
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    import shop

    before = counters()
    set_hostports([dsn if has_key else url.removeprefix("http://")])
    for _ in range(1000):
        record_error(exc_info=raised(shop.sell), additional_info="GET /sell")
    assert flush(20)
    set_hostports([])
    after = counters()
    assert after["dropped_refused"] == before["dropped_refused"]
    wanted = {("ada@example.com", "shop.py", 2): 1000}
    wait_for_errors(url, wanted)
