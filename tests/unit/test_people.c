// SPDX-License-Identifier: MIT
// Who is told about a line when its author cannot be, asked of real repositories.
#include "blame_sandbox.h"

#include <time.h>

#include "io/git_function.h"
#include "io/git_team.h"
#include "server/owner_finder.h"

static const struct text bots[] = {{"*[bot]*", 7}};
static struct owner_settings settings = {.email_domain_name = {"shop.example", 12},
                                         .default_contact = {"ops@shop.example", 16},
                                         .bots = bots,
                                         .bot_n = 1};

static struct ownership find_in(struct repository *repository, const char *path, int64_t line)
{
    struct blame_finding finding = ask(repository, "", path, line, "");
    struct owner_question question = {.repository = repository,
                                      .settings = &settings,
                                      .path = text_of(path),
                                      .finding = &finding};
    struct ownership ownership;
    struct error error = {0};
    assert_true(finding.is_found);
    if (!owner_find(&question, &arena, &ownership, &error))
        fail_msg("%s", error.message);
    return ownership;
}

static void expect_owner(const char *path, int64_t line, const char *email, const char *because)
{
    struct repository *repository = opened_at(box.repo, NULL);
    struct ownership ownership = find_in(repository, path, line);
    repository_close(repository);
    assert_text_equal(ownership.owner_email, email);
    if (!text_contains(ownership.reason, text_of(because)))
        fail_msg("\"%s\" is not in: %.*s", because, TEXT_ARG(ownership.reason));
}

static const char two_functions[] =
    "def a(x):\n    return x + 1\n\n\ndef b(x):\n    return x - 1\n";

// Ada wrote the file, Eve changed b, and then a bot a's second line.
static void commit_bots_line(void)
{
    sandbox_write(&box, "m.py", two_functions);
    sandbox_commit(&box, "ada@shop.example", "Add a and b");
    sandbox_write(&box, "m.py", "def a(x):\n    return x + 1\n\n\ndef b(x):\n    return x - 2\n");
    sandbox_commit(&box, "eve@shop.example", "Change b");
    sandbox_write(&box, "m.py", "def a(x):\n    return x + 9\n\n\ndef b(x):\n    return x - 2\n");
    sandbox_commit(&box, "fix[bot]@shop.example", "Change a");
}

static void a_bots_line_goes_to_who_else_wrote_the_function(void **state)
{
    (void)state;
    commit_bots_line();
    expect_owner("m.py", 2, "ada@shop.example", "of the function's other authors ada@shop.example");
    expect_owner("m.py", 6, "eve@shop.example", "");
}

static void codeowners_is_asked_before_the_function(void **state)
{
    (void)state;
    commit_bots_line();
    sandbox_write(&box, "docs/CODEOWNERS", "* late@shop.example\n");
    sandbox_write(&box, "CODEOWNERS", "* @nobody\n/m.py @ann bob@shop.example\n");
    sandbox_commit(&box, "ada@shop.example", "Say who looks after what");
    expect_owner("m.py", 2, "bob@shop.example",
                 "CODEOWNERS names bob@shop.example (CODEOWNERS, "
                 "line 2)");
}

static void a_line_that_only_bots_know_goes_to_the_default_contact(void **state)
{
    (void)state;
    sandbox_write(&box, "m.py", two_functions);
    sandbox_commit(&box, "fix[bot]@shop.example", "Add a and b");
    expect_owner("m.py", 2, "ops@shop.example",
                 "is a bot; nobody else is known for it, so it goes to default_contact");
}

static void who_has_made_no_commit_for_long_is_passed_over(void **state)
{
    (void)state;
    commit_bots_line();
    settings.inactive_after_days = 10;
    expect_owner("m.py", 6, "eve@shop.example", "");
    for (int i = 0; i < 12; i++) // a day each
        sandbox_commit(&box, "ada@shop.example", "Work");
    expect_owner("m.py", 6, "ada@shop.example", "has made no commit for 10 days");
    settings.inactive_after_days = 30;
    expect_owner("m.py", 6, "eve@shop.example", "");
    settings.inactive_after_days = 0;
}

