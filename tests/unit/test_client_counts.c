// SPDX-License-Identifier: MIT
// Occurrences that happen are occurrences that a server hears of, whatever becomes of reports.
#include "sending.h"

#include <pthread.h>

#include "client/c/client.h"

static void report_to(struct http_server *server)
{
    struct fl_servers servers = {0};
    struct error error;
    assert_true(fl_servers_add(&servers, text_of(http_server_address(server)), TEXT(""), &error));
    fl_client_configure(&servers, 60 * 1000);
}

static void happen(uint64_t error, int n)
{
    struct fl_ticket ticket;
    for (int i = 0; i < n; i++) {
        if (!fl_client_begin(error, &ticket))
            continue;
        struct buffer members = {0};
        buffer_add_string(&members, "\"platform\":\"c\"");
        fl_client_end(&ticket, &members, 0);
    }
}

static uint64_t count_told(struct http_server *server)
{
    static const struct text name = {"\"error_count\":", 14};
    uint64_t told = 0;
    for (size_t i = 0; i < http_server_requests(server); i++) {
        const char *at = strstr(http_server_body(server, i).at, name.at);
        assert_non_null(at);
        told += strtoull(at + name.len, NULL, 10);
    }
    return told;
}

static uint64_t count_forgotten(void)
{
    return fl_client_counts().reports.lost.n[FL_LOST_FORGOTTEN];
}

static void a_full_queue_costs_reports_and_no_occurrence(void **state)
{
    enum { ERROR_N = 900, EACH_N = 30 };
    struct http_server *server = http_server_start();
    (void)state;
    http_server_answer(server, http_later);
    report_to(server);
    happen(1, 1);
    assert_true(http_server_wait(server, 1));
    for (uint64_t error = 1; error <= ERROR_N; error++) // more than are remembered
        happen(error, EACH_N);
    assert_true(fl_client_counts().reports.lost.n[FL_LOST_QUEUE_FULL] > ERROR_N);
    assert_int_equal(fl_client_counts().waiting, FL_QUEUE_MAX + 1);
    http_server_let_go(server);
    assert_true(fl_client_flush(20 * 1000));
    for (uint64_t error = ERROR_N - FL_THROTTLE_ERROR_MAX + 1; error <= ERROR_N; error++)
        happen(error, 1); // which carry what could not be
    assert_true(fl_client_flush(20 * 1000));
    assert_true(count_forgotten() > 0);
    assert_int_equal(fl_client_counts().occurrences, 1 + ERROR_N * EACH_N + FL_THROTTLE_ERROR_MAX);
    assert_int_equal(count_told(server) + count_forgotten(), fl_client_counts().occurrences);
    assert_true(fl_client_shutdown(20 * 1000));
    sending_end(&server, 1);
}

enum { THREAD_N = 6, ERROR_N = 5, TIMES = 400 };

static void *fail_often(void *context)
{
    for (int i = 0; i < TIMES; i++) {
        happen((uint64_t)i % ERROR_N, 1);
        if (i % 100 == 0)
            fl_client_flush(1);
    }
    return context;
}

static void what_many_threads_report_is_counted_exactly(void **state)
{
    struct http_server *server = http_server_start();
    pthread_t threads[THREAD_N];
    (void)state;
    report_to(server);
    for (int i = 0; i < THREAD_N; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, fail_often, NULL), 0);
    for (int i = 0; i < THREAD_N; i++)
        pthread_join(threads[i], NULL);
    assert_true(fl_client_flush(20 * 1000));
    assert_int_equal(count_told(server), THREAD_N * TIMES);
    assert_int_equal(count_forgotten(), 0);
    assert_true(fl_client_shutdown(20 * 1000));
    sending_end(&server, 1);
}

static void what_is_held_back_goes_out_at_the_end_and_later_reports_are_counted(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    report_to(server);
    happen(1, 14);
    assert_true(fl_client_shutdown(20 * 1000));
    assert_int_equal(http_server_requests(server), 11);
    assert_int_equal(count_told(server), 14);
    happen(2, 3);
    assert_true(fl_client_shutdown(0));
    assert_int_equal(fl_client_counts().occurrences, 17);
    assert_int_equal(fl_client_counts().reports.lost.n[FL_LOST_AT_EXIT], 3);
    sending_end(&server, 1);
}

static void without_a_server_nothing_is_captured(void **state)
{
    struct fl_servers none = {0};
    struct fl_ticket ticket;
    (void)state;
    fl_client_configure(&none, 1000);
    assert_false(fl_client_is_on());
    assert_false(fl_client_begin(1, &ticket));
    assert_true(fl_client_flush(20 * 1000));
    assert_int_equal(fl_client_counts().occurrences, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue_costs_reports_and_no_occurrence),
        cmocka_unit_test(what_many_threads_report_is_counted_exactly),
        cmocka_unit_test(what_is_held_back_goes_out_at_the_end_and_later_reports_are_counted),
        cmocka_unit_test(without_a_server_nothing_is_captured),
    };
    return sending_run(tests, sizeof tests / sizeof *tests);
}
