// SPDX-License-Identifier: MIT
#include "test.h"

#include <pthread.h>

#include "blame_sandbox.h"
#include "core/raise_lines.h"
#include "io/git_blame.h"
#include "io/git_branch.h"
#include "io/git_release.h"

static const char ADA[] = "ada@shop.example", BOB[] = "bob@shop.example",
                  EVE[] = "eve@shop.example";

static void a_line_is_its_authors_with_everything_that_is_known(void **state)
{
    (void)state;
    sandbox_write(&box, "shop/cart.py", "a = 1\nb = 2\n");
    const char *first = sandbox_commit(&box, ADA, "Add a cart");
    sandbox_write(&box, "shop/cart.py", "a = 1\nb = 3\n");
    const char *second = sandbox_commit(&box, BOB, "Fix b\n\nlong story");
    struct blame_finding f = ask_box("", "shop/cart.py", 2, "    b = 3");
    assert_finding(f, BOB, second, CONFIDENCE_MEDIUM);
    assert_text_equal(f.author_name, "bob");
    assert_text_equal(f.commit_subject, "Fix b");
    assert_text_equal(f.line.path, "shop/cart.py");
    assert_text_equal(f.revision, second);
    assert_int_equal(f.line.number, 2);
    assert_int_equal(f.changed_at_ms, (1600000000LL + 2 * 86400) * 1000);
    assert_finding(ask_box("", "shop/cart.py", 1, "a = 1"), ADA, first, CONFIDENCE_MEDIUM);
}

static void a_release_is_a_hash_or_a_tag_in_many_spellings(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x = 1\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_git(&box, "tag", "v1.2.3");
    sandbox_git(&box, "tag", "-a", "-m", "annotated", "2.0");
    sandbox_git(&box, "tag", "@shop/cart@3.0.0");
    sandbox_git(&box, "tag", "cart-v4.0");
    sandbox_git(&box, "tag", "stock/v5.0");
    sandbox_git(&box, "tag", "billing@6.0");
    sandbox_write(&box, "a.py", "x = 2\n");
    sandbox_commit(&box, BOB, "two");
    struct repository *repository = opened_at(box.repo, NULL);
    char twelve[13], described[64], suffixed[64], packaged[128];
    snprintf(twelve, sizeof twelve, "%s", first);
    snprintf(described, sizeof described, "v0.9-3-g%s-dirty", twelve);
    snprintf(suffixed, sizeof suffixed, "1.2.3+%s", twelve);
    snprintf(packaged, sizeof packaged, "shop@%s", first);
    const char *const releases[] = {
        first,       twelve,          "v1.2.3",          "1.2.3",       "shop@1.2.3",
        "2.0",       packaged,        described,         suffixed,      "@shop/cart@3.0.0",
        "cart@4.0",  "My Shop@1.2.3", "1.2.3+build5",    " v1.2.3\n",   "stock/v5.0",
        "stock@5.0", "stock@v5.0",    "@shop/stock@5.0", "billing@6.0", "billing/v6.0"};
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++) {
        struct blame_finding f = ask(repository, releases[i], "a.py", 1, "x = 1");
        if (f.confidence != CONFIDENCE_HIGH)
            fail_msg("%s: %.*s", releases[i], TEXT_ARG(f.reason));
        assert_finding(f, ADA, first, CONFIDENCE_HIGH);
    }
    assert_finding(ask(repository, "1.2.3", "a.py", 1, ""), ADA, first, CONFIDENCE_HIGH);
    repository_close(repository);
}

