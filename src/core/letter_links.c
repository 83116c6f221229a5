// SPDX-License-Identifier: MIT
#include "core/letter_links.h"

enum { PARAMETER_MAX = 1024 }; // bytes before encoding

struct parameter {
    const char *name;
    struct text value;
};

static void add_encoded(struct buffer *out, struct text t)
{
    t = text_clip(t, PARAMETER_MAX);
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.at[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                        (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' || c == '~';
        if (is_plain)
            buffer_add_char(out, (char)c);
        else
            buffer_printf(out, "%%%02X", c);
    }
}

static struct text make_url(struct text base_url, const char *path,
                            const struct parameter *parameters, size_t n, struct text anchor,
                            struct arena *arena)
{
    struct buffer url = {0};
    buffer_add(&url, base_url);
    buffer_add_string(&url, path);
    for (size_t i = 0; i < n; i++) {
        buffer_printf(&url, "%c%s=", i ? '&' : '?', parameters[i].name);
        add_encoded(&url, parameters[i].value);
    }
    if (anchor.len > 0) {
        buffer_add_char(&url, '#');
        add_encoded(&url, anchor);
    }
    struct text made = arena_copy(arena, buffer_text(&url));
    buffer_release(&url);
    return made;
}

static struct text number(int64_t n, struct arena *arena)
{
    return arena_printf(arena, "%lld", (long long)n);
}

struct text letter_link_error(struct text base_url, const struct error_record *record,
                              struct arena *arena)
{
    const struct parameter place[] = {
        {"filename", record->path},
        {"function_name", record->function},
        {"line_number", number(record->line_number, arena)},
        {"text", record->text},
        {"project", number(record->project_id, arena)},
    };
    return make_url(base_url, "/view_traceback", place, 5, (struct text){0}, arena);
}

static struct text link_known(struct text base_url, const struct error_record *record,
                              struct arena *arena)
{
    const struct parameter line[] = {
        {"filename", record->path},
        {"function_name", record->function},
        {"code_fragment", record->text},
        {"project", number(record->project_id, arena)},
    };
    return make_url(base_url, "/add_known_error", line, 4, (struct text){0}, arena);
}

// developer: whose errors the page is to begin with; may be empty.
static struct text link_week(struct text base_url, int64_t project_id, struct text developer,
                             int64_t now_ms, struct arena *arena)
{
    const struct parameter week[] = {
        {"timestamp", number(now_ms / 1000, arena)},
        {"include_known_errors", TEXT("true")},
        {"include_modified_before_min_date", TEXT("true")},
        {"project", number(project_id, arena)},
    };
    return make_url(base_url, "/get_weekly_error_report", week, 4, developer, arena);
}

void letter_links(struct text base_url, const struct error_record *record, int64_t now_ms,
                  struct arena *arena, struct letter_link links[LETTER_LINK_N])
{
    struct text week =
        link_week(base_url, record->project_id, record->ownership.owner_email, now_ms, arena);
    links[0] =
        (struct letter_link){"Most recent occurrence", letter_link_error(base_url, record, arena)};
    links[1] = (struct letter_link){"All errors of this developer, this week", week};
    links[2] = (struct letter_link){"Add it to the known errors, if it need not be mended",
                                    link_known(base_url, record, arena)};
}

struct letter_link letter_link_week(struct text base_url, int64_t project_id, int64_t now_ms,
                                    struct arena *arena)
{
    return (struct letter_link){"All errors of this week, yours among them",
                                link_week(base_url, project_id, (struct text){0}, now_ms, arena)};
}
