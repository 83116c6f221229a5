// SPDX-License-Identifier: MIT
// Open addressing with linear probing; removal closes the gap, so there are no tombstones.
#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/error.h"

static unsigned char hash_key[crypto_shorthash_KEYBYTES];
static pthread_once_t hash_key_once = PTHREAD_ONCE_INIT;

static void make_hash_key(void)
{
    check(sodium_init() >= 0);
    randombytes_buf(hash_key, sizeof hash_key);
}

static uint64_t hash_of(struct text key)
{
    uint64_t hash;
    pthread_once(&hash_key_once, make_hash_key);
    crypto_shorthash((unsigned char *)&hash, (const unsigned char *)key.at, key.len, hash_key);
    return hash;
}

// The entry of key, or the free place where it belongs. The map has a free place.
static struct map_entry *place_of(const struct map *m, struct text key, uint64_t hash)
{
    for (size_t i = hash & (m->size - 1);; i = (i + 1) & (m->size - 1)) {
        struct map_entry *entry = &m->entries[i];
        if (!entry->key.at || (entry->hash == hash && text_equal(entry->key, key)))
            return entry;
    }
}

void *map_find(const struct map *m, struct text key)
{
    if (m->count == 0)
        return NULL;
    const struct map_entry *entry = place_of(m, key, hash_of(key));
    return entry->key.at ? entry->value : NULL;
}

static void grow(struct map *m)
{
    struct map larger = {.size = m->size ? m->size * 2 : 16, .count = m->count};
    larger.entries = must_alloc(larger.size * sizeof *larger.entries);
    for (size_t i = 0; i < m->size; i++)
        if (m->entries[i].key.at)
            *place_of(&larger, m->entries[i].key, m->entries[i].hash) = m->entries[i];
    free(m->entries);
    *m = larger;
}

void *map_put(struct map *m, struct text key, void *value)
{
    check(value != NULL);
    if (m->count * 4 >= m->size * 3)
        grow(m);
    uint64_t hash = hash_of(key);
    struct map_entry *entry = place_of(m, key, hash);
    if (entry->key.at) {
        void *before = entry->value;
        entry->value = value;
        return before;
    }
    char *copy = must_alloc(key.len + 1);
    if (key.len)
        memcpy(copy, key.at, key.len);
    *entry = (struct map_entry){{copy, key.len}, value, hash};
    m->count++;
    return NULL;
}

void *map_take(struct map *m, struct text key)
{
    if (m->count == 0)
        return NULL;
    struct map_entry *entry = place_of(m, key, hash_of(key));
    if (!entry->key.at)
        return NULL;
    void *value = entry->value;
    free((char *)entry->key.at);
    m->count--;
    size_t gap = (size_t)(entry - m->entries);
    for (size_t i = (gap + 1) & (m->size - 1); m->entries[i].key.at; i = (i + 1) & (m->size - 1)) {
        size_t home = m->entries[i].hash & (m->size - 1);
        // an entry may move into the gap when its home is not between the gap and itself
        if (((i - home) & (m->size - 1)) >= ((i - gap) & (m->size - 1))) {
            m->entries[gap] = m->entries[i];
            gap = i;
        }
    }
    m->entries[gap] = (struct map_entry){0};
    return value;
}

void map_release(struct map *m)
{
    for (size_t i = 0; i < m->size; i++)
        free((char *)m->entries[i].key.at);
    free(m->entries);
    *m = (struct map){0};
}

static struct map_entry *first_from(const struct map *m, size_t i)
{
    for (; i < m->size; i++)
        if (m->entries[i].key.at)
            return &m->entries[i];
    return NULL;
}

struct map_entry *map_first(const struct map *m)
{
    return first_from(m, 0);
}

struct map_entry *map_after(const struct map *m, struct map_entry *entry)
{
    return first_from(m, (size_t)(entry - m->entries) + 1);
}
