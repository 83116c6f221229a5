// SPDX-License-Identifier: MIT
#include "report/message_text.h"

struct message_members {
    struct json formatted, message, params;
};

static const struct member message_members[] = {
    MEMBER(struct message_members, message),
    MEMBER(struct message_members, params),
    MEMBER(struct message_members, formatted),
};

// Puts the next parameter in the place of each "%s", "%d", "%r" and so on. False when they do not
// fit each other.
static bool format_positions(struct decoder *d, struct text template, struct json params)
{
    struct json_walk w = json_walk(params);
    struct text piece;
    bool is_first = true;
    if (text_ends(template, TEXT("%")) && !text_ends(template, TEXT("%%")))
        return false;
    while (text_cut(&template, '%', &piece)) {
        if (!is_first && piece.len == 0) { // "%%"
            buffer_add_char(&d->lines, '%');
            is_first = true;
            continue;
        }
        if (!is_first) {
            if (text_find(TEXT("sdrifxu"), piece.at[0]) == 7 || !json_next(&w))
                return false;
            buffer_add(&d->lines, text_any(d, w.value, REPORT_TEXT_MAX));
            piece = text_from(piece, 1);
        }
        buffer_add(&d->lines, piece);
        is_first = false;
        if (d->lines.len > REPORT_TEXT_MAX)
            return true;
    }
    return !json_next(&w);
}

// Puts named parameters in the place of "{name}"; other braces stay.
static bool format_names(struct decoder *d, struct text template, struct json params)
{
    while (template.len && d->lines.len <= REPORT_TEXT_MAX) {
        size_t open = text_find(template, '{');
        buffer_add(&d->lines, text_until(template, open));
        template = text_from(template, open);
        size_t close = text_find(template, '}');
        struct json value = {0};
        if (template.len && close < template.len)
            value = json_get(params, text_until(text_from(template, 1), close - 1));
        if (json_type(value) == JSON_MISSING) {
            buffer_add(&d->lines, text_until(template, 1));
            template = text_from(template, 1);
            continue;
        }
        buffer_add(&d->lines, text_any(d, value, REPORT_TEXT_MAX));
        template = text_from(template, close + 1);
    }
    return true;
}

// The text of a template with its parameters; the template alone when they do not fit.
static struct text format_message(struct decoder *d, struct text template, struct json params)
{
    if (json_size(params) == 0 || !template.len)
        return template;
    buffer_clear(&d->lines);
    bool fits = json_type(params) == JSON_ARRAY ? format_positions(d, template, params)
                                                : format_names(d, template, params);
    if (d->lines.failed)
        fatal_out_of_memory();
    if (!fits)
        return template;
    return arena_copy(&d->arena, text_clip(buffer_text(&d->lines), REPORT_TEXT_MAX));
}

struct text message_text(struct decoder *d, struct json value)
{
    if (json_type(value) == JSON_BOOL)
        return (struct text){0};
    if (json_type(value) != JSON_OBJECT)
        return text_lenient(d, value, REPORT_TEXT_MAX);
    struct message_members m = {0};
    members_gather(value, message_members, sizeof message_members / sizeof *message_members, &m);
    struct text formatted = text_lenient(d, m.formatted, REPORT_TEXT_MAX);
    if (formatted.len)
        return formatted;
    return format_message(d, text_lenient(d, m.message, REPORT_TEXT_MAX), m.params);
}
