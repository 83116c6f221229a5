# SPDX-License-Identifier: MIT
"""The rule files, as docs/rules.md promises them: each sentence through the front door."""

import json
import subprocess

import pytest
from reports import event, frame
from stage import wait_for
from test_thrift import request_for
from thrift_client import Client, StackLine

ADA, GRACE, LINUS = "ada@example.com", "grace@example.com", "linus@example.com"


def write(server, name, content):
    """Replaces a rule file as an editor does."""
    text = content if isinstance(content, str) else json.dumps(content)
    new = server.directory / (name + ".new")
    new.write_text(text)
    new.rename(server.directory / name)


def prepare(make_server, files, **options):
    """A server that is not started yet, with rule files beside its flawless.cfg."""
    server = make_server(**options)
    for name, content in files.items():
        write(server, name, content)
    return server


def with_rules(make_server, files, **options):
    return prepare(make_server, files, **options).start()


def health(server):
    return server.json("/check_health")


def refuses_to_start(server):
    """What it says when it refuses."""
    server.write_cfg()
    (server.directory / "state").mkdir(mode=0o700, exist_ok=True)
    run = subprocess.run(
        server.command("start", "-conf", server.cfg), capture_output=True, text=True, timeout=60
    )
    assert run.returncode != 0
    return run.stdout + run.stderr


def report(server, *events):
    sender = server.sender()
    for each in events:
        sender.report(each)
    sender.close()


def over(bug, path, text, line=1):
    """An event whose innermost frame lies in path and whose caller is the bug's line."""
    return event(
        frame(bug.path, bug.line, "    " + bug.text), frame(path, line, text, function="helper")
    )


# ---- the files ----


def test_a_missing_file_means_no_rules_and_a_bare_string_is_a_comment(make_server):
    server = with_rules(make_server, {"known_errors": ["why", {"filename": "a.py"}, "and why"]})
    rules = health(server)["server"]["rules"]
    assert rules["known_errors"] == 1
    assert sum(rules.values()) == 1


def test_rule_files_live_in_config_dir_path(make_server, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "ignored_exceptions").write_text('[{"exception_type": "ValueError"}]')
    server = make_server(config_dir_path=tmp_path / "rules").start()
    assert health(server)["server"]["rules"]["ignored_exceptions"] == 1


def test_with_a_broken_file_the_server_refuses_to_start_and_says_where(make_server):
    server = prepare(make_server, {"known_errors": '[\n  {"filename": "a.py",}\n]'})
    said = refuses_to_start(server)
    assert f"{server.directory}/known_errors:2:23: " in said
    write(server, "known_errors", '["x",\n {"filename": "a", "min_alert_threshold": "3"}]')
    said = refuses_to_start(server)
    assert "known_errors:2:43: min_alert_threshold of entry 2 has to be a whole number" in said


def test_a_directory_that_is_not_there_is_refused(make_server, tmp_path):
    assert "config_dir_path" in refuses_to_start(make_server(config_dir_path=tmp_path / "no"))


def test_a_field_that_does_not_exist_is_a_warning_with_its_place(make_server):
    server = with_rules(make_server, {"building_blocks": [{"filename": "a.py", "ticket": "f"}]})
    assert 'building_blocks:1:33: there is no field "ticket"' in server.log()


def test_a_field_that_is_nearly_a_known_one_is_refused_with_the_one_that_was_meant(make_server):
    """Without it the rule would cover more than its writer wanted."""
    server = prepare(make_server, {"building_blocks": [{"filename": "a.py", "funktion_name": "f"}]})
    assert 'no field "funktion_name"; did you mean "function_name"?' in refuses_to_start(server)


def test_files_are_read_again_when_they_change_with_no_restart(make_server, bugs):
    server = make_server().start()
    report(server, bugs["ada"].event())
    assert server.count_of(bugs["ada"].path) == 1
    write(server, "ignored_exceptions", [{"exception_type": "ValueError"}])
    wait_for("the rule", lambda: health(server)["server"]["rules"]["ignored_exceptions"] == 1)
    report(server, bugs["ada"].event())
    assert server.count_of(bugs["ada"].path) == 1
    (server.directory / "ignored_exceptions").unlink()
    wait_for("no rule", lambda: health(server)["server"]["rules"]["ignored_exceptions"] == 0)
    report(server, bugs["ada"].event())
    assert server.count_of(bugs["ada"].path) == 2


