// SPDX-License-Identifier: MIT
#include "core/raise_lines.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "base/utf8.h"
#include "core/raise.h"

enum { KEY_MAX = 4096 + 32 }; // longer paths are not remembered

struct raise_lines {
    atomic_size_t holders;
    struct map places; // of "PATH:NUMBER"; the values say nothing
};

static bool write_key(struct text path, int64_t number, char *room, struct text *key)
{
    if (path.len + 32 > KEY_MAX)
        return false;
    memcpy(room, path.at, path.len);
    int len = snprintf(room + path.len, 32, ":%lld", (long long)number);
    *key = (struct text){room, path.len + (size_t)len};
    return true;
}

struct raise_lines *raise_lines_new(void)
{
    struct raise_lines *lines = must_alloc(sizeof *lines);
    atomic_init(&lines->holders, 1);
    return lines;
}

void raise_lines_add(struct raise_lines *lines, struct text path, int64_t number, struct text text)
{
    char room[KEY_MAX];
    struct text key;
    if (lines->places.count < RAISE_LINE_MAX && raise_is_bare((struct text){0}, path, text) &&
        write_key(path, number, room, &key))
        map_put(&lines->places, key, lines);
}

static void add_entry(struct raise_lines *lines, struct text entry)
{
    struct text place = {0}, number = {0};
    int64_t line_number;
    text_cut(&entry, '\0', &place);
    text_cut(&entry, '\0', &number);
    struct text path = text_from(place, text_find(place, ':') + 1);
    if (path.len && utf8_is_valid(path) && text_to_int64(number, &line_number))
        raise_lines_add(lines, path, line_number, entry);
}

void raise_lines_take(struct raise_lines *lines, struct buffer *bytes)
{
    struct text rest = buffer_text(bytes), entry;
    size_t used = 0;
    while (text_find(rest, '\n') < rest.len && text_cut(&rest, '\n', &entry)) {
        used += entry.len + 1;
        add_entry(lines, entry);
    }
    if (!used)
        return;
    memmove(bytes->at, bytes->at + used, bytes->len - used);
    bytes->len -= used;
}

bool raise_lines_has(const struct raise_lines *lines, struct text path, int64_t number)
{
    char room[KEY_MAX];
    struct text key;
    return lines && path.len && write_key(path, number, room, &key) &&
           map_find(&lines->places, key) != NULL;
}

size_t raise_lines_count(const struct raise_lines *lines)
{
    return lines->places.count;
}

struct raise_lines *raise_lines_hold(struct raise_lines *lines)
{
    if (lines)
        atomic_fetch_add(&lines->holders, 1);
    return lines;
}

void raise_lines_drop(struct raise_lines *lines)
{
    if (!lines || atomic_fetch_sub(&lines->holders, 1) != 1)
        return;
    map_release(&lines->places);
    free(lines);
}
