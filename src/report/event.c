// SPDX-License-Identifier: MIT
// A Sentry event becomes a report. A member of the wrong type is dropped and the rest is kept: only
// bytes that are not JSON, or JSON that is no object, cost the event.
#include "base/hex.h"
#include "report/decode.h"
#include "report/exceptions.h"
#include "report/message_text.h"
#include "report/request_text.h"

struct event_members {
    struct json event_id, timestamp, platform, level, server_name, release, environment,
        transaction, culprit, type, message, logentry, exception, stacktrace, threads, request,
        contexts, user, tags;
};
struct legacy_members {
    struct json message, exception, stacktrace, request, contexts, user;
};

static const struct member event_members[] = {
    MEMBER(struct event_members, level),       MEMBER(struct event_members, exception),
    MEMBER(struct event_members, event_id),    MEMBER(struct event_members, timestamp),
    MEMBER(struct event_members, contexts),    MEMBER(struct event_members, transaction),
    MEMBER(struct event_members, request),     MEMBER(struct event_members, message),
    MEMBER(struct event_members, logentry),    MEMBER(struct event_members, release),
    MEMBER(struct event_members, environment), MEMBER(struct event_members, server_name),
    MEMBER(struct event_members, platform),    MEMBER(struct event_members, type),
    MEMBER(struct event_members, stacktrace),  MEMBER(struct event_members, threads),
    MEMBER(struct event_members, culprit),     MEMBER(struct event_members, user),
    MEMBER(struct event_members, tags),
};

// Names of clients before 2018. Only looked for where the modern ones are missing.
static const struct member legacy_members[] = {
    MEMBER_NAMED(struct legacy_members, message, "sentry.interfaces.Message"),
    MEMBER_NAMED(struct legacy_members, exception, "sentry.interfaces.Exception"),
    MEMBER_NAMED(struct legacy_members, stacktrace, "sentry.interfaces.Stacktrace"),
    MEMBER_NAMED(struct legacy_members, request, "sentry.interfaces.Http"),
    MEMBER_NAMED(struct legacy_members, contexts, "sentry.interfaces.Contexts"),
    MEMBER_NAMED(struct legacy_members, user, "sentry.interfaces.User"),
};

static void fill(struct json *modern, struct json legacy)
{
    if (json_type(*modern) == JSON_MISSING)
        *modern = legacy;
}

static struct event_members gather(struct json event)
{
    struct event_members m = {0};
    members_gather(event, event_members, sizeof event_members / sizeof *event_members, &m);
    if (json_type(m.exception) != JSON_MISSING && json_type(m.request) != JSON_MISSING)
        return m;
    struct legacy_members old = {0};
    members_gather(event, legacy_members, sizeof legacy_members / sizeof *legacy_members, &old);
    fill(&m.logentry, old.message);
    fill(&m.exception, old.exception);
    fill(&m.stacktrace, old.stacktrace);
    fill(&m.request, old.request);
    fill(&m.contexts, old.contexts);
    fill(&m.user, old.user);
    return m;
}

bool event_id_read(struct text t, char *id)
{
    size_t n = 0;
    for (size_t i = 0; i < t.len; i++) {
        char c = t.at[i];
        if (c == '-')
            continue;
        if (n == 32 || !hex_is((struct text){&c, 1}))
            return false;
        id[n++] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    }
    id[n] = '\0';
    return n == 32;
}

static void choose_event_id(struct json given, const char *fallback, char *id)
{
    if (!event_id_read(json_text(given), id) && !event_id_read(text_of(fallback), id))
        hex_random(16, id);
}

static struct text level_of(struct json level)
{
    static const struct level {
        struct text name, means;
    } levels[] = {
        {{"error", 5}, {"error", 5}},  {{"warning", 7}, {"warning", 7}},
        {{"info", 4}, {"info", 4}},    {{"fatal", 5}, {"fatal", 5}},
        {{"debug", 5}, {"debug", 5}},  {{"critical", 8}, {"fatal", 5}},
        {{"warn", 4}, {"warning", 7}}, {{"log", 3}, {"info", 4}},
    };
    struct text name = json_text(level);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (text_equal_nocase(name, levels[i].name))
            return levels[i].means;
    int64_t number = int_lenient(level, 40); // as Python's logging counts
    return number <= 0    ? TEXT("error")
           : number <= 10 ? TEXT("debug")
           : number <= 20 ? TEXT("info")
           : number <= 30 ? TEXT("warning")
           : number <= 40 ? TEXT("error")
                          : TEXT("fatal");
}

