// SPDX-License-Identifier: MIT
// Bodies as they are sent.
#ifndef FLAWLESS_CLIENT_GZIP_H
#define FLAWLESS_CLIENT_GZIP_H

#include "base/buffer.h"

enum { FL_GZIP_MIN = 1024 }; // bytes; what is smaller fits in a packet or two anyway

// Replaces what is in out by plain in gzip's format. False when it is too small to be worth it or
// there is no memory.
bool fl_gzip(struct text plain, struct buffer *out);

#endif
