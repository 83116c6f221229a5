// SPDX-License-Identifier: MIT
// What git grep says about a repository's lines, in two pieces.
#include "fuzz.h"

#include "base/buffer.h"
#include "base/error.h"
#include "core/raise_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct raise_lines *lines = raise_lines_new();
    struct text all = {(const char *)data, size};
    struct buffer bytes = {0};
    buffer_add(&bytes, text_until(all, size / 2));
    raise_lines_take(lines, &bytes);
    buffer_add(&bytes, text_from(all, size / 2));
    raise_lines_take(lines, &bytes);
    check(text_find(buffer_text(&bytes), '\n') == bytes.len); // nothing complete is left
    buffer_release(&bytes);
    raise_lines_drop(lines);
    return 0;
}
