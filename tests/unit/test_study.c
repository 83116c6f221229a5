// SPDX-License-Identifier: MIT
// What the repository says around a line, asked of real git repositories.
#include "blame_sandbox.h"

#include "io/git_study.h"

static struct study study_of(const struct study_query *query)
{
    struct repository *repository = opened_at(box.repo, NULL);
    struct study study;
    struct error error = {0};
    if (!git_study(repository, query, &arena, &study, &error))
        fail_msg("%s", error.message);
    repository_close(repository);
    return study;
}

static struct study_query query_at(const char *release, const char *path, int64_t line)
{
    return (struct study_query){.line = {.release = text_of(release),
                                         .path = text_of(path),
                                         .evidence = {.line_number = line}}};
}

static const struct study_line *line_of(const struct study *study, int64_t number)
{
    for (size_t i = 0; i < study->line_n; i++)
        if (study->lines[i].number == number)
            return &study->lines[i];
    fail_msg("line %lld is not there", (long long)number);
    return NULL;
}

static const char shop_1[] = "import tax\n\ndef price(cart):\n    net = cart.net\n"
                             "    return net * tax.rate\n\ndef name(cart):\n    return cart.id\n";
static const char shop_2[] = "import tax\n\ndef price(cart):\n    net = cart.net\n"
                             "    return net / tax.rate\n\ndef name(cart):\n    return cart.id\n";
static const char shop_3[] = "import tax\nimport os\n\ndef price(cart):\n    net = cart.net\n"
                             "    return net / tax.rate\n\ndef name(cart):\n    return cart.name\n";

static void each_line_has_the_commit_that_made_it(void **state)
{
    (void)state;
    sandbox_write(&box, "shop.py", shop_1);
    const char *first = sandbox_commit(&box, "ada@shop.example", "Begin");
    sandbox_write(&box, "shop.py", shop_2);
    const char *second = sandbox_commit(&box, "bob@shop.example", "Divide");
    sandbox_write(&box, "shop.py", shop_3);
    sandbox_commit(&box, "eve@shop.example", "Later");
    struct study_query query = query_at(second, "shop.py", 5);
    struct study study = study_of(&query);
    assert_text_equal(study.revision, second);
    assert_true(text_contains(study.reason, TEXT("is commit")));
    assert_int_equal(study.line_number, 5);
    assert_int_equal(study.line_n, 8);
    assert_text_equal(line_of(&study, 5)->text, "    return net / tax.rate");
    assert_text_equal(line_of(&study, 5)->changed.author_name, "bob");
    assert_text_equal(line_of(&study, 5)->changed.subject, "Divide");
    assert_text_equal(line_of(&study, 5)->changed.commit, second);
    assert_text_equal(line_of(&study, 4)->changed.author_email, "ada@shop.example");
    assert_text_equal(line_of(&study, 4)->changed.commit, first);
    assert_int_equal(line_of(&study, 4)->changed.at_ms, 1600086400000);
    assert_int_equal(study.function.first, 3);
    assert_int_equal(study.function.last, 5);
}

static void a_text_that_moved_is_studied_where_it_is(void **state)
{
    (void)state;
    sandbox_write(&box, "shop.py", shop_2);
    sandbox_commit(&box, "ada@shop.example", "Begin");
    struct study_query query = query_at("", "shop.py", 2);
    query.line.evidence.text = TEXT("return net / tax.rate");
    struct study study = study_of(&query);
    assert_int_equal(study.line_number, 5);
}

