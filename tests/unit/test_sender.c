// SPDX-License-Identifier: MIT
// The sender's queue, and what the server's answers do to it.
#include "sending.h"

#include "client/c/pace.h"

static size_t bodies_with(struct http_server *server, const char *words)
{
    size_t n = 0;
    for (size_t i = 0; i < http_server_requests(server); i++)
        n += text_contains(http_server_body(server, i), text_of(words));
    return n;
}

// ---- the queue

static void reports_arrive_in_the_order_they_came_over_one_connection(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_to_one(server);
    for (int i = 0; i < 50; i++)
        assert_true(sending_put(i));
    assert_true(sending_flush(10 * 1000));
    assert_int_equal(http_server_requests(server), 50);
    for (int i = 0; i < 50; i++)
        assert_int_equal(sending_number(server, (size_t)i), i);
    assert_int_equal(http_server_connections(server), 1);
    assert_int_equal(fl_sender_counts().sent, 50);
    assert_int_equal(fl_sender_counts().retried, 0);
    assert_int_equal(fl_sender_waiting(), 0);
    assert_int_equal(fl_sender_trouble(), FL_WELL);
    sending_end(&server, 1);
}

static void a_thousand_reports_wait_and_the_server_is_told_of_those_beyond(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    http_server_answer(server, http_later);
    sending_to_one(server);
    assert_true(sending_put(0));
    assert_true(http_server_wait(server, 1));
    for (int i = 1; i <= FL_QUEUE_MAX; i++)
        assert_true(sending_put(i));
    for (int i = 0; i < 5; i++)
        assert_false(sending_put(5000 + i));
    assert_int_equal(sending_lost(FL_LOST_QUEUE_FULL), 5);
    assert_int_equal(fl_sender_waiting(), FL_QUEUE_MAX + 1);
    http_server_let_go(server);
    assert_true(sending_flush(20 * 1000));
    assert_int_equal(http_server_requests(server), FL_QUEUE_MAX + 1);
    for (int i = 0; i <= FL_QUEUE_MAX; i++)
        assert_int_equal(sending_number(server, (size_t)i), i);
    assert_int_equal(bodies_with(server, "client_report"), 1);
    assert_true(text_contains(
        http_server_body(server, 1),
        TEXT("[{\"reason\":\"queue_overflow\",\"category\":\"error\",\"quantity\":5}]")));
    assert_int_equal(fl_sender_counts().sent, FL_QUEUE_MAX + 1);
    sending_end(&server, 1);
}

static void sixteen_mebibytes_of_reports_wait(void **state)
{
    enum { BIG = 1000 * 1000, FIT_N = FL_QUEUE_BYTES_MAX / BIG };
    struct http_server *server = http_server_start();
    (void)state;
    http_server_answer(server, http_later);
    sending_to_one(server);
    assert_true(sending_put(0));
    assert_true(http_server_wait(server, 1));
    for (int i = 0; i < FIT_N; i++)
        assert_true(fl_sender_put(sending_report(i, BIG)));
    assert_false(fl_sender_put(sending_report(FIT_N, BIG)));
    assert_true(sending_put(1)); // a small one still fits
    assert_int_equal(sending_lost(FL_LOST_QUEUE_FULL), 1);
    fl_sender_stop(sending_now_ms() + 10 * 1000);
    assert_int_equal(sending_lost(FL_LOST_AT_EXIT), FIT_N + 2);
    sending_end(&server, 1);
}

static void what_is_due_is_sent_unasked(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    sending_to_one(server);
    sending_due(7, sending_now_ms() + 600 * 1000);
    sending_pass(600 * 1000 - 1);
    assert_int_equal(http_server_requests(server), 0);
    sending_pass(1);
    sending_assert_arrived(server, 7);
    sending_end(&server, 1);
}

static void without_a_server_reports_wait_for_one(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_to(NULL, 0, 1000, NULL);
    assert_true(sending_put(1));
    assert_false(sending_flush(600 * 1000)); // at once
    assert_int_equal(fl_sender_waiting(), 1);
    sending_to_one(server);
    assert_true(sending_flush(10 * 1000));
    sending_assert_arrived(server, 1);
    sending_end(&server, 1);
}

