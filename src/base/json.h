// SPDX-License-Identifier: MIT
// Reading JSON. The face of simdjson for everybody else; json.cc is the only C++ file.
#ifndef FLAWLESS_BASE_JSON_H
#define FLAWLESS_BASE_JSON_H

#ifdef __cplusplus
extern "C" {
#endif

#include "base/error.h"
#include "base/text.h"

// Owns the memory of one parsed document; used again for the next one. One thread at a time.
struct json_doc;

enum json_type {
    JSON_MISSING, // no such member; also what every question about a missing value answers
    JSON_NULL,
    JSON_BOOL,
    JSON_INT,    // fits in int64_t
    JSON_DOUBLE, // any other number
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

// A place in a document. Valid until the document parses again or is freed. The zero value is
// missing.
struct json {
    const void *doc;
    size_t at;
};

enum { JSON_DEPTH_MAX = 128, JSON_SIZE_MAX = 64 * 1024 * 1024 };

struct json_doc *json_doc_new(void);
void json_doc_free(struct json_doc *doc); // NULL is fine

// Parses exactly one value with white space around it. Strict first; when that fails, once more
// after mending what SDKs are known to send wrong: bytes that are not UTF-8 and lone surrogate
// escapes become U+FFFD, NaN and Infinity become null, integers beyond 64 bits become
// floating-point numbers. ERROR_INPUT with the reason in plain words.
bool json_parse(struct json_doc *doc, struct text bytes, struct json *root, struct error *error);

enum json_type json_type(struct json value);
bool json_bool(struct json value, bool otherwise);
int64_t json_int(struct json value, int64_t otherwise);  // also a double without a fraction
double json_double(struct json value, double otherwise); // also an integer
struct text json_text(struct json value);                // empty unless it is a string

// Object member by name. Of several with one name, the last.
struct json json_get(struct json object, struct text name);
size_t json_size(struct json container); // members or elements; at most 0xffffff is told

// Walks the members of an object or the elements of an array (then the name is empty); nothing for
// other types:   for (struct json_walk w = json_walk(v); json_next(&w);) use(w.name, w.value);
struct json_walk {
    struct text name;
    struct json value;
    const void *doc;
    size_t at, end;
    bool is_object;
};
struct json_walk json_walk(struct json container);
bool json_next(struct json_walk *walk);

#ifdef __cplusplus
}
#endif
#endif