static void hostile_releases_say_nothing(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x = 1\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    struct repository *repository = opened_at(box.repo, NULL);
    static const char *const releases[] = {"HEAD",
                                           "main",
                                           "--output=/tmp/x",
                                           "-x",
                                           "HEAD:a.py",
                                           "main@{0}",
                                           "@",
                                           "@{-1}",
                                           "a..b",
                                           "^HEAD",
                                           ":/one",
                                           "HEAD^{/one}",
                                           "v1\nHEAD:a.py",
                                           "refs/heads/main",
                                           "$(id)",
                                           "%s%n",
                                           "\xff\xfe",
                                           "../../x",
                                           "0000000",
                                           "a b",
                                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++) {
        struct blame_finding f = ask(repository, releases[i], "a.py", 1, "x = 1");
        if (f.confidence != CONFIDENCE_MEDIUM)
            fail_msg("%s: %.*s", releases[i], TEXT_ARG(f.reason));
        assert_text_equal(f.line.commit, first);
    }
    repository_close(repository);
}

static void a_shifted_line_keeps_its_identity(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "one\ntwo\nthree\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "new\nnew too\none\ntwo\nthree\n");
    const char *second = sandbox_commit(&box, BOB, "shift");
    struct repository *repository = opened_at(box.repo, NULL);
    struct blame_finding before = ask(repository, first, "a.py", 2, "two");
    struct blame_finding after = ask(repository, second, "a.py", 4, "two");
    assert_finding(before, ADA, first, CONFIDENCE_HIGH);
    assert_finding(after, ADA, first, CONFIDENCE_HIGH);
    assert_int_equal(before.line.number, 2);
    assert_int_equal(after.line.number, 2);
    // without a release the old deploy is known by its text
    struct blame_finding inferred = ask(repository, "", "a.py", 2, "two");
    assert_finding(inferred, ADA, first, CONFIDENCE_MEDIUM);
    assert_text_equal(inferred.revision, first);
    repository_close(repository);
}

static void the_newest_commit_with_the_text_at_the_line_is_inferred(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x = f()\n");
    sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "x = g()\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    sandbox_write(&box, "b.py", "unrelated\n");
    sandbox_commit(&box, EVE, "unrelated");
    sandbox_write(&box, "a.py", "# doc\nx = g()\n");
    sandbox_commit(&box, EVE, "three");
    struct blame_finding f = ask_box("", "a.py", 1, "x = g()");
    assert_finding(f, BOB, second, CONFIDENCE_MEDIUM);
    assert_text_equal(f.revision, second);
}

static void a_release_whose_line_is_another_is_not_believed(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "old()\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "new()\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    struct blame_finding f = ask_box(first, "a.py", 1, "new()");
    assert_finding(f, BOB, second, CONFIDENCE_MEDIUM);
    // a text that never was: the release is the best guess
    f = ask_box(first, "a.py", 1, "patched in production()");
    assert_finding(f, ADA, first, CONFIDENCE_LOW);
}

static void without_a_match_the_nearest_line_with_the_text_is_taken(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x()\n1\n2\n3\n4\n5\n6\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "x()\n1\n2\n3\n4\nx()\n6\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    struct blame_finding f = ask_box("", "a.py", 8, "x()");
    assert_finding(f, BOB, second, CONFIDENCE_LOW);
    assert_int_equal(f.line.number, 6);
    f = ask_box("", "a.py", 2, "x()");
    assert_finding(f, ADA, first, CONFIDENCE_LOW);
    assert_int_equal(f.line.number, 1);
    f = ask_box("", "a.py", 2, "");
    assert_finding(f, ADA, first, CONFIDENCE_LOW);
    assert_false(ask_box("", "a.py", 99, "").is_found);
    assert_false(ask_box("", "a.py", 99, "never").is_found);
}

