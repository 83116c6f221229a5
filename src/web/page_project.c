// SPDX-License-Identifier: MIT
// Which project a page is about, and how its links stay with it.
#include "web/page.h"

#include <string.h>

enum { LINK_PARAMETER_MAX = 12, WANTED_SHOWN_MAX = 100 };

const struct web_project *page_project_by_id(const struct web_settings *settings, int64_t id)
{
    for (size_t i = 0; i < settings->project_n; i++)
        if (settings->projects[i].id == id)
            return &settings->projects[i];
    return NULL;
}

static bool refuse(const struct web_settings *settings, struct text wanted, struct error *error)
{
    struct buffer names = {0};
    for (size_t i = 0; i < settings->project_n; i++)
        buffer_printf(&names, "%s%.*s", i ? ", " : "", TEXT_ARG(settings->projects[i].name));
    error_set(error, ERROR_NOT_FOUND, "There is no project \"%.*s\"; known are: %.300s",
              TEXT_ARG(text_clip(wanted, WANTED_SHOWN_MAX)), names.at);
    buffer_release(&names);
    return false;
}

bool page_choose_project(struct page *page, struct error *error)
{
    const struct web_settings *settings = page->settings;
    struct text wanted = page->parameter(page, "project");
    int64_t id;
    page->project = &settings->projects[0];
    if (!wanted.len)
        return true;
    for (size_t i = 0; i < settings->project_n; i++) {
        page->project = &settings->projects[i];
        if (text_equal_nocase(page->project->name, wanted))
            return true;
    }
    page->project = text_to_int64(wanted, &id) ? page_project_by_id(settings, id) : NULL;
    return page->project || refuse(settings, wanted, error);
}

static struct text link_within(const struct page *page, const struct web_project *project,
                               const char *path, const struct url_parameter *parameters,
                               size_t parameter_n)
{
    struct url_parameter all[LINK_PARAMETER_MAX + 1];
    check(parameter_n <= LINK_PARAMETER_MAX);
    if (parameter_n)
        memcpy(all, parameters, parameter_n * sizeof *all);
    all[parameter_n] =
        (struct url_parameter){"project", project ? project->parameter : (struct text){0}};
    return url_link(page->arena, path, all, parameter_n + 1);
}

struct text page_link(const struct page *page, const char *path,
                      const struct url_parameter *parameters, size_t parameter_n)
{
    return link_within(page, page->project, path, parameters, parameter_n);
}

struct text page_link_error(const struct page *page, const struct error_record *record)
{
    const struct url_parameter parameters[] = {
        {"filename", record->path},
        {"function_name", record->function},
        {"line_number", arena_printf(page->arena, "%lld", (long long)record->line_number)},
        {"text", record->text},
    };
    return link_within(page, page_project_by_id(page->settings, record->project_id),
                       "/view_traceback", parameters, sizeof parameters / sizeof *parameters);
}

void page_show_project(struct page *page)
{
    const struct web_settings *settings = page->settings;
    struct arena *arena = page->arena;
    value_set_text(arena, page->facts, "_project", page->project->parameter);
    value_set_text(arena, page->facts, "_query", page_link(page, "", NULL, 0));
    value_set_bool(arena, page->facts, "_has_projects", settings->project_n > 1);
    struct value *list = value_set_list(arena, page->facts, "_projects");
    for (size_t i = 0; i < settings->project_n; i++) {
        const struct web_project *project = &settings->projects[i];
        struct value *object = value_add_object(arena, list);
        value_set_text(arena, object, "_name", project->name);
        value_set_text(arena, object, "_link", link_within(page, project, "/", NULL, 0));
        value_set_bool(arena, object, "_is_current", project == page->project);
    }
}