// ---- answers

static void a_refusal_is_final_and_those_who_do_not_know_us_are_left_in_peace(void **state)
{
    static const struct {
        const char *answer;
        enum fl_trouble trouble;
        bool is_about_the_report; // then the next one may go at once
    } cases[] = {
        {HTTP_ANSWER("400", ""), FL_REFUSING, true},
        {HTTP_ANSWER("413", ""), FL_REFUSING, true},
        {HTTP_ANSWER("401", ""), FL_WRONG_KEY, false},
        {HTTP_ANSWER("403", ""), FL_WRONG_KEY, false},
        {HTTP_ANSWER("404", ""), FL_REFUSING, false},
        {HTTP_ANSWER("301", "Location: /elsewhere\r\n"), FL_REFUSING, false},
    };
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    sending_to_one(server);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t before = http_server_requests(server);
        http_server_answer(server, cases[i].answer);
        assert_true(sending_put((int)i));
        sending_pass(0);
        assert_int_equal(sending_lost(FL_LOST_REFUSED), i + 1);
        assert_int_equal(fl_sender_waiting(), 0);
        assert_int_equal(fl_sender_trouble(), cases[i].trouble);
        assert_true(sending_put(100 + (int)i));
        sending_pass(0);
        assert_int_equal(http_server_requests(server) - before, 1 + cases[i].is_about_the_report);
        sending_pass(FL_BACKOFF_FIRST_MS / 2);
        assert_int_equal(http_server_requests(server) - before, 2);
        assert_int_equal(sending_number(server, before + 1), 100 + i);
        assert_int_equal(fl_sender_trouble(), FL_WELL);
    }
    assert_int_equal(fl_sender_counts().retried, 0);
    sending_end(&server, 1);
}

static void not_now_is_not_never(void **state)
{
    static const char *const answers[] = {
        HTTP_ANSWER("408", ""), HTTP_ANSWER("425", ""), HTTP_ANSWER("429", ""),
        HTTP_ANSWER("502", ""), HTTP_ANSWER("503", ""), HTTP_ANSWER("504", ""),
    };
    const size_t n = sizeof answers / sizeof *answers;
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    sending_to_one(server);
    for (size_t i = 0; i < n; i++) {
        for (int times = 0; times < FL_REFUSED_MAX + 1; times++)
            http_server_answer(server, answers[i]);
        assert_true(sending_put((int)i));
        for (int times = 0; times < FL_REFUSED_MAX + 2; times++)
            sending_pass(100 * 1000);
        assert_int_equal(fl_sender_counts().sent, i + 1);
    }
    assert_int_equal(fl_sender_counts().retried, n * (FL_REFUSED_MAX + 1));
    assert_int_equal(sending_lost(FL_LOST_REFUSED), 0);
    sending_end(&server, 1);
}

static void a_report_that_the_server_stumbles_over_three_times_makes_way(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    for (int i = 0; i < FL_REFUSED_MAX; i++)
        http_server_answer(server, HTTP_ANSWER("500", ""));
    sending_to_one(server);
    assert_true(sending_put(1));
    assert_true(sending_put(2));
    for (int i = 0; i < FL_REFUSED_MAX + 1; i++)
        sending_pass(100 * 1000);
    sending_assert_arrived(server, 1, 1, 1, 2);
    assert_int_equal(fl_sender_counts().retried, FL_REFUSED_MAX - 1);
    assert_int_equal(sending_lost(FL_LOST_REFUSED), 1);
    assert_int_equal(fl_sender_counts().sent, 1);
    assert_int_equal(fl_sender_waiting(), 0);
    sending_end(&server, 1);
}

