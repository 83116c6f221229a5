// SPDX-License-Identifier: MIT
// Any bytes as a flawless.cfg of which one value changes: the first line is the change, what
// follows the file. Afterwards the option has its new value and every other one its old.
#include "base/utf8.h"
#include "core/options_edit.h"
#include "core/options_line.h"
#include "core/options_value.h"
#include "fuzz.h"

static void hear(void *self, const char *message)
{
    (void)self;
    (void)message;
}

static void add_line(void *self, const char *name, struct text value)
{
    buffer_printf(self, "%s = %.*s\n", name, TEXT_ARG(value));
}

static void show(struct text content, const struct option_row *row, struct text value,
                 struct buffer *out)
{
    struct options o;
    struct buffer wanted = {0};
    options_init(&o);
    options_read(&o, "fuzz", content, (struct options_warnings){NULL, hear, hear}, NULL);
    check(option_take(&o, row, value, &wanted));
    options_list(&o, add_line, out);
    options_release(&o);
}

static void check_edit(const struct option_row *row, struct text value, struct text content)
{
    struct buffer edited = {0}, again = {0}, before = {0}, after = {0};
    struct text name = text_of(row->name), written;
    options_edit(content, name, value, &edited);
    options_edit(buffer_text(&edited), name, value, &again);
    check(text_equal(buffer_text(&edited), buffer_text(&again)));
    check(options_find_written(buffer_text(&edited), name, &written) && text_equal(written, value));
    show(content, row, value, &before);
    show(buffer_text(&edited), row, value, &after);
    check(edited.len > OPTIONS_SIZE_MAX || text_equal(buffer_text(&before), buffer_text(&after)));
    buffer_release(&edited);
    buffer_release(&again);
    buffer_release(&before);
    buffer_release(&after);
}

// As a value may be: what is typed or read is looked at before.
static bool is_one_line(struct text value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.at[i] < 0x20 || value.at[i] == 0x7f)
            return false;
    return utf8_is_valid(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct text content = {(const char *)bytes, len}, first;
    struct options o;
    struct buffer wanted = {0};
    struct error error = {0};
    struct options_warnings nobody = {0};
    if (!text_cut(&content, '\n', &first))
        return 0;
    struct option_line change = option_line_read(first);
    const struct option_row *row = option_find(change.name);
    options_init(&o);
    if (change.kind == LINE_OPTION && row && is_one_line(change.value) &&
        option_take(&o, row, change.value, &wanted) &&
        options_read(&o, "fuzz", content, nobody, &error))
        check_edit(row, change.value, content);
    options_release(&o);
    buffer_release(&wanted);
    return 0;
}