def test_a_broken_file_keeps_the_rules_in_force_and_is_a_problem_on_the_health_page(
    make_server, bugs
):
    server = with_rules(make_server, {"ignored_exceptions": [{"exception_type": "ValueError"}]})
    write(server, "known_errors", '[\n{"filename" 5}]')
    wait_for("the problem", lambda: health(server)["problems"])
    problem = "\n".join(health(server)["problems"])
    assert f"{server.directory}/known_errors:2:13: " in problem
    assert health(server)["status"] == "degraded"
    assert f"{server.directory}/known_errors:2:13: " in server.get("/check_health")
    report(server, bugs["ada"].event())
    assert server.errors() == {}
    # looked at every second, said once
    write(server, "watched_files", [])
    write(server, "known_errors", [])
    wait_for("all well", lambda: not health(server)["problems"])
    assert sum("known_errors:2:13" in line for line in server.log_lines()) == 1


# ---- who is guilty ----


def test_a_line_in_third_party_whitelist_has_the_whole_report_ignored(make_server, bugs):
    bug = bugs["ada"]
    rule = {"filename": bug.path, "function_name": "run", "code_fragment": bug.text[:12]}
    server = with_rules(
        make_server, {"third_party_whitelist": [rule]}, report_error_threshold=1
    )
    report(server, bug.event(), bug.event())
    client = Client(server.port)
    client.record_error(request_for(bug))
    client.close()
    assert server.errors() == {}
    reports = health(server)["server"]["reports"]
    assert (reports["ignored"], reports["accepted"]) == (3, 0)
    report(server, bugs["grace"].event())
    server.wait_for_letters(1)
    assert [letter["to"] for letter in server.letters()] == [GRACE]


def test_what_is_not_ignored_in_an_envelope_is_counted(make_server, bugs):
    from reports import envelope

    server = with_rules(make_server, {"ignored_exceptions": [{"exception_type": "KeyError"}]})
    ignored = event(frame(bugs["ada"].path, bugs["ada"].line, bugs["ada"].text), kind="KeyError")
    status, _, _ = server.sender().post(envelope(ignored, bugs["linus"].event(), ignored))
    assert status == 200
    assert list(server.errors()) == [bugs["linus"].path]
    assert health(server)["server"]["reports"]["ignored"] == 2


def test_a_report_of_an_ignored_exception_is_ignored(make_server, bugs):
    server = with_rules(make_server, {"ignored_exceptions": [{"exception_type": "KeyError"}]})
    client = Client(server.port)
    client.record_error(request_for(bugs["ada"]))  # a KeyError
    client.close()
    assert server.errors() == {}
    report(server, bugs["ada"].event())  # a ValueError
    assert server.count_of(bugs["ada"].path) == 1


def test_a_building_block_passes_the_blame_to_its_caller(make_server, bugs):
    block, caller = bugs["linus"], bugs["ada"]
    files = {"building_blocks": [{"filename": block.path, "function_name": None}]}
    server = with_rules(make_server, files)
    report(server, over(caller, block.path, block.text, block.line))
    assert list(server.errors()) == [caller.path]
    request = request_for(caller)
    request.traceback.append(
        StackLine(
            filename=f"/srv/app/{block.path}",
            line_number=block.line,
            function_name="helper",
            text=block.text,
            frame_locals={},
        )
    )
    client = Client(server.port)
    client.record_error(request)
    client.close()
    assert {path: error["error_count"] for path, error in server.errors().items()} == {
        caller.path: 2
    }


def test_a_known_error_can_be_blamed_even_when_its_line_only_raises(make_server, bugs):
    bug = bugs["linus"]
    raising = over(bugs["ada"], bug.path, "raise LookupError(code)", bug.line)
    server = make_server().start()
    report(server, raising)
    assert list(server.errors()) == [bugs["ada"].path]
    write(server, "known_errors", [{"filename": bug.path, "code_fragment": "raise LookupError"}])
    wait_for("the rule", lambda: health(server)["server"]["rules"]["known_errors"] == 1)
    report(server, raising)
    assert server.count_of(bug.path) == 1


