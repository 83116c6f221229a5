// SPDX-License-Identifier: MIT
#include "report/request_text.h"

#include "report/scrub.h"

struct request_members {
    struct json method, url, query_string, headers, data;
};

static const struct member request_members[] = {
    MEMBER(struct request_members, url),    MEMBER(struct request_members, query_string),
    MEMBER(struct request_members, method), MEMBER(struct request_members, headers),
    MEMBER(struct request_members, data),
};

static bool is_full(const struct decoder *d)
{
    return d->lines.len > REPORT_REQUEST_MAX;
}

static void add_pair(struct decoder *d, struct pairs p, const char *between)
{
    struct text value = SCRUBBED;
    if (!scrub_is_secret_name(p.name))
        value = text_any(d, p.value, REPORT_TEXT_MAX);
    buffer_add(&d->lines, text_clip(p.name, REPORT_NAME_MAX));
    buffer_add_string(&d->lines, between);
    buffer_add(&d->lines, value);
}

// A string, with or without the question mark, or pairs.
static void add_query(struct decoder *d, struct json query)
{
    if (json_type(query) == JSON_STRING) {
        struct text t = text_read(d, query, REPORT_TEXT_MAX);
        if (!t.len)
            return;
        buffer_add_string(&d->lines, t.at[0] == '?' ? "" : "?");
        buffer_add(&d->lines, t);
        return;
    }
    const char *sign = "?";
    for (struct pairs p = pairs_of(query); !is_full(d) && pairs_next(&p); sign = "&") {
        buffer_add_string(&d->lines, sign);
        add_pair(d, p, "=");
    }
}

// PHP gives a list of values to each name.
static void add_header(struct decoder *d, struct pairs p)
{
    if (json_type(p.value) != JSON_ARRAY) {
        add_pair(d, p, ": ");
        buffer_add_char(&d->lines, '\n');
        return;
    }
    struct json_walk w = json_walk(p.value);
    if (!json_next(&w))
        return;
    p.value = w.value;
    add_pair(d, p, ": ");
    bool is_secret = scrub_is_secret_name(p.name);
    while (!is_secret && !is_full(d) && json_next(&w)) {
        buffer_add_char(&d->lines, ',');
        buffer_add(&d->lines, text_lenient(d, w.value, REPORT_TEXT_MAX));
    }
    buffer_add_char(&d->lines, '\n');
}

static void add_data(struct decoder *d, struct json data)
{
    if (json_type(data) == JSON_MISSING || (json_type(data) != JSON_STRING && !json_size(data)))
        return;
    struct text t = text_any(d, data, REPORT_REQUEST_MAX);
    if (!t.len)
        return;
    if (d->lines.len)
        buffer_add_char(&d->lines, '\n');
    buffer_add(&d->lines, t);
}

static void compose(struct decoder *d, struct json request)
{
    struct request_members m = {0};
    members_gather(request, request_members, sizeof request_members / sizeof *request_members, &m);
    struct text method = text_lenient(d, m.method, REPORT_NAME_MAX);
    struct text url = text_lenient(d, m.url, REPORT_TEXT_MAX);
    buffer_add(&d->lines, method);
    if (method.len && url.len)
        buffer_add_char(&d->lines, ' ');
    buffer_add(&d->lines, url);
    if (text_find(url, '?') == url.len)
        add_query(d, m.query_string);
    if (d->lines.len)
        buffer_add_char(&d->lines, '\n');
    for (struct pairs p = pairs_of(m.headers); !is_full(d) && pairs_next(&p);)
        add_header(d, p);
    add_data(d, m.data);
}

struct text request_text(struct decoder *d, struct json request)
{
    if (json_type(request) == JSON_STRING)
        return text_without_secrets(d, json_text(request), REPORT_REQUEST_MAX);
    buffer_clear(&d->lines);
    compose(d, request);
    if (d->lines.failed)
        fatal_out_of_memory();
    struct text t = buffer_text(&d->lines);
    return text_without_secrets(d, arena_copy(&d->arena, text_clip(t, REPORT_REQUEST_MAX)),
                                REPORT_REQUEST_MAX);
}