static void answers_that_break_off_are_none(void **state)
{
    static const char *const answers[] = {
        http_close,
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        "HTTP/1.1 200 OK\r\nContent-",
        "",
        "SSH-2.0-server\r\n\r\n",
    };
    const size_t n = sizeof answers / sizeof *answers;
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    sending_to(&server, 1, 100, NULL);
    for (size_t i = 0; i < n; i++) {
        http_server_answer(server, answers[i]);
        assert_true(sending_put((int)i));
        sending_pass(0);
        assert_int_equal(fl_sender_counts().retried, i + 1);
        assert_int_equal(fl_sender_trouble(), FL_UNREACHABLE);
        assert_true(sending_flush(10 * 1000)); // tries once more, with the same id
        assert_int_equal(http_server_requests(server), 2 * i + 2);
        assert_int_equal(sending_number(server, 2 * i + 1), i);
    }
    assert_int_equal(fl_sender_counts().sent, n);
    sending_end(&server, 1);
}

// ---- what was lost

static void a_server_is_told_of_a_loss_until_it_has_heard_it_once(void **state)
{
    static const char lost[] =
        "[{\"reason\":\"send_error\",\"category\":\"error\",\"quantity\":1}]";
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    http_server_answer(server, HTTP_ANSWER("413", ""));
    http_server_answer(server, HTTP_ANSWER("503", ""));
    sending_to_one(server);
    for (int i = 1; i <= 3; i++)
        assert_true(sending_put(i));
    for (int i = 0; i < 4; i++)
        sending_pass(100 * 1000);
    sending_assert_arrived(server, 1, 2, 2, 3);
    assert_true(text_contains(http_server_body(server, 1), text_of(lost)));
    assert_true(text_contains(http_server_body(server, 2), text_of(lost)));
    assert_int_equal(bodies_with(server, "client_report"), 2);
    sending_end(&server, 1);
}

static void forgotten_occurrences_are_told_once(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_forget(7);
    sending_to_one(server);
    assert_true(sending_put(1));
    assert_true(sending_flush(10 * 1000));
    assert_true(sending_put(2));
    assert_true(sending_flush(10 * 1000));
    sending_forget(9);
    assert_true(sending_put(3));
    assert_true(sending_flush(10 * 1000));
    assert_true(text_contains(http_server_body(server, 0), TEXT("throttle_forgot")));
    assert_true(text_contains(http_server_body(server, 0), TEXT("\"quantity\":7}")));
    assert_false(text_contains(http_server_body(server, 1), TEXT("client_report")));
    assert_true(text_contains(http_server_body(server, 2), TEXT("\"quantity\":2}")));
    sending_end(&server, 1);
}

static void after_an_hour_a_report_is_too_old(void **state)
{
    struct http_server *server = http_server_new(); // nobody listens there
    (void)state;
    sending_freeze();
    sending_to_one(server);
    assert_true(sending_put(1));
    sending_pass(FL_REPORT_AGE_MAX_MS);
    assert_int_equal(fl_sender_waiting(), 1);
    assert_int_equal(fl_sender_trouble(), FL_UNREACHABLE);
    sending_pass(1);
    assert_int_equal(fl_sender_waiting(), 0);
    assert_int_equal(sending_lost(FL_LOST_TOO_OLD), 1);
    http_server_open(server);
    assert_true(sending_put(2));
    assert_true(sending_flush(10 * 1000));
    sending_assert_arrived(server, 2);
    assert_int_equal(bodies_with(server, "\"reason\":\"network_error\""), 1);
    sending_end(&server, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_arrive_in_the_order_they_came_over_one_connection),
        cmocka_unit_test(a_thousand_reports_wait_and_the_server_is_told_of_those_beyond),
        cmocka_unit_test(sixteen_mebibytes_of_reports_wait),
        cmocka_unit_test(what_is_due_is_sent_unasked),
        cmocka_unit_test(without_a_server_reports_wait_for_one),
        cmocka_unit_test(a_refusal_is_final_and_those_who_do_not_know_us_are_left_in_peace),
        cmocka_unit_test(not_now_is_not_never),
        cmocka_unit_test(a_report_that_the_server_stumbles_over_three_times_makes_way),
        cmocka_unit_test(answers_that_break_off_are_none),
        cmocka_unit_test(a_server_is_told_of_a_loss_until_it_has_heard_it_once),
        cmocka_unit_test(forgotten_occurrences_are_told_once),
        cmocka_unit_test(after_an_hour_a_report_is_too_old),
    };
    return sending_run(tests, sizeof tests / sizeof *tests);
}
