// SPDX-License-Identifier: MIT
#include "core/options_edit.h"

#include "core/options_line.h"

// Where in the content an option is, or would be.
struct place {
    bool is_set, has_section;
    struct text value; // when it is set
    size_t value_at;   // where the value begins, or would begin behind the separator
    size_t end;        // of [flawless], for a new line
};

// How far [flawless] goes, line by line.
struct section {
    bool is_own;
    bool is_in_comment;        // the line before was one
    size_t end_before_comment; // where the section ended before that comment
};

static void follow_section(struct section *section, const struct option_line *line, size_t line_end,
                           struct place *place)
{
    if (line->kind == LINE_SECTION) {
        if (section->is_own && section->is_in_comment)
            place->end = section->end_before_comment; // the comment is about what comes now
        section->is_own = option_line_is_own_section(line);
        place->has_section |= section->is_own;
    }
    if (line->kind == LINE_COMMENT && !section->is_in_comment)
        section->end_before_comment = place->end;
    section->is_in_comment = line->kind == LINE_COMMENT;
    if (section->is_own && line->kind != LINE_BLANK)
        place->end = line_end;
}

static struct place find_place(struct text content, struct text name)
{
    struct place place = {0};
    struct section section = {0};
    struct text rest = content, bytes;
    if (text_starts(rest, TEXT("\xef\xbb\xbf")))
        rest = text_from(rest, 3);
    while (text_cut(&rest, '\n', &bytes)) {
        struct option_line line = option_line_read(bytes);
        size_t line_at = (size_t)(bytes.at - content.at);
        follow_section(&section, &line, content.len - rest.len, &place);
        if (!section.is_own || line.kind != LINE_OPTION || !text_equal_nocase(line.name, name))
            continue;
        place.is_set = true;
        place.value = line.value;
        place.value_at =
            line.value.len ? (size_t)(line.value.at - content.at) : line_at + line.after_separator;
    }
    return place;
}

bool options_find_written(struct text content, struct text name, struct text *value)
{
    struct place place = find_place(content, name);
    *value = place.value;
    return place.is_set;
}

// As the first line ends.
static const char *line_end_of(struct text content)
{
    struct text first = text_until(content, text_find(content, '\n'));
    return first.len < content.len && text_ends(first, TEXT("\r")) ? "\r\n" : "\n";
}

static void replace_value(struct text content, const struct place *place, struct text value,
                          struct buffer *out)
{
    buffer_add(out, text_until(content, place->value_at));
    if (place->value.len == 0 && value.len)
        buffer_add_char(out, ' ');
    buffer_add(out, value);
    buffer_add(out, text_from(content, place->value_at + place->value.len));
}

static void add_line(struct text content, const struct place *place, struct text name,
                     struct text value, struct buffer *out)
{
    const char *line_end = line_end_of(content);
    struct text before = place->has_section ? text_until(content, place->end) : content;
    buffer_add(out, before);
    if (before.len && !text_ends(before, TEXT("\n")))
        buffer_add_string(out, line_end);
    if (!place->has_section)
        buffer_printf(out, "%s[flawless]%s", before.len ? line_end : "", line_end);
    buffer_printf(out, "%.*s =%s%.*s%s", TEXT_ARG(name), value.len ? " " : "", TEXT_ARG(value),
                  line_end);
    buffer_add(out, text_from(content, before.len));
}

void options_edit(struct text content, struct text name, struct text value, struct buffer *out)
{
    struct place place = find_place(content, name);
    if (place.is_set)
        replace_value(content, &place, value, out);
    else
        add_line(content, &place, name, value, out);
}
