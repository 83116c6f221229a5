// SPDX-License-Identifier: MIT
// send_letters URL: sends a letter for each line of standard input, which has its from, to,
// subject, message_id and thread_id in hexadecimal digits, "-" for an empty one; says "sent" or
// "refused".
#include <stdio.h>
#include <string.h>

#include "io/smtp.h"

enum { FIELD_N = 5, LINE_BYTES = 65536 };

static struct text unhex(const char *digits, struct arena *arena)
{
    size_t len = strcmp(digits, "-") == 0 ? 0 : strlen(digits) / 2;
    char *bytes = arena_alloc(arena, len + 1);
    for (size_t i = 0; i < len; i++) {
        unsigned value = 0;
        sscanf(digits + 2 * i, "%2x", &value);
        bytes[i] = (char)value;
    }
    return (struct text){bytes, len};
}

static void send_one(struct smtp *smtp, char *line)
{
    struct arena arena = {0};
    struct text fields[FIELD_N] = {{0}};
    struct error error = {0};
    char *rest = line, *field;
    for (size_t i = 0; i < FIELD_N && (field = strsep(&rest, " \n")); i++)
        fields[i] = unhex(field, &arena);
    struct outbox_letter letter = {.from = fields[0],
                                   .to = fields[1],
                                   .subject = fields[2],
                                   .message_id = fields[3],
                                   .thread_id = fields[4],
                                   .text = TEXT("text\n"),
                                   .html = TEXT("<p>html</p>\n")};
    bool is_sent = smtp_send(smtp, &letter, &error) == SMTP_SENT;
    puts(is_sent ? "sent" : "refused");
    arena_release(&arena);
}

int main(int count, char **arguments)
{
    static char line[LINE_BYTES];
    if (count != 2)
        return 2;
    struct smtp *smtp = smtp_open(&(struct smtp_settings){.url = arguments[1]});
    while (fgets(line, sizeof line, stdin))
        send_one(smtp, line);
    smtp_close(smtp);
    return 0;
}
