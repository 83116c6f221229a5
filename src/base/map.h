// SPDX-License-Identifier: MIT
// Hash map from bytes to a pointer.
#ifndef FLAWLESS_BASE_MAP_H
#define FLAWLESS_BASE_MAP_H

#include "base/text.h"

struct map_entry {
    struct text key; // the map's own copy
    void *value;
    uint64_t hash;
};

// The zero value is an empty map. One thread at a time, or many readers and no writer. Keys may
// come from strangers: the hash is keyed with randomness of this process.
struct map {
    struct map_entry *entries; // open addressing; key.at is NULL in a free place
    size_t size;               // places, a power of two
    size_t count;              // in use
};

void *map_find(const struct map *m, struct text key); // NULL when absent
// Sets the value (not NULL) for key; gives the value that was there, or NULL.
void *map_put(struct map *m, struct text key, void *value);
void *map_take(struct map *m, struct text key); // removes and gives; NULL when absent
void map_release(struct map *m);                // values are the caller's to free first

// for (struct map_entry *e = map_first(m); e; e = map_after(m, e)) ...   (in no order; do not
// change m)
struct map_entry *map_first(const struct map *m);
struct map_entry *map_after(const struct map *m, struct map_entry *entry);

#endif