static void only_what_touched_the_function_after_an_earlier_release_is_told(void **state)
{
    (void)state;
    sandbox_write(&box, "shop.py", shop_1);
    const char *first = sandbox_commit(&box, "ada@shop.example", "Begin");
    sandbox_write(&box, "shop.py", shop_2);
    const char *second = sandbox_commit(&box, "bob@shop.example", "Divide");
    sandbox_write(&box, "shop.py", shop_3);
    const char *third = sandbox_commit(&box, "eve@shop.example", "Elsewhere");
    struct study_query query = query_at(third, "shop.py", 6);
    struct study study = study_of(&query);
    assert_text_equal(study.since, "");
    assert_int_equal(study.commit_n, 2);
    assert_text_equal(study.commits[0].subject, "Divide");
    assert_text_equal(study.commits[1].subject, "Begin");

    // what git does not know, and what came after, is no release without the error
    query.earlier[0] = TEXT("no-such-release");
    query.earlier[1] = text_of(third);
    query.earlier[2] = text_of(first);
    query.earlier_n = 3;
    study = study_of(&query);
    assert_text_equal(study.since, first);
    assert_text_equal(study.since_release, first);
    assert_int_equal(study.commit_n, 1);
    assert_text_equal(study.commits[0].commit, second);
    assert_text_equal(study.commits[0].author_name, "bob");

    // the newest one by history counts, in whatever order they were reported
    query.earlier[1] = text_of(first);
    query.earlier[2] = text_of(second);
    study = study_of(&query);
    assert_text_equal(study.since, second);
    assert_int_equal(study.commit_n, 0);
}

static void a_renamed_file_is_followed(void **state)
{
    (void)state;
    sandbox_write(&box, "old.py", shop_1);
    sandbox_commit(&box, "ada@shop.example", "Begin");
    sandbox_git(&box, "mv", "old.py", "new: $(x).py");
    sandbox_commit(&box, "bob@shop.example", "Rename");
    sandbox_write(&box, "new: $(x).py", shop_2);
    sandbox_commit(&box, "eve@shop.example", "Divide");
    struct study_query query = query_at("", "new: $(x).py", 5);
    struct study study = study_of(&query);
    assert_int_equal(study.commit_n, 2);
    assert_text_equal(study.commits[0].subject, "Divide");
    assert_text_equal(study.commits[1].subject, "Begin");
}

static void commits_are_bounded_and_there_being_more_is_told(void **state)
{
    (void)state;
    for (int i = 0; i < STUDY_COMMIT_MAX + 5; i++) {
        char content[64];
        snprintf(content, sizeof content, "def price():\n    return %d\n", i);
        sandbox_write(&box, "shop.py", content);
        sandbox_commit(&box, "ada@shop.example", content);
    }
    struct study_query query = query_at("", "shop.py", 2);
    struct study study = study_of(&query);
    assert_int_equal(study.commit_n, STUDY_COMMIT_MAX);
    assert_true(study.has_more);
    assert_true(text_ends(study.commits[0].subject, TEXT("return 24")));
}

static void a_file_that_is_no_text_says_so(void **state)
{
    (void)state;
    sandbox_write(&box, "data.py", "x\n");
    FILE *file = fopen(arena_printf(&box.arena, "%s/data.py", box.repo).at, "w");
    fwrite("a\nb\0c\n", 1, 6, file);
    fclose(file);
    sandbox_commit(&box, "ada@shop.example", "Begin");
    struct study_query query = query_at("", "data.py", 2);
    struct study study = study_of(&query);
    assert_int_equal(study.line_n, 0);
    assert_text_equal(study.lines_missing, "the file is not text");
}

static void a_place_that_no_commit_has_says_why(void **state)
{
    (void)state;
    sandbox_write(&box, "shop.py", shop_1);
    sandbox_commit(&box, "ada@shop.example", "Begin");
    struct study_query query = query_at("", "shop.py", 4711);
    struct study study = study_of(&query);
    assert_int_equal(study.line_n, 0);
    assert_true(study.lines_missing.len > 0);
    query = query_at("", "../../etc/passwd", 1);
    study = study_of(&query);
    assert_int_equal(study.line_n, 0);
    assert_true(study.lines_missing.len > 0);
}

// ---- the window ----

