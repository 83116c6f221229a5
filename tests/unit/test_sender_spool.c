// SPDX-License-Identifier: MIT
// The sender with a directory that keeps what it cannot send.
#include "sending.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "client/c/pace.h"
#include "client/c/spool.h"
#include "folder.h"

static char directory[64];

static void send_to(struct http_server *server)
{
    sending_to(&server, 1, 60 * 1000, directory);
}

// As an earlier process would have left it.
static void leave(int number)
{
    struct fl_spool spool = {.directory = directory};
    struct fl_report *r = sending_report(number, 0);
    struct buffer envelope = {0};
    fl_report_seal(r, &(struct fl_lost){{0}}, &envelope);
    assert_true(fl_spool_put(&spool, r->event_id, buffer_text(&envelope)));
    buffer_release(&envelope);
    fl_report_free(r);
}

static void what_cannot_be_sent_is_kept_and_sent_as_soon_as_a_server_is_ready(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    http_server_answer(server, HTTP_OK);
    http_server_answer(server, HTTP_ANSWER("503", ""));
    send_to(server);
    assert_true(sending_put(1));
    sending_pass(0);
    assert_true(sending_put(2));
    sending_pass(0);
    assert_int_equal(folder_count(directory), 1);
    assert_int_equal(fl_sender_counts().spooled, 1);
    assert_int_equal(fl_sender_waiting(), 0);
    sending_pass(FL_BACKOFF_FIRST_MS / 2 - 1);
    assert_int_equal(http_server_requests(server), 2);
    sending_pass(1);
    sending_assert_arrived(server, 1, 2, 2);
    assert_int_equal(folder_count(directory), 0);
    assert_int_equal(fl_sender_counts().sent, 2);
    sending_end(&server, 1);
}

static void another_server_is_tried_before_the_spool(void **state)
{
    struct http_server *servers[] = {http_server_start(), http_server_start()};
    (void)state;
    sending_freeze();
    http_server_always(servers[0], HTTP_ANSWER("503", ""));
    sending_to(servers, 2, 60 * 1000, directory);
    assert_true(sending_put(1));
    sending_pass(0);
    sending_assert_arrived(servers[1], 1);
    assert_int_equal(fl_sender_counts().spooled, 0);
    assert_int_equal(fl_sender_counts().retried, 1);
    http_server_always(servers[1], HTTP_ANSWER("503", ""));
    sending_pass(FL_BACKOFF_FIRST_MS / 2);
    assert_true(sending_put(2));
    sending_pass(0);
    sending_assert_arrived(servers[0], 1, 2);
    sending_assert_arrived(servers[1], 1, 2);
    assert_int_equal(fl_sender_counts().spooled, 1); // now that nobody takes it
    assert_int_equal(folder_count(directory), 1);
    sending_end(servers, 2);
}

static void a_spool_that_vanished_leaves_reports_in_the_queue(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    http_server_answer(server, HTTP_ANSWER("503", ""));
    send_to(server);
    folder_remove(directory);
    assert_true(sending_put(1));
    sending_pass(0);
    assert_int_equal(fl_sender_waiting(), 1);
    assert_int_equal(fl_sender_counts().spooled, 0);
    sending_pass(FL_BACKOFF_FIRST_MS / 2);
    sending_assert_arrived(server, 1, 1);
    sending_end(&server, 1);
}

static void a_full_spool_leaves_reports_in_the_queue(void **state)
{
    struct http_server *server = http_server_start();
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/%032d.envelope", directory, 9);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fseek(file, FL_SPOOL_BYTES_MAX - 1, SEEK_SET), 0);
    assert_int_equal(fputc('x', file), 'x');
    fclose(file);
    sending_freeze();
    http_server_answer(server, HTTP_ANSWER("503", ""));
    send_to(server);
    assert_true(sending_put(1));
    sending_pass(0);
    assert_int_equal(fl_sender_waiting(), 1);
    assert_int_equal(folder_count(directory), 1);
    assert_true(sending_flush(20 * 1000));
    sending_assert_arrived(server, 1, 1);
    sending_end(&server, 1);
}

