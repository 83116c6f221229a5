// SPDX-License-Identifier: MIT
// Repairs JSON that SDKs are known to send wrong; for json.cc alone.
#ifndef FLAWLESS_BASE_JSON_MEND_H
#define FLAWLESS_BASE_JSON_MEND_H

#include "base/buffer.h"

// Appends bytes to out with these mended: bytes that are not UTF-8 and lone surrogate escapes
// become U+FFFD, bare NaN, Infinity and -Infinity become null, raw control characters inside
// strings are escaped, and integers of 19 digits and more become floating-point numbers. False when
// there was nothing to mend.
bool json_mend(struct text bytes, struct buffer *out);

#endif
