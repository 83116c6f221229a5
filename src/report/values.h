// SPDX-License-Identifier: MIT
// Reading what SDKs put into events: any value may be missing, null or of another type than
// expected. For the files of this folder only.
#ifndef FLAWLESS_REPORT_VALUES_H
#define FLAWLESS_REPORT_VALUES_H

#include "report/decoder.h"

// Which members of an object are wanted, and where in a struct of struct json each goes.
struct member {
    struct text name;
    size_t offset;
};
#define MEMBER(type, field)                                                                        \
    {                                                                                              \
        {#field, sizeof #field - 1}, offsetof(type, field)                                         \
    }
#define MEMBER_NAMED(type, field, literal)                                                         \
    {                                                                                              \
        {literal, sizeof literal - 1}, offsetof(type, field)                                       \
    }

// One walk over the object. What is absent or null stays as it is in *into; of several with one
// name the last counts.
void members_gather(struct json object, const struct member *members, size_t member_n, void *into);

// The text of a string, cut at max bytes, NUL characters replaced. text_read: empty for other
// types. text_lenient: numbers and booleans as text too. text_any: objects and arrays as compact
// JSON too, values with secret names hidden; null is "null".
struct text text_read(struct decoder *d, struct json value, size_t max);
struct text text_lenient(struct decoder *d, struct json value, size_t max);
struct text text_any(struct decoder *d, struct json value, size_t max);

// Cuts and replaces NUL characters: what the above do to strings.
struct text text_tidy(struct decoder *d, struct text raw, size_t max);
// The same, and hides secrets: those with names too, or only those known by their shape.
struct text text_without_secrets(struct decoder *d, struct text raw, size_t max);
struct text text_without_shapes(struct decoder *d, struct text raw, size_t max);

// A name and what text_any makes of its value; hidden when the name is secret, else without
// secrets.
struct variable variable_read(struct decoder *d, struct text name, struct json value, size_t max);

// A whole number, also spelled as a string; otherwise when it is none.
int64_t int_lenient(struct json value, int64_t otherwise);

// Walks a list of values in any of its shapes ({"values": [..]}, [..], one object, {} or null),
// passing over what is not an object:   for (struct entries e = entries_of(v); entries_next(&e);)
// use(e.entry);
struct entries {
    struct json_walk walk;
    struct json single;
    struct json entry;
};
struct entries entries_of(struct json list);
bool entries_next(struct entries *entries);
size_t entries_count(struct json list);

// Walks pairs: the members of an object, or a list of [name, value]; null values and too short
// pairs are passed over.
struct pairs {
    struct json_walk walk;
    struct text name;
    struct json value;
};
struct pairs pairs_of(struct json value);
bool pairs_next(struct pairs *pairs);

// Milliseconds since 1970 UTC, from seconds as a number or a date and time as text; 0 when it is
// neither or absurd.
int64_t timestamp_ms(struct json value);

#endif
