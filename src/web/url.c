// SPDX-License-Identifier: MIT
#include "web/url.h"

struct text url_authority(struct text url)
{
    for (size_t i = 0; i + 3 <= url.len; i++)
        if (text_starts(text_from(url, i), TEXT("://"))) {
            url = text_from(url, i + 3);
            break;
        }
    return text_until(url, text_find(url, '/'));
}

static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void url_encode(struct buffer *out, struct text value)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.at[i];
        if (is_plain(c)) {
            buffer_add_char(out, (char)c);
            continue;
        }
        buffer_add_char(out, '%');
        buffer_add_char(out, digits[c >> 4]);
        buffer_add_char(out, digits[c & 15]);
    }
}

struct text url_link(struct arena *arena, const char *path, const struct url_parameter *parameters,
                     size_t parameter_n)
{
    struct buffer link = {0};
    buffer_add_string(&link, path);
    char separator = '?';
    for (size_t i = 0; i < parameter_n; i++) {
        if (!parameters[i].value.at)
            continue;
        buffer_add_char(&link, separator);
        url_encode(&link, text_of(parameters[i].name));
        buffer_add_char(&link, '=');
        url_encode(&link, parameters[i].value);
        separator = '&';
    }
    struct text copy = arena_copy(arena, buffer_text(&link));
    buffer_release(&link);
    return copy;
}
