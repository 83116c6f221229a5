# SPDX-License-Identifier: MIT
"""Rules added on the pages, as docs/rules.md and docs/pages.md promise them, and what strangers type there."""

import html
import json
import urllib.error
import urllib.parse

import pytest
from reports import event, frame
from stage import wait_for

ADA, GRACE = "ada@example.com", "grace@example.com"

LINE = {"filename": "shop/bank.py", "function_name": "pay", "code_fragment": "gateway.charge("}
KNOWN = {
    **LINE,
    "min_alert_threshold": "10",
    "max_alert_threshold": "5000",
    "alert_every_n_occurences": "1000",
    "email_recipients": "payments@example.com, boss@example.com",
    "email_header": "The bank is down again.\nCall them.",
}
# address of the page -> name of the rule file, and a rule that is good
FORMS = {
    "/add_building_block": ("building_blocks", LINE),
    "/add_third_party": ("third_party_whitelist", LINE),
    "/add_known_error": ("known_errors", KNOWN),
    "/add_watch": (
        "watched_files",
        {"email": GRACE, "filepath": "shop/billing", "watch_all_errors": "true"},
    ),
    "/remap_email": ("email_remapping", {"remap": "root", "to": "ops@example.com"}),
    "/add_ignored_exception": ("ignored_exceptions", {"exception_type": "shop.OutOfStock"}),
    "/disown_file": (
        "disowned_files",
        {"email": ADA, "filepath": "shop/billing", "designated_email": GRACE},
    ),
}
FIELDS = [(path, field) for path, (_, fields) in FORMS.items() for field in fields]
AS_JSON = {"Accept": "application/json"}


def add(server, path, fields):
    """Adds a rule that has to be taken; gives its number."""
    status, headers, body = server.post_form(path, fields)
    assert status == 303, body.decode()
    assert headers["Location"] == f"{path}?saved=added"
    return max(rule["id"] for rule in rules(server, path) if rule["id"])


def rules(server, path):
    return server.json(path)["rules"]


def mistakes(server, path, fields):
    """By field, what the page says about what must not be taken."""
    before = len(rules(server, path))
    status, _, body = server.post_form(path, fields, headers=AS_JSON)
    assert status == 422, body.decode()
    assert len(rules(server, path)) == before
    return json.loads(body)["fields"]


def status_of(server, path):
    try:
        server.get(path)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    return 200


def report(server, *events):
    sender = server.sender()
    for each in events:
        sender.report(each)
    sender.close()


def owner_of(server, bug):
    report(server, bug.event())
    return wait_for("an owner", lambda: server.errors()[bug.path]["developer"])


# ---- the life of a rule ----


@pytest.mark.parametrize("path", FORMS)
def test_a_rule_is_added_changed_removed_and_remembered(make_server, path):
    file, fields = FORMS[path]
    server = make_server().start()
    number = add(server, path, fields)
    (rule,) = rules(server, path)
    assert rule["source"].startswith("added on the page by ")
    page = html.unescape(server.get(path))
    for value in fields.values():
        assert value == "true" or value in page
    assert rule["source"] in page

    assert server.stop() == 0
    server.start()
    assert rules(server, path) == [rule]
    assert server.json("/check_health")["server"]["rules"][file] == 1

    # the form comes filled in, and sent as it came it changes nothing
    name = next(iter(fields))
    form = html.unescape(server.get(f"{path}?id={number}"))
    assert f'name="{name}" value="{fields[name]}"' in form
    changed = {**fields, name: fields[name] + "x"}
    status, headers, _ = server.post_form(path, {**changed, "id": number})
    assert (status, headers["Location"]) == (303, f"{path}?saved=changed")
    (now,) = rules(server, path)
    assert (now["id"], now[name]) == (number, fields[name] + "x")
    assert now["source"].startswith("changed on the page by ")
    assert {**now, name: rule[name], "source": rule["source"]} == rule

    status, headers, _ = server.post_form(path, {"id": number, "remove": "yes"})
    assert (status, headers["Location"]) == (303, f"{path}?saved=removed")
    assert rules(server, path) == []
    changes = server.json("/audit")["changes"]
    assert [change["action"] for change in changes] == ["removed", "changed", "added"]
    assert {(change["file"], change["rule_id"]) for change in changes} == {(file, number)}
    assert changes[0]["after"] is None and changes[2]["before"] is None
    assert changes[1]["before"][name] == fields[name]
    assert changes[1]["after"][name] == changes[0]["before"][name] == fields[name] + "x"
    audit = html.unescape(server.get("/audit"))
    assert fields[name] + "x" in audit
    # what was removed can be added again
    again = path + "?" + audit.split(f'href="{path}?')[1].split('"')[0]
    assert f'value="{fields[name]}x"' in html.unescape(server.get(again))


