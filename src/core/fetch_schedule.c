// SPDX-License-Identifier: MIT
#include "core/fetch_schedule.h"

#include <string.h>

#include "base/hex.h"

static uint64_t hash_of(struct text name)
{
    struct digest digest = digest_of(&name, 1);
    uint64_t hash;
    memcpy(&hash, digest.bytes, sizeof hash);
    return hash;
}

static struct fetch_wish *find(struct fetch_schedule *schedule, uint64_t hash)
{
    for (size_t i = 0; i < schedule->wish_n; i++)
        if (schedule->wishes[i].hash == hash)
            return &schedule->wishes[i];
    return NULL;
}

// A place for one more: a new one, or that of the oldest.
static struct fetch_wish *make_room(struct fetch_schedule *schedule)
{
    if (schedule->wish_n < FETCH_NAME_MAX)
        return &schedule->wishes[schedule->wish_n++];
    struct fetch_wish *oldest = schedule->wishes;
    for (size_t i = 1; i < schedule->wish_n; i++)
        if (schedule->wishes[i].asked_at_ms < oldest->asked_at_ms)
            oldest = &schedule->wishes[i];
    return oldest;
}

bool fetch_schedule_ask(struct fetch_schedule *schedule, struct text name, int64_t now_ms)
{
    uint64_t hash = hash_of(name);
    struct fetch_wish *wish = find(schedule, hash);
    if (schedule->failures)
        return false;
    if (wish && now_ms - wish->asked_at_ms < FETCH_MISSED_KEEP_MS)
        return schedule->done < wish->wanted;
    if (!wish)
        wish = make_room(schedule);
    // one under way may have begun before whatever is missed was there
    *wish = (struct fetch_wish){hash, now_ms, schedule->begun + 1};
    int64_t soon = schedule->ended_at_ms + FETCH_PAUSE_MS;
    if (soon < schedule->due_at_ms)
        schedule->due_at_ms = soon;
    return true;
}

int64_t fetch_schedule_wait_ms(const struct fetch_schedule *schedule, int64_t now_ms)
{
    return schedule->due_at_ms > now_ms ? schedule->due_at_ms - now_ms : 0;
}

void fetch_schedule_begin(struct fetch_schedule *schedule)
{
    schedule->begun++;
}

static int64_t retry_ms(int64_t failures)
{
    int64_t wait = FETCH_RETRY_FIRST_MS;
    for (int64_t i = 1; i < failures && wait < FETCH_RETRY_MAX_MS; i++)
        wait *= 2;
    return wait < FETCH_RETRY_MAX_MS ? wait : FETCH_RETRY_MAX_MS;
}

static bool is_asked_for(const struct fetch_schedule *schedule)
{
    for (size_t i = 0; i < schedule->wish_n; i++)
        if (schedule->wishes[i].wanted > schedule->done)
            return true;
    return false;
}

void fetch_schedule_end(struct fetch_schedule *schedule, bool is_good, int64_t now_ms)
{
    schedule->done = schedule->begun;
    schedule->ended_at_ms = now_ms;
    schedule->failures = is_good ? 0 : schedule->failures + 1;
    int64_t wait = !is_good                 ? retry_ms(schedule->failures)
                   : is_asked_for(schedule) ? FETCH_PAUSE_MS
                                            : FETCH_EVERY_MS;
    schedule->due_at_ms = now_ms + wait;
}
