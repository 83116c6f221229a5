// SPDX-License-Identifier: MIT
#include "core/evidence.h"

#include "test.h"

static const struct text file = TEXT(
    "import os\n\ndef first():\n    run()\n    done()\n\ndef second():\n    run()\n    stop()\n");

static struct fit fit_at(int64_t number, const char *before, const char *after)
{
    struct evidence evidence = {number, TEXT("run()"), text_of(before), text_of(after)};
    return evidence_fit(&evidence, file);
}

static void a_line_fits_with_the_lines_around_it(void **state)
{
    (void)state;
    assert_true(fit_is_whole(fit_at(4, "\ndef first():\n", "done()\n\n")));
    struct fit other = fit_at(8, "\ndef first():\n", "done()\n\n");
    assert_true(other.has_line);
    assert_int_equal(other.neighbour_n, 2);
    assert_int_equal(other.fitting_n, 0);
    assert_false(fit_is_likely(other));
    assert_false(fit_at(5, "", "").has_line);
    assert_false(fit_at(99, "", "").has_line);
}

static void lines_outside_of_the_file_do_not_fit(void **state)
{
    (void)state;
    struct evidence evidence = {1, TEXT("import os"), TEXT("a\nb\n"), TEXT("")};
    struct fit fit = evidence_fit(&evidence, file);
    assert_true(fit.has_line);
    assert_int_equal(fit.neighbour_n, 2);
    assert_int_equal(fit.fitting_n, 0);
    fit = fit_at(8, "", "stop()\nmore()\n");
    assert_int_equal(fit.neighbour_n, 2);
    assert_int_equal(fit.fitting_n, 1);
    assert_true(fit_is_likely(fit));
    assert_false(fit_is_whole(fit));
}

static void nothing_around_is_no_proof_and_no_doubt(void **state)
{
    (void)state;
    struct fit fit = fit_at(4, "", "\n  \n");
    assert_int_equal(fit.neighbour_n, 0);
    assert_true(fit_is_likely(fit));
    assert_false(fit_is_whole(fit));
}

static void the_line_with_the_best_neighbours_is_found(void **state)
{
    (void)state;
    struct evidence evidence = {3, TEXT("run()"), TEXT("def second():\n"), TEXT("stop()\n")};
    assert_int_equal(evidence_find_line(&evidence, file), 8);
    evidence.before = evidence.after = (struct text){0};
    assert_int_equal(evidence_find_line(&evidence, file), 4);
    evidence.line_number = 1000;
    assert_int_equal(evidence_find_line(&evidence, file), 8);
    evidence.text = TEXT("away()");
    assert_int_equal(evidence_find_line(&evidence, file), 0);
    assert_true(evidence_is_repeated(&(struct evidence){4, TEXT("run()"), {0}, {0}}, file));
    assert_false(evidence_is_repeated(&(struct evidence){5, TEXT("done()"), {0}, {0}}, file));
}

static void of_much_context_the_nearest_lines_count(void **state)
{
    (void)state;
    struct text lines[40];
    struct arena arena = {0};
    for (size_t i = 0; i < 40; i++)
        lines[i] = arena_printf(&arena, "  line %zu", i);
    assert_text_equal(context_before(lines, 40, &arena),
                      "line 35\nline 36\nline 37\nline 38\nline 39\n");
    assert_text_equal(context_after(lines, 40, &arena), "line 0\nline 1\nline 2\nline 3\nline 4\n");
    assert_int_equal(context_before(lines, 0, &arena).len, 0);
    lines[0] = TEXT("two\nlines");
    assert_text_equal(context_after(lines, 1, &arena), "two\n");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_fits_with_the_lines_around_it),
        cmocka_unit_test(lines_outside_of_the_file_do_not_fit),
        cmocka_unit_test(nothing_around_is_no_proof_and_no_doubt),
        cmocka_unit_test(the_line_with_the_best_neighbours_is_found),
        cmocka_unit_test(of_much_context_the_nearest_lines_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
