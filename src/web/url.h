// SPDX-License-Identifier: MIT
// Links to our own pages.
#ifndef FLAWLESS_WEB_URL_H
#define FLAWLESS_WEB_URL_H

#include "base/arena.h"
#include "base/buffer.h"

struct url_parameter {
    const char *name;
    struct text value; // any bytes
};

// Appends value with everything but letters, digits and - . _ ~ percent-encoded: safe as a query's
// name or value.
void url_encode(struct buffer *out, struct text value);

// "/path?name=value&...": what a link's attribute gets. The values are encoded; parameters whose
// value's at is NULL are left out. path is a literal of ours.
struct text url_link(struct arena *arena, const char *path, const struct url_parameter *parameters,
                     size_t parameter_n);

// "http://host:port/path" gives "host:port".
struct text url_authority(struct text url);

#endif