def test_a_rule_that_somebody_else_removed_cannot_be_changed(server):
    number = add(server, "/add_watch", FORMS["/add_watch"][1])
    server.post_form("/add_watch", {"id": number, "remove": "yes"})
    fields = {**FORMS["/add_watch"][1], "id": number}
    status, _, body = server.post_form("/add_watch", fields)
    assert status == 404
    assert b"somebody has removed it" in body
    status, _, _ = server.post_form("/add_watch", {"id": number, "remove": "yes"})
    assert status == 404
    assert status_of(server, f"/add_watch?id={number}") == 404


def test_a_rule_is_changed_only_by_the_page_of_its_kind(server):
    number = add(server, "/add_watch", FORMS["/add_watch"][1])
    status, _, _ = server.post_form("/disown_file", {"id": number, "remove": "yes"})
    assert status == 404
    assert len(rules(server, "/add_watch")) == 1


def test_a_form_without_its_token_changes_nothing(server):
    body = urllib.parse.urlencode(FORMS["/add_watch"][1])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, _ = server.sender().request("POST", "/add_watch", body, headers)
    assert status == 403
    assert rules(server, "/add_watch") == []


def test_the_audit_is_read_in_pieces(server):
    for number in range(51):
        add(server, "/add_ignored_exception", {"exception_type": f"Error{number}"})
    first = server.json("/audit")
    assert len(first["changes"]) == 50
    rest = server.json(f"/audit?before={first['before']}")
    assert [change["after"]["exception_type"] for change in rest["changes"]] == ["Error0"]
    assert rest["before"] is None


# ---- rules of pages and files ----


def test_rules_of_pages_and_files_are_shown_with_where_they_come_from(make_server):
    server = make_server()
    rule = '["why", {"filename": "of/file.py", "min_alert_threshold": 3}]'
    (server.directory / "known_errors").write_text(rule)
    server.start()
    add(server, "/add_known_error", KNOWN)
    of_page, of_file = rules(server, "/add_known_error")
    assert of_file["source"] == "file known_errors, entry 2"
    assert of_file["id"] is None
    assert of_page["email_recipients"] == ["payments@example.com", "boss@example.com"]
    page = server.get("/add_known_error")
    assert "file known_errors, entry 2" in page
    assert page.count('name="remove"') == 1  # a file's rule is changed in the file
    assert server.json("/view_config?key=known_errors")["rules"] == [of_page, of_file]
    assert "of/file.py" in server.get("/view_config?key=known_errors")
    assert server.json("/admin")["rules"]["known_errors"] == 2


def test_a_broken_file_leaves_its_rules_in_force_and_those_of_pages_still_change(make_server):
    server = make_server()
    file = server.directory / "ignored_exceptions"
    file.write_text('[{"exception_type": "OfFile"}]')
    server.start()
    file.write_text("[{")
    wait_for("the problem", lambda: server.json("/check_health")["problems"])
    add(server, "/add_ignored_exception", {"exception_type": "OfPage"})
    types = [rule["exception_type"] for rule in rules(server, "/add_ignored_exception")]
    assert types == ["OfPage", "OfFile"]
    assert server.json("/check_health")["problems"]


def test_a_rule_in_the_store_that_cannot_be_read_is_left_out_with_a_warning(make_server):
    server = make_server().start()
    for name in ("A", "B", "C"):
        add(server, "/add_ignored_exception", {"exception_type": name})
    assert server.stop() == 0
    server.change_store(
        """UPDATE rules SET body = '{"exception": "A"}' WHERE body LIKE '%"A"%'""",
        "UPDATE rules SET file = 'of_the_future' WHERE body LIKE '%\"B\"%'",
    )
    server.start()
    assert [rule["exception_type"] for rule in rules(server, "/add_ignored_exception")] == ["C"]
    assert "there is no rule file named of_the_future" in server.log()
    assert "exception_type" in server.log()
    # it can be looked at and removed
    (left_out,) = server.json("/add_ignored_exception")["unreadable"]
    assert left_out["text"] == '{"exception": "A"}'
    assert left_out["text"] in html.unescape(server.get("/add_ignored_exception"))
    fields = {"id": left_out["id"], "remove": "yes"}
    assert server.post_form("/add_ignored_exception", fields)[0] == 303
    assert server.json("/add_ignored_exception")["unreadable"] == []
    assert "Not in force" not in html.unescape(server.get("/add_ignored_exception"))


