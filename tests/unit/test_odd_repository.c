// SPDX-License-Identifier: MIT
// What repositories can be like: lists of commits to look through, odd paths and bytes, line ends,
// merges, submodules, histories that are not whole.
#include "test.h"

#include <unistd.h>

#include "blame_sandbox.h"

static const char ADA[] = "ada@shop.example", BOB[] = "bob@shop.example",
                  EVE[] = "eve@shop.example";

static void a_listed_commit_is_looked_through(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "y = f('a', 'b')\nz = 1\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "y = f(\"a\", \"b\")\nz = 1\n");
    const char *quotes = sandbox_commit(&box, EVE, "quotes");
    sandbox_git(&box, "tag", "unlisted");
    assert_finding(ask_box("", "a.py", 1, "y = f(\"a\", \"b\")"), EVE, quotes, CONFIDENCE_MEDIUM);
    // comments, short hashes, those of another kind of repository, unknown commits and nonsense do
    // no harm
    sandbox_write(&box, ".git-blame-ignore-revs",
                  arena_printf(&arena, "# quotes\n%s # here\nabc123\nnonsense\n%040d\n%064d\n\n",
                               quotes, 7, 7)
                      .at);
    assert_finding(ask_box("", "a.py", 1, "y = f(\"a\", \"b\")"), ADA, first,
                   CONFIDENCE_MEDIUM); // work tree
    sandbox_commit(&box, EVE, "list");
    unlink(arena_printf(&arena, "%s/.git-blame-ignore-revs", box.repo).at);
    assert_finding(ask_box("", "a.py", 1, "y = f(\"a\", \"b\")"), ADA, first,
                   CONFIDENCE_MEDIUM); // tip
    assert_finding(ask_box("unlisted", "a.py", 1, "y = f(\"a\", \"b\")"), ADA, first,
                   CONFIDENCE_HIGH);
    sandbox_git(&box, "tag", "listed");
    sandbox_git(&box, "rm", "-q", "--ignore-unmatch", ".git-blame-ignore-revs");
    sandbox_commit(&box, EVE, "unlist");
    assert_finding(ask_box("listed", "a.py", 1, "y = f(\"a\", \"b\")"), ADA, first,
                   CONFIDENCE_HIGH); // revision
}

static void the_list_of_commits_may_be_another_file(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "y = f('a', 'b')\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "y = f(\"a\", \"b\")\n");
    const char *quotes = sandbox_commit(&box, EVE, "quotes");
    sandbox_write(&box, "tools/formatted", arena_printf(&arena, "%s\n", quotes).at);
    sandbox_commit(&box, EVE, "list");
    const char *absolute = arena_printf(&arena, "%s/tools/formatted", box.repo).at;
    const char *const files[] = {"tools/formatted", absolute, "away", "/away"};
    for (size_t i = 0; i < 4; i++) {
        struct repository *repository = NULL;
        struct repository_settings settings = {.dir = box.repo, .ignore_revs_file = files[i]};
        assert_true(repository_open(&settings, &repository, NULL));
        assert_finding(ask(repository, "", "a.py", 1, "y = f(\"a\", \"b\")"), i < 2 ? ADA : EVE,
                       i < 2 ? first : quotes, CONFIDENCE_MEDIUM);
        repository_close(repository);
    }
    struct repository *repository = NULL;
    struct repository_settings settings = {.dir = box.repo, .ignore_revs_file = "../outside"};
    struct error error = {0};
    assert_false(repository_open(&settings, &repository, &error));
    assert_int_equal(error.kind, ERROR_CONFIG);
    assert_non_null(strstr(error.message, "blame_ignore_revs_file \"../outside\""));
}

static void odd_paths_are_paths_and_nothing_else(void **state)
{
    (void)state;
    static const char *const paths[] = {"*.py",   ":(glob)x.py", "a b/c\"d\\e.py", "h\xc3\xa4.py",
                                        "x:y.py", "@{1}.py",     "HEAD",           "a/-b.py",
                                        "%s.py",  "$(id).py"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        sandbox_write(&box, paths[i], arena_printf(&arena, "line %zu\n", i).at);
    sandbox_write(&box, "other.py", "other\n");
    const char *first = sandbox_commit(&box, ADA, "odd");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        sandbox_write(&box, paths[i], arena_printf(&arena, "# new\nline %zu\n", i).at);
    sandbox_commit(&box, BOB, "shift");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct blame_finding f = ask_box("", paths[i], 1, arena_printf(&arena, "line %zu", i).at);
        assert_finding(f, ADA, first, CONFIDENCE_MEDIUM);
        assert_text_equal(f.line.path, paths[i]);
    }
    assert_false(ask_box("", "a", 1, "x").is_found); // a directory
    assert_false(ask_box("", "nowhere.py", 1, "x").is_found);
}

static void bytes_that_are_not_utf8_are_mended(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "name = 'J\xf6rg'\n");
    sandbox_write(&box, "b\xff.py", "x\n");
    sandbox_commit(&box, ADA, "one");
    struct blame_finding f = ask_box("", "a.py", 1, "name = 'J\xef\xbf\xbdrg'");
    assert_true(f.is_found);
    assert_int_equal(f.confidence, CONFIDENCE_MEDIUM);
    struct paths *paths = paths_new();
    struct error error = {0};
    struct repository *repository = opened_at(box.repo, NULL);
    assert_true(repository_add_paths(repository, true, paths, &error));
    assert_true(paths_has(paths, TEXT("b\xef\xbf\xbd.py")));
    repository_close(repository);
    paths_drop(paths);
}

