// SPDX-License-Identifier: MIT
// Changing a flawless.cfg so that whoever wrote it knows it again: one value changes, and every
// other byte stays. Pure: the caller reads and writes the file.
#ifndef FLAWLESS_CORE_OPTIONS_EDIT_H
#define FLAWLESS_CORE_OPTIONS_EDIT_H

#include "base/buffer.h"

// The value of an option as it is written in [flawless], wrong or not; of several lines the last
// one counts. Borrowed from content. False when no line sets it.
bool options_find_written(struct text content, struct text name, struct text *value);

// Adds content to out, with the option set to value (trimmed, without control characters): in the
// line that counts, else in a new line at the end of [flawless], above a comment that belongs to
// the section after it.
void options_edit(struct text content, struct text name, struct text value, struct buffer *out);

#endif
