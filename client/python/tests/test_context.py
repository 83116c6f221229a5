# SPDX-License-Identifier: MIT
import asyncio
import threading

import pytest
from conftest import raised

import flawless
from flawless.client import context
from flawless.integrations.wsgi import FlawlessMiddleware


def fail():
    raise ValueError("broken")


def report():
    flawless.record_error(exc_info=raised(fail))


@pytest.fixture(autouse=True)
def own_scope():
    around = context.begin()
    yield
    context.end(around)


def test_a_user_may_be_given_as_one_mapping(server):
    flawless.set_user({"id": 7, "email": None, "plan": "free"})
    report()
    (event,) = server.flushed()
    assert event["user"] == {"id": "7", "plan": "free"}


def test_the_user_and_the_tags_go_out_with_a_report(server):
    flawless.set_user(id=7, email="ada@example.com")
    flawless.set_tag("tenant", "north")
    flawless.set_tag("gone", 1)
    flawless.set_tag("gone", None)
    flawless.set_transaction("import")
    report()
    (event,) = server.flushed()
    assert event["user"] == {"id": "7", "email": "ada@example.com"}
    assert event["tags"]["tenant"] == "north" and "gone" not in event["tags"]
    assert event["tags"]["runtime"].startswith("CPython")
    assert event["transaction"] == "import"


def test_a_tag_with_a_secret_name_is_hidden(server):
    flawless.set_tag("api_token", "hush")
    report()
    (event,) = server.flushed()
    assert event["tags"]["api_token"] == "[Filtered]"


def test_what_is_said_during_a_request_ends_with_it(server):
    def application(environ, start_response):
        flawless.set_user(id=environ["user"])
        report()
        return [b""]

    wrapped = FlawlessMiddleware(application)
    wrapped({"user": 1}, None)
    report()
    inside, outside = server.flushed()
    assert inside["user"] == {"id": "1"} and "user" not in outside


def test_an_error_caught_inside_a_request_carries_the_request(server):
    def application(environ, start_response):
        report()
        return [b""]

    FlawlessMiddleware(application)({"REQUEST_METHOD": "PUT"}, None)
    (event,) = server.flushed()
    assert event["request"]["method"] == "PUT"


def test_a_thread_that_serves_the_request_speaks_for_it(server):
    async def serve():
        context.begin()
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
        await asyncio.to_thread(flawless.set_user, id=5)
        report()

    asyncio.run(serve())
    (event,) = server.flushed()
    assert event["user"] == {"id": "5"}


def test_requests_at_the_same_time_do_not_mix(server):
    async def serve(number):
        context.begin()
        flawless.set_user(id=number)
        await asyncio.sleep(0)
        report()

    async def both():
        await asyncio.gather(serve(1), serve(2))

    asyncio.run(both())
    assert [event["user"]["id"] for event in server.flushed()] == ["1", "2"]


def test_a_transaction_that_cannot_be_told_costs_nothing_else(server):
    context.begin(transaction=lambda: 1 / 0)
    report()
    (event,) = server.flushed()
    assert event["exception"]["values"][0]["value"] == "broken"


def test_an_exception_is_reported_once_also_with_slots_and_leaves_no_cycle(server):
    class Slotted(Exception):
        __slots__ = ("more",)

        def __setattr__(self, name, value):
            raise AttributeError(name)

    def raise_slotted():
        raise Slotted("full")

    exception = raised(raise_slotted)
    for _ in range(3):
        flawless.record_error(exc_info=exception)
    assert len(server.flushed()) == 1
    import gc

    gc.collect()
    assert not [one for one in gc.get_referrers(exception) if isinstance(one, dict) and
                "__flawless_reported__" in one]


def test_threads_begin_outside_of_any_request(server):
    context.begin()
    flawless.set_user(id=3)
    thread = threading.Thread(target=report)
    thread.start()
    thread.join()
    (event,) = server.flushed()
    assert "user" not in event