# ---- each kind does its work, at once ----


def test_an_exception_is_ignored_from_the_answer_on(server, bugs):
    report(server, bugs["ada"].event())
    number = add(server, "/add_ignored_exception", {"exception_type": "ValueError"})
    report(server, bugs["ada"].event())
    assert server.count_of(bugs["ada"].path) == 1
    server.post_form("/add_ignored_exception", {"id": number, "remove": "yes"})
    report(server, bugs["ada"].event())
    assert server.count_of(bugs["ada"].path) == 2


def test_a_whitelisted_line_has_its_report_ignored(server, bugs):
    add(server, "/add_third_party", {"filename": bugs["ada"].path})
    report(server, bugs["ada"].event())
    assert server.errors() == {}
    assert server.json("/check_health")["server"]["reports"]["ignored"] == 1


def test_a_building_block_passes_the_blame_on(server, bugs):
    block, caller = bugs["linus"], bugs["ada"]
    add(server, "/add_building_block", {"filename": block.path})
    frames = [frame(bug.path, bug.line, "    " + bug.text) for bug in (caller, block)]
    report(server, event(*frames))
    assert list(server.errors()) == [caller.path]


def test_a_known_error_has_its_letters_when_and_to_whom_the_page_says(server, bugs):
    bug = bugs["ada"]
    owner_of(server, bug)
    fields = {
        "filename": bug.path,
        "code_fragment": bug.text,
        "min_alert_threshold": "2",
        "email_recipients": "bank@example.com",
        "email_header": "Call <them>.\r\nThen wait.",
    }
    number = add(server, "/add_known_error", fields)
    report(server, bug.event())
    letters = server.wait_for_letters(2)
    assert sorted(letter["to"] for letter in letters) == [ADA, "bank@example.com"]
    assert all(letter["text"].startswith("Call <them>.\nThen wait.") for letter in letters)
    week = html.unescape(server.get("/?include_known_errors=true"))
    assert f'href="/add_known_error?id={number}"' in week
    assert "added on the page by" in week


def test_a_watcher_gets_the_letter(make_server, bugs):
    server = make_server(report_error_threshold=1).start()
    add(server, "/add_watch", {"email": "w@example.com", "filepath": "shop"})
    report(server, bugs["ada"].event())
    letters = server.wait_for_letters(2)
    assert sorted(letter["to"] for letter in letters) == [ADA, "w@example.com"]


def test_an_address_is_remapped(server, bugs):
    add(server, "/remap_email", {"remap": ADA, "to": "new@example.com"})
    assert owner_of(server, bugs["ada"]) == "new@example.com"


def test_a_disowned_file_has_its_new_owner(server, bugs):
    fields = {"email": ADA, "filepath": bugs["ada"].path, "designated_email": "new@example.com"}
    add(server, "/disown_file", fields)
    assert owner_of(server, bugs["ada"]) == "new@example.com"


def test_the_traceback_leads_to_forms_that_are_filled_in(server, bugs):
    bug = bugs["ada"]
    owner_of(server, bug)
    page = html.unescape(server.get(f"/view_traceback?filename={bug.path}&function_name=run"))
    for path in ("/add_known_error", "/add_building_block"):
        form = server.get(path + page.split(f'href="{path}')[1].split('"')[0])
        assert f'name="filename" value="{bug.path}"' in form
        assert 'name="function_name" value="run"' in form
        assert f'value="{html.escape(bug.text)}"' in form.replace("&#39;", "&#x27;")
    form = server.get("/add_watch" + page.split('href="/add_watch')[1].split('"')[0])
    assert f'name="filepath" value="{bug.path}"' in form


# ---- what is wrong is said beside its field ----


def test_what_was_typed_stays_beside_what_is_wrong_with_it(server):
    fields = {**KNOWN, "filename": "/srv/app/shop/bank.py", "function_name": '"pay"'}
    status, _, body = server.post_form("/add_known_error", fields)
    page = html.unescape(body.decode())
    assert status == 422
    assert 'value="/srv/app/shop/bank.py"' in page
    assert 'value=""pay""' in page
    assert "The bank is down again.\nCall them.</textarea>" in page
    assert 'aria-describedby="hint-filename mistake-filename" aria-invalid="true"' in page
    assert '<p class="mistake" id="mistake-filename">' in page
    assert page.count('class="mistake"') == 1


