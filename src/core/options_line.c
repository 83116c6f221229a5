// SPDX-License-Identifier: MIT
#include "core/options_line.h"

static void read_section(struct text line, struct option_line *found)
{
    found->kind = text_ends(line, TEXT("]")) ? LINE_SECTION : LINE_BROKEN;
    if (found->kind == LINE_SECTION)
        found->name = text_trim(text_until(text_from(line, 1), line.len - 2));
}

static void read_option(struct text line, struct option_line *found)
{
    size_t equals = text_find(line, '='), colon = text_find(line, ':');
    size_t end = equals < colon ? equals : colon;
    found->name = text_trim(text_until(line, end));
    found->value = text_trim(text_from(line, end + 1));
    found->after_separator = end + 1;
    found->kind = end < line.len && found->name.len ? LINE_OPTION : LINE_BROKEN;
}

struct option_line option_line_read(struct text line)
{
    struct option_line found = {.kind = LINE_BLANK};
    struct text trimmed = text_trim(line);
    if (trimmed.len == 0)
        return found;
    if (trimmed.at[0] == '#' || trimmed.at[0] == ';')
        found.kind = LINE_COMMENT;
    else if (trimmed.at[0] == '[')
        read_section(trimmed, &found);
    else
        read_option(line, &found);
    return found;
}

bool option_line_is_own_section(const struct option_line *line)
{
    return line->kind == LINE_SECTION && text_equal_nocase(line->name, TEXT("flawless"));
}
