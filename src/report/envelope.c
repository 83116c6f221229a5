// SPDX-License-Identifier: MIT
// Envelopes: a line of JSON, then items, each a line of JSON and a payload that either has the
// length that line tells or ends at the next line feed. Items that are neither events nor client
// reports are passed over: SDKs add new types all the time.
#include <sodium.h>
#include <string.h>

#include "report/dsn.h"
#include "report/values.h"

enum { HEADER_LINE_MAX = 16 * 1024, CLIENT_REPORT_MAX = 16 * 1024 };

struct envelope {
    struct decoder *d;
    struct text body;
    size_t at;          // offset of what is read next
    size_t item_number; // from 1
    size_t events_size; // bytes of all events so far
    size_t report_cap;
    struct report_list *list;
    bool is_id_used;     // an event without an id has got the envelope's
    struct error *error; // the first thing that was wrong
    bool has_failed;
};

static void note_failure(struct envelope *e, const struct error *failure, size_t offset)
{
    if (e->has_failed)
        return;
    e->has_failed = true;
    error_set(e->error, failure->kind, "item %zu of the envelope, at byte %zu: %s", e->item_number,
              offset, failure->message);
}

// Reads the line at e->at as a JSON object and goes behind it.
static bool read_header_line(struct envelope *e, struct json *header, struct error *error)
{
    struct text rest = text_from(e->body, e->at);
    size_t len = text_find(text_until(rest, HEADER_LINE_MAX + 1), '\n');
    if (len > HEADER_LINE_MAX)
        return error_set(error, ERROR_INPUT, "its header line has more than %d bytes",
                         HEADER_LINE_MAX);
    if (!e->d->header)
        e->d->header = json_doc_new();
    if (!json_parse(e->d->header, text_until(rest, len), header, error))
        return error_prefix(error, "its header line");
    if (json_type(*header) != JSON_OBJECT)
        return error_set(error, ERROR_INPUT, "its header line is not a JSON object");
    e->at += len < rest.len ? len + 1 : len;
    return true;
}

static bool read_envelope_header(struct envelope *e, struct error *error)
{
    struct json header;
    struct dsn dsn;
    if (!read_header_line(e, &header, error))
        return error_prefix(error, "the envelope, at byte 0");
    if (!event_id_read(json_text(json_get(header, TEXT("event_id"))), e->list->event_id))
        e->list->event_id[0] = '\0';
    if (dsn_parse(json_text(json_get(header, TEXT("dsn"))), &dsn, NULL))
        e->list->dsn_key = arena_copy(&e->d->arena, dsn.key);
    return true;
}

// The payload of an item, by its header; goes behind it.
static bool read_payload(struct envelope *e, struct json header, struct text *payload,
                         struct error *error)
{
    struct text rest = text_from(e->body, e->at);
    struct json length = json_get(header, TEXT("length"));
    size_t len = text_find(rest, '\n');
    if (json_type(length) != JSON_MISSING && json_type(length) != JSON_NULL) {
        int64_t told = json_int(length, -1);
        if (told < 0 || told > UINT32_MAX)
            return error_set(error, ERROR_INPUT, "its length is not a number of bytes");
        if ((size_t)told > rest.len)
            return error_set(error, ERROR_INPUT,
                             "its length is %lld bytes but only %zu are left: the envelope is cut "
                             "short",
                             (long long)told, rest.len);
        len = (size_t)told;
        if (len < rest.len && rest.at[len] != '\n')
            return error_set(error, ERROR_INPUT, "no line feed follows its %zu bytes", len);
    }
    *payload = text_until(rest, len);
    e->at += len < rest.len ? len + 1 : len;
    return true;
}

static struct report *next_report(struct envelope *e)
{
    struct report_list *list = e->list;
    if (list->report_n == e->report_cap) {
        size_t cap = e->report_cap ? e->report_cap * 4 : 1;
        struct report *reports = arena_array(&e->d->arena, struct report, cap);
        if (list->report_n)
            memcpy(reports, list->reports, list->report_n * sizeof *reports);
        list->reports = reports;
        e->report_cap = cap;
    }
    return &list->reports[list->report_n];
}