static void a_renamed_file_keeps_its_lines(void **state)
{
    (void)state;
    sandbox_write(&box, "old/cart.py",
                  "def total(cart):\n    return sum(item.price for item in cart)\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    mkdir(arena_printf(&arena, "%s/new", box.repo).at, 0777);
    sandbox_git(&box, "mv", "old/cart.py", "new/basket.py");
    const char *second = sandbox_commit(&box, BOB, "rename");
    struct repository *repository = opened_at(box.repo, NULL);
    const char *text = "return sum(item.price for item in cart)";
    struct blame_finding after = ask(repository, second, "new/basket.py", 2, text);
    assert_finding(after, ADA, first, CONFIDENCE_HIGH);
    assert_text_equal(after.line.path, "old/cart.py");
    assert_int_equal(after.line.number, 2);
    // a machine that still runs the old release, with and without saying so
    assert_finding(ask(repository, first, "old/cart.py", 2, text), ADA, first, CONFIDENCE_HIGH);
    assert_finding(ask(repository, "", "old/cart.py", 2, text), ADA, first, CONFIDENCE_MEDIUM);
    // a release in which the path is not yet there
    assert_finding(ask(repository, first, "new/basket.py", 2, text), ADA, first, CONFIDENCE_MEDIUM);
    repository_close(repository);
}

static void reformatting_takes_no_blame(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "if x:\n  y = f(a, b)\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "if x:\n        y = f(a,   b)\n");
    sandbox_commit(&box, EVE, "white space");
    assert_finding(ask_box("", "a.py", 2, "y = f(a,   b)"), ADA, first, CONFIDENCE_MEDIUM);
}

static void a_moved_block_stays_its_authors(void **state)
{
    (void)state;
    const char block[] =
        "def checkout(cart, customer):\n    order = Order(customer, cart.items)\n"
        "    order.charge(customer.credit_card)\n    return order.confirmation_number\n";
    sandbox_write(&box, "shop.py", arena_printf(&arena, "import os\n\n%s\n", block).at);
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "shop.py", "import os\n");
    sandbox_write(&box, "checkout.py", arena_printf(&arena, "# moved\n%s", block).at);
    sandbox_commit(&box, BOB, "move");
    struct blame_finding f = ask_box("", "checkout.py", 4, "order.charge(customer.credit_card)");
    assert_finding(f, ADA, first, CONFIDENCE_MEDIUM);
    assert_text_equal(f.line.path, "shop.py");
    assert_int_equal(f.line.number, 5);
}

static void mailmap_names_the_person(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x = 1\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, ".mailmap", "Ada Lovelace <ada@lovelace.org> <ada@shop.example>\n");
    sandbox_commit(&box, EVE, "marry");
    struct blame_finding f = ask_box(first, "a.py", 1, "x = 1"); // also for a release before it
    assert_finding(f, "ada@lovelace.org", first, CONFIDENCE_HIGH);
    assert_text_equal(f.author_name, "Ada Lovelace");
}

static void several_lines_are_answered_at_once(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "a\nb\nc\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "A\nb\nc\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    sandbox_write(&box, "a.py", "A\nb\nC\n");
    const char *third = sandbox_commit(&box, EVE, "three");
    const struct blame_query queries[] = {
        {.path = TEXT("a.py"), .evidence = {.line_number = 1, .text = TEXT("A")}},
        {.path = TEXT("a.py"), .evidence = {.line_number = 2, .text = TEXT("b")}},
        {.path = TEXT("a.py"), .evidence = {.line_number = 1, .text = TEXT("a")}},
        {.path = TEXT("a.py"), .evidence = {.line_number = 3, .text = TEXT("C")}},
        {.path = TEXT("a.py"), .evidence = {.line_number = 1, .text = TEXT("A")}},
        {.path = TEXT("a.py"), .evidence = {.line_number = 0, .text = TEXT("A")}},
        {.path = TEXT("a.py"), .evidence = {.line_number = 77, .text = TEXT("Z")}},
    };
    struct blame_finding f[7];
    struct error error = {0};
    struct repository *repository = opened_at(box.repo, NULL);
    assert_true(repository_blame(repository, queries, 7, &arena, f, &error));
    assert_true(repository_blame(repository, queries, 0, &arena, f, &error));
    repository_close(repository);
    assert_finding(f[0], BOB, second, CONFIDENCE_MEDIUM);
    assert_finding(f[1], ADA, first, CONFIDENCE_MEDIUM);
    assert_finding(f[2], ADA, first, CONFIDENCE_MEDIUM);
    assert_finding(f[3], EVE, third, CONFIDENCE_MEDIUM);
    assert_finding(f[4], BOB, second, CONFIDENCE_MEDIUM);
    assert_false(f[5].is_found);
    assert_false(f[6].is_found);
    assert_true(f[6].reason.len > 0);
}

