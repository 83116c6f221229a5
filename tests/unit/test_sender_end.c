// SPDX-License-Identifier: MIT
// The sender among many threads, over a fork, and at the end of the process.
#include "sending.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

// ---- threads

enum { THREAD_N = 8, EACH_N = 50 };

static _Atomic bool is_over;

static void *put_many(void *context)
{
    int first = *(const int *)context;
    for (int i = 0; i < EACH_N; i++)
        sending_put(first + i);
    return NULL;
}

// All the rest that a program may do meanwhile.
static void *meddle(void *context)
{
    while (!is_over) {
        sending_to_one(context);
        sending_flush(1);
        fl_sender_nudge();
        fl_sender_counts();
        fl_sender_trouble();
        fl_sender_waiting();
    }
    return NULL;
}

static void what_many_threads_hand_in_arrives_once_and_in_each_ones_order(void **state)
{
    struct http_server *server = http_server_start();
    pthread_t threads[THREAD_N], meddlers[2];
    int first[THREAD_N], next[THREAD_N];
    (void)state;
    sending_to_one(server);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&meddlers[i], NULL, meddle, server), 0);
    for (int i = 0; i < THREAD_N; i++) {
        first[i] = next[i] = i * EACH_N;
        assert_int_equal(pthread_create(&threads[i], NULL, put_many, &first[i]), 0);
    }
    for (int i = 0; i < THREAD_N; i++)
        pthread_join(threads[i], NULL);
    is_over = true;
    for (int i = 0; i < 2; i++)
        pthread_join(meddlers[i], NULL);
    assert_true(sending_flush(20 * 1000));
    assert_int_equal(http_server_requests(server), THREAD_N * EACH_N);
    for (size_t i = 0; i < THREAD_N * EACH_N; i++) {
        int number = sending_number(server, i);
        assert_int_equal(number, next[number / EACH_N]++);
    }
    assert_int_equal(fl_sender_counts().sent, THREAD_N * EACH_N);
    sending_end(&server, 1);
}

// ---- fork

static void watch_forks(void)
{
#if defined(__SANITIZE_THREAD__)
    skip(); // it knows no threads of a child whose parent had some
#endif
    assert_int_equal(pthread_atfork(fl_sender_before_fork, fl_sender_after_fork_in_parent,
                                    fl_sender_after_fork_in_child),
                     0);
}

