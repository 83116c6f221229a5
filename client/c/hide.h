// SPDX-License-Identifier: MIT
// Hiding secrets before they leave the program, by the rules that the server has as well
// (report/scrub.h).
#ifndef FLAWLESS_CLIENT_HIDE_H
#define FLAWLESS_CLIENT_HIDE_H

#include "base/json_out.h"

// A value as a JSON string without what looks like a secret, cut at max bytes.
void fl_hide(struct json_out *w, struct text value, size_t max);

// The same, but hidden whole when its name is secret by the rules or has one of words (with commas
// between, in any case) in it. The empty name says nothing.
void fl_hide_string(struct json_out *w, struct text name, struct text value, size_t max,
                    struct text words);

#endif
