// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "base/buffer.h"
#include "core/codeowners.h"
#include "core/glob.h"

// The owners with spaces between.
static void expect_owners(const char *content, bool is_gitlab, const char *path,
                          const char *expected)
{
    struct arena arena = {0};
    struct codeowners_answer answer;
    struct buffer owners = {0};
    codeowners_find(codeowners_read(text_of(content), is_gitlab, &arena), text_of(path), &answer);
    for (size_t i = 0; i < answer.owner_n; i++) {
        buffer_add_string(&owners, i ? " " : "");
        buffer_add(&owners, answer.owners[i]);
    }
    if (!text_equal(buffer_text(&owners), text_of(expected)))
        print_error("for %s: ", path);
    assert_text_equal(buffer_text(&owners), expected);
    buffer_release(&owners);
    arena_release(&arena);
}

static void the_last_line_that_fits_wins(void **state)
{
    (void)state;
    static const char content[] = "# everybody's\n"
                                  "*       @all\n"
                                  "*.js    @js-owner #This is a comment.\n"
                                  "\n"
                                  "/docs/  ann@example.com @docs\n"
                                  "/docs/free/\n";
    expect_owners(content, false, "a/b.c", "@all");
    expect_owners(content, false, "a/b.js", "@js-owner");
    expect_owners(content, false, "docs/b.js", "ann@example.com @docs");
    expect_owners(content, false, "a/docs/b.c", "@all");
    expect_owners(content, false, "docs/free/b.c", "");
}

