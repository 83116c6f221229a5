// SPDX-License-Identifier: MIT
// When the sender tries again, and where; how long a flush takes.
#include "sending.h"

#include "base/clock.h"
#include "client/c/pace.h"

static void every_failure_doubles_the_wait_up_to_a_minute(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    http_server_always(server, HTTP_ANSWER("503", ""));
    sending_to_one(server);
    assert_true(sending_put(1));
    sending_pass(0);
    size_t request_n = 1;
    int64_t delay_ms = FL_BACKOFF_FIRST_MS;
    for (int i = 0; i < 9; i++) {
        assert_int_equal(http_server_requests(server), request_n);
        sending_pass(delay_ms / 2 - 1); // the shortest wait that chance gives
        assert_int_equal(http_server_requests(server), request_n);
        sending_pass(1);
        request_n++;
        delay_ms = delay_ms * 2 < FL_BACKOFF_MAX_MS ? delay_ms * 2 : FL_BACKOFF_MAX_MS;
    }
    assert_int_equal(delay_ms, FL_BACKOFF_MAX_MS);
    http_server_always(server, HTTP_OK);
    assert_true(sending_flush(20 * 1000)); // and a success begins anew
    http_server_answer(server, HTTP_ANSWER("503", ""));
    assert_true(sending_put(2));
    sending_pass(0);
    assert_int_equal(fl_sender_waiting(), 1);
    sending_pass(FL_BACKOFF_FIRST_MS / 2);
    assert_int_equal(fl_sender_waiting(), 0);
    sending_end(&server, 1);
}

static void what_the_server_asks_for_is_waited_for_to_the_millisecond(void **state)
{
    static const struct {
        const char *answer;
        int64_t wait_s;
        bool is_accepted;
    } cases[] = {
        {HTTP_ANSWER("429", "Retry-After: 5\r\n"), 5, false},
        {HTTP_ANSWER("503", "Retry-After: 600\r\n"), 600, false},
        {HTTP_ANSWER("200", "X-Sentry-Rate-Limits: 60:error;security:key\r\n"), 60, true},
        {HTTP_ANSWER("429", "Retry-After: 7\r\nx-sentry-rate-limits: 30::org, 20:error\r\n"), 30,
         false},
        {HTTP_ANSWER("200", "Retry-After: 99999999999\r\n"), FL_ASKED_MAX_S, true},
        {HTTP_ANSWER("200", "X-Sentry-Rate-Limits: 9223372036854775807:error:key\r\n"),
         FL_ASKED_MAX_S, true},
        {HTTP_ANSWER("200", "X-Sentry-Rate-Limits: 60:transaction:key\r\n"), 0, true},
        {HTTP_ANSWER("200", "X-Sentry-Rate-Limits:\r\n"), 0, true},
        {HTTP_ANSWER("200", "Retry-After: soon\r\nX-Sentry-Rate-Limits: -5:error,;;,::\r\n"), 0,
         true},
    };
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    sending_to_one(server);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t before = http_server_requests(server);
        http_server_answer(server, cases[i].answer);
        assert_true(sending_put((int)(2 * i)));
        sending_pass(0);
        if (cases[i].is_accepted)
            assert_true(sending_put((int)(2 * i + 1)));
        if (cases[i].wait_s) {
            sending_pass(cases[i].wait_s * 1000 - 1);
            assert_int_equal(http_server_requests(server), before + 1);
            sending_pass(1);
        } else {
            sending_pass(0);
        }
        assert_int_equal(http_server_requests(server), before + 2);
        assert_int_equal(fl_sender_waiting(), 0);
    }
    sending_end(&server, 1);
}

// ---- several servers

static void what_one_server_does_not_take_another_gets_at_once(void **state)
{
    struct http_server *servers[] = {http_server_start(), http_server_start()};
    (void)state;
    sending_freeze();
    http_server_always(servers[0], HTTP_ANSWER("503", ""));
    sending_to(servers, 2, 10 * 1000, NULL);
    assert_true(sending_put(1));
    assert_true(sending_put(2));
    sending_pass(0);
    sending_assert_arrived(servers[0], 1);
    sending_assert_arrived(servers[1], 1, 2);
    sending_pass(FL_BACKOFF_FIRST_MS / 2);
    assert_true(sending_put(3));
    sending_pass(0);
    sending_assert_arrived(servers[0], 1, 3); // it has its chance again
    sending_assert_arrived(servers[1], 1, 2, 3);
    assert_int_equal(fl_sender_counts().retried, 2);
    sending_end(servers, 2);
}

