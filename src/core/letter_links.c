// SPDX-License-Identifier: MIT
#include "core/letter_links.h"

#include "core/link.h"

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

struct parameters {
    const struct parameter *all;
    size_t n;
};

// As it stands in the link.
static struct text find_parameter(const void *self, const char *name)
{
    const struct parameters *parameters = self;
    for (size_t i = 0; i < parameters->n; i++)
        if (text_equal(text_of(parameters->all[i].name), text_of(name)))
            return text_clip(parameters->all[i].value, PARAMETER_MAX);
    return (struct text){0};
}

static void add_signature(struct buffer *url, const struct letter_home *home, int64_t project_id,
                          const char *path, const struct parameters *parameters)
{
    char signature[SEAL_LEN + 1];
    if (home->key && link_sign(home->key, project_id, text_of(path),
                               (struct link_parameters){parameters, find_parameter}, signature))
        buffer_printf(url, "&signature=%s", signature);
}

static struct text make_url(const struct letter_home *home, const char *path, int64_t project_id,
                            const struct parameter *parameters, size_t n, struct text anchor,
                            struct arena *arena)
{
    struct buffer url = {0};
    buffer_add(&url, home->base_url);
    buffer_add_string(&url, path);
    for (size_t i = 0; i < n; i++) {
        buffer_printf(&url, "%c%s=", i ? '&' : '?', parameters[i].name);
        add_encoded(&url, parameters[i].value);
    }
    add_signature(&url, home, project_id, path, &(struct parameters){parameters, n});
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

struct text letter_link_error(const struct letter_home *home, const struct error_record *record,
                              struct arena *arena)
{
    const struct parameter place[] = {
        {"filename", record->path},
        {"function_name", record->function},
        {"line_number", number(record->line_number, arena)},
        {"text", record->text},
        {"project", number(record->project_id, arena)},
    };
    return make_url(home, "/view_traceback", record->project_id, place, 5, (struct text){0}, arena);
}

static struct text link_known(const struct letter_home *home, const struct error_record *record,
                              struct arena *arena)
{
    const struct parameter line[] = {
        {"filename", record->path},
        {"function_name", record->function},
        {"code_fragment", record->text},
        {"project", number(record->project_id, arena)},
    };
    return make_url(home, "/add_known_error", record->project_id, line, 4, (struct text){0}, arena);
}

// To a page with a button: programs that look through letters follow every link.
static struct text link_fixed(const struct letter_home *home, const struct error_record *record,
                              struct arena *arena)
{
    const struct parameter error[] = {
        {"id", number(record->id, arena)},
        {"project", number(record->project_id, arena)},
    };
    return make_url(home, "/mark_fixed", record->project_id, error, 2, (struct text){0}, arena);
}

// developer: whose errors the page is to begin with; may be empty.
static struct text link_week(const struct letter_home *home, int64_t project_id,
                             struct text developer, int64_t now_ms, struct arena *arena)
{
    const struct parameter week[] = {
        {"timestamp", number(now_ms / 1000, arena)},
        {"include_known_errors", TEXT("true")},
        {"include_modified_before_min_date", TEXT("true")},
        {"project", number(project_id, arena)},
    };
    return make_url(home, "/get_weekly_error_report", project_id, week, 4, developer, arena);
}

void letter_links(const struct letter_home *home, const struct error_record *record, int64_t now_ms,
                  struct arena *arena, struct letter_link links[LETTER_LINK_N])
{
    struct text week =
        link_week(home, record->project_id, record->ownership.owner_email, now_ms, arena);
    links[0] =
        (struct letter_link){"Most recent occurrence", letter_link_error(home, record, arena)};
    links[1] = (struct letter_link){"All errors of this developer, this week", week};
    links[2] = (struct letter_link){"Add it to the known errors, if it need not be mended",
                                    link_known(home, record, arena)};
    links[3] = (struct letter_link){"Mark it as fixed", link_fixed(home, record, arena)};
    links[4] = letter_link_about(home, arena);
}

struct letter_link letter_link_about(const struct letter_home *home, struct arena *arena)
{
    return (struct letter_link){
        "What is Flawless? Why you got this letter, and what to do with it",
        make_url(home, "/what_is_flawless", 0, NULL, 0, (struct text){0}, arena)};
}

struct letter_link letter_link_week(const struct letter_home *home, int64_t project_id,
                                    int64_t now_ms, struct arena *arena)
{
    return (struct letter_link){"All errors of this week, yours among them",
                                link_week(home, project_id, (struct text){0}, now_ms, arena)};
}
