// SPDX-License-Identifier: MIT
// Page functions on a real store, and what templates make of what they gather.
#include "pages.h"

#include <stdio.h>

#include "base/log.h"
#include "web/guard.h"
#include "web/rule_kinds.h"
#include "web/show.h"

static const int64_t WEEK_BEFORE_S = 1714300000; // in the week from 2024-04-28

// ---- the week ----

static void an_empty_week_tells_how_to_send_the_first_report(void **state)
{
    struct text page = ask_html(*state, page_week);
    assert_has(page, "flawless.init(dsn=\"http://0123456789abcdef0123456789abcdef@errors."
                     "example.com:9028/1\")");
    assert_text_equal(ask_json(*state, page_week), "{\"week\":\"2024-05-05\",\"developers\":[]}");
}

static void the_week_groups_errors_by_developer_and_puts_nobody_last(void **state)
{
    struct fixture *f = *state;
    struct failure waiting = invoice, small = invoice;
    waiting.path = "shop/cart.py";
    waiting.owner = NULL;
    waiting.count = 5000;
    small.path = "shop/stock.py";
    small.owner = "bo@example.com";
    small.count = 600;
    add_failure(f, &waiting);
    add_failure(f, &small);
    small.path = "shop/shelf.py";
    add_failure(f, &small);
    add_failure(f, &invoice);

    struct text page = ask_html(f, page_week);
    assert_true(place_of(page, "<h2 id=\"d1\">bo@example.com</h2>") <
                place_of(page, "<h2 id=\"d2\">ada@example.com</h2>"));
    assert_true(place_of(page, "<h2 id=\"d2\">ada@example.com</h2>") <
                place_of(page, "<h2 id=\"d3\">No owner</h2>"));
    assert_has(page, "1,200 occurrences of 2 errors");
    assert_has(page, "awaiting blame");
    assert_has(page, "unsupported operand &lt;NoneType&gt;");
    assert_has(page, "shop/invoice.py:42");
    assert_has(page, "low confidence");
}

static void the_weeks_json_has_the_fields_of_old_and_no_others(void **state)
{
    struct fixture *f = *state;
    add_failure(f, &invoice);
    assert_text_equal(
        ask_json(f, page_week),
        "{\"week\":\"2024-05-05\",\"developers\":[{\"email\":\"ada@example.com\",\"score\":1000,"
        "\"errors\":[{\"filename\":\"shop/invoice.py\",\"function_name\":\"total\","
        "\"line_number\":42,\"text\":\"    return net * (1 + rate)\",\"error_count\":1000,"
        "\"developer_email\":\"ada@example.com\",\"date\":\"2023-11-14 22:13:20\","
        "\"email_sent\":false,\"last_occurrence\":\"2024-05-06 09:08:09\","
        "\"is_known_error\":false}]}]}");
}

static void a_week_shows_only_what_happened_in_it(void **state)
{
    struct fixture *f = *state;
    struct failure before = invoice;
    add_failure(f, &invoice);
    before.at_ms = WEEK_BEFORE_S * SECOND + HOUR;
    before.count = 7;
    add_failure(f, &before);
    f->parameters[0] = (struct parameter){"timestamp", "1714300000.75"};
    struct text page = ask_html(f, page_week);
    assert_has(page, "Week of 2024-04-28");
    assert_has(page, "<strong>7</strong>");
    assert_has(page, "1,007 in all");
    assert_has(page, "href=\"/get_weekly_error_report?timestamp=1714867200\" rel=\"next\"");
    assert_has(page, "href=\"/get_weekly_error_report?timestamp=1713657600\" rel=\"prev\"");
    f->parameters[0].value = "1714990089";
    assert_has_not(ask_html(f, page_week), "rel=\"next\"");
}

static void lines_from_before_the_minimum_date_are_hidden_until_asked_for(void **state)
{
    struct fixture *f = *state;
    f->project.minimum_date_ms = invoice.changed_at_ms + 1;
    add_failure(f, &invoice);
    struct text page = ask_html(f, page_week);
    assert_has(page, "1 error in lines last changed before 2023-11-14 not shown");
    assert_has_not(page, "shop/invoice.py");
    f->parameters[0] = (struct parameter){"include_modified_before_min_date", "True"};
    page = ask_html(f, page_week);
    assert_has(page, "shop/invoice.py");
    assert_has(page, "timestamp=1714262400&amp;include_modified_before_min_date=true");
}

static void sums_of_huge_counts_stop_at_the_largest_number(void **state)
{
    struct fixture *f = *state;
    struct failure huge = invoice;
    huge.count = INT64_MAX;
    add_failure(f, &huge);
    huge.path = "shop/other.py";
    add_failure(f, &huge);
    assert_has(ask_html(f, page_week), "9,223,372,036,854,775,807 occurrences of 2 errors");
}

