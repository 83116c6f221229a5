// SPDX-License-Identifier: MIT
#include "client.h"

#include <pthread.h>

#include "base/clock.h"

enum { FULL_WAIT_MS = 1000 };

// The lock is held for look-ups in the table only, never while the sender is called (except by
// fork, which takes both: this one first).
static struct {
    pthread_mutex_t lock;
    bool is_on;
    bool has_fork_handlers;
    uint64_t occurrence_n;
    struct fl_throttle throttle;
} client = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int64_t now_ms(void)
{
    return clock_mono_ms(&clock_system);
}

static void before_fork(void)
{
    pthread_mutex_lock(&client.lock);
    fl_sender_before_fork();
}

static void after_fork_in_parent(void)
{
    fl_sender_after_fork_in_parent();
    pthread_mutex_unlock(&client.lock);
}

static void after_fork_in_child(void)
{
    fl_sender_after_fork_in_child();
    fl_throttle_release(&client.throttle); // what it holds is the parent's to send
    client.occurrence_n = 0;
    pthread_mutex_unlock(&client.lock);
}

// Called by the sender's thread: what was held back for ten minutes, and waits on when there is no
// room for it.
static struct fl_report *take_due(int64_t now, int64_t *next_at_ms)
{
    *next_at_ms = now + FULL_WAIT_MS;
    if (fl_sender_waiting() >= FL_QUEUE_MAX)
        return NULL;
    pthread_mutex_lock(&client.lock);
    struct fl_report *report = fl_throttle_take(&client.throttle, now, false);
    *next_at_ms = fl_throttle_due_at(&client.throttle);
    pthread_mutex_unlock(&client.lock);
    return report;
}

static uint64_t count_forgotten(void)
{
    pthread_mutex_lock(&client.lock);
    uint64_t n = client.throttle.forgotten_n;
    pthread_mutex_unlock(&client.lock);
    return n;
}

void fl_client_configure(struct fl_servers *servers, int64_t timeout_ms)
{
    pthread_mutex_lock(&client.lock);
    bool has_fork_handlers = client.has_fork_handlers;
    client.has_fork_handlers = true;
    client.is_on = servers->n > 0;
    pthread_mutex_unlock(&client.lock);
    if (!has_fork_handlers)
        pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    fl_sender_configure(servers, timeout_ms, take_due, count_forgotten);
}

bool fl_client_is_on(void)
{
    pthread_mutex_lock(&client.lock);
    bool is_on = client.is_on;
    pthread_mutex_unlock(&client.lock);
    return is_on;
}

static void give_back(uint64_t error, int64_t count)
{
    pthread_mutex_lock(&client.lock);
    fl_throttle_give_back(&client.throttle, error, count);
    pthread_mutex_unlock(&client.lock);
}

// A report that was kept, and may stand for many.
static void put_kept(struct fl_report *report)
{
    uint64_t error = report->error;
    int64_t count = report->error_count;
    if (!fl_sender_put(report))
        give_back(error, count);
}

bool fl_client_begin(uint64_t error, struct fl_ticket *ticket)
{
    struct fl_report *forced = NULL;
    ticket->error = error;
    ticket->verdict = FL_COUNT;
    pthread_mutex_lock(&client.lock);
    if (client.is_on) {
        client.occurrence_n++;
        ticket->verdict =
            fl_throttle_judge(&client.throttle, error, now_ms(), &ticket->count, &forced);
    }
    pthread_mutex_unlock(&client.lock);
    if (forced)
        put_kept(forced);
    return ticket->verdict != FL_COUNT;
}

static void keep(const struct fl_ticket *ticket, struct fl_report *report)
{
    pthread_mutex_lock(&client.lock);
    struct fl_report *surplus = fl_throttle_keep(&client.throttle, ticket->error, report);
    pthread_mutex_unlock(&client.lock);
    if (surplus)
        put_kept(surplus);
    else
        fl_sender_nudge();
}

void fl_client_end(const struct fl_ticket *ticket, struct buffer *members, int64_t threshold)
{
    struct fl_report *report = fl_report_new(members, clock_wall_ms(&clock_system), threshold);
    if (ticket->verdict == FL_KEEP) {
        keep(ticket, report);
        return;
    }
    if (report)
        report->error_count = ticket->count;
    if (!report || !fl_sender_put(report))
        give_back(ticket->error, ticket->count);
}

bool fl_client_flush(int64_t timeout_ms)
{
    int64_t deadline_ms = now_ms() + (timeout_ms > 0 ? timeout_ms : 0);
    for (;;) {
        pthread_mutex_lock(&client.lock);
        struct fl_report *report = fl_throttle_take(&client.throttle, now_ms(), true);
        pthread_mutex_unlock(&client.lock);
        if (!report)
            break;
        put_kept(report);
    }
    return fl_sender_flush(deadline_ms);
}

bool fl_client_shutdown(int64_t timeout_ms)
{
    int64_t deadline_ms = now_ms() + timeout_ms;
    bool is_empty = fl_client_flush(timeout_ms);
    // The thread only has to let go of its transfer, which takes no time worth mentioning.
    int64_t grace_ms = now_ms() + 200;
    fl_sender_stop(grace_ms > deadline_ms ? grace_ms : deadline_ms);
    return is_empty;
}

struct fl_client_counts fl_client_counts(void)
{
    struct fl_client_counts counts = {.reports = fl_sender_counts(),
                                      .waiting = fl_sender_waiting()};
    pthread_mutex_lock(&client.lock);
    counts.occurrences = client.occurrence_n;
    counts.reports.lost.n[FL_LOST_FORGOTTEN] = client.throttle.forgotten_n;
    pthread_mutex_unlock(&client.lock);
    return counts;
}