static bool read_event(struct envelope *e, struct text payload, bool *ours, struct error *error)
{
    *ours = false;
    if (payload.len > EVENT_MAX)
        return error_set(error, ERROR_TOO_LARGE, "the event has more than %d bytes", EVENT_MAX);
    if (e->list->report_n == EVENTS_MAX || e->events_size + payload.len > EVENTS_SIZE_MAX)
        return error_set(error, ERROR_TOO_LARGE, "the envelope holds too many events");
    const char *id = e->is_id_used ? "" : e->list->event_id;
    struct report *report = next_report(e);
    if (!event_decode(e->d, payload, id, ours, report, error))
        return false;
    e->events_size += payload.len;
    if (*ours) {
        e->is_id_used |= strcmp(report->event_id, e->list->event_id) == 0;
        e->list->report_n++;
    }
    return true;
}

static void read_client_report(struct envelope *e, struct text payload)
{
    struct error ignored;
    struct json item;
    if (payload.len <= CLIENT_REPORT_MAX && json_parse(e->d->header, payload, &item, &ignored))
        lost_add(&e->list->lost, item);
}

// False when the framing is broken, so that nothing behind it can be read.
static bool read_item(struct envelope *e)
{
    struct error failure = {0};
    struct json header;
    struct text payload;
    size_t start = e->at;
    e->item_number++;
    if (!read_header_line(e, &header, &failure)) {
        note_failure(e, &failure, start);
        return false;
    }
    struct text type = json_text(json_get(header, TEXT("type")));
    bool ours = text_equal(type, TEXT("event"));
    bool is_client_report = text_equal(type, TEXT("client_report"));
    size_t payload_at = e->at;
    if (!read_payload(e, header, &payload, &failure)) {
        note_failure(e, &failure, start);
        return false;
    }
    if (ours && !read_event(e, payload, &ours, &failure))
        note_failure(e, &failure, payload_at);
    if (is_client_report)
        read_client_report(e, payload);
    else if (!ours)
        e->list->dropped_n++;
    return true;
}

bool decode_envelope(struct decoder *d, struct text body, struct report_list *list,
                     struct error *error)
{
    struct error ignored;
    *list = (struct report_list){0};
    struct envelope e = {.d = d, .body = body, .list = list, .error = error ? error : &ignored};
    if (!read_envelope_header(&e, e.error))
        return false;
    while (e.at < body.len) {
        if (body.at[e.at] == '\n')
            e.at++; // stray empty lines
        else if (!read_item(&e))
            break;
    }
    if (list->report_n)
        memcpy(list->event_id, list->reports[0].event_id, sizeof list->event_id);
    return list->report_n > 0 || !e.has_failed;
}

// Clients before 2018 sent base64 of zlib, some only zlib.
static bool unwrap_store(struct decoder *d, struct text *body, struct error *error)
{
    *body = text_trim(*body);
    if (body->len == 0)
        return error_set(error, ERROR_INPUT, "the body is empty");
    if (body->at[0] == '{')
        return true;
    if (body->at[0] != 'x') { // 0x78: how zlib begins
        size_t len = 0, cap = body->len / 4 * 3 + 3;
        unsigned char *bytes = arena_alloc(&d->arena, cap);
        if (sodium_base642bin(bytes, cap, body->at, body->len, " \r\n", &len, NULL,
                              sodium_base64_VARIANT_ORIGINAL) != 0)
            return error_set(error, ERROR_INPUT,
                             "the body is neither a JSON object nor base64 of one");
        *body = (struct text){(char *)bytes, len};
    }
    if (text_starts(*body, TEXT("x"))) {
        if (!inflate_into(d, TEXT("deflate"), *body, &d->unwrapped, error))
            return false;
        *body = buffer_text(&d->unwrapped);
    }
    return true;
}

bool decode_store(struct decoder *d, struct text body, struct report_list *list,
                  struct error *error)
{
    *list = (struct report_list){0};
    bool ours = false;
    struct report *report = arena_array(&d->arena, struct report, 1);
    if (!unwrap_store(d, &body, error))
        return false;
    if (body.len > EVENT_MAX)
        return error_set(error, ERROR_TOO_LARGE, "the event has more than %d bytes", EVENT_MAX);
    if (!event_decode(d, body, "", &ours, report, error))
        return false;
    if (!ours) {
        list->dropped_n = 1;
        return true;
    }
    list->reports = report;
    list->report_n = 1;
    memcpy(list->event_id, report->event_id, sizeof list->event_id);
    return true;
}
