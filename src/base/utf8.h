// SPDX-License-Identifier: MIT
// Making text valid at the border.
#ifndef FLAWLESS_BASE_UTF8_H
#define FLAWLESS_BASE_UTF8_H

#include "base/arena.h"
#include "base/buffer.h"

bool utf8_is_valid(struct text t);

// Length in bytes of the valid UTF-8 sequence at the start of t, 0 if there is none.
size_t utf8_sequence(struct text t);

// Appends t with every byte that is not part of valid UTF-8 replaced by U+FFFD.
void utf8_add_mended(struct buffer *b, struct text t);

// t itself when it is valid, else a mended copy.
struct text utf8_mended(struct arena *a, struct text t);

#endif