static void commit_on_day(int day)
{
    box.commits = day - 1;
    sandbox_commit(&box, "ada@shop.example", "Work");
}

static void a_wrong_clock_makes_nobody_inactive(void **state)
{
    int today = (int)((time(NULL) - 1600000000) / 86400); // as the box counts them
    (void)state;
    box.commits = today - 5;
    commit_bots_line();
    settings.inactive_after_days = 10;
    commit_on_day(today - 10 * 1000); // behind it lies everybody's work
    expect_owner("m.py", 6, "eve@shop.example", "");
    commit_on_day(today);
    expect_owner("m.py", 6, "eve@shop.example", "");
    commit_on_day(today + 10 * 1000);
    expect_owner("m.py", 6, "eve@shop.example", "");
    settings.inactive_after_days = 0;
}

static void a_co_author_is_still_active(void **state)
{
    (void)state;
    commit_bots_line();
    for (int i = 0; i < 12; i++)
        sandbox_commit(&box, "ada@shop.example", "Work\n\nCo-authored-by: E <EVE@shop.example>");
    settings.inactive_after_days = 10;
    expect_owner("m.py", 6, "eve@shop.example", "");
    settings.inactive_after_days = 0;
}

static void co_authors_are_listed(void **state)
{
    (void)state;
    sandbox_write(&box, "m.py", two_functions);
    sandbox_commit(&box, "ada@shop.example",
                   "Add a\n\nCo-authored-by: Eve <eve@shop.example>\n"
                   "Co-authored-by: Bob <bob@shop.example>");
    assert_text_equal(ask_box("", "m.py", 2, "").co_authors,
                      "Eve <eve@shop.example>\nBob <bob@shop.example>");
}

// Breaks git after the first question: who is asked again needs it no more.
static void the_team_is_read_once_for_each_tip(void **state)
{
    (void)state;
    commit_bots_line();
    char tip[65];
    struct error error = {0};
    struct team_cache cache;
    struct team *first, *again, *later;
    struct git git =
        git_make(&arena, "git", arena_printf(&arena, "%s/.git", box.repo).at, true, box.repo);
    snprintf(tip, sizeof tip, "%s", sandbox_git(&box, "rev-parse", "HEAD"));
    team_cache_init(&cache);
    assert_true(team_cache_hold(&cache, &git, tip, 10, &first, &error));
    struct git broken = git;
    broken.program = "/nonexistent/git";
    assert_true(team_cache_hold(&cache, &broken, tip, 10, &again, &error));
    assert_ptr_equal(first, again);
    assert_false(team_cache_hold(&cache, &broken, tip, 11, &later, &error));
    sandbox_commit(&box, "ada@shop.example", "Work");
    snprintf(tip, sizeof tip, "%s", sandbox_git(&box, "rev-parse", "HEAD"));
    assert_true(team_cache_hold(&cache, &git, tip, 10, &later, &error));
    assert_ptr_not_equal(first, later);
    assert_false(team_has_lost(first, TEXT("Ada@shop.example"))); // it is still held
    assert_true(team_has_lost(later, TEXT("nobody@elsewhere.example")));
    team_drop(first);
    team_drop(again);
    team_drop(later);
    team_cache_release(&cache);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)
    const struct CMUnitTest tests[] = {
        TEST(a_bots_line_goes_to_who_else_wrote_the_function),
        TEST(codeowners_is_asked_before_the_function),
        TEST(a_line_that_only_bots_know_goes_to_the_default_contact),
        TEST(who_has_made_no_commit_for_long_is_passed_over),
        TEST(a_wrong_clock_makes_nobody_inactive),
        TEST(a_co_author_is_still_active),
        TEST(co_authors_are_listed),
        TEST(the_team_is_read_once_for_each_tip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
