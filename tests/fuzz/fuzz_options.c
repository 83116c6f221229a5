// SPDX-License-Identifier: MIT
// Any bytes as a flawless.cfg. What is accepted can be shown, and what is shown is accepted and
// means the same.
#include <string.h>

#include "core/options.h"
#include "core/options_address.h"
#include "core/options_project.h"
#include "fuzz.h"

static void add_line(void *self, const char *name, struct text value)
{
    if (!(option_find(text_of(name))->flags & OPTION_SECRET)) // which are shown as ***
        buffer_printf(self, "%s = %.*s\n", name, TEXT_ARG(value));
}

static void show_project(const struct project_options *project, struct buffer *out)
{
    buffer_printf(out, "[project %s]\n", project->name.at);
    for (const struct option_row *row = option_table; row->name; row++) {
        if (!(row->flags & OPTION_PROJECT) || (row->flags & OPTION_SECRET))
            continue;
        buffer_printf(out, "%s = ", row->name);
        option_show(&project->options, row, out);
        buffer_add_char(out, '\n');
    }
}

static void show(const struct options *o, struct buffer *out)
{
    struct buffer addresses = {0};
    buffer_add_string(out, "[flawless]\n");
    options_list(o, add_line, out);
    for (size_t i = 0; i < o->project_n; i++)
        show_project(&o->projects[i], out);
    options_base_url(o, &addresses);
    options_smtp_url(o, &addresses);
    options_sender(o, &addresses);
    options_dsn(o, "0123456789abcdef0123456789abcdef", &addresses);
    buffer_release(&addresses);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct options first, second;
    struct buffer shown = {0}, again = {0};
    struct error error = {0};
    struct options_warnings nobody = {0};
    options_init(&first);
    if (options_read(&first, "fuzz", (struct text){(const char *)bytes, len}, nobody, &error)) {
        options_inherit(&first);
        show(&first, &shown);
        options_init(&second);
        // without the secrets it may be incomplete; then the reason is that and nothing else
        bool is_read = options_read(&second, "shown", buffer_text(&shown), nobody, &error);
        check(is_read || strstr(error.message, "password") || shown.len > OPTIONS_SIZE_MAX);
        options_inherit(&second);
        show(&second, &again);
        check(!is_read || text_equal(buffer_text(&shown), buffer_text(&again)));
        options_release(&second);
    } else {
        check(error.kind == ERROR_CONFIG && error.message[0]);
    }
    options_release(&first);
    buffer_release(&shown);
    buffer_release(&again);
    return 0;
}
