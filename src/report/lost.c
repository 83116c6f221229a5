// SPDX-License-Identifier: MIT
#include "report/lost.h"

#include "base/json.h"

const char *const lost_reasons[LOST_REASON_N] = {
    "queue_overflow",     "cache_overflow",  "ratelimit_backoff",
    "network_error",      "send_error",      "sample_rate",
    "before_send",        "event_processor", "throttle_forgot",
    "internal_sdk_error", "other",
};

static int find_reason(struct text reason)
{
    int i = 0;
    while (i < LOST_REASON_N - 1 && !text_equal(reason, text_of(lost_reasons[i])))
        i++;
    return i;
}

static void add_entry(struct lost *lost, struct json entry)
{
    struct text category = json_text(json_get(entry, TEXT("category")));
    int64_t quantity = json_int(json_get(entry, TEXT("quantity")), 0);
    if (quantity < 1 || quantity > LOST_QUANTITY_MAX ||
        !(text_equal(category, TEXT("error")) || text_equal(category, TEXT("default"))))
        return;
    lost->n[find_reason(json_text(json_get(entry, TEXT("reason"))))] += quantity;
}

void lost_add(struct lost *lost, struct json item)
{
    struct json_walk walk = json_walk(json_get(item, TEXT("discarded_events")));
    for (int i = 0; i < LOST_ENTRY_MAX && json_next(&walk); i++)
        add_entry(lost, walk.value);
}
