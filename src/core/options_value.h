// SPDX-License-Identifier: MIT
// One value of an option: from what is written in the file, and back.
#ifndef FLAWLESS_CORE_OPTIONS_VALUE_H
#define FLAWLESS_CORE_OPTIONS_VALUE_H

#include "core/options.h"

// written: trimmed, valid UTF-8 without control characters. False when it does not fit; then the
// field is as it was, and wanted says what was expected.
bool option_take(struct options *o, const struct option_row *row, struct text written,
                 struct buffer *wanted);

// What the field holds, as it is in another one's options, from which it borrows.
void option_copy(struct options *o, const struct options *from, const struct option_row *row);

// "host", "host:port", "[::1]:25", "::1": host without brackets, *port 0 when there is none. False
// when it is nothing of the sort.
bool host_port_split(struct text written, struct text *host, int64_t *port);

// An IPv4 or IPv6 address without brackets.
bool address_is_valid(struct text written);

#endif
