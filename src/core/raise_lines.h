// SPDX-License-Identifier: MIT
// Which lines of a revision do nothing but raise, for reports that do not say what their lines are:
// SDKs of compiled languages have no source at hand.
#ifndef FLAWLESS_CORE_RAISE_LINES_H
#define FLAWLESS_CORE_RAISE_LINES_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

enum { RAISE_LINE_MAX = 1000 * 1000 }; // of a revision; more are not remembered

// Built by one thread, then read-only and shared; the last raise_lines_drop frees it.
struct raise_lines;

struct raise_lines *raise_lines_new(void);
// Remembers the line if its text, of which the beginning is enough, only raises.
void raise_lines_add(struct raise_lines *lines, struct text path, int64_t number, struct text text);
// Takes the complete entries of `git grep -n -z`, "COMMIT:PATH NUL NUMBER NUL TEXT LF", from the
// beginning of bytes and adds them. What is no such entry is passed over.
void raise_lines_take(struct raise_lines *lines, struct buffer *bytes);
bool raise_lines_has(const struct raise_lines *lines, struct text path, int64_t number);
size_t raise_lines_count(const struct raise_lines *lines);
struct raise_lines *raise_lines_hold(struct raise_lines *lines); // NULL is fine
void raise_lines_drop(struct raise_lines *lines);                // NULL is fine

#endif
