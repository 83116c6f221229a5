# SPDX-License-Identifier: MIT
"""Who may see and do what."""

import html
import json
import re
import ssl
import subprocess
import urllib.parse

import pytest
from browser import Browser
from certificates import Certificate
from reports import envelope
from stage import wait_for

NAME, PASSWORD = "ada@example.com", "a long pass phrase"
SETUP_LINK = re.compile(r"/setup\?token=([0-9a-f]{32})")
PAGES = ["/", "/get_weekly_error_report", "/outbox", "/view_traceback?filename=a.py"]


def setup_path(server):
    return SETUP_LINK.search(server.log()).group(0)


def set_up(browser, name=NAME, password=PASSWORD, again=None, path=None):
    path = path or setup_path(browser.server)
    fields = {
        "token": path.partition("token=")[2],
        "name": name,
        "password": password,
        "again": password if again is None else again,
    }
    return browser.fill_in(path, fields)


@pytest.fixture
def locked(make_server):
    """A server with a login and no user."""
    return make_server(web_auth="password").start()


@pytest.fixture
def browser(locked):
    """A browser that knows nobody yet, of a server with one user."""
    set_up(Browser(locked))
    return Browser(locked)


@pytest.fixture
def ada(browser):
    """Signed in."""
    assert browser.sign_in(NAME, PASSWORD).status == 303
    return browser


# ---- the first user ----


def test_the_set_up_link_makes_the_first_user_who_is_signed_in_then(locked):
    browser = Browser(locked)
    answer = set_up(browser, " Ada@Example.com ")
    assert (answer.status, answer.location) == (303, "/")
    page = browser.get("/")
    assert page.status == 200
    assert NAME in page.body
    assert Browser(locked).sign_in(NAME, PASSWORD).status == 303


def test_the_set_up_link_works_once(locked):
    path = setup_path(locked)
    set_up(Browser(locked))
    late = Browser(locked)
    assert late.get(path).status == 404
    token = late.get("/login").field("form_token")
    fields = {"token": path.partition("=")[2], "name": "eve@example.com", "form_token": token}
    answer = late.post("/setup", {**fields, "password": PASSWORD, "again": PASSWORD})
    assert answer.status == 404
    assert not late.cookies
    assert late.sign_in("eve@example.com", PASSWORD).status == 403


def test_each_start_prints_a_link_until_there_is_a_user(make_server):
    server = make_server(web_auth="password").start()
    first = setup_path(server)
    server.stop()
    server.start()
    assert setup_path(server) != first
    assert Browser(server).get(first).status == 404
    assert set_up(Browser(server)).status == 303
    server.stop()
    server.start()
    assert not SETUP_LINK.search(server.log())
    assert Browser(server).sign_in(NAME, PASSWORD).status == 303


@pytest.mark.parametrize("token", ["", "0" * 32, "x", "%00", "a" * 10000])
def test_without_the_right_token_nobody_sets_up(locked, token):
    assert Browser(locked).get(f"/setup?token={token}").status == 404
    assert Browser(locked).get("/setup").status == 404


@pytest.mark.parametrize(
    "name, password, again, words",
    [
        ("ada", PASSWORD, PASSWORD, "e-mail address"),
        ("", PASSWORD, PASSWORD, "e-mail address"),
        ("a\nb@example.com", PASSWORD, PASSWORD, "e-mail address"),
        ("a\0@example.com", PASSWORD, PASSWORD, "e-mail address"),
        ("<script>@example.com", PASSWORD, PASSWORD, "e-mail address"),
        ("x" * 300 + "@example.com", PASSWORD, PASSWORD, "e-mail address"),
        (NAME, "short", "short", "at least 10"),
        (NAME, PASSWORD, PASSWORD + "x", "not the same"),
        (NAME, "0123456789\0", "0123456789\0", "no keyboard"),
        (NAME, "x" * 2000, "x" * 2000, "at most"),
    ],
)
def test_a_name_or_password_that_cannot_be_is_refused_with_words(
    locked, name, password, again, words
):
    answer = set_up(Browser(locked), name, password, again)
    assert answer.status == 400
    assert words in answer.text()
    assert "<script>" not in answer.body
    assert set_up(Browser(locked)).status == 303  # the link is as good as before


# ---- signing in and out ----


