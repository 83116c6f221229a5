// SPDX-License-Identifier: MIT
// Words in lines, for reading in a terminal.
#ifndef FLAWLESS_SERVER_WRAP_H
#define FLAWLESS_SERVER_WRAP_H

#include "base/buffer.h"

// Adds the words in lines of at most 78 bytes, each with the prefix and ended by a newline.
void wrap_add(struct buffer *out, const char *prefix, struct text words);

#endif
