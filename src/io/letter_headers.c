// SPDX-License-Identifier: MIT
#include "io/letter_headers.h"

#include <time.h>

// In English whatever the locale.
static struct text write_date(int64_t at_ms, struct arena *arena)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm utc = {0};
    gmtime_r(&seconds, &utc);
    return arena_printf(arena, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[utc.tm_wday],
                        utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour,
                        utc.tm_min, utc.tm_sec);
}

static struct text write_id(struct text id, struct arena *arena)
{
    return arena_printf(arena, "<%.*s>", TEXT_ARG(id));
}

size_t letter_headers(const struct outbox_letter *letter, struct arena *arena,
                      struct letter_header headers[LETTER_HEADER_MAX])
{
    size_t n = 0;
    struct text domain = text_from(letter->from, text_find(letter->from, '@') + 1);
    struct text thread = write_id(letter->thread_id, arena);
    headers[n++] = (struct letter_header){
        "From", arena_printf(arena, "Flawless <%.*s>", TEXT_ARG(letter->from))};
    headers[n++] = (struct letter_header){"To", letter->to};
    headers[n++] = (struct letter_header){"Subject", letter->subject};
    headers[n++] = (struct letter_header){"Date", write_date(letter->written_at_ms, arena)};
    headers[n++] = (struct letter_header){"Message-ID", write_id(letter->message_id, arena)};
    if (letter->thread_id.len) {
        headers[n++] = (struct letter_header){"In-Reply-To", thread};
        headers[n++] = (struct letter_header){"References", thread};
    }
    headers[n++] = (struct letter_header){"Auto-Submitted", TEXT("auto-generated")};
    headers[n++] = (struct letter_header){"X-Auto-Response-Suppress", TEXT("All")};
    headers[n++] = (struct letter_header){
        "List-Id", arena_printf(arena, "Flawless <flawless.%.*s>", TEXT_ARG(domain))};
    headers[n++] = (struct letter_header){"X-Mailer", TEXT("Flawless")};
    return n;
}
