// SPDX-License-Identifier: MIT
#include "server/tally.h"

static int64_t add_up(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

void batch_tally_add(struct batch_tally *tally, struct judged *judged)
{
    struct text key = {(const char *)judged->key.bytes, sizeof judged->key.bytes};
    struct tally_entry *entry = map_find(&tally->by_key, key);
    if (!entry) {
        entry = arena_alloc(tally->arena, sizeof *entry);
        entry->first = judged;
        map_put(&tally->by_key, key, entry);
        if (tally->last)
            tally->last->next = entry;
        else
            tally->first = entry;
        tally->last = entry;
    }
    entry->newest = judged;
    entry->count = add_up(entry->count, judged->report.error_count);
    tally->report_n++;
    tally->occurrence_n = add_up(tally->occurrence_n, judged->report.error_count);
}

void batch_tally_release(struct batch_tally *tally)
{
    map_release(&tally->by_key);
    *tally = (struct batch_tally){0};
}