static void githubs_patterns_are_those_of_gitignore(void **state)
{
    (void)state;
    const struct {
        const char *pattern, *path;
        bool fits;
    } cases[] = {
        {"docs/*", "docs/a.md", true},
        {"docs/*", "docs/more/a.md", false},
        {"docs/*", "x/docs/a.md", false},
        {"apps/", "x/apps/y/a.c", true},
        {"apps/", "apps", false},
        {"/apps/till", "apps/till/a.c", true},
        {"/apps/till", "apps/tiller", false},
        {"apps", "x/apps/a.c", true},
        {"/build/logs/", "build/logs/a", true},
        {"/build/logs/", "x/build/logs/a", false},
        {"**/logs", "deep/x/logs/a", true},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/x/y/c", false},
        {"a/**", "a/x/y", true},
        {"a/**", "a", false},
        {"*.py", "x/y.py", true},
        {"*.py", "x/y.pyc", false},
        {"a?.c", "ab.c", true},
        {"a?.c", "a/.c", false},
        {"/a\\ b.c", "a b.c", true},
        {"\\#x", "#x", true},
        {"/*", "a.c", true},
        {"/*", "a/b.c", false},
        {"*", "a/b/c", true},
        {"/", "a/b", true},
        {"a/*/c", "a/b/c/d", true},
        {"x/*.c", "x/y/z.c", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[100];
        snprintf(line, sizeof line, "%s @x\n", cases[i].pattern);
        print_message("%s: ", cases[i].pattern);
        expect_owners(line, false, cases[i].path, cases[i].fits ? "@x" : "");
    }
}

static void githubs_syntax_has_no_negation(void **state)
{
    (void)state;
    expect_owners("* @all\n!a.c\n", false, "a.c", "@all");
}

static void gitlabs_paths_fit_at_any_depth_and_directories_end_with_a_slash(void **state)
{
    (void)state;
    expect_owners("internal/a.md @x\n", true, "deep/internal/a.md", "@x");
    expect_owners("/internal/a.md @x\n", true, "deep/internal/a.md", "");
    expect_owners("docs/ @x\n", true, "deep/docs/more/a.md", "@x");
    expect_owners("/docs @x\n", true, "docs/a.md", "");
    expect_owners("/docs/*.md @x\n", true, "docs/a.md", "@x");
    expect_owners("/docs/**/i.md @x\n", true, "docs/i.md", "@x");
    expect_owners("* @x\n", true, "a/b", "@x");
}

static void every_section_names_its_own_owners(void **state)
{
    (void)state;
    static const char content[] = "*  @all\n"
                                  "^[Optional] @opt\n"
                                  "*.c\n"
                                  "[Till][2] till@example.com @till\n"
                                  "/till/\n"
                                  "/till/open/ @open\n"
                                  "!/till/gone/\n"
                                  "/till/gone/back.c\n"
                                  "[Docs]\n"
                                  "*.md\n"
                                  "[TILL] @night\n"
                                  "/till/night/\n";
    expect_owners(content, false, "a.h", "@all");
    expect_owners(content, false, "a.c", "@all @opt");
    expect_owners(content, false, "till/a.c", "@all till@example.com @till @opt");
    expect_owners(content, false, "till/open/a.h", "@all @open");
    expect_owners(content, false, "till/gone/a.h", "@all");
    expect_owners(content, false, "till/gone/back.c", "@all @opt");
    expect_owners(content, false, "till/night/a.h", "@all @night");
    expect_owners(content, false, "a.md", "@all");
}

static void what_means_nothing_is_passed_over(void **state)
{
    (void)state;
    expect_owners("[\n[]\n[x\n*.c nobody here\n* @ @x\n", false, "a.c", "@x");
    expect_owners("", false, "a.c", "");
    expect_owners("* a@example.com\r\n", false, "a.c", "a@example.com");
}

static void the_line_is_told(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct codeowners_answer answer;
    codeowners_find(codeowners_read(TEXT("# x\n\n* @a\n/b @b"), false, &arena), TEXT("b"), &answer);
    assert_int_equal(answer.line_number, 4);
    arena_release(&arena);
}

// Patterns that a matcher without a bound would try for years.
static void a_hostile_file_costs_a_bounded_time(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buffer content = {0}, path = {0};
    struct codeowners_answer answer;
    for (int i = 0; i < 1000; i++)
        buffer_add_string(&path, "a/");
    buffer_add_string(&path, "z");
    for (int rule = 0; rule < 100; rule++) {
        for (int i = 0; i < 100; i++)
            buffer_add_string(&content, "**/a*/*a/");
        buffer_add_string(&content, "b @x\n");
    }
    codeowners_find(codeowners_read(buffer_text(&content), false, &arena), buffer_text(&path),
                    &answer);
    assert_int_equal(answer.owner_n, 0);
    buffer_release(&content);
    buffer_release(&path);
    arena_release(&arena);
}

static void a_glob_fits_all_of_a_name(void **state)
{
    (void)state;
    assert_true(glob_matches(TEXT("*[bot]*"), TEXT("1+Renovate[Bot]@x"), true));
    assert_false(glob_matches(TEXT("*[bot]*"), TEXT("Renovate[Bot]"), false));
    assert_false(glob_matches(TEXT("*[bot]*"), TEXT("bot"), true));
    assert_true(glob_matches(TEXT("a*b*c"), TEXT("abbbcbc"), false));
    assert_false(glob_matches(TEXT("a*b*c"), TEXT("abbbcb"), false));
    assert_true(glob_matches(TEXT("*"), TEXT(""), false));
    assert_false(glob_matches(TEXT("?"), TEXT(""), false));
    assert_true(glob_matches(TEXT("\\*"), TEXT("*"), false));
    assert_false(glob_matches(TEXT("\\*"), TEXT("x"), false));
    assert_true(glob_matches(TEXT("a\\"), TEXT("a\\"), false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_line_that_fits_wins),
        cmocka_unit_test(githubs_patterns_are_those_of_gitignore),
        cmocka_unit_test(githubs_syntax_has_no_negation),
        cmocka_unit_test(gitlabs_paths_fit_at_any_depth_and_directories_end_with_a_slash),
        cmocka_unit_test(every_section_names_its_own_owners),
        cmocka_unit_test(what_means_nothing_is_passed_over),
        cmocka_unit_test(the_line_is_told),
        cmocka_unit_test(a_hostile_file_costs_a_bounded_time),
        cmocka_unit_test(a_glob_fits_all_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
