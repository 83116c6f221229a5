# SPDX-License-Identifier: MIT
"""The rule files: how they are read, what they hold, and how a rule finds its line.

Every kind of rule on its page: tests/e2e/test_forms.py::test_a_rule_is_added_changed_removed_and_remembered
"""

import html
import subprocess

import pytest
from lines import (
    error_at,
    health_of,
    letters_about,
    recipients_of,
    report,
    rule,
    settled,
    wait_for_letter,
    write_rules,
)
from reports import event
from stage import wait_for

# Each file, with one object that has every field it may have, and those it cannot be without.
FILES = {
    "building_blocks": (
        {"filename": "a.py", "function_name": "f", "code_fragment": "x()"},
        ["filename"],
    ),
    "third_party_whitelist": (
        {"filename": "a.py", "function_name": "f", "code_fragment": "x()"},
        ["filename"],
    ),
    "known_errors": (
        {
            "filename": "a.py",
            "function_name": "f",
            "code_fragment": "x()",
            "min_alert_threshold": 3,
            "max_alert_threshold": 30,
            "alert_every_n_occurences": 10,
            "email_recipients": ["a@x.example"],
            "email_header": "Mind the bank.",
        },
        ["filename"],
    ),
    "watched_files": (
        {"email": "a@x.example", "filepath": "lib", "watch_all_errors": True},
        ["email", "filepath"],
    ),
    "email_remapping": ({"remap": "a@x.example", "to": "b@x.example"}, ["remap", "to"]),
    "ignored_exceptions": ({"exception_type": "KeyError"}, ["exception_type"]),
    "disowned_files": (
        {"email": "a@x.example", "filepath": "lib", "designated_email": "b@x.example"},
        ["email", "filepath", "designated_email"],
    ),
}


@pytest.fixture(scope="module")
def server(serve):
    return serve()


def rules_of(server):
    return health_of(server)["server"]["rules"]


def refusal(server):
    """What a start that has to fail says."""
    server.write_cfg()
    (server.directory / "state").mkdir(mode=0o700, exist_ok=True)
    outcome = subprocess.run(
        server.command("start", "-conf", server.cfg), capture_output=True, text=True, timeout=60
    )
    assert outcome.returncode not in (0, -6, -11), outcome
    return outcome.stderr


# ---- how they are read ----


def test_each_file_is_a_json_array_and_a_bare_string_in_it_is_a_comment(serve):
    """Every field of every file is taken without a warning."""
    server = serve({name: ["why", entry, "because"] for name, (entry, _) in FILES.items()})
    assert rules_of(server) == dict.fromkeys(FILES, 1)
    warnings = [line for line in server.log_lines() if "there is no field" in line]
    assert warnings == []


def test_a_missing_file_means_no_rules(server):
    """And is nothing to complain about."""
    assert set(rules_of(server)) == set(FILES)
    assert health_of(server)["problems"] == []


@pytest.mark.parametrize("name", FILES)
def test_a_field_that_is_needed_is_missed_with_its_place(serve, name):
    """Each file refuses an object without what it cannot do without."""
    entry, needed = FILES[name]
    for field in needed:
        rest = {other: value for other, value in entry.items() if other != field}
        said = refusal(serve({name: [rest]}, start=False))
        assert f"{name}:1:" in said and field in said


def test_a_broken_file_leaves_the_rules_of_before_and_is_told_with_file_line_and_column(
    serve, code
):
    """In the log and on the health page, until it is mended; at a start it is a refusal."""
    line = code.take()
    server = serve({"known_errors": [rule(line)]})
    broken = '[\n{"filename" 5}]'
    write_rules(server, "known_errors", broken)
    wait_for("the problem", lambda: health_of(server)["problems"])
    place = f"{server.directory}/known_errors:2:13: "
    assert place in "\n".join(health_of(server)["problems"])
    assert place in server.log()
    report(server, line.event())
    assert error_at(server, line)["is_known_error"]
    assert server.stop() == 0
    assert place in refusal(server)


def test_files_are_read_again_when_they_change_with_no_restart(server, code):
    """A rule counts within moments, and its end does."""
    line = code.take()
    report(server, line.event())
    assert not error_at(server, line)["is_known_error"]
    write_rules(server, "known_errors", [rule(line)])
    wait_for("the rule", lambda: error_at(server, line)["is_known_error"])
    (server.directory / "known_errors").unlink()
    wait_for("no rule", lambda: not error_at(server, line)["is_known_error"])


def test_rules_added_on_pages_live_in_the_store_beside_those_of_files(serve, code):
    """Each page shows where its rules come from; a restart changes nothing."""
    in_file, on_page = code.take(), code.take()
    server = serve({"known_errors": [rule(in_file)]})
    status, _, body = server.post_form("/add_known_error", rule(on_page))
    assert status == 303, body
    for _ in range(2):
        report(server, in_file.event(), on_page.event())
        assert error_at(server, in_file)["is_known_error"]
        assert error_at(server, on_page)["is_known_error"]
        page = html.unescape(server.get("/add_known_error"))
        assert "file known_errors, entry 1" in page and "added on the page by" in page
        assert in_file.text in page and on_page.text in page
        assert server.stop() == 0
        server.start()
    assert on_page.text not in (server.directory / "known_errors").read_text()


