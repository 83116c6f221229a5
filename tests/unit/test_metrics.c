// SPDX-License-Identifier: MIT
#include "test.h"

#include "base/metrics.h"

static const int64_t bounds[] = {10, 100, 2500000};

static void a_value_counts_for_the_first_bound_that_it_does_not_exceed(void **state)
{
    struct histogram histogram = {.bounds = bounds, .bound_n = 3};
    struct histogram_facts facts;
    (void)state;
    for (int64_t value = 9; value <= 11; value++)
        histogram_add(&histogram, value);
    histogram_add(&histogram, INT64_C(9000000000));
    histogram_look(&histogram, &facts);
    assert_int_equal(facts.counts[0], 2);
    assert_int_equal(facts.counts[1], 1);
    assert_int_equal(facts.counts[2], 0);
    assert_int_equal(facts.counts[3], 1);
    assert_int_equal(facts.sum, 9000000030);
}

static void a_histogram_is_written_added_up_and_in_its_unit(void **state)
{
    struct histogram histogram = {.bounds = bounds, .bound_n = 3};
    struct histogram_facts facts;
    struct buffer out = {0};
    (void)state;
    histogram_add(&histogram, 10);
    histogram_add(&histogram, 1000);
    histogram_add(&histogram, 3000000);
    histogram_look(&histogram, &facts);
    metrics_histogram(&out, "x_seconds", "How long", &facts, 6);
    assert_text_equal(buffer_text(&out), "# HELP x_seconds How long\n"
                                         "# TYPE x_seconds histogram\n"
                                         "x_seconds_bucket{le=\"0.000010\"} 1\n"
                                         "x_seconds_bucket{le=\"0.000100\"} 1\n"
                                         "x_seconds_bucket{le=\"2.500000\"} 2\n"
                                         "x_seconds_bucket{le=\"+Inf\"} 3\n"
                                         "x_seconds_sum 3.001010\n"
                                         "x_seconds_count 3\n");
    buffer_release(&out);
}

static void what_would_end_a_line_or_a_label_is_escaped(void **state)
{
    struct buffer out = {0};
    (void)state;
    metrics_family(&out, "x", "gauge", "one \\ \"two\"\nthree");
    metrics_sample(&out, "x", "of", "a\"b\\c\nd", -5);
    assert_text_equal(buffer_text(&out), "# HELP x one \\\\ \"two\"\\nthree\n# TYPE x gauge\n"
                                         "x{of=\"a\\\"b\\\\c\\nd\"} -5\n");
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_counts_for_the_first_bound_that_it_does_not_exceed),
        cmocka_unit_test(a_histogram_is_written_added_up_and_in_its_unit),
        cmocka_unit_test(what_would_end_a_line_or_a_label_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