static void the_window_is_bounded_and_valid(void **state)
{
    (void)state;
    struct buffer content = {0};
    for (int i = 1; i <= 100; i++)
        buffer_printf(&content, "line %d\r\n", i);
    struct study study = {.line_number = 50};
    assert_true(study_take_lines(&study, buffer_text(&content), &arena));
    assert_int_equal(study.line_n, 2 * STUDY_AROUND + 1);
    assert_int_equal(study.lines[0].number, 35);
    assert_text_equal(study.lines[0].text, "line 35");
    study = (struct study){.line_number = 100};
    assert_true(study_take_lines(&study, buffer_text(&content), &arena));
    assert_int_equal(study.line_n, STUDY_AROUND + 1);
    study = (struct study){.line_number = 101};
    assert_false(study_take_lines(&study, buffer_text(&content), &arena));
    assert_text_equal(study.lines_missing, "the file has no such line");
    buffer_release(&content);
}

static void a_long_line_is_cut_between_letters(void **state)
{
    (void)state;
    struct buffer content = {0};
    buffer_add_char(&content, 'x');
    for (int i = 0; i < 1000; i++)
        buffer_add(&content, TEXT("\xc3\xa4"));
    struct study study = {.line_number = 1};
    assert_true(study_take_lines(&study, buffer_text(&content), &arena));
    assert_true(study.lines[0].is_cut);
    assert_int_equal(study.lines[0].text.len, STUDY_LINE_MAX - 1);
    study = (struct study){.line_number = 1};
    assert_true(study_take_lines(&study, TEXT("bytes \xff\xfe\n"), &arena));
    assert_text_equal(study.lines[0].text, "bytes \xef\xbf\xbd\xef\xbf\xbd");
    buffer_release(&content);
}

// ---- JSON ----

static void a_study_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct study_line line = {.number = 7,
                              .text = TEXT("\t<b>\"ä\"</b>"),
                              .is_cut = true,
                              .changed = {.commit = TEXT("c1"), .subject = TEXT("s"), .at_ms = 5}};
    struct study_commit commit = {.commit = TEXT("c2"), .author_name = TEXT("Ada")};
    struct study study = {.revision = TEXT("r"),
                          .reason = TEXT("why"),
                          .line_number = 7,
                          .lines = &line,
                          .line_n = 1,
                          .function = {3, 9},
                          .since_release = TEXT("v1"),
                          .commits = &commit,
                          .commit_n = 1,
                          .has_more = true,
                          .commits_missing = TEXT("late")};
    struct buffer first = {0}, second = {0};
    struct study read;
    struct error error = {0};
    study_write(&study, &first);
    assert_true(study_read(buffer_text(&first), &arena, &read, &error));
    assert_text_equal(read.lines[0].text, "\t<b>\"ä\"</b>");
    study_write(&read, &second);
    assert_string_equal(first.at, second.at);
    buffer_release(&first);
    buffer_release(&second);
}

static void what_is_no_study_is_refused(void **state)
{
    (void)state;
    struct study study;
    struct error error = {0};
    assert_false(study_read(TEXT("[1]"), &arena, &study, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_false(study_read(TEXT("{"), &arena, &study, &error));
    assert_true(
        study_read(TEXT("{\"lines\":7,\"commits\":[1],\"new\":{}}"), &arena, &study, &error));
    assert_int_equal(study.line_n, 0);
}

#define in_box(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_box(each_line_has_the_commit_that_made_it),
        in_box(a_text_that_moved_is_studied_where_it_is),
        in_box(only_what_touched_the_function_after_an_earlier_release_is_told),
        in_box(a_renamed_file_is_followed),
        in_box(commits_are_bounded_and_there_being_more_is_told),
        in_box(a_file_that_is_no_text_says_so),
        in_box(a_place_that_no_commit_has_says_why),
        in_box(the_window_is_bounded_and_valid),
        in_box(a_long_line_is_cut_between_letters),
        in_box(a_study_is_read_as_it_was_written),
        in_box(what_is_no_study_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
