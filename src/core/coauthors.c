// SPDX-License-Identifier: MIT
#include "core/coauthors.h"

#include "base/buffer.h"
#include "base/utf8.h"

// The address of "Name <address>", or the empty text.
static struct text address_of(struct text person)
{
    if (!text_ends(person, TEXT(">")))
        return (struct text){0};
    size_t start = text_find_last(person, '<');
    return text_trim(text_from(text_until(person, person.len - 1), start + 1));
}

static bool is_listed(struct text list, struct text address)
{
    struct text person;
    while (text_cut(&list, '\n', &person))
        if (text_equal_nocase(address_of(person), address))
            return true;
    return false;
}

struct text coauthors_read(struct text commit, struct text author_email, struct arena *arena)
{
    static const struct text key = {"co-authored-by:", sizeof "co-authored-by:" - 1};
    struct buffer list = {0};
    struct text line;
    int n = 0;
    while (text_cut(&commit, '\n', &line) && text_trim(line).len > 0)
        continue; // headers
    while (n < COAUTHOR_MAX && text_cut(&commit, '\n', &line)) {
        struct text person = text_trim(text_from(line, key.len)), address = address_of(person);
        if (!text_equal_nocase(text_until(line, key.len), key) || !address.len ||
            person.len > COAUTHOR_BYTES_MAX || text_equal_nocase(address, author_email) ||
            is_listed(buffer_text(&list), address))
            continue;
        utf8_add_mended(&list, person);
        buffer_add_char(&list, '\n');
        n++;
    }
    struct text result = arena_copy(arena, text_trim(buffer_text(&list)));
    buffer_release(&list);
    return result;
}
