# SPDX-License-Identifier: MIT
import logging
import logging.config
import logging.handlers

import pytest
from conftest import raised

from flawless.client import record_error
from flawless.integrations import logging as flawless_logging


@pytest.fixture
def log(monkeypatch):
    monkeypatch.setattr(logging.Logger, "callHandlers", logging.Logger.callHandlers)
    flawless_logging.install()
    logger = logging.getLogger("shop")
    logger.propagate = False
    yield logger


def fail():
    raise ValueError("broken")


def test_a_logged_exception_is_reported_with_who_said_it(server, log):
    try:
        fail()
    except ValueError:
        log.exception("while selling %s", "tea")
    (event,) = server.flushed()
    assert event["exception"]["values"][0]["value"] == "broken"
    assert event["logger"] == "shop" and event["level"] == "error"
    assert event["logentry"] == {"message": "while selling %s", "formatted": "while selling tea"}


def test_a_message_is_reported_with_the_line_that_logged_it(server, log):
    log.critical("no %s left", "tea")
    (event,) = server.flushed()
    frame = event["stacktrace"]["frames"][-1]
    assert frame["abs_path"] == __file__ and "log.critical" in frame["context_line"]
    assert event["logentry"]["formatted"] == "no tea left" and event["level"] == "fatal"
    assert "exception" not in event


def test_warnings_are_not_reported_and_a_lower_level_can_be_asked_for(server, log):
    log.warning("nearly")
    assert server.flushed() == []
    flawless_logging.install(logging.WARNING)
    log.warning("nearly")
    (event,) = server.flushed()
    assert event["level"] == "warning"


def test_configuring_logging_later_changes_nothing(server, log):
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    log.error("after")
    assert len(server.flushed()) == 1


def test_an_exception_reported_elsewhere_is_not_reported_again(server, log):
    exception = raised(fail)
    record_error(exc_info=exception)
    log.error("again", exc_info=exception)
    assert len(server.flushed()) == 1


def test_the_handler_does_the_same_in_ones_own_configuration(server):
    logger = logging.Logger("own")
    logger.addHandler(flawless_logging.FlawlessHandler())
    logger.info("calm")
    logger.error("not calm")
    (event,) = server.flushed()
    assert event["logger"] == "own"


def test_arguments_that_do_not_fit_harm_nobody(server, log):
    logger = logging.Logger("own")
    logger.addHandler(logging.NullHandler())
    logger.error("%d", "three")
    assert server.flushed() == []


def test_the_same_message_from_the_same_line_is_one_error(server, log):
    for number in range(20):
        log.error("number %d", number)
    events = server.flushed()
    assert sum(event["contexts"]["flawless"]["error_count"] for event in events) == 20
    assert len(events) < 20


def test_an_odd_record_harms_nobody(server):
    flawless_logging.report(logging.makeLogRecord({"exc_info": True, "levelno": 40, "msg": "odd"}))
    assert server.flushed() == []