# ---- how a rule finds its line ----


def here(line, **more):
    """The rule's file, with the function that only this case's line is in."""
    return {"filename": line.path, "function_name": line.function, **more}


# What is said of a line, and whether a rule that says so finds it.
CASES = {
    "the file's path in full": (lambda it: here(it), True),
    "the file's name": (lambda it: {**here(it), "filename": "ada.py"}, False),
    "its directory": (lambda it: {**here(it), "filename": "shop"}, False),
    "the beginning of its path": (lambda it: {**here(it), "filename": "shop/ada"}, False),
    "its path at runtime": (lambda it: {**here(it), "filename": "/srv/app/shop/ada.py"}, False),
    "its path in capitals": (lambda it: {**here(it), "filename": "SHOP/ADA.PY"}, False),
    "null for the function": (lambda it: rule(it, function_name=None), True),
    "nothing for the function": (lambda it: rule(it, function_name=""), True),
    "no function": (lambda it: rule(it), True),
    "half of the function": (lambda it: rule(it, function_name=it.function[:-1]), False),
    "null for the code": (lambda it: here(it, code_fragment=None), True),
    "nothing for the code": (lambda it: here(it, code_fragment=""), True),
    "other code": (lambda it: here(it, code_fragment="stop("), False),
    "the line's beginning": (lambda it: here(it, code_fragment="step_"), True),
    "the line's end": (lambda it: here(it, code_fragment="py')"), True),
    "white space around": (lambda it: here(it, code_fragment=f"  {it.text}\t"), True),
    "white space within": (lambda it: here(it, code_fragment="a,\n \t b", text="f(a,  b)"), True),
    "space where there is none": (lambda it: here(it, code_fragment="f (a", text="f(a)"), False),
    "a statement around the line": (
        lambda it: here(it, code_fragment=f"total = (\n    {it.text}\n)"),
        True,
    ),
}


class Case:
    """A line in a function of its own, with its rule."""

    def __init__(self, code, name):
        make, self.is_found = CASES[name]
        self.line = code.take()
        self.line.function = f"function {len(name)} {name}"
        self.rule = make(self.line)
        self.text = self.rule.pop("text", self.line.text)

    def event(self):
        frame = self.line.frame(text="    " + self.text, function=self.line.function)
        return event(frame)


@pytest.fixture(scope="module")
def cases(code):
    return {name: Case(code, name) for name in CASES}


@pytest.fixture(scope="module")
def matching(serve, cases):
    return serve({"known_errors": [case.rule for case in cases.values()]})


@pytest.mark.parametrize("name", CASES)
def test_filenames_are_equal_null_missing_and_empty_are_wildcards_and_code_is_a_piece_of_the_other(
    matching, cases, name
):
    """Code is compared with its white space collapsed, and fits when either contains the other."""
    case = cases[name]
    report(matching, case.event())
    assert error_at(matching, case.line)["is_known_error"] is case.is_found


@pytest.mark.parametrize(
    ("filepath", "covers_b", "covers_ab"),
    [
        ("lib/a/b.py", True, False),
        ("lib/a", True, False),
        ("lib/a/", True, False),
        ("lib", True, True),
        ("lib/ab.py", False, True),
        ("lib/ab", False, False),
        ("li", False, False),
        ("b.py", False, False),
    ],
)
def test_filepath_is_a_file_or_a_directory_by_whole_components(
    serve, code, filepath, covers_b, covers_ab
):
    """In watched_files and in disowned_files."""
    b, ab = code.take("lib/a/b.py"), code.take("lib/ab.py")
    new = "new@x.example"
    server = serve(
        {
            "watched_files": [{"email": "w@x.example", "filepath": filepath}],
            "disowned_files": [{"email": b.author, "filepath": filepath, "designated_email": new}],
        }
    )
    for line, is_covered in ((b, covers_b), (ab, covers_ab)):
        report(server, line.event(threshold=1))
        wait_for_letter(server, line)
        wanted = [new, "w@x.example"] if is_covered else [line.author]
        assert recipients_of(server, line) == wanted


# ---- what each file does ----


def test_known_errors_takes_both_spellings_of_occurrences(serve, code):
    """alert_every_n_occurences and alert_every_n_occurrences mean the same."""
    lines = {spelling: code.take() for spelling in ("occurences", "occurrences")}
    rules = [rule(line, **{f"alert_every_n_{each}": 2}) for each, line in lines.items()]
    server = serve({"known_errors": rules})
    for line in lines.values():
        settled(server, line)
        assert letters_about(server, line) == []
        report(server, line.event())
        assert len(letters_about(server, line)) == 1
