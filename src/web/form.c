// SPDX-License-Identifier: MIT
#include "web/form.h"

#include "base/utf8.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// '+' is a blank, %XX a byte; a '%' that begins no such thing stands for itself.
static struct text decode(struct text piece, struct arena *arena)
{
    char *bytes = arena_alloc(arena, piece.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < piece.len; i++) {
        char c = piece.at[i];
        bool is_coded = c == '%' && i + 2 < piece.len && digit(piece.at[i + 1]) >= 0 &&
                        digit(piece.at[i + 2]) >= 0;
        if (is_coded) {
            c = (char)(digit(piece.at[i + 1]) * 16 + digit(piece.at[i + 2]));
            i += 2;
        }
        bytes[len++] = c == '+' && !is_coded ? ' ' : c;
    }
    return utf8_mended(arena, (struct text){bytes, len});
}

bool form_parse(struct text body, struct arena *arena, struct form *form, struct error *error)
{
    struct text piece;
    form->field_n = 0;
    form->fields = arena_array(arena, struct form_field, FORM_FIELD_MAX);
    while (text_cut(&body, '&', &piece)) {
        if (!piece.len)
            continue;
        if (form->field_n == FORM_FIELD_MAX)
            return error_set(error, ERROR_INPUT, "The form has more than %d fields",
                             FORM_FIELD_MAX);
        size_t equals = text_find(piece, '=');
        struct form_field *field = &form->fields[form->field_n++];
        field->name = decode(text_until(piece, equals), arena);
        field->value = decode(text_from(piece, equals + 1), arena);
    }
    return true;
}

struct text form_get(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->field_n; i++)
        if (text_equal(form->fields[i].name, text_of(name)))
            return form->fields[i].value;
    return (struct text){0};
}
