// SPDX-License-Identifier: MIT
// Waiting for an owner, and what an answer does.
#include "contract.h"

static size_t list_jobs(struct fixture *f, int64_t now_ms, size_t job_max, struct blame_job **jobs)
{
    size_t job_n = 0;
    assert_ok(f,
              store_list_blame_jobs(f->store, now_ms, job_max, &f->arena, jobs, &job_n, &f->error));
    return job_n;
}

static void new_sites_wait_in_the_order_they_came(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("a.py", 3, "x"), second = make_site("b.py", 4, "y");
    struct blame_job *jobs;
    second.is_mapped = false;
    struct site_row first_row = report_alone(f, &first, 1, SUNDAY_MS);
    struct site_row second_row = report_alone(f, &second, 1, SUNDAY_MS + 5);
    assert_int_equal(list_jobs(f, SUNDAY_MS - 1, 10, &jobs), 0);
    assert_int_equal(list_jobs(f, SUNDAY_MS + 5, 1, &jobs), 1);
    assert_int_equal(list_jobs(f, SUNDAY_MS + 5, 10, &jobs), 2);
    assert_int_equal(jobs[0].site_id, first_row.site_id);
    assert_int_equal(jobs[0].error_id, first_row.error_id);
    assert_int_equal(jobs[0].attempts, 0);
    assert_int_equal(jobs[0].site.project_id, 1);
    assert_text_equal(jobs[0].site.revision, "1.0");
    assert_text_equal(jobs[0].site.path, "a.py");
    assert_text_equal(jobs[0].site.function, "handle");
    assert_text_equal(jobs[0].site.text, "x");
    assert_int_equal(jobs[0].site.line_number, 3);
    assert_true(jobs[0].site.is_mapped);
    assert_false(jobs[0].site.is_unowned);
    assert_int_equal(jobs[1].site_id, second_row.site_id);
    assert_false(jobs[1].site.is_mapped);
    assert_int_equal(count(f).sites_awaiting_blame, 2);
}

static void a_postponed_site_waits_until_its_time(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("a.py", 3, "x"), second = make_site("b.py", 4, "y");
    struct blame_job *jobs;
    int64_t site_id = report_alone(f, &first, 1, SUNDAY_MS).site_id;
    report_alone(f, &second, 1, SUNDAY_MS + 1);
    begin(f);
    assert_ok(f, store_postpone_blame(f->store, site_id, SUNDAY_MS + 50, true, &f->error));
    commit(f);
    fixture_reopen(f);
    assert_int_equal(list_jobs(f, SUNDAY_MS + 49, 10, &jobs), 1);
    assert_text_equal(jobs[0].site.path, "b.py");
    assert_int_equal(list_jobs(f, SUNDAY_MS + 50, 10, &jobs), 2);
    assert_int_equal(jobs[1].site_id, site_id);
    assert_int_equal(jobs[1].attempts, 1);
    assert_int_equal(count(f).sites_awaiting_blame, 2);
}

static void the_lines_around_a_site_are_told_with_its_job(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("a.py", 3, "x"), second = make_site("b.py", 4, "y");
    struct blame_job *jobs;
    first.shared_n = 2;
    int64_t site_id = report_alone(f, &first, 1, SUNDAY_MS).site_id;
    report_alone(f, &second, 1, SUNDAY_MS + 1);
    begin(f);
    assert_ok(f, store_keep_context(f->store, site_id, TEXT("a\nb\n"), TEXT("c\n"), &f->error));
    commit(f);
    fixture_reopen(f);
    assert_int_equal(list_jobs(f, SUNDAY_MS + 1, 10, &jobs), 2);
    assert_text_equal(jobs[0].before, "a\nb\n");
    assert_text_equal(jobs[0].after, "c\n");
    assert_int_equal(jobs[0].site.shared_n, 2);
    assert_int_equal(jobs[1].before.len, 0);
    assert_int_equal(jobs[1].after.len, 0);
}

static void a_site_that_was_mapped_late_is_shown_where_it_lies(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("/srv/app/a.py", 3, "x");
    struct blame_job *jobs;
    site.is_mapped = false;
    struct site_row row = report_alone(f, &site, 1, SUNDAY_MS);
    begin(f);
    assert_ok(f, store_map_site(f->store, row.site_id, TEXT("a.py"), &f->error));
    commit(f);
    assert_text_equal(get_error(f, row.error_id).path, "a.py");
    assert_int_equal(list_jobs(f, SUNDAY_MS, 10, &jobs), 1);
    assert_true(jobs[0].site.is_mapped);
    // reports that were judged before still belong to it
    assert_int_equal(report_alone(f, &site, 1, SUNDAY_MS).error_id, row.error_id);
    assert_text_equal(get_error(f, row.error_id).path, "a.py");
}