# ---- whose line it is ----


def owner_of(server, bug):
    report(server, bug.event())
    wait_for("an owner", lambda: server.errors()[bug.path]["developer"])
    return server.errors()[bug.path]["developer"]


def test_an_address_is_remapped_as_a_whole_else_by_the_part_before_the_at(make_server, bugs):
    files = {
        "email_remapping": [
            {"remap": "ada", "to": "nobody"},
            {"remap": ADA, "to": "countess@new.example"},
            {"remap": "grace", "to": "hopper"},
        ]
    }
    server = with_rules(make_server, files, email_domain_name="shop.example")
    assert owner_of(server, bugs["ada"]) == "countess@new.example"
    assert owner_of(server, bugs["grace"]) == "hopper@shop.example"
    assert owner_of(server, bugs["linus"]) == LINUS


@pytest.mark.parametrize("filepath", ["shop", "shop/discounts.py"])
def test_a_disowned_file_has_the_designated_owner(make_server, bugs, filepath):
    rule = {"email": ADA, "filepath": filepath, "designated_email": GRACE}
    server = with_rules(make_server, {"disowned_files": [rule]})
    assert owner_of(server, bugs["ada"]) == GRACE
    assert owner_of(server, bugs["linus"]) == LINUS


def test_a_path_covers_whole_components_only(make_server, bugs):
    rule = {"email": ADA, "filepath": "shop/disc", "designated_email": GRACE}
    server = with_rules(make_server, {"disowned_files": [rule]})
    assert owner_of(server, bugs["ada"]) == ADA


# ---- when, and to whom ----


def settled(server, bug):
    """After one report, with its owner known."""
    owner_of(server, bug)
    return server


def known(bug, **more):
    return {"known_errors": [{"filename": bug.path, "code_fragment": bug.text, **more}]}


def times(bug, number):
    return bug.event(contexts={"flawless": {"error_count": number}})


def send_call(server, request):
    client = Client(server.port)
    client.record_error(request)
    client.close()


def test_a_known_error_is_mailed_once_when_the_count_reaches_its_minimum(make_server, bugs):
    bug = bugs["ada"]
    server = settled(with_rules(make_server, known(bug, min_alert_threshold=5)), bug)
    report(server, times(bug, 3))
    assert server.letters() == []  # though the usual threshold is 3
    report(server, bug.event())
    assert [letter["to"] for letter in server.wait_for_letters(1)] == [ADA]
    report(server, times(bug, 100))
    assert len(server.letters()) == 1


def test_a_known_error_is_mailed_at_every_multiple_and_a_jump_over_one_counts(make_server, bugs):
    bug = bugs["ada"]
    server = settled(with_rules(make_server, known(bug, alert_every_n_occurences=10)), bug)
    report(server, times(bug, 8))
    assert server.letters() == []
    send_call(server, request_for(bug, error_count=4))  # 13
    assert len(server.letters()) == 1
    report(server, times(bug, 6))  # 19
    assert len(server.letters()) == 1
    assert server.stop() == 0
    server.start()
    report(server, times(bug, 1))  # 20
    assert len(server.letters()) == 2
    report(server, times(bug, 37))  # 57
    assert len(server.letters()) == 3


def test_a_known_error_is_never_mailed_once_over_its_maximum(make_server, bugs):
    bug = bugs["ada"]
    rules = known(bug, alert_every_n_occurrences=10, max_alert_threshold=20)
    server = settled(with_rules(make_server, rules), bug)
    report(server, times(bug, 9), times(bug, 10))
    assert len(server.letters()) == 2
    report(server, times(bug, 10), times(bug, 10))
    assert len(server.letters()) == 2


def test_a_maximum_of_0_is_never(make_server, bugs):
    bug = bugs["ada"]
    rules = known(bug, min_alert_threshold=1, max_alert_threshold=0)
    server = settled(with_rules(make_server, rules), bug)
    report(server, times(bug, 100))
    assert server.letters() == []


