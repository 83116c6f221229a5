// SPDX-License-Identifier: MIT
// The public face; flawless.h is its manual.
#include "include/flawless.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "event.h"
#include "post.h"
#include "settings.h"
#include "spool.h"
#include "trouble.h"
#include "version.h"

struct flawless_report {
    struct fl_ticket ticket;
    int64_t threshold;
    struct buffer path, function; // where it was begun, the only frame unless others are given
    int line_number;
    struct fl_event event;
};

// ---- setting up

static atomic_flag is_watching_forks = ATOMIC_FLAG_INIT, is_watching_the_end = ATOMIC_FLAG_INIT;

static void at_exit(void)
{
    fl_client_shutdown(fl_settings_number(FL_EXIT_TIMEOUT));
}

static void watch_forks(void)
{
    if (!atomic_flag_test_and_set(&is_watching_forks))
        pthread_atfork(fl_settings_before_fork, fl_settings_after_fork, fl_settings_after_fork);
}

// OpenSSL takes itself down at exit. What was registered last is called first, and we need it.
static void watch_the_end(void)
{
    if (atomic_flag_test_and_set(&is_watching_the_end))
        return;
    fl_post_prepare();
    atexit(at_exit);
}

static void tell(struct flawless_error *to, const struct error *error)
{
    if (to)
        snprintf(to->message, sizeof to->message, "%s", error->message);
}

static bool add_servers(struct fl_servers *servers, struct text list, struct error *error)
{
    struct buffer key = {0};
    struct text spec;
    bool is_good = true;
    fl_settings_read(FL_KEY, &key);
    while (is_good && text_cut(&list, ',', &spec))
        is_good =
            text_trim(spec).len == 0 || fl_servers_add(servers, spec, buffer_text(&key), error);
    buffer_release(&key);
    return is_good;
}

static bool add_paths(struct fl_servers *servers, struct error *error)
{
    struct buffer ca_file = {0}, spool = {0};
    fl_settings_read(FL_CA_FILE, &ca_file);
    fl_settings_read(FL_SPOOL, &spool);
    bool is_added = !ca_file.failed && !spool.failed &&
                    fl_servers_trust(servers, buffer_text(&ca_file)) &&
                    fl_servers_spool(servers, buffer_text(&spool));
    buffer_release(&ca_file);
    buffer_release(&spool);
    if (!is_added)
        return error_set(error, ERROR_SYSTEM, "out of memory");
    return !servers->spool || fl_spool_check(servers->spool, error);
}

bool flawless_init(const char *servers, struct flawless_error *error)
{
    struct fl_servers added = {0};
    struct error problem;
    fl_settings_find();
    if (!add_servers(&added, text_of(servers ? servers : getenv("FLAWLESS_DSN")), &problem) ||
        !add_paths(&added, &problem)) {
        fl_servers_release(&added);
        tell(error, &problem);
        return false;
    }
    watch_forks();
    if (added.n)
        watch_the_end();
    fl_client_configure(&added, fl_settings_number(FL_TIMEOUT));
    return true;
}

bool flawless_set(const char *name, const char *value, struct flawless_error *error)
{
    struct error problem;
    bool is_set = fl_settings_set(text_of(name), text_of(value), &problem);
    if (!is_set)
        tell(error, &problem);
    return is_set;
}

// ---- a report

