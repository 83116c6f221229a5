# SPDX-License-Identifier: MIT
"""Whose line it is: what git says, and what the rules for people make of it."""

import pytest
from lines import SHIFTED, error_at, owner_of, report, wait_for_letter

CONTACT = "team@shop.example"
RULES = {
    "email_remapping": [
        {"remap": "grace", "to": "nobody@x.example"},
        {"remap": "grace@example.com", "to": "hopper@new.example"},
        {"remap": "linus", "to": "brandt"},
    ],
    "disowned_files": [
        {"email": "ada@example.com", "filepath": "lib/a", "designated_email": "heir@x.example"},
        {
            "email": "ada@example.com",
            "filepath": "shop/grace.py",
            "designated_email": "no@x.example",
        },
        {
            "email": "hopper@new.example",
            "filepath": "shop/grace.py",
            "designated_email": "h@x.example",
        },
    ],
}


@pytest.fixture(scope="module")
def server(serve):
    return serve(RULES, email_domain_name="shop.example", default_contact=CONTACT)


@pytest.fixture(scope="module")
def plain(serve):
    return serve(
        {"email_remapping": RULES["email_remapping"]},
        email_domain_name="shop.example",
        ignore_vcs_email_domain="true",
        default_contact=CONTACT,
    )


def owner(server, line):
    report(server, line.event())
    return owner_of(server, line)


def test_git_blame_of_the_line_gives_address_and_time(server, code):
    """The time is that of the line, not of the file."""
    line = code.take("shop/ada.py")
    assert owner(server, line) == "ada@example.com"
    assert error_at(server, line)["date"] == "2025-03-03 10:00:00"


def test_an_address_is_remapped_as_a_whole_before_by_the_part_before_the_at(serve, code):
    """Though the rule for the part stands first."""
    server = serve({"email_remapping": RULES["email_remapping"]})
    assert owner(server, code.take("shop/grace.py")) == "hopper@new.example"


def test_a_domain_without_a_dot_is_replaced(server, code):
    """In what git says and in what a rule makes of it."""
    assert owner(server, code.take("odd/nodot.py")) == "nora@shop.example"
    assert owner(server, code.take("shop/linus.py")) == "brandt@shop.example"


def test_with_ignore_vcs_email_domain_every_domain_is_replaced(plain, code):
    """Also a good one."""
    assert owner(plain, code.take("shop/ada.py")) == "ada@shop.example"
    assert owner(plain, code.take("odd/nodot.py")) == "nora@shop.example"


def test_a_disowned_file_has_the_designated_owner_if_it_is_that_developers(server, code):
    """The rule is asked after remapping, and for its developer and path alone."""
    assert owner(server, code.take("lib/a/b.py")) == "heir@x.example"
    assert owner(server, code.take("lib/ab.py")) == "ada@example.com"
    assert owner(server, code.take("shop/grace.py")) == "h@x.example"


def test_without_a_usable_address_the_default_contact_is_told(server, code):
    """An address that nobody reads is none."""
    line = code.take("odd/nobody.py")
    report(server, line.event(threshold=1))
    assert wait_for_letter(server, line)["to"] == CONTACT


def test_a_top_level_domain_may_have_more_than_four_letters(server, code):
    """It is an address as any other."""
    assert owner(server, code.take("odd/long.py")) == "eve@shop.engineering"


def test_the_revision_that_was_running_is_blamed_and_not_the_newest(server, code):
    """Known by its release, or by the text at the line; others have shifted it since."""
    released, silent = code.take(SHIFTED), code.take(SHIFTED)
    report(server, released.event(release="v1"), silent.event())
    assert owner_of(server, released) == "ada@example.com"
    assert owner_of(server, silent) == "ada@example.com"
    above = code.take(SHIFTED)
    above.number, above.text = 47, "above_46()"
    report(server, above.event())
    assert owner_of(server, above) == "brandt@shop.example"
