// SPDX-License-Identifier: MIT
#include "sending.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { TIMEOUT_MS = 60 * 1000, WAIT_MS = 20 * 1000 };

static struct {
    _Atomic int64_t frozen_ms; // 0: the clock is the system's
    _Atomic int64_t wall_ahead_ms;
    _Atomic uint64_t forgotten_n;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    unsigned ask_n;
    struct fl_report *due;
    int64_t due_at_ms;
} own = {.lock = PTHREAD_MUTEX_INITIALIZER, .asked = PTHREAD_COND_INITIALIZER};

// ---- time and chance

static int64_t mono_ms(const struct clock *c)
{
    (void)c;
    int64_t frozen_ms = own.frozen_ms;
    return frozen_ms ? frozen_ms : clock_mono_ms(&clock_system);
}

static int64_t wall_ms(const struct clock *c)
{
    (void)c;
    return clock_wall_ms(&clock_system) + own.wall_ahead_ms;
}

static const struct clock test_clock = {wall_ms, mono_ms};

static uint64_t no_chance(void)
{
    return 0;
}

int64_t sending_now_ms(void)
{
    return mono_ms(&test_clock);
}

void sending_freeze(void)
{
    own.frozen_ms = 1000 * 1000;
}

void sending_days_pass(int days)
{
    own.wall_ahead_ms += days * (int64_t)24 * 3600 * 1000;
}

// ---- the thread asks for more in every turn after a nudge

static struct fl_report *more(int64_t now_ms, int64_t *next_at_ms)
{
    struct fl_report *due = NULL;
    pthread_mutex_lock(&own.lock);
    if (own.due && own.due_at_ms <= now_ms) {
        due = own.due;
        own.due = NULL;
    }
    if (own.due)
        *next_at_ms = own.due_at_ms;
    own.ask_n++;
    pthread_cond_broadcast(&own.asked);
    pthread_mutex_unlock(&own.lock);
    return due;
}

static void let_ask(void)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += WAIT_MS / 1000;
    int problem = 0;
    pthread_mutex_lock(&own.lock);
    unsigned before = own.ask_n;
    pthread_mutex_unlock(&own.lock);
    fl_sender_nudge();
    pthread_mutex_lock(&own.lock);
    while (own.ask_n == before && problem == 0)
        problem = pthread_cond_timedwait(&own.asked, &own.lock, &deadline);
    pthread_mutex_unlock(&own.lock);
    assert_int_equal(problem, 0);
}

static uint64_t count_posts(void)
{
    struct fl_sent_counts counts = fl_sender_counts();
    return counts.sent + counts.retried + counts.lost.n[FL_LOST_REFUSED];
}

// The turn that asks the third time began after one that saw all of this moment had ended; when
// nothing was posted by then, nothing will be.
void sending_pass(int64_t ms)
{
    uint64_t before;
    own.frozen_ms += ms;
    do {
        before = count_posts();
        for (int i = 0; i < 3; i++)
            let_ask();
    } while (count_posts() != before);
}

static uint64_t forgotten(void)
{
    return own.forgotten_n;
}

void sending_forget(uint64_t n)
{
    own.forgotten_n = n;
}

// ---- servers

void sending_to(struct http_server *const *servers, size_t n, int64_t timeout_ms, const char *spool)
{
    struct fl_servers added = {0};
    struct error error;
    for (size_t i = 0; i < n; i++)
        assert_true(
            fl_servers_add(&added, text_of(http_server_address(servers[i])), TEXT(""), &error));
    assert_true(fl_servers_spool(&added, text_of(spool)));
    fl_sender_configure(&added, timeout_ms, more, forgotten);
}

void sending_to_one(struct http_server *server)
{
    sending_to(&server, 1, TIMEOUT_MS, NULL);
}

void sending_end(struct http_server *const *servers, size_t n)
{
    struct fl_servers none = {0};
    fl_sender_configure(&none, TIMEOUT_MS, NULL, NULL);
    fl_sender_stop(sending_now_ms() + WAIT_MS);
    for (size_t i = 0; i < n; i++)
        http_server_free(servers[i]);
}

// ---- reports

struct fl_report *sending_report(int number, size_t member_len)
{
    struct buffer members = {0};
    buffer_add(&members, TEXT("\"platform\":\"c\",\"message\":\""));
    for (size_t i = 0; i < member_len; i++)
        buffer_add_char(&members, (char)('a' + i % 26));
    buffer_add_char(&members, '"');
    struct fl_report *r = fl_report_new(&members, 0, 0);
    assert_non_null(r);
    snprintf(r->event_id, sizeof r->event_id, "%032d", number);
    return r;
}

bool sending_put(int number)
{
    return fl_sender_put(sending_report(number, 0));
}

void sending_due(int number, int64_t at_ms)
{
    struct fl_report *r = sending_report(number, 0);
    pthread_mutex_lock(&own.lock);
    own.due = r;
    own.due_at_ms = at_ms;
    pthread_mutex_unlock(&own.lock);
}

bool sending_flush(int64_t timeout_ms)
{
    return fl_sender_flush(sending_now_ms() + timeout_ms);
}

int sending_number(struct http_server *server, size_t i)
{
    static const struct text before = {"{\"event_id\":\"", 13};
    struct text body = http_server_body(server, i);
    int64_t number = -1; // whose digits are the last ones of 32
    assert_true(text_starts(body, before));
    assert_true(text_to_int64(text_until(text_from(body, before.len + 32 - 9), 9), &number));
    return (int)number;
}

void sending_assert(struct http_server *server, const int *numbers, size_t n, const char *file,
                    int line)
{
    _assert_int_equal(http_server_requests(server), n, file, line);
    for (size_t i = 0; i < n; i++)
        _assert_int_equal((LargestIntegralType)sending_number(server, i),
                          (LargestIntegralType)numbers[i], file, line);
}

uint64_t sending_lost(enum fl_loss why)
{
    return fl_sender_counts().lost.n[why];
}

// ---- processes

int sending_run(const struct CMUnitTest *tests, size_t n)
{
    int failed_n = 0;
    for (size_t i = 0; i < n; i++) {
        int status = 1;
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            fl_sender_inject(&test_clock, no_chance);
            exit(_cmocka_run_group_tests(tests[i].name, tests + i, 1, NULL, NULL));
        }
        bool is_well = child > 0 && waitpid(child, &status, 0) == child && status == 0;
        if (!is_well)
            fprintf(stderr, "failed: %s (status %d)\n", tests[i].name, status);
        failed_n += !is_well;
    }
    return failed_n;
}
