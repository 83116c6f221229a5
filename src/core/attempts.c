// SPDX-License-Identifier: MIT
#include "core/attempts.h"

#include <string.h>

void attempts_init(struct attempts *attempts, const struct seal_key *key)
{
    *attempts = (struct attempts){.key = *key};
}

// Its slot, or the one that it would take.
static struct attempt_slot *find(struct attempts *attempts, struct text who, struct digest *digest)
{
    *digest = digest_keyed(attempts->key.bytes, sizeof attempts->key.bytes, &who, 1);
    size_t number = (size_t)digest->bytes[0] << 8 | digest->bytes[1];
    struct attempt_slot *group = attempts->slots[number % ATTEMPT_GROUPS], *oldest = group;
    for (size_t i = 0; i < ATTEMPT_GROUP_SIZE; i++) {
        if (memcmp(&group[i].who, digest, sizeof *digest) == 0)
            return &group[i];
        if (group[i].whole_at_ms < oldest->whole_at_ms)
            oldest = &group[i];
    }
    return oldest;
}

static bool is_of(const struct attempt_slot *slot, const struct digest *who)
{
    return memcmp(&slot->who, who, sizeof *who) == 0;
}

int64_t attempts_take(struct attempts *attempts, struct text who, int64_t now_ms)
{
    struct digest digest;
    struct attempt_slot *slot = find(attempts, who, &digest);
    if (!is_of(slot, &digest))
        *slot = (struct attempt_slot){.who = digest};
    int64_t latest_ms = now_ms + ATTEMPTS_AT_ONCE * (int64_t)ATTEMPT_COST_MS;
    if (slot->whole_at_ms > latest_ms) // the clock was set back
        slot->whole_at_ms = latest_ms;
    int64_t from_ms = slot->whole_at_ms > now_ms ? slot->whole_at_ms : now_ms;
    int64_t whole_at_ms = from_ms + ATTEMPT_COST_MS;
    int64_t wait_ms = whole_at_ms - latest_ms;
    if (wait_ms > 0)
        return wait_ms;
    slot->whole_at_ms = whole_at_ms;
    return 0;
}

void attempts_give_back(struct attempts *attempts, struct text who, int64_t now_ms)
{
    struct digest digest;
    struct attempt_slot *slot = find(attempts, who, &digest);
    if (is_of(slot, &digest) && slot->whole_at_ms > now_ms)
        slot->whole_at_ms -= ATTEMPT_COST_MS;
}

void attempts_forgive(struct attempts *attempts, struct text who)
{
    struct digest digest;
    struct attempt_slot *slot = find(attempts, who, &digest);
    if (is_of(slot, &digest))
        *slot = (struct attempt_slot){0};
}
