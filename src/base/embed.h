// SPDX-License-Identifier: MIT
// Files that are part of the binary (pages, style sheets, migrations); tools/embed.py makes the
// tables at build time.
#ifndef FLAWLESS_BASE_EMBED_H
#define FLAWLESS_BASE_EMBED_H

#include "base/text.h"

struct embedded_file {
    const char *name; // file name without its folder; NULL ends a table
    struct text content;
};

// Sorted by name.
const struct embedded_file *embedded_find(const struct embedded_file *table, struct text name);

#endif