static void without_file_descriptors_nothing_is_lost(void **state)
{
    struct http_server *server = http_server_new();
    struct rlimit before;
    (void)state;
    sending_freeze();
    send_to(server);
    assert_true(sending_put(1));
    sending_pass(0); // nobody listens, so it is kept
    http_server_open(server);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit none = {.rlim_cur = 3, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_true(sending_put(2));
    sending_pass(100 * 1000);
    size_t waiting_n = fl_sender_waiting();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(waiting_n, 1);
    assert_int_equal(folder_count(directory), 1);
    sending_pass(100 * 1000);
    assert_int_equal(http_server_requests(server), 2);
    assert_int_equal(folder_count(directory), 0);
    assert_int_equal(fl_sender_counts().sent, 2);
    sending_end(&server, 1);
}

// ---- what an earlier process left

static void what_was_left_is_sent_without_a_new_report(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    leave(7);
    send_to(server);
    sending_pass(0);
    sending_assert_arrived(server, 7);
    assert_int_equal(folder_count(directory), 0);
    leave(8); // by a process beside us
    sending_pass(FL_SPOOL_LOOK_MS - 1);
    assert_int_equal(http_server_requests(server), 1);
    sending_pass(1);
    sending_assert_arrived(server, 7, 8);
    assert_int_equal(fl_sender_counts().sent, 2);
    sending_end(&server, 1);
}

static void a_refusal_removes_it_and_not_now_does_not(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    leave(7);
    for (int i = 0; i < FL_REFUSED_MAX + 1; i++)
        http_server_answer(server, HTTP_ANSWER("502", ""));
    http_server_answer(server, HTTP_ANSWER("429", "Retry-After: 60\r\n"));
    http_server_answer(server, "SSH-2.0-server\r\n\r\n");
    http_server_answer(server, HTTP_ANSWER("413", ""));
    send_to(server);
    for (int i = 0; i < FL_REFUSED_MAX + 3; i++) {
        sending_pass(100 * 1000);
        assert_int_equal(http_server_requests(server), i + 1);
        assert_int_equal(folder_count(directory), 1);
    }
    assert_int_equal(sending_lost(FL_LOST_REFUSED), 0);
    sending_pass(100 * 1000);
    assert_int_equal(folder_count(directory), 0);
    assert_int_equal(sending_lost(FL_LOST_REFUSED), 1);
    sending_end(&server, 1);
}

static void what_the_server_stumbles_over_does_not_keep_the_others_from_it(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    leave(7);
    leave(8);
    for (int i = 0; i < FL_REFUSED_MAX; i++)
        http_server_answer(server, HTTP_ANSWER("500", ""));
    send_to(server);
    for (int i = 0; i < FL_REFUSED_MAX + 1; i++)
        sending_pass(100 * 1000);
    assert_int_equal(http_server_requests(server), FL_REFUSED_MAX + 1);
    assert_int_not_equal(sending_number(server, 0), sending_number(server, FL_REFUSED_MAX));
    assert_int_equal(folder_count(directory), 0);
    assert_int_equal(sending_lost(FL_LOST_REFUSED), 1);
    assert_int_equal(fl_sender_counts().sent, 1);
    sending_end(&server, 1);
}

static void after_a_week_it_is_too_old(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    sending_freeze();
    leave(7);
    sending_days_pass(8);
    send_to(server);
    sending_pass(0);
    assert_int_equal(http_server_requests(server), 0);
    assert_int_equal(folder_count(directory), 0);
    assert_int_equal(sending_lost(FL_LOST_TOO_OLD), 1);
    sending_end(&server, 1);
}

static void *flush(void *is_done)
{
    *(bool *)is_done = sending_flush(600 * 1000);
    return NULL;
}

static void a_flush_does_not_wait_for_the_spool(void **state)
{
    struct http_server *server = http_server_start();
    bool is_done = false;
    pthread_t flusher;
    (void)state;
    leave(7);
    http_server_answer(server, http_later);
    http_server_answer(server, http_later); // the spool's
    send_to(server);
    assert_true(sending_put(1));
    assert_true(http_server_wait(server, 1));
    assert_int_equal(pthread_create(&flusher, NULL, flush, &is_done), 0);
    http_server_let_go(server);
    int64_t began_ms = sending_now_ms();
    pthread_join(flusher, NULL);
    assert_true(is_done);
    assert_true(sending_now_ms() - began_ms < 20 * 1000);
    assert_true(http_server_wait(server, 2));
    http_server_let_go(server);
    sending_end(&server, 1);
}

// ---- the end

static void what_waits_at_the_end_is_kept_with_what_was_on_its_way(void **state)
{
    struct http_server *server = http_server_start();
    (void)state;
    http_server_answer(server, http_later);
    send_to(server);
    for (int i = 1; i <= 3; i++)
        assert_true(sending_put(i));
    assert_true(http_server_wait(server, 1));
    fl_sender_stop(sending_now_ms() + 20 * 1000);
    assert_int_equal(folder_count(directory), 3);
    assert_int_equal(fl_sender_counts().spooled, 3);
    assert_int_equal(sending_lost(FL_LOST_AT_EXIT), 0);
    sending_end(&server, 1);
}

static int make_directory(void **state)
{
    (void)state;
    return folder_make(directory, sizeof directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    folder_remove(directory);
    return 0;
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(what_cannot_be_sent_is_kept_and_sent_as_soon_as_a_server_is_ready),
        IN_DIRECTORY(another_server_is_tried_before_the_spool),
        IN_DIRECTORY(a_spool_that_vanished_leaves_reports_in_the_queue),
        IN_DIRECTORY(a_full_spool_leaves_reports_in_the_queue),
        IN_DIRECTORY(without_file_descriptors_nothing_is_lost),
        IN_DIRECTORY(what_was_left_is_sent_without_a_new_report),
        IN_DIRECTORY(a_refusal_removes_it_and_not_now_does_not),
        IN_DIRECTORY(what_the_server_stumbles_over_does_not_keep_the_others_from_it),
        IN_DIRECTORY(after_a_week_it_is_too_old),
        IN_DIRECTORY(a_flush_does_not_wait_for_the_spool),
        IN_DIRECTORY(what_waits_at_the_end_is_kept_with_what_was_on_its_way),
    };
    return sending_run(tests, sizeof tests / sizeof *tests);
}