// What our own clients say about counts.
static void read_counts(struct json contexts, struct report *report)
{
    struct json ours = json_get(contexts, TEXT("flawless"));
    if (json_type(ours) != JSON_OBJECT)
        return;
    report->error_count = int_lenient(json_get(ours, TEXT("error_count")), 1);
    report->error_threshold = int_lenient(json_get(ours, TEXT("error_threshold")), 0);
}

// What is only read of a report that somebody asks for in full.
struct report_rest {
    struct decoder *decoder;
    struct json request, user, tags;
};

// The user or the tags, from an object or pairs. What says nothing is left out, such as the address
// "{{auto}}", by which SDKs ask a server to look for itself.
static struct variable *read_named(struct decoder *d, struct json given, size_t *n)
{
    size_t size = json_size(given) < REPORT_NAMED_MAX ? json_size(given) : REPORT_NAMED_MAX;
    *n = 0;
    if (!size)
        return NULL;
    struct variable *all = arena_array(&d->arena, struct variable, size);
    for (struct pairs p = pairs_of(given); *n < size && pairs_next(&p);) {
        struct variable one = variable_read(d, p.name, p.value, REPORT_NAMED_SIZE_MAX);
        if (one.name.len && one.value.len && !text_equal(one.value, TEXT("{{auto}}")))
            all[(*n)++] = one;
    }
    return all;
}

void report_complete(struct report *report)
{
    struct report_rest *rest = report->rest;
    if (!rest)
        return;
    report->rest = NULL;
    report->request = request_text(rest->decoder, rest->request);
    report->user = read_named(rest->decoder, rest->user, &report->user_n);
    report->tags = read_named(rest->decoder, rest->tags, &report->tag_n);
    exceptions_complete(rest->decoder, report);
}

static void read_event(struct decoder *d, const struct event_members *m, struct report *report)
{
    report->happened_at_ms = timestamp_ms(m->timestamp);
    report->platform = text_read(d, m->platform, REPORT_NAME_MAX);
    report->level = level_of(m->level);
    report->hostname = text_lenient(d, m->server_name, REPORT_NAME_MAX);
    report->release = text_lenient(d, m->release, REPORT_NAME_MAX);
    report->environment = text_lenient(d, m->environment, REPORT_NAME_MAX);
    report->transaction = text_lenient(d, m->transaction, REPORT_NAME_MAX);
    if (!report->transaction.len)
        report->transaction = text_lenient(d, m->culprit, REPORT_NAME_MAX);
    report->message = message_text(d, m->logentry);
    if (!report->message.len)
        report->message = message_text(d, m->message);
    report->message = text_without_shapes(d, report->message, REPORT_TEXT_MAX);
    read_counts(m->contexts, report);
    exceptions_read(d, m->exception, m->stacktrace, m->threads, report);
    report_settle(d, report);
    report->rest = arena_alloc(&d->arena, sizeof *report->rest);
    *report->rest = (struct report_rest){d, m->request, m->user, m->tags};
    if (!d->defers_rest)
        report_complete(report);
}

static bool is_ours(struct json type)
{
    static const struct text others[] = {{"transaction", 11}, {"feedback", 8}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (text_equal(json_text(type), others[i]))
            return false;
    return true;
}

bool event_decode(struct decoder *d, struct text json, const char *fallback_id, bool *ours,
                  struct report *report, struct error *error)
{
    struct json event;
    *report = (struct report){0};
    if (!decoder_parse(d, json, &event, error))
        return error_prefix(error, "the event");
    struct event_members m = gather(event);
    *ours = is_ours(m.type);
    bool is_object = json_type(event) == JSON_OBJECT;
    if (!is_object || !*ours) {
        decoder_unparse(d);
        return is_object || error_set(error, ERROR_INPUT, "the event is JSON but not an object");
    }
    choose_event_id(m.event_id, fallback_id, report->event_id);
    read_event(d, &m, report);
    return true;
}

bool decode_event(struct decoder *d, struct text json, struct report *report, struct error *error)
{
    bool ours = false;
    if (!event_decode(d, json, "", &ours, report, error))
        return false;
    return ours || error_set(error, ERROR_INPUT, "it is a transaction or feedback, not an event");
}
