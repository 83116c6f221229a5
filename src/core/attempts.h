// SPDX-License-Identifier: MIT
// How often somebody may try a password: so many times at once, then once a while. Pure.
//
// Whoever tries is a key: an address, or a name that is tried. Each key has a moment at which all
// its attempts are there again; an attempt moves it on by what one costs. Keys lie in small groups
// by a secret hash; a new key takes the place of the one in its group that has its attempts back
// the soonest, so memory is bounded and a flood of keys cannot aim at one.
#ifndef FLAWLESS_CORE_ATTEMPTS_H
#define FLAWLESS_CORE_ATTEMPTS_H

#include "base/hex.h"
#include "base/seal.h"

enum { ATTEMPTS_AT_ONCE = 10, ATTEMPT_COST_MS = 30 * 1000 };
enum { ATTEMPT_GROUPS = 1024, ATTEMPT_GROUP_SIZE = 4 };

struct attempts {
    struct seal_key key;
    struct attempt_slot {
        struct digest who;
        int64_t whole_at_ms; // all attempts are there again
    } slots[ATTEMPT_GROUPS][ATTEMPT_GROUP_SIZE];
};

void attempts_init(struct attempts *attempts, const struct seal_key *key);
// 0: the attempt may be made and is counted; else after how many milliseconds one may be.
int64_t attempts_take(struct attempts *attempts, struct text who, int64_t now_ms);
// The attempt was good: it costs nothing.
void attempts_give_back(struct attempts *attempts, struct text who, int64_t now_ms);
// All earlier ones are forgiven, too.
void attempts_forgive(struct attempts *attempts, struct text who);

#endif
