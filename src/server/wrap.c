// SPDX-License-Identifier: MIT
#include "server/wrap.h"

#include <string.h>

enum { LINE_WIDTH = 78 };

void wrap_add(struct buffer *out, const char *prefix, struct text words)
{
    struct text word;
    size_t column = 0;
    while (text_cut(&words, ' ', &word)) {
        if (column > 0 && column + 1 + word.len > LINE_WIDTH) {
            buffer_add_char(out, '\n');
            column = 0;
        }
        buffer_add_string(out, column ? " " : prefix);
        column += (column ? 1 : strlen(prefix)) + word.len;
        buffer_add(out, word);
    }
    buffer_add_char(out, '\n');
}
