// SPDX-License-Identifier: MIT
// A tree of plain values in an arena: what a page function gathers, and what a template or a JSON
// answer shows.
#ifndef FLAWLESS_BASE_VALUE_H
#define FLAWLESS_BASE_VALUE_H

#include "base/arena.h"
#include "base/buffer.h"

enum value_type { VALUE_NULL, VALUE_BOOL, VALUE_INT, VALUE_TEXT, VALUE_LIST, VALUE_OBJECT };

struct value {
    enum value_type type;
    bool boolean;
    int64_t number;
    struct text text;    // borrowed: lives at least as long as the arena
    const char *name;    // when it is a member of an object
    struct value *first; // members or elements, in order of addition
    struct value *last;
    struct value *next; // sibling
};

struct value *value_object(struct arena *a);
struct value *value_list(struct arena *a);

// Members. Names are string literals. A name that begins with '_' is for templates only:
// value_to_json leaves it out. value_set_* give the new member.
void value_set_text(struct arena *a, struct value *object, const char *name, struct text t);
void value_set_int(struct arena *a, struct value *object, const char *name, int64_t number);
void value_set_bool(struct arena *a, struct value *object, const char *name, bool boolean);
void value_set_null(struct arena *a, struct value *object, const char *name);
struct value *value_set_object(struct arena *a, struct value *object, const char *name);
struct value *value_set_list(struct arena *a, struct value *object, const char *name);

struct value *value_add_object(struct arena *a, struct value *list);
void value_add_text(struct arena *a, struct value *list, struct text t);

const struct value *value_get(const struct value *object, struct text name); // NULL when absent
void value_to_json(const struct value *value, struct buffer *out);

#endif
