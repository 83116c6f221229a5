// SPDX-License-Identifier: MIT
// The inside of a snapshot: only rules_*.c include this.
#ifndef FLAWLESS_CORE_RULES_INDEX_H
#define FLAWLESS_CORE_RULES_INDEX_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/map.h"
#include "core/rules.h"

// Where rules of one file are found: key -> struct rule_chain.
struct rules {
    atomic_size_t holders;
    struct map index[RULE_FILE_N];
    struct rule_chain {
        struct rule *first, *last;
    } all[RULE_FILE_N];
    size_t counts[RULE_FILE_N];
    struct rules *others; // whose rules are here, too, and whose texts they share; or NULL
    struct arena memory;
};

enum { RULE_KEY_MAX = 2 * 1024 + 1 }; // bytes; longer ones are in no index and fit nothing

// The keys, written into RULE_KEY_MAX bytes; false when they are too long. Of a line's rule: path
// and function, so that a thousand rules for one file are as quick as one.
bool rule_line_key(struct text filename, struct text function, char *room, struct text *key);
bool rule_email_key(struct text email, char *room, struct text *key); // in lower case

void rules_add(struct rules *rules, enum rule_file file, struct rule *rule); // takes it

// White space at the ends gone, other white space a single blank. At most max bytes are written.
struct text rule_collapse(struct text t, char *room, size_t max);

#endif