def test_an_unknown_error_that_had_its_letter_has_more_only_while_it_is_known(make_server, bugs):
    bug = bugs["ada"]
    server = settled(make_server().start(), bug)
    report(server, times(bug, 4))  # 5
    assert len(server.letters()) == 1
    write(server, *known(bug, alert_every_n_occurences=10).popitem())
    wait_for("the rule", lambda: health(server)["server"]["rules"]["known_errors"] == 1)
    report(server, bug.event())  # 6
    assert len(server.letters()) == 1
    report(server, times(bug, 4))  # 10
    assert len(server.letters()) == 2
    write(server, "known_errors", [])
    wait_for("no rule", lambda: health(server)["server"]["rules"]["known_errors"] == 0)
    report(server, times(bug, 40))
    assert len(server.letters()) == 2


def test_watchers_and_recipients_are_told_each_once_with_the_header_on_top(make_server, bugs):
    guilty, caller = bugs["ada"], bugs["linus"]
    watch = [
        {"email": "file@x.example", "filepath": guilty.path},
        {"email": "Directory@x.example", "filepath": "shop/"},
        {"email": "caller@x.example", "filepath": caller.path, "watch_all_errors": True},
        {"email": "not-guilty@x.example", "filepath": caller.path},
        {"email": "elsewhere@x.example", "filepath": "sho", "watch_all_errors": True},
        {"email": ADA, "filepath": "."},
    ]
    recipients = ["bank@x.example", "directory@x.example"]
    rules = known(
        guilty, min_alert_threshold=1, email_recipients=recipients, email_header="Call <us>."
    )
    server = with_rules(make_server, {"watched_files": watch, **rules})
    report(server, over(caller, guilty.path, guilty.text, guilty.line))
    letters = server.wait_for_letters(5)[::-1]
    assert [letter["to"] for letter in letters] == [
        ADA,
        "file@x.example",
        "Directory@x.example",
        "caller@x.example",
        "bank@x.example",
    ]
    assert len({letter["message_id"] for letter in letters}) == 5
    assert len({letter["references"] for letter in letters}) == 1
    for letter in letters:
        assert letter["text"].startswith("Call <us>.\n\n")
        assert "Call &lt;us&gt;." in letter["html"]


def test_watchers_are_told_of_unknown_errors_through_thrift_too(make_server, bugs):
    watch = [{"email": "w@x.example", "filepath": bugs["ada"].path}]
    server = with_rules(make_server, {"watched_files": watch}, report_error_threshold=1)
    send_call(server, request_for(bugs["ada"]))
    send_call(server, request_for(bugs["grace"]))
    letters = server.wait_for_letters(3)
    assert sorted(letter["to"] for letter in letters) == [ADA, GRACE, "w@x.example"]


def test_the_weekly_report_leaves_known_errors_out_unless_asked(make_server, bugs):
    server = with_rules(make_server, known(bugs["ada"]))
    report(server, bugs["ada"].event(), bugs["linus"].event())
    flags = {path: error["is_known_error"] for path, error in server.errors().items()}
    assert flags == {bugs["ada"].path: True, bugs["linus"].path: False}
    week = server.json("/get_weekly_error_report")
    shown = [error["filename"] for each in week["developers"] for error in each["errors"]]
    assert shown == [bugs["linus"].path]
    page = server.get("/get_weekly_error_report")
    assert "1 known error not shown" in page
    assert bugs["ada"].path not in page
    assert bugs["ada"].path in server.get("/get_weekly_error_report?include_known_errors=true")


def test_lines_changed_before_the_minimum_date_are_shown_when_asked_for(make_server, bugs):
    server = make_server(report_only_after_minimum_date="2038-01-01").start()
    owner_of_hidden = bugs["ada"]
    report(server, owner_of_hidden.event())
    path = "/get_weekly_error_report?include_modified_before_min_date=true"
    wait_for("it to be hidden", lambda: not server.json("/")["developers"])
    assert server.json(path)["developers"][0]["email"] == ADA


def test_flawless_blame_goes_by_the_rules_for_people(make_server, bugs):
    server = prepare(make_server, {"email_remapping": [{"remap": ADA, "to": GRACE}]})
    server.write_cfg()
    where = f"{bugs['ada'].path}:{bugs['ada'].line}"
    run = subprocess.run(
        server.command("blame", "-conf", server.cfg, "--text", bugs["ada"].text, where),
        capture_output=True,
        text=True,
    )
    assert GRACE in run.stdout, run.stdout + run.stderr