// A git that writes a character to a file each time it is run.
static const char *counting_git(void)
{
    const char *path = arena_printf(&arena, "%s/git", box.dir).at;
    FILE *file = fopen(path, "w");
    fprintf(file, "#!/bin/sh\nprintf x >> %s/count\nexec git \"$@\"\n", box.dir);
    fclose(file);
    chmod(path, 0755);
    return path;
}

static long runs(void)
{
    struct stat status;
    return stat(arena_printf(&arena, "%s/count", box.dir).at, &status) == 0 ? (long)status.st_size
                                                                            : 0;
}

static void a_question_costs_one_process_and_a_hostile_one_none(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "a\nb\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "c\na\nb\n");
    sandbox_commit(&box, BOB, "two");
    struct repository_settings settings = {.git_path = counting_git(), .dir = box.repo};
    struct repository *repository;
    struct error error = {0};
    assert_true(repository_open(&settings, &repository, &error));
    long before = runs();
    ask(repository, first, "a.py", 2, "b");
    assert_int_equal(runs() - before, 2); // one reads objects, and lives on
    ask(repository, "", "a.py", 3, "b");
    assert_int_equal(runs() - before, 3);
    ask(repository, "", "a.py", 2, "b"); // through history
    assert_int_equal(runs() - before, 5);
    before = runs();
    char *endless = arena_alloc(&arena, 5001);
    memset(endless, 'a', 5000);
    const char *const paths[] = {
        "",       "../a.py", "/etc/passwd", "a/../../b",    "-a.py", "--output=x", "a\nb",
        "./a.py", "a//b",    "a/",          ":(top)a.py\t", "..",    endless};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct blame_finding f = ask(repository, first, paths[i], 1, "a");
        assert_false(f.is_found);
        assert_true(f.reason.len > 0);
    }
    struct blame_query nul = {.path = {"a\0b", 3}, .evidence = {.line_number = 1}};
    struct blame_finding finding;
    assert_true(repository_blame(repository, &nul, 1, &arena, &finding, &error));
    assert_false(finding.is_found);
    assert_int_equal(runs() - before, 0);
    static const int64_t lines[] = {0, -1, INT64_MIN, INT64_MAX, 1LL << 31, 3000000};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(ask(repository, first, "a.py", lines[i], "a").is_found && lines[i] != 3000000);
    repository_close(repository);
}

static void paths_are_the_tips_or_all_there_ever_were(void **state)
{
    (void)state;
    sandbox_write(&box, "old.py", "x\n");
    sandbox_write(&box, "dir/with space/a\nb.py", "y\n");
    sandbox_commit(&box, ADA, "one");
    sandbox_git(&box, "mv", "old.py", "new.py");
    sandbox_commit(&box, ADA, "two");
    sandbox_git(&box, "rm", "-q", "new.py");
    sandbox_write(&box, "last.py", "z\n");
    sandbox_commit(&box, ADA, "three");
    struct repository *repository = opened_at(box.repo, NULL);
    struct error error = {0};
    struct paths *tip = paths_new(), *all = paths_new();
    assert_true(repository_add_paths(repository, false, tip, &error));
    assert_int_equal(paths_count(tip), 2);
    assert_true(paths_has(tip, TEXT("dir/with space/a\nb.py")));
    assert_true(repository_add_paths(repository, true, all, &error));
    assert_int_equal(paths_count(all), 4);
    assert_true(paths_has(all, TEXT("old.py")) && paths_has(all, TEXT("new.py")));
    repository_close(repository);
    paths_drop(tip);
    paths_drop(all);
}