def test_pages_lead_to_the_login_and_back_to_what_was_wanted(browser):
    wanted = "/get_weekly_error_report?timestamp=1700000000&include_known_errors=true"
    answer = browser.get(wanted)
    assert answer.status == 303
    assert answer.location.startswith("/login?next=")
    fields = {"name": NAME, "password": PASSWORD, "next": browser.get(answer.location).field("next")}
    answer = browser.fill_in(answer.location, fields)
    assert (answer.status, answer.location) == (303, wanted)
    assert browser.get(answer.location).status == 200


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_shown_before_the_login(browser, bugs, path):
    browser.server.sender().report(bugs["ada"].event())
    answer = browser.get(path)
    assert answer.status == 303
    assert answer.body == ""
    answer = browser.get(path, Accept="application/json")
    assert answer.status == 401
    assert list(answer.json()) == ["error"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_reports_need_no_login(browser, bugs):
    assert browser.server.sender().post(envelope(bugs["ada"].event()))[0] == 200


def test_the_cookie_is_for_http_and_our_own_pages_only(browser):
    answer = browser.sign_in(NAME, PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert re.match(r"flawless_session=[0-9a-f]{64}; Path=/; ", cookie)
    assert "; HttpOnly" in cookie
    assert "; SameSite=Lax" in cookie
    assert "Secure" not in cookie  # it came over plain HTTP


def test_a_cookie_that_came_over_tls_stays_on_tls(make_server, tmp_path):
    certificate = Certificate(tmp_path, "own")
    server = make_server(web_auth="password", **certificate.options()).start()
    context = ssl.create_default_context(cafile=certificate.path)
    answer = set_up(Browser(server, context))
    assert answer.headers["Set-Cookie"].endswith("; Secure")


def test_each_login_has_a_session_of_its_own(browser):
    browser.cookies["flawless_session"] = "0" * 64
    browser.sign_in(NAME, PASSWORD)
    first = browser.cookies["flawless_session"]
    assert first != "0" * 64
    other = Browser(browser.server)
    other.sign_in(NAME, PASSWORD)
    assert other.cookies["flawless_session"] != first


def test_a_wrong_password_and_an_unknown_name_hear_the_same(browser):
    wrong = browser.sign_in(NAME, "not the pass phrase")
    unknown = browser.sign_in("eve@example.com", PASSWORD)
    assert wrong.status == unknown.status == 403
    assert "name or the password is wrong" in wrong.body
    assert wrong.body.replace(NAME, "X") == unknown.body.replace("eve@example.com", "X")
    assert not browser.cookies


@pytest.mark.parametrize(
    "name, password",
    [
        (NAME, "x" * 1000000),
        ("x" * 60000, "y"),
        (NAME, PASSWORD + "\0"),
        (NAME + "\0", PASSWORD),
        (NAME + "\n", PASSWORD + "\n"),
        ("<script>alert(1)</script>", "<script>"),
        ("' OR 1=1 --", "' OR 1=1 --"),
        ("", ""),
        ("\udcff", "\udcff"),
    ],
)
def test_hostile_names_and_passwords_are_wrong_and_harm_nothing(browser, name, password):
    fields = {"name": name.encode(errors="surrogateescape"), "next": "/"}
    fields["password"] = password.encode(errors="surrogateescape")
    answer = browser.fill_in("/login", fields)
    assert answer.status in (403, 413)
    assert "<script>" not in answer.body
    assert not browser.cookies
    assert browser.server.is_running()


def test_whoever_tries_passwords_is_told_to_wait(browser):
    answers = [browser.sign_in(NAME, f"guess number {n}") for n in range(11)]
    assert [answer.status for answer in answers] == 10 * [403] + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 30
    assert "Too many attempts" in answers[-1].body
    assert browser.sign_in(NAME, PASSWORD).status == 429  # not even the right one


def test_right_passwords_are_not_counted(browser):
    for _ in range(15):
        assert Browser(browser.server).sign_in(NAME, PASSWORD).status == 303


def test_signing_out_ends_the_session_in_the_store(ada):
    cookie = dict(ada.cookies)
    answer = ada.sign_out()
    assert (answer.status, answer.location) == (303, "/login")
    assert not ada.cookies
    thief = Browser(ada.server)
    thief.cookies = cookie
    assert thief.get("/").status == 303


def test_sessions_outlive_the_server(make_server):
    server = make_server(web_auth="password").start()
    browser = Browser(server)
    set_up(browser)
    server.stop()
    server.start()
    assert browser.get("/").status == 200


@pytest.mark.parametrize(
    "next, goes_to",
    [
        ("/outbox?before=7", "/outbox?before=7"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("/\n/evil.example/", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("outbox", "/"),
        ("/" + "x" * 9000, "/"),
    ],
)
def test_the_login_leads_to_our_own_pages_only(browser, next, goes_to):
    answer = browser.sign_in(NAME, PASSWORD, next)
    assert (answer.status, answer.location) == (303, goes_to)
    assert list(browser.cookies) == ["flawless_session"]
    again = browser.get("/login?" + urllib.parse.urlencode({"next": next}))
    assert (again.status, again.location) == (303, goes_to)


# ---- forms ----


def test_a_form_without_a_token_or_with_another_sessions_changes_nothing(ada):
    other = Browser(ada.server)
    other.sign_in(NAME, PASSWORD)
    theirs = other.get("/").field("form_token")
    assert theirs != ada.get("/").field("form_token")
    for fields in ({}, {"form_token": ""}, {"form_token": "0" * 32}, {"form_token": theirs}):
        answer = ada.post("/logout", fields)
        assert answer.status == 403, fields
        assert "nothing was changed" in answer.body
    assert ada.get("/").status == 200


def test_a_form_from_another_site_is_refused_whatever_it_carries(ada):
    token = ada.get("/").field("form_token")
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert ada.post("/logout", {"form_token": token}, headers).status == 403, headers
    own = {"Origin": ada.server.url, "Sec-Fetch-Site": "same-origin"}
    assert ada.post("/logout", {"form_token": token}, own).status == 303


def test_a_form_of_somebody_who_is_not_signed_in_leads_to_the_login(browser):
    token = browser.get("/login").field("form_token")
    answer = browser.post("/logout", {"form_token": token})
    assert (answer.status, answer.location) == (303, "/login?next=%2F")


def test_forms_without_a_login_need_a_token_too(server):
    answer = Browser(server).post("/login", {})
    assert answer.status == 403


# ---- users and tokens ----


def user(server, *words, password="", status=0):
    run = subprocess.run(
        server.command("user", "-conf", server.cfg, *words),
        input=f"{password}\n" if password else "",
        capture_output=True,
        text=True,
    )
    assert run.returncode == status, run.stderr
    return run.stderr if status else run.stdout


def test_users_are_added_and_removed_beside_the_server(ada):
    server = ada.server
    user(server, "add", "Bob@example.com", password=PASSWORD)
    bob = Browser(server)
    assert bob.sign_in("bob@example.com", PASSWORD).status == 303
    assert bob.get("/").status == 200
    listed = json.loads(user(server, "list", "--json"))
    assert [each["name"] for each in listed] == [NAME, "bob@example.com"]
    user(server, "remove", "bob@example.com")
    assert bob.get("/").status == 303
    assert bob.sign_in("bob@example.com", PASSWORD).status == 403
    assert ada.get("/").status == 200


def test_another_password_ends_the_sessions(ada):
    user(ada.server, "password", NAME, password="another pass phrase")
    assert ada.get("/").status == 303
    assert ada.sign_in(NAME, PASSWORD).status == 403
    assert ada.sign_in(NAME, "another pass phrase").status == 303


@pytest.mark.parametrize(
    "words, password, status, says",
    [
        (["add", NAME], PASSWORD, 1, "already"),
        (["add", "bob"], PASSWORD, 2, "e-mail address"),
        (["add", "bob@example.com"], "short", 2, "at least 10"),
        (["add", "bob@example.com"], "", 2, "no password"),
        (["password", "bob@example.com"], PASSWORD, 1, "no such user"),
        (["remove", "bob@example.com"], "", 1, "no user bob@example.com"),
        (["token", "bob@example.com"], "", 1, "no user bob@example.com"),
        (["remove"], "", 2, "needs a name"),
        (["list", NAME], "", 2, "takes no name"),
        (["list", "--revoke"], "", 2, "--revoke is for token"),
        (["promote", NAME], "", 2, "has to come next"),
        ([], "", 2, "has to come next"),
    ],
)
def test_what_cannot_be_done_with_a_user_is_told(browser, words, password, status, says):
    assert says in user(browser.server, *words, password=password, status=status)


def test_a_token_reads_everything_and_changes_nothing(browser):
    server = browser.server
    token = user(server, "token", NAME).strip()
    bearer = {"Authorization": f"Bearer {token}"}
    forwarded = {**bearer, "X-Forwarded-For": "203.0.113.7"}
    assert browser.get("/outbox", **bearer, Accept="application/json").json()["letters"] == []
    assert browser.request("GET", "/metrics", headers=forwarded).status == 200
    assert "options" in browser.get("/check_health", **bearer, Accept="application/json").json()
    page = browser.get("/add_watch", **bearer)
    fields = {"form_token": page.field("form_token"), "email": NAME, "filepath": "x"}
    assert browser.post("/add_watch", fields, bearer).status == 403
    assert browser.post("/logout", fields, bearer).status == 403
    assert "(has a token)" in user(server, "list")


def test_a_token_ends_with_a_new_one_with_revoke_and_with_its_user(browser):
    server = browser.server

    def status(token):
        return browser.get("/outbox", Authorization=f"Bearer {token}").status

    first = user(server, "token", NAME).strip()
    second = user(server, "token", NAME).strip()
    assert (status(first), status(second)) == (401, 200)
    user(server, "token", NAME, "--revoke")
    assert status(second) == 401
    third = user(server, "token", NAME).strip()
    user(server, "remove", NAME)
    assert status(third) == 401


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "' OR 1=1", "a" * 8000])
def test_a_made_up_token_is_nobodys(browser, token):
    assert browser.get("/outbox", Authorization=f"Bearer {token}").status == 401


# ---- links in letters ----


@pytest.fixture
def links(ada, bugs):
    """By page: the paths of the links in a letter."""
    for _ in range(3):
        ada.server.sender().report(bugs["ada"].event())

    def letters():
        return ada.get("/outbox", Accept="application/json").json()["letters"]

    wait_for("the letter", letters)
    found = re.findall(re.escape(ada.server.url) + r"((/\w*)\?\S+)", letters()[0]["text"])
    return {page: path for path, page in found}


def test_a_letters_link_tells_what_flawless_is_without_a_login(ada, links):
    (letter,) = ada.get("/outbox", Accept="application/json").json()["letters"]
    assert f"{ada.server.url}/what_is_flawless\n" in letter["text"]
    assert f'<a href="{ada.server.url}/what_is_flawless">' in letter["html"]
    reader = Browser(ada.server)
    page = reader.get("/what_is_flawless")
    assert page.status == 200
    for words in ["What is Flawless?", "Why did I get a letter?", "Mark it as known"]:
        assert words in page.body
    assert '<nav aria-label="Pages">' not in page.body
    assert reader.get("/disown_file").status == 303  # to the login, and back


def with_parameter(path, name, value):
    page, _, query = path.partition("?")
    parameters = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    return f"{page}?{urllib.parse.urlencode({**parameters, name: value})}"


def test_a_letters_link_opens_the_error_and_nothing_else_without_a_login(browser, links, bugs):
    reader = Browser(browser.server)
    page = reader.get(links["/view_traceback"])
    assert page.status == 200
    assert bugs["ada"].path in page.body
    assert "Sign out" not in page.body
    assert '<nav aria-label="Pages">' not in page.body
    assert not reader.cookies
    for path in ["/", "/outbox", "/admin", "/audit", links["/get_weekly_error_report"]]:
        assert reader.get(path).status == 303, path
    signature = links["/view_traceback"].partition("signature=")[2]
    assert reader.get(f"/outbox?signature={signature}").status == 303
    assert reader.get(f"/admin?signature={signature}").status == 303


@pytest.mark.parametrize(
    "name, value",
    [
        ("filename", "shop/views.py"),
        ("function_name", "other"),
        ("line_number", "1"),
        ("text", "pass"),
        ("signature", "0" * 32),
        ("signature", ""),
        ("signature", "x" * 1000),
    ],
)
def test_a_link_that_was_changed_leads_to_the_login(links, browser, name, value):
    reader = Browser(browser.server)
    assert reader.get(with_parameter(links["/view_traceback"], name, value)).status == 303
    if name not in ("line_number", "text"):
        assert reader.get(with_parameter(links["/add_known_error"], name, value)).status == 303


def test_a_letters_link_adds_one_known_error_and_the_audit_says_so(ada, links):
    reader = Browser(ada.server)
    path = links["/add_known_error"]
    form = reader.get(path)
    assert form.status == 200
    assert "In force" not in form.body
    parameters = dict(urllib.parse.parse_qsl(path.partition("?")[2], keep_blank_values=True))
    fields = {**parameters, "form_token": form.field("form_token"), "alert_every_n_occurrences": 5}
    del fields["project"]
    for wrong in (
        {"filename": "shop/views.py"},
        {"function_name": "other"},
        {"signature": "0" * 32},
        {"form_token": "0" * 32},
        {"id": "1"},
        {"id": "1", "remove": "yes"},
    ):
        assert reader.post("/add_known_error", {**fields, **wrong}).status in (303, 403), wrong
        assert "somebody with a letter&#39;s link" not in ada.get("/audit").body, wrong
    answer = reader.post("/add_known_error", {**fields, "email_recipients": "eve@elsewhere.example"})
    assert answer.status == 422
    assert "Sign in to name others" in answer.body
    answer = reader.post("/add_known_error", fields)
    assert answer.status == 303, answer.body
    assert reader.get(answer.location).status == 200
    assert "somebody with a letter&#39;s link" in ada.get("/audit").body


def test_the_error_that_a_link_opened_leads_to_its_form(links, browser):
    reader = Browser(browser.server)
    page = reader.get(links["/view_traceback"])
    link = html.unescape(re.search(r'href="(/add_known_error[^"]*)"', page.body).group(1))
    assert reader.get(link).status == 200
    assert reader.get(with_parameter(link, "filename", "other.py")).status == 303


def is_fixed(ada, path):
    return ada.get(path, Accept="application/json").json()["is_fixed"]


def test_a_letters_link_marks_its_error_as_fixed_once_somebody_presses_the_button(ada, links):
    path = links["/mark_fixed"]
    reader = Browser(ada.server)
    for method in ("GET", "HEAD", "GET"):  # as programs do that look through letters
        assert reader.request(method, path).status == 200
    assert not is_fixed(ada, path)
    form = reader.get(path)
    assert "Is error 1 fixed?" in form.body
    assert '<nav aria-label="Pages">' not in form.body
    fields = {name: form.field(name) for name in ("form_token", "signature", "id")}
    answer = reader.post("/mark_fixed", {**fields, "fixed": "yes"})
    assert answer.status == 303, answer.body
    page = reader.get(answer.location)
    assert "Marked fixed by somebody with a letter's link " in page.text()
    assert "<form" not in page.body
    assert is_fixed(ada, path)
    assert "somebody with a letter&#39;s link" in ada.get("/audit").body


def test_the_link_that_marks_an_error_does_nothing_else(ada, links):
    path = links["/mark_fixed"]
    reader = Browser(ada.server)
    form = reader.get(path)
    fields = {name: form.field(name) for name in ("form_token", "signature", "id")}
    for wrong in (
        {"id": "2"},
        {"id": ""},
        {"signature": "0" * 32},
        {"form_token": "0" * 32},
        {"fixed": "no"},
    ):
        answer = reader.post("/mark_fixed", {**fields, "fixed": "yes", **wrong})
        assert answer.status in (303, 403), wrong
        assert not answer.location or answer.location.startswith("/login"), wrong
    for wrong in ({"id": "2"}, {"id": ""}, {"signature": "0" * 32}):
        for name, value in wrong.items():
            assert reader.get(with_parameter(path, name, value)).status == 303
    assert not is_fixed(ada, path)
    assert ada.get("/audit", Accept="application/json").json()["changes"] == []
    query = path.partition("?")[2]
    for page in ("/", "/audit", "/outbox", "/add_known_error", "/view_traceback"):
        assert reader.get(f"{page}?{query}").status == 303, page
    signature = links["/view_traceback"].partition("signature=")[2]
    assert reader.get(with_parameter(path, "signature", signature)).status == 303
    ada.fill_in(path, {"id": 1, "fixed": "yes"})
    assert is_fixed(ada, path)
    answer = reader.post("/mark_fixed", {**fields, "fixed": "no"})
    assert answer.status == 403
    assert is_fixed(ada, path)


# ---- what everybody may see ----


def test_strangers_learn_of_the_health_only_whether_it_is_well(browser):
    answer = browser.get("/check_health", Accept="application/json")
    assert answer.status == 200
    assert answer.json() == {"status": "ok"}
    page = browser.get("/check_health").body
    assert "All is well" in page
    assert "report_error_threshold" not in page
    browser.sign_in(NAME, PASSWORD)
    facts = browser.get("/check_health", Accept="application/json").json()
    assert "options" in facts


def test_metrics_are_for_the_machine_itself_and_for_users(browser):
    assert browser.get("/metrics").status == 200  # from loopback
    for headers in ({"X-Forwarded-For": "203.0.113.7"}, {"Host": "rebound.example"}):
        assert browser.request("GET", "/metrics", headers=headers).status == 401
    browser.sign_in(NAME, PASSWORD)
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert browser.request("GET", "/metrics", headers=forwarded).status == 200


def test_the_password_is_neither_logged_nor_stored(ada):
    Browser(ada.server).sign_in(NAME, "not the pass phrase")
    cookie = ada.cookies["flawless_session"]
    state = ada.server.directory / "state"
    stored = b"".join(path.read_bytes() for path in state.glob("flawless.db*"))
    for secret in (PASSWORD, "not the pass phrase", cookie):
        assert secret not in ada.server.log()
        assert secret.encode() not in stored