static uint64_t mix(uint64_t hash, const char *string)
{
    for (const char *c = string; c && *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u; // FNV-1a
    return (hash ^ 0xff) * 0x100000001b3u;
}

// NULL also when there is no memory; the occurrence is then part of the next report.
static struct flawless_report *begin(uint64_t error, const char *type)
{
    struct fl_ticket ticket;
    if (!fl_client_begin(error, &ticket))
        return NULL;
    struct flawless_report *r = calloc(1, sizeof *r);
    if (!r) {
        struct buffer nothing = {0};
        fl_client_end(&ticket, &nothing, 0);
        return NULL;
    }
    r->ticket = ticket;
    buffer_add(&r->event.type, text_clip(text_of(type), FLAWLESS_NAME_MAX));
    fl_settings_read(FL_SCRUB, &r->event.scrub);
    return r;
}

flawless_report *flawless_begin_as(uint64_t error, const char *type)
{
    return begin(error, type);
}

flawless_report *flawless_begin(const char *type, const char *path, const char *function,
                                int line_number)
{
    uint64_t place = mix(mix(mix(0xcbf29ce484222325u, type), path), function);
    struct flawless_report *r = begin(place ^ (uint64_t)(unsigned)line_number << 17, type);
    if (!r)
        return NULL;
    buffer_add(&r->path, text_clip(text_of(path), FLAWLESS_NAME_MAX));
    buffer_add(&r->function, text_clip(text_of(function), FLAWLESS_NAME_MAX));
    r->line_number = line_number;
    return r;
}

void flawless_message(flawless_report *r, const char *message)
{
    if (!r)
        return;
    buffer_clear(&r->event.message);
    buffer_add(&r->event.message, text_until(text_of(message), 2 * FLAWLESS_MESSAGE_MAX));
}

void flawless_frame(flawless_report *r, const char *path, const char *function, int line_number,
                    const char *text)
{
    if (r)
        fl_event_frame(&r->event, text_of(path), text_of(function), line_number, text_of(text));
}

// Where the report was begun, when no other frame came.
static void add_own_frame(struct flawless_report *r)
{
    if (r->event.frame_n == 0 && r->path.len)
        fl_event_frame(&r->event, buffer_text(&r->path), buffer_text(&r->function), r->line_number,
                       TEXT(""));
}

void flawless_variable(flawless_report *r, const char *name, const char *value)
{
    if (!r)
        return;
    add_own_frame(r);
    fl_event_variable(&r->event, text_of(name), text_of(value));
}

void flawless_request(flawless_report *r, const char *name, const char *value)
{
    if (r)
        fl_event_member(&r->event, &r->event.request, text_of(name), text_of(value),
                        FLAWLESS_MESSAGE_MAX);
}

void flawless_request_header(flawless_report *r, const char *name, const char *value)
{
    if (r)
        fl_event_member(&r->event, &r->event.headers, text_of(name), text_of(value),
                        FLAWLESS_VALUE_MAX);
}

void flawless_tag(flawless_report *r, const char *name, const char *value)
{
    if (r)
        fl_event_member(&r->event, &r->event.tags, text_of(name), text_of(value),
                        FLAWLESS_VALUE_MAX);
}

void flawless_user(flawless_report *r, const char *name, const char *value)
{
    if (r)
        fl_event_member(&r->event, &r->event.user, text_of(name), text_of(value),
                        FLAWLESS_VALUE_MAX);
}

void flawless_threshold(flawless_report *r, int64_t occurrences)
{
    if (r)
        r->threshold = occurrences;
}

// *members as they are, also when they failed: see fl_client_end.
static void end(struct flawless_report *r, struct buffer *members)
{
    fl_client_end(&r->ticket, members, r->threshold);
    fl_event_release(&r->event);
    buffer_release(&r->path);
    buffer_release(&r->function);
    free(r);
}

void flawless_send(flawless_report *r)
{
    struct buffer members = {.max = FL_EVENT_MAX};
    if (!r)
        return;
    add_own_frame(r);
    fl_event_write(&r->event, &members);
    end(r, &members);
}

void flawless_discard(flawless_report *r)
{
    struct buffer nothing = {0};
    if (r)
        end(r, &nothing);
}

void flawless_record(const char *type, const char *message, const char *path, const char *function,
                     int line_number)
{
    flawless_report *r = flawless_begin(type, path, function, line_number);
    flawless_message(r, message);
    flawless_send(r);
}

// ---- sending

bool flawless_flush(int timeout_ms)
{
    return fl_client_flush(timeout_ms);
}

bool flawless_shutdown(int timeout_ms)
{
    return fl_client_shutdown(timeout_ms > 0 ? timeout_ms : 0);
}

const char *flawless_trouble(void)
{
    return fl_trouble_words(fl_sender_trouble());
}

size_t flawless_counters(struct flawless_counter *counters, size_t n)
{
    const struct fl_client_counts c = fl_client_counts();
    const struct flawless_counter all[] = {
        {"occurrences", c.occurrences},
        {"sent", c.reports.sent},
        {"waiting", c.waiting},
        {"retried", c.reports.retried},
        {"spooled", c.reports.spooled},
        {"dropped_queue_full", c.reports.lost.n[FL_LOST_QUEUE_FULL]},
        {"dropped_refused", c.reports.lost.n[FL_LOST_REFUSED]},
        {"dropped_too_old", c.reports.lost.n[FL_LOST_TOO_OLD]},
        {"dropped_at_exit", c.reports.lost.n[FL_LOST_AT_EXIT]},
        {"dropped_no_memory", c.reports.lost.n[FL_LOST_NO_MEMORY]},
        {"forgotten_occurrences", c.reports.lost.n[FL_LOST_FORGOTTEN]},
    };
    const size_t all_n = sizeof all / sizeof *all;
    for (size_t i = 0; i < n && i < all_n; i++)
        counters[i] = all[i];
    return all_n;
}

const char *flawless_version(void)
{
    return FL_VERSION;
}
