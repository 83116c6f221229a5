// SPDX-License-Identifier: MIT
#include "core/options_tell.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "core/spelling.h"

enum { WARNING_MAX = 20, MESSAGE_MAX = 512 };

struct text options_shown(struct text piece, char *room)
{
    struct buffer mended = {0};
    utf8_add_mended(&mended, text_until(piece, OPTION_SHOWN_MAX));
    struct text t = text_clip(buffer_text(&mended), OPTION_SHOWN_MAX);
    for (size_t i = 0; i < t.len; i++)
        room[i] = (unsigned char)t.at[i] < 0x20 || t.at[i] == 0x7f ? '?' : t.at[i];
    buffer_release(&mended);
    return (struct text){room, t.len};
}

__attribute__((format(printf, 4, 0))) static void write_message(const struct options_teller *teller,
                                                                int line, char *message,
                                                                const char *format,
                                                                va_list arguments)
{
    int len = snprintf(message, MESSAGE_MAX, "%s:%d: ", teller->file_name, line);
    if (len > 0 && len < MESSAGE_MAX)
        vsnprintf(message + len, (size_t)(MESSAGE_MAX - len), format, arguments);
}

void options_warn(struct options_teller *teller, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;
    if (!teller->warnings.tell || teller->warning_n > WARNING_MAX)
        return;
    va_start(arguments, format);
    write_message(teller, teller->line, message,
                  teller->warning_n++ == WARNING_MAX ? "and more of the kind" : format, arguments);
    va_end(arguments);
    teller->warnings.tell(teller->warnings.self, message);
}

bool options_refuse(struct options_teller *teller, int line, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    write_message(teller, line, message, format, arguments);
    va_end(arguments);
    error_set(teller->error, ERROR_CONFIG, "%s", message);
    teller->mistake_n++;
    if (teller->warnings.tell_mistake)
        teller->warnings.tell_mistake(teller->warnings.self, message);
    return teller->warnings.tell_mistake && teller->mistake_n < OPTIONS_MISTAKE_MAX;
}

static const char *nearest_name(struct text name)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (const struct option_row *row = option_table; row->name; row++) {
        size_t distance = spelling_distance(name, text_of(row->name));
        if (distance < least) {
            least = distance;
            nearest = row->name;
        }
    }
    return nearest;
}

void options_warn_unknown(struct options_teller *teller, struct text name)
{
    char room[OPTION_SHOWN_MAX];
    if (!teller->warnings.tell || teller->warning_n > WARNING_MAX)
        return; // finding the nearest name is not for nothing
    options_warn(teller,
                 "there is no option \"%.*s\", it is not read; the nearest known one is \"%s\"",
                 TEXT_ARG(options_shown(name, room)), nearest_name(name));
}
