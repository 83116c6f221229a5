// SPDX-License-Identifier: MIT
#include "report/values.h"

#include <string.h>

#include "base/json_out.h"
#include "report/scrub.h"

void members_gather(struct json object, const struct member *members, size_t member_n, void *into)
{
    if (json_type(object) != JSON_OBJECT)
        return;
    size_t next = 0; // SDKs write the members of like objects in one order: the search goes on from
                     // the last hit
    for (struct json_walk w = json_walk(object); json_next(&w);) {
        for (size_t tried = 0; tried < member_n; tried++, next++) {
            if (next >= member_n)
                next = 0;
            if (!text_equal(members[next].name, w.name))
                continue;
            struct json *place = (struct json *)((char *)into + members[next].offset);
            if (json_type(w.value) != JSON_NULL)
                *place = w.value;
            next++;
            break;
        }
    }
}

struct text text_tidy(struct decoder *d, struct text raw, size_t max)
{
    raw = text_clip(raw, max);
    if (!raw.len || !memchr(raw.at, '\0', raw.len))
        return raw;
    struct buffer *scratch = &d->scratch;
    buffer_clear(scratch);
    struct text piece, rest = raw;
    while (text_cut(&rest, '\0', &piece)) {
        buffer_add(scratch, piece);
        if (piece.at + piece.len < raw.at + raw.len)
            buffer_add(scratch, TEXT("\xef\xbf\xbd"));
    }
    if (scratch->failed)
        fatal_out_of_memory();
    return arena_copy(&d->arena, text_clip(buffer_text(scratch), max));
}

// Hiding can lengthen a text beyond max; the cut can then uncover the shape of another secret, so
// once more.
static struct text hide(struct decoder *d, struct text raw, size_t max,
                        struct text (*scrub)(struct arena *, struct text))
{
    struct text t = text_tidy(d, raw, max);
    for (int again = 0; again < 4; again++) {
        struct text scrubbed = scrub(&d->arena, t);
        t = text_clip(scrubbed, max);
        if (t.len == scrubbed.len)
            break;
    }
    return t;
}

struct text text_without_secrets(struct decoder *d, struct text raw, size_t max)
{
    return hide(d, raw, max, scrub_text);
}

struct text text_without_shapes(struct decoder *d, struct text raw, size_t max)
{
    return hide(d, raw, max, scrub_shapes);
}

struct text text_read(struct decoder *d, struct json value, size_t max)
{
    return text_tidy(d, json_text(value), max);
}

static void flatten(struct decoder *d, struct json_out *w, struct json value, size_t max);

static void flatten_container(struct decoder *d, struct json_out *w, struct json container,
                              size_t max)
{
    for (struct json_walk walk = json_walk(container); json_next(&walk) && w->out->len <= max;) {
        if (walk.is_object) {
            json_name_text(w, text_clip(walk.name, max));
            if (scrub_is_secret_name(walk.name)) {
                json_string(w, SCRUBBED);
                continue;
            }
        }
        flatten(d, w, walk.value, max);
    }
}

// Stops adding once more than max bytes are there.
static void flatten(struct decoder *d, struct json_out *w, struct json value, size_t max)
{
    switch (json_type(value)) {
    case JSON_MISSING:
    case JSON_NULL: json_null(w); break;
    case JSON_BOOL: json_boolean(w, json_bool(value, false)); break;
    case JSON_INT: json_number(w, json_int(value, 0)); break;
    case JSON_DOUBLE: json_real(w, json_double(value, 0)); break;
    case JSON_STRING:
        json_string(w, scrub_text(&d->arena, text_clip(json_text(value), max)));
        break;
    case JSON_ARRAY:
        json_array(w);
        flatten_container(d, w, value, max);
        json_array_end(w);
        break;
    case JSON_OBJECT:
        json_object(w);
        flatten_container(d, w, value, max);
        json_object_end(w);
        break;
    }
}

static struct text flattened(struct decoder *d, struct json value, size_t max)
{
    buffer_clear(&d->scratch);
    struct json_out w = {.out = &d->scratch};
    flatten(d, &w, value, max);
    if (d->scratch.failed)
        fatal_out_of_memory();
    return arena_copy(&d->arena, text_clip(buffer_text(&d->scratch), max));
}

struct text text_lenient(struct decoder *d, struct json value, size_t max)
{
    switch (json_type(value)) {
    case JSON_STRING: return text_tidy(d, json_text(value), max);
    case JSON_BOOL: return json_bool(value, false) ? TEXT("true") : TEXT("false");
    case JSON_INT:
    case JSON_DOUBLE: return flattened(d, value, max);
    default: return (struct text){0};
    }
}

struct text text_any(struct decoder *d, struct json value, size_t max)
{
    switch (json_type(value)) {
    case JSON_NULL: return TEXT("null");
    case JSON_ARRAY:
    case JSON_OBJECT: return flattened(d, value, max);
    default: return text_lenient(d, value, max);
    }
}

struct variable variable_read(struct decoder *d, struct text name, struct json value, size_t max)
{
    struct variable variable = {.name = text_tidy(d, name, REPORT_NAME_MAX)};
    if (scrub_is_secret_name(variable.name))
        variable.value = SCRUBBED;
    else
        variable.value = text_without_secrets(d, text_any(d, value, max), max);
    return variable;
}

int64_t int_lenient(struct json value, int64_t otherwise)
{
    int64_t number = otherwise;
    if (json_type(value) == JSON_STRING)
        return text_to_int64(text_trim(json_text(value)), &number) ? number : otherwise;
    return json_int(value, otherwise);
}

struct entries entries_of(struct json list)
{
    struct entries entries = {0};
    if (json_type(list) == JSON_OBJECT) {
        struct json values = json_get(list, TEXT("values"));
        if (json_type(values) == JSON_MISSING) {
            entries.single = json_size(list) > 0 ? list : (struct json){0};
            return entries;
        }
        list = values;
    }
    if (json_type(list) == JSON_ARRAY)
        entries.walk = json_walk(list);
    else
        entries.single = list; // one object where a list should be; anything else is passed over
    return entries;
}

bool entries_next(struct entries *entries)
{
    if (json_type(entries->single) == JSON_OBJECT) {
        entries->entry = entries->single;
        entries->single = (struct json){0};
        return true;
    }
    while (json_next(&entries->walk)) {
        entries->entry = entries->walk.value;
        if (json_type(entries->entry) == JSON_OBJECT)
            return true;
    }
    return false;
}

size_t entries_count(struct json list)
{
    size_t count = 0;
    for (struct entries e = entries_of(list); entries_next(&e);)
        count++;
    return count;
}

struct pairs pairs_of(struct json value)
{
    return (struct pairs){.walk = json_walk(value)};
}

bool pairs_next(struct pairs *pairs)
{
    while (json_next(&pairs->walk)) {
        pairs->name = pairs->walk.name;
        pairs->value = pairs->walk.value;
        if (!pairs->walk.is_object) {
            struct json_walk pair = json_walk(pairs->walk.value);
            if (pair.is_object || !json_next(&pair))
                continue;
            pairs->name = json_text(pair.value);
            if (!json_next(&pair))
                continue;
            pairs->value = pair.value;
        }
        if (pairs->name.len && json_type(pairs->value) != JSON_NULL)
            return true;
    }
    return false;
}
