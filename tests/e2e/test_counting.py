# SPDX-License-Identifier: MIT
"""What was answered is counted: exactly, for ever, and with one letter."""

import threading

from reports import envelope
from stage import wait_for


def in_threads(number, work):
    """Runs work(index) in that many threads and passes on the first thing that went wrong."""
    wrong = []

    def guarded(index):
        try:
            work(index)
        except BaseException as reason:
            wrong.append(reason)

    threads = [threading.Thread(target=guarded, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def test_ten_thousand_reports_over_eight_connections_are_one_error_and_one_letter(server, bugs):
    bug = bugs["ada"]

    def send(index):
        sender = server.sender()
        for _ in range(1250):
            sender.report(bug.event())
        sender.close()

    in_threads(8, send)
    wait_for("an owner", lambda: server.errors()[bug.path]["developer"] == bug.author)
    error = server.errors()[bug.path]
    assert error["error_count"] == 10_000
    letters = server.wait_for_letters(1)
    assert [letter["to"] for letter in letters] == [bug.author]
    assert server.errors()[bug.path]["email_sent"]


def test_after_kill_9_every_answered_report_is_counted(make_server, bugs):
    server = make_server().start()
    bug, enough, answered, sent = bugs["grace"], threading.Event(), [0] * 4, [0] * 4

    def send(index):
        sender = server.sender(timeout=10)
        while True:
            sent[index] += 1
            try:
                sender.report(bug.event())
            except OSError:
                return
            except Exception:  # an answer cut in two by the kill
                assert enough.is_set()
                return
            answered[index] += 1
            if sum(answered) >= 400:
                enough.set()

    threads = threading.Thread(target=in_threads, args=(4, send))
    threads.start()
    assert enough.wait(60)
    server.kill()
    threads.join(30)
    assert not threads.is_alive()
    server.start()
    assert sum(answered) >= 400
    assert sum(answered) <= server.count_of(bug.path) <= sum(sent)
    wait_for("an owner", lambda: server.errors()[bug.path]["developer"] == bug.author)
    assert len(server.wait_for_letters(1)) == 1


def test_a_report_counts_as_often_as_it_says(server, bugs):
    bug = bugs["linus"]
    sender = server.sender()
    sender.report(bug.event(contexts={"flawless": {"error_count": 41}}))
    sender.report(bug.event())
    assert server.count_of(bug.path) == 42


def test_several_events_in_one_envelope_all_count(server, bugs):
    sender = server.sender()
    status, _, _ = sender.post(envelope(bugs["ada"].event(), bugs["linus"].event()))
    assert status == 200
    assert {path: error["error_count"] for path, error in server.errors().items()} == {
        bugs["ada"].path: 1,
        bugs["linus"].path: 1,
    }


def test_no_letter_before_the_threshold_and_no_second_one_after_it(make_server, bugs):
    server = make_server(report_error_threshold=5).start()
    sender, bug = server.sender(), bugs["ada"]
    for _ in range(4):
        sender.report(bug.event())
    wait_for("an owner", lambda: server.errors()[bug.path]["developer"] == bug.author)
    assert server.letters() == []
    sender.report(bug.event())
    server.wait_for_letters(1)
    for _ in range(20):
        sender.report(bug.event())
    assert server.stop() == 0
    server.start()
    server.sender().report(bug.event())
    assert server.count_of(bug.path) == 26
    assert len(server.letters()) == 1