static void lines_that_only_raise_are_found_in_every_language(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x()\n    raise A\nif x: raise B\nself.raise_()\n");
    sandbox_write(&box, "dir/with space/B.java", "} else { throw new X(); }\ny(); // throw\n");
    sandbox_write(&box, "c.rs", "    std::panic!(\"x\")\n    _ => anyhow::bail!(\"y\"),\n");
    sandbox_write(&box, "d.kt", "?: error(\"x\")\r\n");
    sandbox_write(&box, "e.m", "[NSException raise:x];\n@throw e;\n");
    sandbox_write(&box, "f.pl", "Carp::croak 'x';\nopen(F) or die;\n or die;");
    sandbox_write(&box, "notes.txt", "raise taxes\n");
    const char *commit = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "raise C\n"); // is not committed
    struct repository *repository = opened_at(box.repo, NULL);
    struct error error = {0};
    struct raise_lines *lines = raise_lines_new();
    assert_true(repository_add_raise_lines(repository, commit, lines, &error));
    static const struct {
        const char *path;
        int64_t number;
    } wanted[] = {{"a.py", 2}, {"dir/with space/B.java", 1},
                  {"c.rs", 1}, {"c.rs", 2},
                  {"d.kt", 1}, {"e.m", 1},
                  {"e.m", 2},  {"f.pl", 1},
                  {"f.pl", 3}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!raise_lines_has(lines, text_of(wanted[i].path), wanted[i].number))
            fail_msg("%s:%d", wanted[i].path, (int)wanted[i].number);
    assert_int_equal(raise_lines_count(lines), sizeof wanted / sizeof *wanted);
    raise_lines_drop(lines);
    lines = raise_lines_new();
    assert_false(repository_add_raise_lines(repository, "0123456789012345678901234567890123456789",
                                            lines, &error));
    raise_lines_drop(lines);
    repository_close(repository);
}

static void a_repository_without_such_lines_has_none(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x()\n");
    const char *commit = sandbox_commit(&box, ADA, "one");
    struct repository *repository = opened_at(box.repo, NULL);
    struct error error = {0};
    struct raise_lines *lines = raise_lines_new();
    assert_true(repository_add_raise_lines(repository, commit, lines, &error));
    assert_int_equal(raise_lines_count(lines), 0);
    raise_lines_drop(lines);
    repository_close(repository);
}

static void what_git_grep_says_is_read_with_care(void **state)
{
    (void)state;
    struct raise_lines *lines = raise_lines_new();
    struct buffer bytes = {0};
    static const char odd[] = "\n\0\n:\0x\0raise\nc:a.py\0"
                              "99999999999999999999\0raise\nc:a.py"
                              "\0"
                              "5\0\nc:\0"
                              "5\0raise\nc:a.py\0"
                              "7\0raise\nc:a.py\0"
                              "8\0rai";
    buffer_add(&bytes, (struct text){odd, sizeof odd - 1});
    raise_lines_take(lines, &bytes);
    assert_int_equal(raise_lines_count(lines), 1);
    assert_true(raise_lines_has(lines, TEXT("a.py"), 7));
    buffer_add_string(&bytes, "se\n");
    raise_lines_take(lines, &bytes);
    assert_true(raise_lines_has(lines, TEXT("a.py"), 8));
    assert_int_equal(bytes.len, 0);
    buffer_release(&bytes);
    raise_lines_drop(lines);
}

