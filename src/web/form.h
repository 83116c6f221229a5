// SPDX-License-Identifier: MIT
// The fields of a form as browsers post them (application/x-www-form-urlencoded, the URL standard's
// section 5). Inside src/web only.
#ifndef FLAWLESS_WEB_FORM_H
#define FLAWLESS_WEB_FORM_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum { FORM_FIELD_MAX = 200 };

struct form {
    struct form_field {
        struct text name, value; // valid UTF-8: what is not comes out as U+FFFD
    } * fields;
    size_t field_n;
};

// body: at most as large as HTTP takes one. Texts live in the arena. ERROR_INPUT: too many fields.
bool form_parse(struct text body, struct arena *arena, struct form *form, struct error *error);

// The first field of that name; at is NULL when there is none.
struct text form_get(const struct form *form, const char *name);

#endif