static void wrong_parameters_are_refused_by_name(void **state)
{
    struct fixture *f = *state;
    f->parameters[0] = (struct parameter){"timestamp", "yesterday"};
    expect_refusal(f, page_week, ERROR_INPUT,
                   "The parameter \"timestamp\" is \"yesterday\", but it has to be a moment in "
                   "seconds since 1970-01-01 UTC, such as 1700000000");
    static const char *const wrong[] = {
        "-1", "", "1e9", "1.x", "1.-5", "253402300800", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct page page;
        f->parameters[0].value = wrong[i];
        assert_false(ask(f, page_week, false, &page));
        assert_int_equal(f->error.kind, ERROR_INPUT);
    }
    f->parameters[0] = (struct parameter){"include_known_errors", "maybe"};
    expect_refusal(
        f, page_week, ERROR_INPUT,
        "The parameter \"include_known_errors\" is \"maybe\", but it has to be true or false");
    f->parameters[0] = (struct parameter){"before", "x"};
    expect_refusal(f, page_outbox, ERROR_INPUT,
                   "The parameter \"before\" is \"x\", but it has to be a whole number, 0 or more");
}

// ---- letters ----

static void the_outbox_shows_letters_as_they_are_sent(void **state)
{
    struct fixture *f = *state;
    assert_has(ask_html(f, page_outbox), "No letters");
    add_letter(f, add_failure(f, &invoice), "1.2", "Error on web-1 in <invoice.py>");
    struct text page = ask_html(f, page_outbox);
    assert_has(page, "<dd>Flawless &lt;flawless@example.com&gt;</dd>");
    assert_has(page, "<dd>Error on web-1 in &lt;invoice.py&gt;</dd>");
    assert_has(page, "<dd>Mon, 06 May 2024 09:08:09 +0000</dd>");
    assert_has(page, "<dd>&lt;1.2@errors.example.com&gt;</dd>");
    assert_has(page, "ValueError: &lt;script&gt;alert(1)&lt;/script&gt;\n</pre>");
    assert_has(page, "550 no such &lt;user&gt;");
    assert_has(page, ", 3 attempts");
    assert_has(page, "/view_traceback?filename=shop%2Finvoice.py&amp;function_name=total");
    assert_has(ask_json(f, page_outbox), "\"state\":\"failed\"");
}

static void the_outbox_is_read_page_by_page(void **state)
{
    struct fixture *f = *state;
    int64_t error_id = add_failure(f, &invoice);
    for (int i = 1; i <= 23; i++) {
        char id[8], subject[32];
        snprintf(id, sizeof id, "%d", i);
        snprintf(subject, sizeof subject, "letter number %d.", i);
        add_letter(f, error_id, id, subject);
    }
    struct text page = ask_html(f, page_outbox);
    assert_true(place_of(page, "letter number 23.") < place_of(page, "letter number 4."));
    assert_has_not(page, "letter number 3.");
    assert_has(page, "href=\"/outbox?before=4\"");
    f->parameters[0] = (struct parameter){"before", "4"};
    page = ask_html(f, page_outbox);
    assert_has(page, "letter number 3.");
    assert_has_not(page, "letter number 4.");
    assert_has_not(page, "rel=\"next\"");
    assert_has(ask_json(f, page_outbox), "\"before\":null}");
}

// ---- health ----

static void list_options(void *self, int64_t project_id, struct arena *arena, struct value *list)
{
    (void)self, (void)project_id;
    struct value *option = value_add_object(arena, list);
    value_set_text(arena, option, "name", TEXT("smtp_password"));
    value_set_text(arena, option, "value", TEXT("***"));
}

static void tell_health(void *self, int64_t project_id, struct arena *arena, struct value *object,
                        bool *is_well)
{
    struct fixture *f = self;
    (void)project_id;
    struct value *problems = value_set_list(arena, object, "problems");
    value_add_text(arena, problems, TEXT("git: no such <branch>"));
    value_set_int(arena, value_set_object(arena, object, "blames"), "last_run", 12);
    *is_well = f->is_well;
}

