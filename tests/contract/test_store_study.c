// SPDX-License-Identifier: MIT
// What git said around each error's line, and which errors wait for it.
#include "contract.h"

#include "io/store_study.h"

static struct site site_at(const char *revision, int64_t line_number)
{
    struct site site = make_site("shop/cart.py", line_number, "total = price / n");
    site.revision = text_of(revision);
    return site;
}

// An error whose line is known.
static int64_t make_settled(struct fixture *f, const char *revision, int64_t line_number,
                            const char *commit_)
{
    struct site site = site_at(revision, line_number);
    struct site_row row = report_alone(f, &site, 1, SUNDAY_MS);
    begin(f);
    int64_t error_id = settle(f, row.site_id, make_line(commit_, 1), "ada@example.com");
    commit(f);
    return error_id;
}

static struct study_job find_job(struct fixture *f, int64_t now_ms)
{
    struct study_job job;
    assert_ok(f, store_find_study_job(f->store, now_ms, &f->arena, &job, &f->error));
    return job;
}

static void assert_no_job(struct fixture *f, int64_t now_ms)
{
    struct study_job job;
    assert_fails(f, ERROR_NOT_FOUND,
                 store_find_study_job(f->store, now_ms, &f->arena, &job, &f->error));
}

static void keep(struct fixture *f, const struct study_job *job, const char *body)
{
    begin(f);
    assert_ok(f, store_keep_study(f->store, job, text_of(body), &f->error));
    commit(f);
}

static void assert_study(struct fixture *f, int64_t error_id, const char *body, bool is_waiting)
{
    struct kept_study study;
    assert_ok(f, store_get_study(f->store, error_id, &f->arena, &study, &f->error));
    assert_text_equal(study.body, body);
    assert_int_equal(study.is_waiting, is_waiting);
}

static void an_error_with_a_line_is_studied_once(void **state)
{
    struct fixture *f = *state;
    assert_no_job(f, INT64_MAX);
    int64_t error_id = make_settled(f, "v1", 7, "c1");
    assert_study(f, error_id, "", true);
    assert_int_equal(count(f).studies_waiting, 1);
    fixture_reopen(f); // it outlives a restart
    struct study_job job = find_job(f, SUNDAY_MS);
    assert_int_equal(job.error_id, error_id);
    assert_text_equal(job.site.revision, "v1");
    assert_text_equal(job.site.path, "shop/cart.py");
    assert_int_equal(job.site.line_number, 7);
    keep(f, &job, "{\"revision\":\"x\"}");
    assert_no_job(f, INT64_MAX);
    assert_int_equal(count(f).studies_waiting, 0);
    fixture_reopen(f);
    assert_study(f, error_id, "{\"revision\":\"x\"}", false);
}

static void an_error_without_a_line_is_not_studied(void **state)
{
    struct fixture *f = *state;
    int64_t error_id = make_settled(f, "v1", 7, "");
    assert_no_job(f, INT64_MAX);
    assert_study(f, error_id, "", false);
}

static void a_postponed_study_waits_its_time(void **state)
{
    struct fixture *f = *state;
    make_settled(f, "v1", 7, "c1");
    struct study_job job = find_job(f, SUNDAY_MS);
    begin(f);
    assert_ok(f, store_postpone_study(f->store, &job, SUNDAY_MS + 1000, &f->error));
    commit(f);
    assert_no_job(f, SUNDAY_MS + 999);
    assert_int_equal(find_job(f, SUNDAY_MS + 1000).attempts, 1);
}

static void another_site_of_the_line_asks_again_and_the_old_study_stays_until_then(void **state)
{
    struct fixture *f = *state;
    int64_t error_id = make_settled(f, "v1", 7, "c1");
    struct study_job old = find_job(f, SUNDAY_MS);
    keep(f, &old, "old");
    assert_int_equal(make_settled(f, "v2", 9, "c1"), error_id);
    assert_study(f, error_id, "old", true);
    struct study_job job = find_job(f, SUNDAY_MS);
    assert_int_equal(job.error_id, error_id);
    assert_int_equal(job.site.line_number, 9);
    keep(f, &old, "late"); // another site asks by now
    assert_study(f, error_id, "old", true);
    keep(f, &job, "new");
    assert_study(f, error_id, "new", false);
    assert_no_job(f, INT64_MAX);
}

static void releases_that_were_seen_before_an_error_are_told(void **state)
{
    struct fixture *f = *state;
    make_settled(f, "v1", 1, "a");
    make_settled(f, "", 2, "b");
    make_settled(f, "v2", 3, "c");
    make_settled(f, "v1", 4, "d");
    int64_t error_id = make_settled(f, "v3", 5, "e");
    make_settled(f, "v4", 6, "g");
    struct study_job job = {0};
    while (job.error_id != error_id) {
        job = find_job(f, SUNDAY_MS);
        keep(f, &job, "done");
    }
    assert_int_equal(job.earlier_n, 2);
    assert_text_equal(job.earlier[0], "v1");
    assert_text_equal(job.earlier[1], "v2");
    // a release with the error is none without it
    make_settled(f, "v2", 7, "e");
    do
        keep(f, &job, "done"), job = find_job(f, SUNDAY_MS);
    while (job.error_id != error_id);
    assert_int_equal(job.earlier_n, 1);
    assert_text_equal(job.earlier[0], "v1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(an_error_with_a_line_is_studied_once),
        contract_test(an_error_without_a_line_is_not_studied),
        contract_test(a_postponed_study_waits_its_time),
        contract_test(another_site_of_the_line_asks_again_and_the_old_study_stays_until_then),
        contract_test(releases_that_were_seen_before_an_error_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