@pytest.mark.parametrize(
    "path, field, value, words",
    [
        ("/add_known_error", "filename", "", "needed"),
        ("/add_known_error", "filename", "/shop/bank.py", "the path in the repository"),
        ("/add_known_error", "filename", "C:\\shop\\bank.py", "the path in the repository"),
        ("/add_known_error", "filename", "shop/../bank.py", "from its top"),
        ("/add_known_error", "filename", "shop/", "not a directory"),
        ("/add_known_error", "filename", "a\u202eyp.b", "direction of writing"),
        ("/add_known_error", "min_alert_threshold", "-1", "whole number"),
        ("/add_known_error", "min_alert_threshold", "ten", "whole number"),
        ("/add_known_error", "max_alert_threshold", "1e3", "whole number"),
        ("/add_known_error", "alert_every_n_occurences", "9" * 30, "whole number"),
        ("/add_known_error", "email_recipients", "a@example.com; b@example.com", "comma"),
        ("/add_known_error", "code_fragment", "a\0b", "control character"),
        ("/add_watch", "filepath", "../etc", "from its top"),
        ("/add_watch", "filepath", "~/shop", "the path in the repository"),
        ("/add_watch", "email", "ann", "one address"),
        ("/add_watch", "email", "a@example.com, b@example.com", "one address"),
        ("/add_watch", "watch_all_errors", "perhaps", "true or false"),
        ("/remap_email", "to", "a b", "one address"),
        ("/disown_file", "designated_email", "", "needed"),
        ("/add_ignored_exception", "exception_type", " \n ", "needed"),
    ],
)
def test_a_mistake_is_told_with_the_way_out(server, path, field, value, words):
    found = mistakes(server, path, {**FORMS[path][1], field: value})
    assert list(found) == [field]
    assert words in found[field]


# ---- hostile values ----

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "quotes": "\"'><img src=x onerror=alert(1)>",
    "lines": "ann@example.com\nBcc: eve@example.com",
    "carriage return": "ann@example.com\r\n\r\nBcc: eve@example.com",
    "nul": "a\0b",
    "right to left": "a\u202eb@example.com",
    "invalid UTF-8": b"a\xff\xfe@example.com",
    "template": "{{_form_token}}",
    "much": "x" * 50_000,
    "too much": "x" * 1_000_000,
}
NEVER = ("<script>alert", "<img src=x", "\0")


@pytest.mark.parametrize("path, field", FIELDS)
def test_hostile_values_are_refused_or_shown_harmlessly(server, path, field):
    good = FORMS[path][1]
    for value in HOSTILE.values():
        status, _, body = server.post_form(path, {**good, field: value})
        assert status in (303, 413, 422), (value[:50], status)
        assert status == 303 or not any(bad in body.decode() for bad in NEVER)
        if len(value) <= 1000:
            query = urllib.parse.urlencode({field: value})
            assert not any(bad in server.get(f"{path}?{query}") for bad in NEVER)
    for page in (path, "/audit", "/admin", f"/view_config?key={FORMS[path][0]}"):
        assert not any(bad in server.get(page) for bad in NEVER)
        server.json(page)
    for change in server.json("/audit")["changes"]:
        taken = change["after"][field]
        if "email" in field and field != "email_header" or field in ("remap", "to"):
            assert "\n" not in str(taken) and "Bcc" not in str(taken) and "\u202e" not in str(taken)
        assert "\0" not in str(taken)
    server.check_unharmed()


@pytest.mark.parametrize("path", ["/audit?before=", "/add_watch?id=", "/view_config?key="])
def test_hostile_parameters_are_refused_or_shown_harmlessly(server, path):
    for value in HOSTILE.values():
        if len(value) > 1000:
            continue
        quoted = urllib.parse.quote(value)
        try:
            page = server.get(path + quoted)
        except urllib.error.HTTPError as refusal:
            assert refusal.code in (400, 404)
            page = refusal.read().decode()
        assert not any(bad in page for bad in NEVER)
    server.check_unharmed()


# ---- the configuration ----


def test_an_option_is_shown_as_it_is_in_force_and_secrets_are_not(make_server):
    server = make_server(smtp_host="127.0.0.1:1", smtp_user="me", smtp_password="open sesame")
    server.start()
    assert server.json("/view_config?key=report_error_threshold")["value"] == "3"
    assert server.json("/view_config?key=smtp_password")["value"] == "***"
    for page in ("/view_config", "/view_config?key=smtp_password"):
        assert "open sesame" not in server.get(page)
    keys = {row["name"] for row in server.json("/view_config")["keys"]}
    assert {"port", "repo_dir", "known_errors", "disowned_files"} <= keys
    assert status_of(server, "/view_config?key=prot") == 404
