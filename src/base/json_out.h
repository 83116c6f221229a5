// SPDX-License-Identifier: MIT
// Writing JSON into a buffer. Commas are put by the writer; failure is the buffer's.
#ifndef FLAWLESS_BASE_JSON_OUT_H
#define FLAWLESS_BASE_JSON_OUT_H

#include "base/buffer.h"

// The zero value with out set is ready. Names are given before each member of an object:
//     json_object(&w); json_name(&w, "count"); json_number(&w, 3); json_object_end(&w);
struct json_out {
    struct buffer *out;
    bool needs_comma;
};

void json_object(struct json_out *w);
void json_object_end(struct json_out *w);
void json_array(struct json_out *w);
void json_array_end(struct json_out *w);
void json_name(struct json_out *w, const char *name);
void json_name_text(struct json_out *w, struct text name);
void json_string(struct json_out *w, struct text value); // bytes that are not UTF-8 become U+FFFD
void json_number(struct json_out *w, int64_t value);
void json_real(struct json_out *w, double value); // NaN and infinities become null
void json_boolean(struct json_out *w, bool value);
void json_null(struct json_out *w);

#endif
