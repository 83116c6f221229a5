// SPDX-License-Identifier: MIT
#include "throttle.h"

static struct fl_throttled_error *find(struct fl_throttle *t, uint64_t key)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->keys[i] == key)
            return &t->errors[i];
    return NULL;
}

// The kept report with the number of all that was held; NULL when none is kept.
static struct fl_report *take_kept(struct fl_throttle *t, struct fl_throttled_error *e)
{
    struct fl_report *report = e->kept;
    if (!report)
        return NULL;
    t->kept_size -= fl_report_size(report);
    report->error_count = e->held;
    e->kept = NULL;
    e->held = 0;
    return report;
}

// The place of the error that was seen longest ago; not one that somebody is capturing for.
static struct fl_throttled_error *make_room(struct fl_throttle *t, struct fl_report **forced)
{
    if (t->n < FL_THROTTLE_ERROR_MAX)
        return &t->errors[t->n++];
    struct fl_throttled_error *oldest = NULL;
    for (size_t i = 0; i < t->n; i++) {
        struct fl_throttled_error *e = &t->errors[i];
        if (!e->is_capturing && (!oldest || e->seen_at_ms < oldest->seen_at_ms))
            oldest = e;
    }
    if (!oldest)
        return NULL;
    *forced = take_kept(t, oldest);
    t->forgotten_n += (uint64_t)oldest->held;
    return oldest;
}

static bool is_time_to_report(const struct fl_throttled_error *e, int64_t now_ms)
{
    bool is_power_of_two = (e->total & (e->total - 1)) == 0;
    return e->total <= FL_THROTTLE_FIRST_N || is_power_of_two ||
           now_ms - e->reported_at_ms >= FL_THROTTLE_INTERVAL_MS;
}

enum fl_verdict fl_throttle_judge(struct fl_throttle *t, uint64_t key, int64_t now_ms,
                                  int64_t *count, struct fl_report **forced)
{
    *count = 1;
    *forced = NULL;
    struct fl_throttled_error *e = find(t, key);
    if (!e) {
        e = make_room(t, forced);
        if (!e)
            return FL_SEND; // 512 captures at once: rather a report too many
        *e = (struct fl_throttled_error){0};
        t->keys[e - t->errors] = key;
    }
    e->total++;
    e->seen_at_ms = now_ms;
    if (is_time_to_report(e, now_ms)) {
        *count = e->held + 1;
        fl_report_free(take_kept(t, e));
        e->held = 0;
        e->reported_at_ms = now_ms;
        return FL_SEND;
    }
    e->held++;
    if (e->kept || e->is_capturing)
        return FL_COUNT;
    e->is_capturing = true;
    return FL_KEEP;
}

struct fl_report *fl_throttle_keep(struct fl_throttle *t, uint64_t key, struct fl_report *report)
{
    struct fl_throttled_error *e = find(t, key);
    if (!e)
        return report; // the table was emptied meanwhile: it stands for itself
    e->is_capturing = false;
    if (!report)
        return NULL;
    // A report that was sent meanwhile counted it, or after a fork another one is kept.
    if (e->held == 0 || e->kept) {
        fl_report_free(report);
        return NULL;
    }
    report->error = key;
    e->kept = report;
    t->kept_size += fl_report_size(report);
    return t->kept_size > FL_THROTTLE_KEPT_MAX ? take_kept(t, e) : NULL;
}

void fl_throttle_give_back(struct fl_throttle *t, uint64_t key, int64_t count)
{
    struct fl_throttled_error *e = find(t, key);
    if (e)
        e->held += count;
    else
        t->forgotten_n += (uint64_t)count;
}

static int64_t due_at(const struct fl_throttled_error *e)
{
    return e->kept ? e->reported_at_ms + FL_THROTTLE_INTERVAL_MS : INT64_MAX;
}

struct fl_report *fl_throttle_take(struct fl_throttle *t, int64_t now_ms, bool all)
{
    for (size_t i = 0; i < t->n; i++) {
        struct fl_throttled_error *e = &t->errors[i];
        if (!e->kept || (!all && due_at(e) > now_ms))
            continue;
        e->reported_at_ms = now_ms;
        return take_kept(t, e);
    }
    return NULL;
}

int64_t fl_throttle_due_at(const struct fl_throttle *t)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < t->n; i++) {
        int64_t at = due_at(&t->errors[i]);
        if (at < next)
            next = at;
    }
    return next;
}

void fl_throttle_release(struct fl_throttle *t)
{
    for (size_t i = 0; i < t->n; i++)
        fl_report_free(t->errors[i].kept);
    *t = (struct fl_throttle){0};
}