static void assert_child_ends_well(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

// In the child nothing may be asserted: cmocka would go on there. 0 when all is well.
static int report_in_child(int number)
{
    struct fl_sent_counts none = {0}, counts = fl_sender_counts();
    bool is_fresh = fl_sender_waiting() == 0 && memcmp(&counts, &none, sizeof none) == 0;
    bool is_sent = sending_put(number) && sending_flush(20 * 1000);
    counts = fl_sender_counts();
    fl_sender_stop(sending_now_ms() + 20 * 1000);
    return is_fresh && is_sent && counts.sent == 1 ? 0 : 1;
}

static void a_child_begins_anew_and_the_parent_keeps_what_waits(void **state)
{
    (void)state;
    watch_forks();
    struct http_server *server = http_server_start();
    http_server_answer(server, http_later);
    sending_to_one(server);
    for (int i = 1; i <= 3; i++)
        assert_true(sending_put(i));
    assert_true(http_server_wait(server, 1)); // one is on its way, two wait
    pid_t child = fork();
    if (child == 0)
        _exit(report_in_child(100));
    assert_child_ends_well(child);
    assert_int_equal(fl_sender_waiting(), 3);
    http_server_let_go(server);
    assert_true(sending_flush(20 * 1000));
    sending_assert_arrived(server, 1, 100, 2, 3);
    assert_int_equal(fl_sender_counts().sent, 3);
    sending_end(&server, 1);
}

static void a_child_reports_also_when_its_parent_has_stopped(void **state)
{
    (void)state;
    watch_forks();
    struct http_server *server = http_server_start();
    sending_to_one(server);
    assert_true(sending_put(1));
    assert_true(sending_flush(20 * 1000));
    fl_sender_stop(sending_now_ms() + 20 * 1000);
    pid_t child = fork();
    if (child == 0)
        _exit(sending_put(2) && sending_flush(20 * 1000) ? 0 : 1);
    assert_child_ends_well(child);
    assert_false(sending_put(3));
    sending_assert_arrived(server, 1, 2);
    assert_int_equal(sending_lost(FL_LOST_AT_EXIT), 1);
    sending_end(&server, 1);
}

// ---- the end

static void a_stuck_server_does_not_hold_up_the_end(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    http_server_answer(server, http_later);
    sending_to_one(server);
    for (int i = 1; i <= 3; i++)
        assert_true(sending_put(i));
    assert_true(http_server_wait(server, 1));
    int64_t began_ms = sending_now_ms();
    fl_sender_stop(began_ms + 50 * 1000); // no longer than the thread needs to let go
    assert_true(sending_now_ms() - began_ms < 25 * 1000);
    assert_int_equal(sending_lost(FL_LOST_AT_EXIT), 3);
    assert_int_equal(fl_sender_waiting(), 0);
    assert_false(sending_put(4));
    assert_int_equal(sending_lost(FL_LOST_AT_EXIT), 4);
    assert_true(sending_flush(20 * 1000));
    sending_assert_arrived(server, 1);
    sending_end(&server, 1);
}

static void who_cannot_wait_for_the_thread_may_stop_once_more(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    http_server_answer(server, http_later);
    sending_to_one(server);
    assert_true(sending_put(1));
    assert_true(http_server_wait(server, 1));
    fl_sender_stop(sending_now_ms() - 1);
    fl_sender_stop(sending_now_ms() + 20 * 1000);
    assert_int_equal(sending_lost(FL_LOST_AT_EXIT), 1);
    fl_sender_stop(sending_now_ms() + 20 * 1000);
    sending_end(&server, 1);
}

static void a_stop_before_the_first_report_is_nothing(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_to_one(server);
    fl_sender_stop(sending_now_ms() + 20 * 1000);
    assert_false(sending_put(1));
    fl_sender_nudge();
    assert_int_equal(http_server_connections(server), 0);
    assert_int_equal(sending_lost(FL_LOST_AT_EXIT), 1);
    sending_end(&server, 1);
}

static void *stop(void *barrier)
{
    pthread_barrier_wait(barrier);
    fl_sender_stop(sending_now_ms() + 20 * 1000);
    return NULL;
}

static void several_threads_may_stop_at_once(void **state)
{
    enum { STOPPER_N = 4 };
    struct http_server *server = http_server_start();
    pthread_barrier_t barrier;
    pthread_t threads[STOPPER_N];
    (void)state;
    http_server_answer(server, http_later);
    sending_to_one(server);
    assert_true(sending_put(1));
    assert_true(http_server_wait(server, 1));
    pthread_barrier_init(&barrier, NULL, STOPPER_N);
    for (int i = 0; i < STOPPER_N; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, stop, &barrier), 0);
    for (int i = 0; i < STOPPER_N; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
    assert_int_equal(sending_lost(FL_LOST_AT_EXIT), 1);
    sending_end(&server, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_many_threads_hand_in_arrives_once_and_in_each_ones_order),
        cmocka_unit_test(a_child_begins_anew_and_the_parent_keeps_what_waits),
        cmocka_unit_test(a_child_reports_also_when_its_parent_has_stopped),
        cmocka_unit_test(a_stuck_server_does_not_hold_up_the_end),
        cmocka_unit_test(who_cannot_wait_for_the_thread_may_stop_once_more),
        cmocka_unit_test(a_stop_before_the_first_report_is_nothing),
        cmocka_unit_test(several_threads_may_stop_at_once),
    };
    return sending_run(tests, sizeof tests / sizeof *tests);
}