static void an_answer_gives_the_error_its_line_and_owner(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x");
    struct blame_job *jobs;
    struct site_row row = report_alone(f, &site, 1, SUNDAY_MS);
    begin(f);
    assert_int_equal(settle(f, row.site_id, make_line("c1", 2), "ada@example.com"), row.error_id);
    commit(f);
    fixture_reopen(f);
    struct error_record record = get_error(f, row.error_id);
    assert_text_equal(record.line.commit, "c1");
    assert_text_equal(record.line.path, "origin.py");
    assert_int_equal(record.line.number, 2);
    assert_int_equal(record.ownership.state, OWNER_FOUND);
    assert_text_equal(record.ownership.owner_email, "ada@example.com");
    assert_text_equal(record.ownership.author_name, "Ada Author");
    assert_text_equal(record.ownership.author_email, "ada@laptop");
    assert_text_equal(record.ownership.co_authors, "Bob <bob@example.com>\nEve <eve@example.com>");
    assert_int_equal(record.ownership.changed_at_ms, SUNDAY_MS - 5 * DAY_MS);
    assert_text_equal(record.ownership.commit_subject, "Add the handler");
    assert_int_equal(record.ownership.confidence, CONFIDENCE_HIGH);
    assert_text_equal(record.ownership.reason, "wrote the line");
    assert_int_equal(list_jobs(f, INT64_MAX, 10, &jobs), 0);
    begin(f);
    assert_false(keep_site(f, &site, SUNDAY_MS).awaits_blame);
    commit(f);
}

static void answers_without_a_line_merge_nothing(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("a.py", 3, "x"), second = make_site("a.py", 4, "x");
    struct site_row first_row = report_alone(f, &first, 1, SUNDAY_MS);
    struct site_row second_row = report_alone(f, &second, 1, SUNDAY_MS);
    begin(f);
    int64_t first_id = settle(f, first_row.site_id, (struct line_identity){0}, "d@example.com");
    int64_t second_id = settle(f, second_row.site_id, (struct line_identity){0}, "d@example.com");
    commit(f);
    assert_int_equal(first_id, first_row.error_id);
    assert_int_equal(second_id, second_row.error_id);
    assert_int_equal(count(f).errors, 2);
}

static void a_line_of_another_project_is_another_line(void **state)
{
    struct fixture *f = *state;
    struct project project;
    assert_ok(f, store_keep_project(f->store, 2, TEXT("second"), TEXT(""), &f->arena, &project,
                                    &f->error));
    struct site first = make_site("a.py", 3, "x"), second = first;
    second.project_id = 2;
    begin(f);
    struct site_row first_row = report(f, &first, 1, SUNDAY_MS);
    struct site_row second_row = report(f, &second, 1, SUNDAY_MS);
    settle(f, first_row.site_id, make_line("c1", 1), "ada@example.com");
    assert_int_equal(settle(f, second_row.site_id, make_line("c1", 1), "ada@example.com"),
                     second_row.error_id);
    commit(f);
    assert_int_equal(count(f).errors, 2);
}

static void every_part_of_a_line_makes_it_another(void **state)
{
    struct fixture *f = *state;
    struct line_identity lines[] = {make_line("c1", 1), make_line("c2", 1), make_line("c1", 2),
                                    make_line("c1", 1)};
    lines[3].path = TEXT("Origin.py");
    begin(f);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct site site = make_site("a.py", (int64_t)i, "x");
        settle(f, report(f, &site, 1, SUNDAY_MS).site_id, lines[i], "ada@example.com");
    }
    commit(f);
    assert_int_equal(count(f).errors, 4);
}

// Two sites of one line, each with reports and occurrences, one with a letter, before git has
// answered.
struct pair {
    struct site old, new;
    struct site_row old_row, new_row;
};

