// SPDX-License-Identifier: MIT
#include "core/hunk.h"

#include <stdlib.h>

#include "base/utf8.h"

struct span {
    int64_t first, n;
};

// "12,3" or "12"
static bool read_span(struct text words, struct span *span)
{
    size_t comma = text_find(words, ',');
    struct text n = text_from(words, comma + 1);
    span->n = 1;
    return text_to_int64(text_until(words, comma), &span->first) && span->first >= 0 &&
           span->first < INT64_MAX / 2 &&
           (comma == words.len || (text_to_int64(n, &span->n) && span->n >= 0)) &&
           span->n < INT64_MAX / 2;
}

// "@@ -12,3 +14 @@ and more"
static bool read_header(struct text line, struct span *old, struct span *new)
{
    struct text at, minus, plus;
    return text_cut(&line, ' ', &at) && text_equal(at, TEXT("@@")) &&
           text_cut(&line, ' ', &minus) && text_cut(&line, ' ', &plus) &&
           text_starts(minus, TEXT("-")) && text_starts(plus, TEXT("+")) &&
           read_span(text_from(minus, 1), old) && read_span(text_from(plus, 1), new);
}

// Where in a list of old_n the one at the same place is as index of new_n.
static int64_t same_place(int64_t index, int64_t new_n, int64_t old_n)
{
    if (new_n == old_n || new_n < 2)
        return index;
    return (int64_t)((double)index * (double)(old_n - 1) / (double)(new_n - 1) + 0.5);
}

static bool is_nearer(const struct old_line *a, const struct old_line *b, int64_t place)
{
    return llabs(a->number - place) < llabs(b->number - place);
}

// Keeps the lines sorted, and of too many the nearest.
static void insert(struct old_line *lines, size_t *n, struct old_line line, int64_t place)
{
    size_t at = *n;
    while (at > 0 && is_nearer(&line, &lines[at - 1], place))
        at--;
    if (at == OLD_LINE_MAX)
        return;
    *n += *n < OLD_LINE_MAX;
    for (size_t i = *n - 1; i > at; i--)
        lines[i] = lines[i - 1];
    lines[at] = line;
}

// The lines of one hunk; rest begins behind its header.
static size_t read_lines(struct text rest, struct span old, int64_t place, struct old_line *lines)
{
    struct text line;
    size_t n = 0;
    for (int64_t i = 0; i < old.n && text_cut(&rest, '\n', &line) && text_starts(line, TEXT("-"));
         i++)
        insert(lines, &n, (struct old_line){old.first + i, text_from(line, 1)}, place);
    return n;
}

size_t hunk_old_lines(struct text diff, int64_t number, struct arena *arena,
                      struct old_line lines[OLD_LINE_MAX])
{
    struct text line;
    struct span old, new;
    size_t n = 0;
    while (text_cut(&diff, '\n', &line)) {
        if (!read_header(line, &old, &new) || number < new.first || number - new.first >= new.n)
            continue;
        int64_t place = old.first + same_place(number - new.first, new.n, old.n);
        n = read_lines(diff, old, place, lines);
        break;
    }
    for (size_t i = 0; i < n; i++)
        lines[i].text = utf8_mended(arena, arena_copy(arena, lines[i].text));
    return n;
}