static void with_all_servers_gone_the_first_to_come_back_gets_it_all_in_order(void **state)
{
    struct http_server *servers[] = {http_server_new(), http_server_new(), http_server_new()};
    (void)state;
    sending_freeze();
    sending_to(servers, 3, 10 * 1000, NULL);
    for (int i = 1; i <= 3; i++)
        assert_true(sending_put(i));
    sending_pass(0);
    assert_int_equal(fl_sender_counts().retried, 3); // each server once
    assert_int_equal(fl_sender_trouble(), FL_UNREACHABLE);
    http_server_open(servers[2]);
    sending_pass(FL_BACKOFF_FIRST_MS / 2);
    sending_pass(0);
    sending_assert_arrived(servers[2], 1, 2, 3);
    assert_int_equal(fl_sender_trouble(), FL_WELL);
    sending_end(servers, 3);
}

static void who_asks_for_patience_is_passed_over_also_in_a_hurry(void **state)
{
    struct http_server *servers[] = {http_server_start(), http_server_start()};
    (void)state;
    sending_freeze();
    http_server_answer(servers[0], HTTP_ANSWER("429", "Retry-After: 60\r\n"));
    sending_to(servers, 2, 10 * 1000, NULL);
    for (int i = 1; i <= 3; i++) {
        assert_true(sending_put(i));
        assert_true(sending_flush(10 * 1000));
    }
    sending_assert_arrived(servers[0], 1);
    sending_assert_arrived(servers[1], 1, 2, 3);
    sending_end(servers, 2);
}

static void other_servers_get_what_waited_for_the_ones_before(void **state)
{
    struct http_server *servers[] = {http_server_start(), http_server_start()};
    (void)state;
    sending_freeze();
    http_server_answer(servers[0], HTTP_ANSWER("429", "Retry-After: 3600\r\n"));
    sending_to(servers, 1, 10 * 1000, NULL);
    assert_true(sending_put(1));
    sending_pass(0);
    assert_int_equal(fl_sender_trouble(), FL_REFUSING);
    sending_to(servers + 1, 1, 10 * 1000, NULL);
    assert_int_equal(fl_sender_trouble(), FL_WELL);
    assert_true(sending_flush(10 * 1000));
    sending_assert_arrived(servers[1], 1);
    sending_end(servers, 2);
}

// ---- flush; here real time passes where it says so

static void a_flush_tries_once_more_where_only_we_guess(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    http_server_answer(server, HTTP_ANSWER("503", ""));
    sending_to_one(server);
    assert_true(sending_put(1));
    sending_pass(0);
    assert_int_equal(fl_sender_waiting(), 1);
    assert_true(sending_flush(20 * 1000));
    sending_assert_arrived(server, 1, 1);
    sending_end(&server, 1);
}

static void a_flush_that_would_be_in_vain_does_not_wait(void **state)
{
    struct http_server *server = http_server_start();
    int64_t began_ms = clock_mono_ms(&clock_system);
    (void)state;
    http_server_answer(server, HTTP_ANSWER("429", "Retry-After: 3600\r\n"));
    sending_to_one(server);
    assert_true(sending_put(1));
    assert_false(sending_flush(600 * 1000));
    assert_false(sending_flush(600 * 1000));
    assert_true(clock_mono_ms(&clock_system) - began_ms < 60 * 1000);
    sending_assert_arrived(server, 1);
    sending_end(&server, 1);
}

static void a_flush_keeps_its_deadline_when_the_server_hangs(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    http_server_answer(server, http_later);
    sending_to_one(server);
    assert_true(sending_put(1));
    assert_true(http_server_wait(server, 1));
    int64_t began_ms = clock_mono_ms(&clock_system);
    assert_false(sending_flush(50));
    int64_t took_ms = clock_mono_ms(&clock_system) - began_ms;
    assert_in_range(took_ms, 50, 10 * 1000);
    assert_false(sending_flush(-5)); // which is over already
    http_server_let_go(server);
    assert_true(sending_flush(10 * 1000));
    assert_int_equal(fl_sender_counts().sent, 1);
    sending_end(&server, 1);
}

static void a_flush_of_nothing_is_done_and_starts_no_thread(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_to_one(server);
    assert_true(sending_flush(600 * 1000));
    assert_int_equal(http_server_connections(server), 0);
    sending_end(&server, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_doubles_the_wait_up_to_a_minute),
        cmocka_unit_test(what_the_server_asks_for_is_waited_for_to_the_millisecond),
        cmocka_unit_test(what_one_server_does_not_take_another_gets_at_once),
        cmocka_unit_test(with_all_servers_gone_the_first_to_come_back_gets_it_all_in_order),
        cmocka_unit_test(who_asks_for_patience_is_passed_over_also_in_a_hurry),
        cmocka_unit_test(other_servers_get_what_waited_for_the_ones_before),
        cmocka_unit_test(a_flush_tries_once_more_where_only_we_guess),
        cmocka_unit_test(a_flush_that_would_be_in_vain_does_not_wait),
        cmocka_unit_test(a_flush_keeps_its_deadline_when_the_server_hangs),
        cmocka_unit_test(a_flush_of_nothing_is_done_and_starts_no_thread),
    };
    return sending_run(tests, sizeof tests / sizeof *tests);
}