static void a_shallow_clone_blames_nobody_for_lines_older_than_it(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x\n");
    sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "b.py", "y\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    const char *shallow = arena_printf(&arena, "%s/shallow", box.dir).at;
    sandbox_git(&box, "clone", "-q", "--depth=1", arena_printf(&arena, "file://%s", box.repo).at,
                shallow);
    struct repository *repository = opened_at(shallow, NULL);
    struct blame_finding f = ask(repository, second, "a.py", 1, "x");
    assert_true(f.is_found);
    assert_int_equal(f.confidence, CONFIDENCE_LOW);
    assert_int_equal(f.author_email.len, 0); // Ada wrote it; all that is there is Bob's commit
    assert_true(text_contains(f.reason, TEXT("shallow")));
    repository_close(repository);
}

static void line_ends_do_not_count(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x = 1\r\ny = f(x)\r\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "# more\nx = 1\ny = f(x)\n");
    sandbox_commit(&box, BOB, "line feeds alone");
    assert_finding(ask_box("", "a.py", 2, "y = f(x)"), ADA, first, CONFIDENCE_MEDIUM);
    assert_finding(ask_box("", "a.py", 3, "y = f(x)\r\n"), ADA, first, CONFIDENCE_MEDIUM);
    assert_finding(ask_box(first, "a.py", 2, "y = f(x)"), ADA, first, CONFIDENCE_HIGH);
}

static void a_path_in_another_encoding_is_nowhere_and_said_to_be(void **state)
{
    (void)state;
    sandbox_write(&box, "h\xe4.py", "x\n");
    sandbox_commit(&box, ADA, "Latin-1");
    struct blame_finding f = ask_box("", "h\xef\xbf\xbd.py", 1, "x");
    assert_false(f.is_found);
    assert_true(text_contains(f.reason, TEXT("in no commit")));
}

static void a_merge_takes_no_blame_for_what_it_merged(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "a = 1\n\n\n\n\n\n\n\nz = 26\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_git(&box, "checkout", "-q", "-b", "side");
    sandbox_write(&box, "a.py", "a = 1\n\n\n\n\n\n\n\nz = side(26)\n");
    const char *side = sandbox_commit(&box, BOB, "side");
    sandbox_git(&box, "checkout", "-q", "main");
    sandbox_write(&box, "a.py", "# more\na = 1\n\n\n\n\n\n\n\nz = 26\n");
    sandbox_commit(&box, EVE, "main");
    sandbox_git(&box, "-c", "user.name=eve", "-c", "user.email=eve@shop.example", "merge", "-q",
                "-m", "merge", "side");
    assert_finding(ask_box("", "a.py", 10, "z = side(26)"), BOB, side, CONFIDENCE_MEDIUM);
    assert_finding(ask_box("", "a.py", 2, "a = 1"), ADA, first, CONFIDENCE_MEDIUM);
    // as it was on the branch that was merged
    assert_finding(ask_box("", "a.py", 9, "z = side(26)"), BOB, side, CONFIDENCE_MEDIUM);
}

static void a_submodule_is_another_repository(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_git(&box, "update-index", "--add", "--cacheinfo",
                arena_printf(&arena, "160000,%s,lib", first).at);
    sandbox_git(&box, "-c", "user.name=b", "-c", "user.email=bob@shop.example", "commit", "-q",
                "-m", "submodule");
    static const char *const paths[] = {"lib", "lib/a.py"};
    for (size_t i = 0; i < 2; i++) {
        struct blame_finding f = ask_box("", paths[i], 1, "x");
        assert_false(f.is_found);
        assert_true(text_contains(f.reason, TEXT("in no commit")));
    }
    assert_finding(ask_box("", "a.py", 1, "x"), ADA, first, CONFIDENCE_MEDIUM);
}

static void remove_object(const char *hash)
{
    const char *path = arena_printf(&arena, "%s/.git/objects/%.2s/%s", box.repo, hash, hash + 2).at;
    assert_int_equal(unlink(path), 0);
}

static void a_version_that_is_missing_is_passed_over(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x = 1\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "# more\nx = 1\n");
    sandbox_commit(&box, BOB, "two");
    remove_object(arena_string(&arena, text_of(sandbox_git(&box, "rev-parse", "HEAD:a.py"))));
    assert_finding(ask_box("", "a.py", 1, "x = 1"), ADA, first, CONFIDENCE_MEDIUM);
}

static void a_blame_that_misses_an_object_says_which(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x = 1\n");
    sandbox_commit(&box, ADA, "one");
    const char *blob = arena_string(&arena, text_of(sandbox_git(&box, "rev-parse", "HEAD:a.py")));
    sandbox_write(&box, "a.py", "# more\nx = 1\n");
    sandbox_commit(&box, BOB, "two");
    remove_object(blob);
    struct repository *repository = opened_at(box.repo, NULL);
    struct blame_query query = {.path = TEXT("a.py"),
                                .evidence = {.line_number = 2, .text = TEXT("x = 1")}};
    struct blame_finding finding;
    struct error error = {0};
    assert_false(repository_blame(repository, &query, 1, &arena, &finding, &error));
    assert_non_null(strstr(error.message, blob));
    repository_close(repository);
}

#define IN_BOX(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(a_listed_commit_is_looked_through),
        IN_BOX(the_list_of_commits_may_be_another_file),
        IN_BOX(odd_paths_are_paths_and_nothing_else),
        IN_BOX(bytes_that_are_not_utf8_are_mended),
        IN_BOX(a_shallow_clone_blames_nobody_for_lines_older_than_it),
        IN_BOX(line_ends_do_not_count),
        IN_BOX(a_path_in_another_encoding_is_nowhere_and_said_to_be),
        IN_BOX(a_merge_takes_no_blame_for_what_it_merged),
        IN_BOX(a_submodule_is_another_repository),
        IN_BOX(a_version_that_is_missing_is_passed_over),
        IN_BOX(a_blame_that_misses_an_object_says_which),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