static void merge_pair(struct fixture *f, struct pair *p)
{
    p->old = make_site("old.py", 3, "x");
    p->new = make_site("new.py", 9, "x");
    begin(f);
    p->new_row = report(f, &p->new, 2, SUNDAY_MS);
    keep_occurrence(f, p->new_row.error_id, SUNDAY_MS + 1, TEXT("{\"n\":1}"), 50);
    p->old_row = report(f, &p->old, 3, SUNDAY_MS + 2);
    keep_occurrence(f, p->old_row.error_id, SUNDAY_MS + 3, TEXT("{\"n\":2}"), 50);
    report(f, &p->new, 7, SUNDAY_MS + HOUR_MS);
    int64_t error_id = settle(f, p->old_row.site_id, make_line("c1", 1), "ada@example.com");
    assert_int_equal(error_id, p->old_row.error_id);
    struct outbox_letter letter = {.error_id = p->new_row.error_id,
                                   .message_id = TEXT("m1"),
                                   .written_at_ms = SUNDAY_MS + 9,
                                   .state = OUTBOX_SENT};
    assert_ok(f, store_add_letter(f->store, &letter, &f->error));
    error_id = settle(f, p->new_row.site_id, make_line("c1", 1), "eve@example.com");
    assert_int_equal(error_id, p->old_row.error_id);
    commit(f);
    fixture_reopen(f);
}

static void a_second_site_of_a_line_is_merged_into_its_error(void **state)
{
    struct fixture *f = *state;
    struct pair p;
    merge_pair(f, &p);
    struct error_record record = get_error(f, p.old_row.error_id);
    assert_int_equal(record.count, 12);
    assert_int_equal(record.first_seen_at_ms, SUNDAY_MS);
    assert_int_equal(record.last_seen_at_ms, SUNDAY_MS + HOUR_MS);
    assert_text_equal(record.path, "new.py");
    assert_int_equal(record.line_number, 9);
    assert_int_equal(record.letter_at_ms, SUNDAY_MS + 9);
    assert_text_equal(record.ownership.owner_email, "ada@example.com");
    assert_fails(f, ERROR_NOT_FOUND,
                 store_get_error(f->store, p.new_row.error_id, &f->arena, &record, &f->error));
    struct store_counts counts = count(f);
    assert_int_equal(counts.errors, 1);
    assert_int_equal(counts.occurrences, 12);
    assert_int_equal(counts.sites_awaiting_blame, 0);
}

static void what_belonged_to_a_merged_error_belongs_to_the_survivor(void **state)
{
    struct fixture *f = *state;
    struct pair p;
    struct variant *variants;
    struct week_row *rows;
    struct outbox_letter *letters;
    struct error_record found;
    int64_t at_ms[3];
    size_t n;
    merge_pair(f, &p);
    int64_t error_id = p.old_row.error_id;
    assert_ok(f, store_list_week(f->store, 1, SUNDAY_MS, SUNDAY_MS + HOUR_MS, &f->arena, &rows, &n,
                                 &f->error));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].week_count, 5);
    assert_ok(f, store_list_variants(f->store, error_id, &f->arena, &variants, &n, &f->error));
    assert_int_equal(n, 1);
    assert_int_equal(variants[0].count, 12);
    assert_int_equal(list_occurrences(f, error_id, at_ms, 3), 2);
    assert_ok(f, store_list_outbox(f->store, 0, 10, &f->arena, &letters, &n, &f->error));
    assert_int_equal(letters[0].error_id, error_id);
    assert_ok(f, store_find_error(f->store, &p.new, &f->arena, &found, &f->error));
    assert_int_equal(found.id, error_id);
}

static void reports_of_a_merged_site_count_for_the_survivor(void **state)
{
    struct fixture *f = *state;
    struct pair p;
    merge_pair(f, &p);
    struct site_row again = report_alone(f, &p.new, 1, SUNDAY_MS + DAY_MS);
    assert_int_equal(again.error_id, p.old_row.error_id);
    assert_int_equal(again.site_id, p.new_row.site_id);
    assert_false(again.awaits_blame);
    assert_int_equal(get_error(f, p.old_row.error_id).count, 13);
}

static void of_two_letters_the_first_counts_and_the_newest_report_stays(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("first.py", 1, "x"), second = make_site("second.py", 2, "x");
    begin(f);
    struct site_row second_row = report(f, &second, 1, SUNDAY_MS);
    struct site_row first_row = report(f, &first, 1, SUNDAY_MS + 1);
    const int64_t written_at_ms[] = {SUNDAY_MS + 20, SUNDAY_MS + 30};
    for (int i = 0; i < 2; i++) {
        struct outbox_letter letter = {.error_id = i ? first_row.error_id : second_row.error_id,
                                       .message_id = i ? TEXT("m1") : TEXT("m0"),
                                       .written_at_ms = written_at_ms[i]};
        assert_ok(f, store_add_letter(f->store, &letter, &f->error));
    }
    settle(f, first_row.site_id, make_line("c", 1), "ada@example.com");
    settle(f, second_row.site_id, make_line("c", 1), "ada@example.com");
    commit(f);
    struct error_record record = get_error(f, first_row.error_id);
    assert_int_equal(record.letter_at_ms, SUNDAY_MS + 20);
    assert_text_equal(record.path, "first.py");
    assert_int_equal(record.first_seen_at_ms, SUNDAY_MS);
}

