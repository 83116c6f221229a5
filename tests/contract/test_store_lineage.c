// SPDX-License-Identifier: MIT
// Which error's line became another error's.
#include "contract.h"

#include "io/store_lineage.h"

static struct site_row make_error(struct fixture *f, const char *path, int64_t number,
                                  const char *text, const char *origin)
{
    struct site site = make_site(path, number, text);
    struct site_row row = report_alone(f, &site, 1, SUNDAY_MS + number);
    begin(f);
    if (origin)
        settle(f, row.site_id, make_line(origin, number), "ada@example.com");
    commit(f);
    return row;
}

static size_t list_lines(struct fixture *f, int64_t project_id, const char *path, const char *text,
                         struct known_line **lines)
{
    size_t n = 0;
    assert_ok(f, store_list_lines(f->store, project_id, text_of(path), text_of(text), &f->arena,
                                  lines, &n, &f->error));
    return n;
}

static void known_lines_are_found_by_path_and_text(void **state)
{
    struct fixture *f = *state;
    struct known_line *lines;
    int64_t first = make_error(f, "a.py", 3, "x()", "c1").error_id;
    int64_t newer = make_error(f, "a.py", 9, "x()", "c2").error_id;
    int64_t silent = make_error(f, "a.py", 5, "", "c3").error_id;
    make_error(f, "a.py", 4, "y()", "c4");
    make_error(f, "b.py", 3, "x()", "c5");
    make_error(f, "a.py", 7, "x()", NULL); // nobody knows yet which line that is
    assert_int_equal(list_lines(f, 1, "a.py", "x()", &lines), 3);
    assert_int_equal(lines[0].error_id, newer);
    assert_int_equal(lines[1].error_id, silent);
    assert_int_equal(lines[2].error_id, first);
    assert_text_equal(lines[2].line.commit, "c1");
    assert_int_equal(lines[2].line.number, 3);
    assert_int_equal(list_lines(f, 2, "a.py", "x()", &lines), 0);
    assert_int_equal(list_lines(f, 1, "c.py", "x()", &lines), 0);
}

static void of_too_many_known_lines_the_newest_are_found(void **state)
{
    struct fixture *f = *state;
    struct known_line *lines;
    int64_t last = 0;
    for (int64_t i = 1; i <= KNOWN_LINE_MAX + 2; i++)
        last = make_error(f, "a.py", i, "x()", "c1").error_id;
    assert_int_equal(list_lines(f, 1, "a.py", "x()", &lines), KNOWN_LINE_MAX);
    assert_int_equal(lines[0].error_id, last);
}

static void set(struct fixture *f, int64_t error_id, int64_t predecessor_id)
{
    begin(f);
    assert_ok(f, store_set_predecessor(f->store, error_id, predecessor_id, &f->error));
    commit(f);
}

static size_t list_successors(struct fixture *f, int64_t error_id, struct error_record **records)
{
    size_t n = 0;
    assert_ok(f, store_list_successors(f->store, error_id, &f->arena, records, &n, &f->error));
    return n;
}

static void a_line_remembers_what_it_was_and_what_it_became(void **state)
{
    struct fixture *f = *state;
    struct error_record *after;
    int64_t old = make_error(f, "a.py", 3, "x()", "c1").error_id;
    int64_t new = make_error(f, "a.py", 4, "y()", "c2").error_id;
    int64_t other = make_error(f, "a.py", 5, "z()", "c3").error_id;
    assert_int_equal(get_error(f, new).predecessor_id, 0);
    set(f, new, old);
    set(f, other, old);
    set(f, new, other); // the first stays
    fixture_reopen(f);
    assert_int_equal(get_error(f, new).predecessor_id, old);
    assert_int_equal(list_successors(f, old, &after), 2);
    assert_int_equal(after[0].id, new);
    assert_text_equal(after[0].line.commit, "c2");
    assert_int_equal(after[1].id, other);
    assert_int_equal(list_successors(f, new, &after), 0);
    assert_int_equal(list_successors(f, 0, &after), 0);
}

static void no_error_precedes_itself_or_what_is_not_there(void **state)
{
    struct fixture *f = *state;
    int64_t old = make_error(f, "a.py", 3, "x()", "c1").error_id;
    int64_t new = make_error(f, "a.py", 4, "y()", "c2").error_id;
    set(f, old, old);
    set(f, old, 4711);
    assert_int_equal(get_error(f, old).predecessor_id, 0);
    set(f, new, old);
    set(f, old, new);
    assert_int_equal(get_error(f, old).predecessor_id, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(known_lines_are_found_by_path_and_text),
        contract_test(of_too_many_known_lines_the_newest_are_found),
        contract_test(a_line_remembers_what_it_was_and_what_it_became),
        contract_test(no_error_precedes_itself_or_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