static void health_shows_options_counts_and_problems(void **state)
{
    struct fixture *f = *state;
    add_failure(f, &invoice);
    f->settings.list_options = list_options;
    f->settings.health = tell_health;
    struct text page = ask_html(f, page_health);
    assert_has(page, "Up, with something to look at");
    assert_has(page, "Flawless 1.2.3, up for 5 days.");
    assert_has(page, "<li>git: no such &lt;branch&gt;</li>");
    assert_has(page, "<th scope=\"row\">Last run</th><td><div class=\"value\">12</div>");
    assert_has(page, "<th scope=\"row\">smtp_password</th><td><div class=\"value\">***</div>");
    assert_text_equal(
        ask_json(f, page_health),
        "{\"status\":\"degraded\",\"version\":\"1.2.3\",\"uptime_seconds\":432000,\"problems\":"
        "[\"git: no such "
        "<branch>\"],\"server\":{\"blames\":{\"last_run\":12}},\"store\":{\"errors\":"
        "1,\"occurrences\":1000,\"sites_awaiting_blame\":0,\"studies_waiting\":1,\"letters_"
        "waiting\":0,\"letters_kept\":"
        "0,"
        "\"letters_sent\":0,\"letters_failed\":0,\"letters_refused\":0,"
        "\"letters_held\":0},\"options\":{\"smtp_password\":\"***\"}}");
}

static void health_answers_503_when_not_well(void **state)
{
    struct fixture *f = *state;
    struct page page;
    f->settings.health = tell_health;
    assert_true(ask(f, page_health, true, &page));
    assert_int_equal(page.status, 200);
    f->is_well = false;
    assert_true(ask(f, page_health, true, &page));
    assert_int_equal(page.status, 503);
    assert_text_equal(value_get(page.facts, TEXT("status"))->text, "trouble");
}

// ---- small things ----

static void only_names_of_this_machine_are_its_own(void **state)
{
    (void)state;
    struct text base_url = TEXT("http://errors.example.com:9028");
    static const char *const own[] = {"localhost", "LOCALHOST:9028",          "127.0.0.1:80",
                                      "[::1]:80",  "a.localhost:1",           "127.1.2.3",
                                      "",          "errors.example.com:9028", "Errors.Example.Com"};
    static const char *const foreign[] = {"evil.example",   "localhost.evil.example",
                                          "127.0.0.1.evil", "notlocalhost",
                                          "192.168.1.1",    "[::2]",
                                          ".localhost",     "example.com"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        assert_true(guard_is_own_host(text_of(own[i]), base_url));
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (guard_is_own_host(text_of(foreign[i]), base_url))
            fail_msg("%s was taken for this machine", foreign[i]);
}

static void numbers_and_times_read_well(void **state)
{
    struct fixture *f = *state;
    struct arena *a = &f->arena;
    assert_text_equal(show_count(a, 0), "0");
    assert_text_equal(show_count(a, 999), "999");
    assert_text_equal(show_count(a, -1000), "-1,000");
    assert_text_equal(show_count(a, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_text_equal(show_counted(a, 1, "error"), "1 error");
    assert_text_equal(show_counted(a, 10000, "error"), "10,000 errors");
    assert_text_equal(show_moment(a, NOW_MS), "2024-05-06 10:08:09");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 1), "just now");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 59 * SECOND), "59 seconds ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 90 * 60 * SECOND), "90 minutes ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 47 * HOUR), "47 hours ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 400LL * DAY), "400 days ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 800LL * DAY), "2 years ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS + HOUR), "in 60 minutes");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

// ---- rules ----

static void every_field_of_a_rule_has_words_on_its_page(void **state)
{
    (void)state;
    for (int file = 0; file < RULE_FILE_N; file++) {
        const struct rule_kind *kind = &rule_kinds[file];
        assert_int_equal(kind->file, file);
        assert_ptr_equal(rule_kind_at(text_of(kind->path)), kind);
        assert_ptr_equal(rule_kind_of(text_of(rule_file_names[file])), kind);
        for (const struct rule_field *field = rule_fields[file]; field->name; field++)
            assert_int_equal(rule_kind_words(kind, field) != NULL, !field->is_alias);
    }
    assert_null(rule_kind_at(TEXT("/add_nothing")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_a_rule_has_words_on_its_page),
        PAGES_TEST(an_empty_week_tells_how_to_send_the_first_report),
        PAGES_TEST(the_week_groups_errors_by_developer_and_puts_nobody_last),
        PAGES_TEST(the_weeks_json_has_the_fields_of_old_and_no_others),
        PAGES_TEST(a_week_shows_only_what_happened_in_it),
        PAGES_TEST(lines_from_before_the_minimum_date_are_hidden_until_asked_for),
        PAGES_TEST(sums_of_huge_counts_stop_at_the_largest_number),
        PAGES_TEST(wrong_parameters_are_refused_by_name),
        PAGES_TEST(the_outbox_shows_letters_as_they_are_sent),
        PAGES_TEST(the_outbox_is_read_page_by_page),
        PAGES_TEST(health_shows_options_counts_and_problems),
        PAGES_TEST(health_answers_503_when_not_well),
        PAGES_TEST(only_names_of_this_machine_are_its_own),
        PAGES_TEST(numbers_and_times_read_well),
    };
    log_open(LOG_WARNING, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
