// SPDX-License-Identifier: MIT
#include "web/show.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/week.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static struct text moment(struct arena *arena, int64_t at_ms, const char *separator,
                          const char *end)
{
    char date[11];
    date_write(at_ms, date);
    int64_t in_day = at_ms % DAY;
    int seconds = (int)((in_day < 0 ? in_day + DAY : in_day) / SECOND);
    return arena_printf(arena, "%s%s%02d:%02d:%02d%s", date, separator, seconds / 3600,
                        seconds / 60 % 60, seconds % 60, end);
}

struct text show_moment(struct arena *arena, int64_t at_ms)
{
    return moment(arena, at_ms, " ", "");
}

struct text show_duration(struct arena *arena, int64_t duration_ms)
{
    static const struct unit {
        int64_t from_ms, size_ms;
        const char *name;
    } units[] = {
        {2LL * 365 * DAY, 365LL * DAY, "year"},
        {2LL * DAY, DAY, "day"},
        {2LL * HOUR, HOUR, "hour"},
        {MINUTE, MINUTE, "minute"},
        {0, SECOND, "second"},
    };
    const struct unit *unit = units;
    while (duration_ms < unit->from_ms && unit->from_ms)
        unit++;
    return show_counted(arena, duration_ms / unit->size_ms, unit->name);
}

struct text show_age(struct arena *arena, int64_t now_ms, int64_t at_ms)
{
    int64_t age_ms = now_ms - at_ms;
    if (age_ms < 2 * SECOND && age_ms > -2 * SECOND)
        return TEXT("just now");
    struct text duration = show_duration(arena, age_ms < 0 ? -age_ms : age_ms);
    if (age_ms < 0)
        return arena_printf(arena, "in %.*s", TEXT_ARG(duration));
    return arena_printf(arena, "%.*s ago", TEXT_ARG(duration));
}

struct text show_count(struct arena *arena, int64_t count)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRIu64,
                       count < 0 ? 0 - (uint64_t)count : (uint64_t)count);
    char grouped[48];
    size_t used = 0;
    if (count < 0)
        grouped[used++] = '-';
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            grouped[used++] = ',';
        grouped[used++] = digits[i];
    }
    return arena_copy(arena, (struct text){grouped, used});
}

struct text show_counted(struct arena *arena, int64_t count, const char *noun)
{
    struct text number = show_count(arena, count);
    return arena_printf(arena, "%.*s %s%s", TEXT_ARG(number), noun, count == 1 ? "" : "s");
}

void show_time(struct arena *arena, struct value *object, const char *name, int64_t now_ms,
               int64_t at_ms)
{
    if (!at_ms) {
        value_set_null(arena, object, name);
        return;
    }
    struct value *time = value_set_object(arena, object, name);
    value_set_text(arena, time, "iso", moment(arena, at_ms, "T", "Z"));
    value_set_text(arena, time, "text", moment(arena, at_ms, " ", ""));
    value_set_text(arena, time, "age", show_age(arena, now_ms, at_ms));
}

void show_text_or_null(struct arena *arena, struct value *object, const char *name, struct text t)
{
    if (t.len)
        value_set_text(arena, object, name, t);
    else
        value_set_null(arena, object, name);
}