static void merged_counts_stop_at_the_largest_number(void **state)
{
    struct fixture *f = *state;
    struct site first = make_site("a.py", 1, "x"), second = make_site("a.py", 2, "x");
    struct week_row *rows;
    size_t n;
    begin(f);
    struct site_row first_row = report(f, &first, INT64_MAX, SUNDAY_MS);
    struct site_row second_row = report(f, &second, INT64_MAX, SUNDAY_MS);
    settle(f, first_row.site_id, make_line("c", 1), "ada@example.com");
    settle(f, second_row.site_id, make_line("c", 1), "ada@example.com");
    commit(f);
    assert_int_equal(get_error(f, first_row.error_id).count, INT64_MAX);
    assert_ok(
        f, store_list_week(f->store, 1, SUNDAY_MS, SUNDAY_MS + 1, &f->arena, &rows, &n, &f->error));
    assert_int_equal(rows[0].week_count, INT64_MAX);
}

static void a_second_answer_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct site site = make_site("a.py", 3, "x"), other = make_site("b.py", 3, "x");
    struct blame_job *jobs;
    struct site_row row = report_alone(f, &site, 1, SUNDAY_MS);
    struct site_row other_row = report_alone(f, &other, 1, SUNDAY_MS);
    begin(f);
    settle(f, other_row.site_id, make_line("c2", 2), "eve@example.com");
    settle(f, row.site_id, make_line("c1", 1), "ada@example.com");
    assert_int_equal(settle(f, row.site_id, make_line("c2", 2), "eve@example.com"), row.error_id);
    assert_ok(f, store_postpone_blame(f->store, row.site_id, SUNDAY_MS, true, &f->error));
    commit(f);
    assert_text_equal(get_error(f, row.error_id).ownership.owner_email, "ada@example.com");
    assert_text_equal(get_error(f, row.error_id).line.commit, "c1");
    assert_int_equal(count(f).errors, 2);
    assert_int_equal(list_jobs(f, INT64_MAX, 10, &jobs), 0);
}

static void an_answer_for_no_site_is_not_found(void **state)
{
    struct fixture *f = *state;
    struct line_identity line = make_line("c1", 1);
    struct ownership ownership = make_ownership("ada@example.com");
    int64_t error_id;
    begin(f);
    assert_fails(f, ERROR_NOT_FOUND,
                 store_settle_site(f->store, 77, &line, &ownership, &error_id, &f->error));
    store_rollback(f->store);
}

// An id in somebody's hands must never come to mean another error.
static void the_id_of_a_merged_error_is_not_given_again(void **state)
{
    struct fixture *f = *state;
    struct site sites[] = {make_site("a.py", 1, "x"), make_site("a.py", 2, "x"),
                           make_site("a.py", 3, "x")};
    begin(f);
    struct site_row kept = report(f, &sites[0], 1, SUNDAY_MS);
    struct site_row merged = report(f, &sites[1], 1, SUNDAY_MS);
    settle(f, kept.site_id, make_line("c", 1), "ada@example.com");
    settle(f, merged.site_id, make_line("c", 1), "ada@example.com");
    commit(f);
    assert_int_not_equal(report_alone(f, &sites[2], 1, SUNDAY_MS).error_id, merged.error_id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(new_sites_wait_in_the_order_they_came),
        contract_test(a_postponed_site_waits_until_its_time),
        contract_test(an_answer_gives_the_error_its_line_and_owner),
        contract_test(answers_without_a_line_merge_nothing),
        contract_test(a_line_of_another_project_is_another_line),
        contract_test(every_part_of_a_line_makes_it_another),
        contract_test(a_second_site_of_a_line_is_merged_into_its_error),
        contract_test(what_belonged_to_a_merged_error_belongs_to_the_survivor),
        contract_test(reports_of_a_merged_site_count_for_the_survivor),
        contract_test(of_two_letters_the_first_counts_and_the_newest_report_stays),
        contract_test(merged_counts_stop_at_the_largest_number),
        contract_test(the_lines_around_a_site_are_told_with_its_job),
        contract_test(a_site_that_was_mapped_late_is_shown_where_it_lies),
        contract_test(a_second_answer_changes_nothing),
        contract_test(an_answer_for_no_site_is_not_found),
        contract_test(the_id_of_a_merged_error_is_not_given_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
