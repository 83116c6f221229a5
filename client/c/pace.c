// SPDX-License-Identifier: MIT
#include "pace.h"

int64_t fl_pace_ready_at(const struct fl_pace *p)
{
    return p->asked_until_ms > p->backoff_until_ms ? p->asked_until_ms : p->backoff_until_ms;
}

void fl_pace_succeeded(struct fl_pace *p)
{
    p->failure_n = 0;
    p->backoff_until_ms = 0;
}

void fl_pace_failed(struct fl_pace *p, int64_t now_ms, uint32_t random)
{
    int64_t delay_ms = FL_BACKOFF_FIRST_MS;
    for (unsigned i = 0; i < p->failure_n && delay_ms < FL_BACKOFF_MAX_MS; i++)
        delay_ms *= 2;
    if (delay_ms > FL_BACKOFF_MAX_MS)
        delay_ms = FL_BACKOFF_MAX_MS;
    p->failure_n++;
    p->backoff_until_ms = now_ms + delay_ms / 2 + (int64_t)random % (delay_ms + 1);
}

void fl_pace_asked(struct fl_pace *p, int64_t now_ms, int64_t wait_s)
{
    if (wait_s > FL_ASKED_MAX_S)
        wait_s = FL_ASKED_MAX_S;
    if (wait_s > 0)
        p->asked_until_ms = now_ms + wait_s * 1000;
}

void fl_pace_hurry(struct fl_pace *p)
{
    p->backoff_until_ms = 0;
}

static bool concerns_errors(struct text categories)
{
    struct text category;
    if (text_trim(categories).len == 0)
        return true;
    while (text_cut(&categories, ';', &category)) {
        category = text_trim(category);
        if (text_equal(category, TEXT("error")) || text_equal(category, TEXT("default")))
            return true;
    }
    return false;
}

int64_t fl_rate_limit_s(struct text header)
{
    int64_t longest = 0;
    struct text limit, field;
    while (text_cut(&header, ',', &limit)) {
        int64_t seconds;
        if (!text_cut(&limit, ':', &field) || !text_to_int64(text_trim(field), &seconds))
            continue;
        struct text categories = {0};
        text_cut(&limit, ':', &categories);
        if (seconds > longest && concerns_errors(categories))
            longest = seconds;
    }
    return longest;
}