static void the_newest_matching_branch_is_in_production(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "one\n");
    sandbox_commit(&box, ADA, "one");
    sandbox_git(&box, "branch", "release-9");
    sandbox_write(&box, "a.py", "two\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    sandbox_git(&box, "branch", "release-10");
    sandbox_write(&box, "a.py", "three\n");
    const char *third = sandbox_commit(&box, EVE, "three");
    char tip[65];
    struct error error = {0};
    struct repository *repository = opened_at(box.repo, "^release-\\d+$");
    assert_true(repository_tip(repository, tip, &error));
    assert_string_equal(tip, second);
    assert_false(ask(repository, "", "a.py", 2, "three").is_found);
    assert_finding(ask(repository, "", "a.py", 1, "two"), BOB, second, CONFIDENCE_MEDIUM);
    // a fetched branch counts, and of two with one name the one that is further
    sandbox_git(&box, "update-ref", "refs/remotes/origin/release-10", third);
    sandbox_git(&box, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release-10");
    assert_true(repository_tip(repository, tip, &error));
    assert_string_equal(tip, third);
    repository_close(repository);
    struct repository_settings none = {
        .git_path = "git", .dir = box.repo, .branch_pattern = "^nothing$"};
    assert_false(repository_open(&none, &repository, &error));
    assert_int_equal(error.kind, ERROR_CONFIG);
    assert_non_null(strstr(error.message, "^nothing$"));
    none.branch_pattern = "a(";
    assert_false(repository_open(&none, &repository, &error));
    assert_non_null(strstr(error.message, "repo_branch_pattern"));
}

static void assert_refused(const char *git_path, const char *dir, const char *expected)
{
    struct repository *repository;
    struct error error = {0};
    struct repository_settings settings = {.git_path = git_path, .dir = dir};
    assert_false(repository_open(&settings, &repository, &error));
    assert_null(repository);
    assert_int_equal(error.kind, ERROR_CONFIG);
    if (!strstr(error.message, expected))
        fail_msg("\"%s\" is not in: %s", expected, error.message);
}

static void what_cannot_be_opened_says_why(void **state)
{
    (void)state;
    assert_refused("git", "/nonexistent/repo", "No such file");
    assert_refused("git", "/etc/passwd", "not a directory");
    assert_refused("git", box.dir, "not a git repository");
    assert_refused("git", box.repo, "no commit");
    sandbox_commit(&box, ADA, "one");
    assert_refused("/nonexistent/git", box.repo, "/nonexistent/git");
    assert_refused("true", box.repo, "does not seem to be git");
    assert_refused("false", box.repo, "git cannot be run");
    if (geteuid() != 0) {
        chmod(box.repo, 0);
        assert_refused("git", box.repo, "cannot be read");
        chmod(box.repo, 0777);
    }
    repository_close(NULL);
}

static void bare_linked_and_entered_repositories_work(void **state)
{
    (void)state;
    sandbox_write(&box, "dir/a.py", "x\n");
    sandbox_write(&box, ".mailmap", "Ada Lovelace <ada@lovelace.org> <ada@shop.example>\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    const char *bare = arena_printf(&arena, "%s/bare.git", box.dir).at;
    const char *linked = arena_printf(&arena, "%s/linked", box.dir).at;
    sandbox_git(&box, "clone", "-q", "--bare", box.repo, bare);
    sandbox_git(&box, "worktree", "add", "-q", "-b", "other", linked);
    const char *const dirs[] = {bare, linked, arena_printf(&arena, "%s/dir", box.repo).at,
                                arena_printf(&arena, "%s/.git", box.repo).at};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        struct repository *repository = opened_at(dirs[i], NULL);
        assert_finding(ask(repository, "", "dir/a.py", 1, "x"), "ada@lovelace.org", first,
                       CONFIDENCE_MEDIUM);
        repository_close(repository);
    }
}

static void the_repositorys_settings_run_nothing(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x\n");
    sandbox_write(&box, ".gitattributes", "*.py diff=evil filter=evil\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "# y\nx\n");
    sandbox_commit(&box, BOB, "two");
    const char *evil = arena_printf(&arena, "touch %s/ran; cat", box.dir).at;
    static const char *const keys[] = {"core.fsmonitor", "diff.evil.textconv", "diff.evil.command",
                                       "diff.external",  "filter.evil.smudge", "filter.evil.clean",
                                       "gpg.program",    "core.pager",         "core.sshCommand",
                                       "pager.blame",    "core.editor",        "alias.blame"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        sandbox_git(&box, "config", keys[i], evil);
    sandbox_git(&box, "config", "log.showSignature", "true");
    sandbox_git(&box, "config", "diff.orderFile", "/nonexistent");
    // as teams set it, relative to the work tree
    sandbox_git(&box, "config", "blame.ignoreRevsFile", ".git-blame-ignore-revs");
    sandbox_write(&box, ".git-blame-ignore-revs", "# none yet\n");
    assert_finding(ask_box("", "a.py", 1, "x"), ADA, first, CONFIDENCE_MEDIUM);
    assert_int_equal(access(arena_printf(&arena, "%s/ran", box.dir).at, F_OK), -1);
}

struct asker {
    struct repository *repository;
    const char *expected;
    bool ok;
};

static void *ask_often(void *data)
{
    struct asker *asker = data;
    asker->ok = true;
    for (int i = 0; i < 5 && asker->ok; i++) {
        struct arena own = {0};
        struct blame_query query = {.path = TEXT("a.py"),
                                    .evidence = {.line_number = 1, .text = TEXT("x")}};
        struct blame_finding finding;
        struct error error;
        asker->ok = repository_blame(asker->repository, &query, 1, &own, &finding, &error) &&
                    text_equal(finding.line.commit, text_of(asker->expected));
        arena_release(&own);
    }
    return NULL;
}

static void many_threads_may_ask_at_once(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    struct repository *repository = opened_at(box.repo, NULL);
    pthread_t threads[6];
    struct asker askers[6];
    for (size_t i = 0; i < 6; i++) {
        askers[i] = (struct asker){repository, first, false};
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &askers[i]), 0);
    }
    for (size_t i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
        assert_true(askers[i].ok);
    }
    repository_close(repository);
}

static void a_broken_repository_is_trouble_that_may_pass(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x\n");
    sandbox_commit(&box, ADA, "one");
    struct repository *repository = opened_at(box.repo, NULL);
    sandbox_git(&box, "--version");
    assert_int_equal(rename(arena_printf(&arena, "%s/.git/HEAD", box.repo).at,
                            arena_printf(&arena, "%s/.git/HEAD.away", box.repo).at),
                     0);
    struct blame_query query = {.path = TEXT("a.py"),
                                .evidence = {.line_number = 1, .text = TEXT("x")}};
    struct blame_finding finding;
    struct error error = {0};
    assert_false(repository_blame(repository, &query, 1, &arena, &finding, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_int_equal(rename(arena_printf(&arena, "%s/.git/HEAD.away", box.repo).at,
                            arena_printf(&arena, "%s/.git/HEAD", box.repo).at),
                     0);
    assert_true(repository_blame(repository, &query, 1, &arena, &finding, &error));
    repository_close(repository);
}

static void what_git_blame_says_is_read_with_care(void **state)
{
    (void)state;
    static const char good[] =
        "0123456789012345678901234567890123456789 7 3 1\nauthor J\xf6rg\n"
        "author-mail <j@x.org>\nauthor-time 1600000000\nauthor-tz +0200\nsummary caf\xe9\n"
        "filename \"a\\tb\\303\\244\\\"\\\\.py\"\n\tcode\n";
    struct blamed_line line = {.line_number = 3};
    struct error error = {0};
    assert_true(blame_parse(text_of(good), &arena, &line, 1, &error));
    assert_true(line.is_blamed);
    assert_text_equal(line.author_name, "J\xef\xbf\xbdrg");
    assert_text_equal(line.author_email, "j@x.org");
    assert_text_equal(line.commit_subject, "caf\xef\xbf\xbd");
    assert_text_equal(line.origin.path, "a\tb\xc3\xa4\"\\.py");
    assert_int_equal(line.origin.number, 7);
    for (size_t len = 0; len < sizeof good; len++) { // cut anywhere
        char *cut = malloc(len + 1);
        memcpy(cut, good, len);
        blame_parse((struct text){cut, len}, &arena, &line, 1, &error);
        free(cut);
    }
    static const char *const bad[] = {"fatal: no\n", "\n", "zz 1 1\n", "0123 1 1\n", "\tcode\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(blame_parse(text_of(bad[i]), &arena, &line, 1, &error));
}

static void the_tag_of_a_package_goes_before_that_of_another_with_its_version(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x\n");
    sandbox_commit(&box, ADA, "one");
    sandbox_git(&box, "tag", "v1.2.3");
    sandbox_write(&box, "a.py", "y\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    sandbox_git(&box, "tag", "cart-v1.2.3");
    assert_finding(ask_box("cart@1.2.3", "a.py", 1, ""), BOB, second, CONFIDENCE_HIGH);
}

static void an_endless_subject_is_cut(void **state)
{
    (void)state;
    const char *output =
        arena_printf(&arena, "%040d 7 3 1\nsummary %0*d\n\tcode\n", 1, BLAME_WORDS_MAX + 9, 0).at;
    struct blamed_line line = {.line_number = 3};
    struct error error = {0};
    assert_true(blame_parse(text_of(output), &arena, &line, 1, &error));
    assert_int_equal(line.commit_subject.len, BLAME_WORDS_MAX);
}

static void releases_become_names_that_cannot_be_options(void **state)
{
    (void)state;
    struct text names[RELEASE_NAME_MAX];
    assert_int_equal(release_names(TEXT("--upload-pack=x"), &arena, names), 0);
    assert_int_equal(release_names(TEXT("a\nb"), &arena, names), 0);
    assert_int_equal(release_names(TEXT(""), &arena, names), 0);
    assert_int_equal(release_names(TEXT("v1:x"), &arena, names), 0);
    size_t n = release_names(TEXT("1.2.3"), &arena, names);
    assert_true(n >= 2);
    assert_text_equal(names[0], "refs/tags/1.2.3^{commit}");
    assert_text_equal(names[1], "refs/tags/v1.2.3^{commit}");
    n = release_names(TEXT("0123456789abcdef0123456789abcdef01234567"), &arena, names);
    assert_text_equal(names[0], "0123456789abcdef0123456789abcdef01234567^{commit}");
}

static void branches_are_ordered_as_people_count(void **state)
{
    (void)state;
    static const char *const ordered[] = {
        "main",       "release-1",    "release-2",     "release-9",
        "release-10", "release-10.1", "release-10.10", "release-99999999999999999999999",
        "v1"};
    size_t n = sizeof ordered / sizeof *ordered;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            int order = compare_naturally(text_of(ordered[i]), text_of(ordered[j]));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    assert_int_equal(compare_naturally(TEXT("a01"), TEXT("a1")), 0);
}

#define IN_BOX(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(a_line_is_its_authors_with_everything_that_is_known),
        IN_BOX(a_release_is_a_hash_or_a_tag_in_many_spellings),
        IN_BOX(hostile_releases_say_nothing),
        IN_BOX(a_shifted_line_keeps_its_identity),
        IN_BOX(the_newest_commit_with_the_text_at_the_line_is_inferred),
        IN_BOX(a_release_whose_line_is_another_is_not_believed),
        IN_BOX(without_a_match_the_nearest_line_with_the_text_is_taken),
        IN_BOX(a_renamed_file_keeps_its_lines),
        IN_BOX(reformatting_takes_no_blame),
        IN_BOX(a_moved_block_stays_its_authors),
        IN_BOX(mailmap_names_the_person),
        IN_BOX(several_lines_are_answered_at_once),
        IN_BOX(a_question_costs_one_process_and_a_hostile_one_none),
        IN_BOX(paths_are_the_tips_or_all_there_ever_were),
        IN_BOX(lines_that_only_raise_are_found_in_every_language),
        IN_BOX(a_repository_without_such_lines_has_none),
        IN_BOX(what_git_grep_says_is_read_with_care),
        IN_BOX(the_newest_matching_branch_is_in_production),
        IN_BOX(what_cannot_be_opened_says_why),
        IN_BOX(bare_linked_and_entered_repositories_work),
        IN_BOX(the_repositorys_settings_run_nothing),
        IN_BOX(many_threads_may_ask_at_once),
        IN_BOX(what_git_blame_says_is_read_with_care),
        IN_BOX(an_endless_subject_is_cut),
        IN_BOX(the_tag_of_a_package_goes_before_that_of_another_with_its_version),
        IN_BOX(releases_become_names_that_cannot_be_options),
        IN_BOX(branches_are_ordered_as_people_count),
        IN_BOX(a_broken_repository_is_trouble_that_may_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
