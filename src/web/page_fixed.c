// SPDX-License-Identifier: MIT
// The form on the page of an error: it is fixed, or it is not after all.
#include "web/page.h"

#include "io/store_fixed.h"

static bool apply(void *data, struct store *store, struct error *error)
{
    return store_mark_fixed(store, data, error);
}

static bool find_record(struct page *page, int64_t id, struct error_record *record,
                        struct error *error)
{
    if (!store_get_error(page->store, id, page->arena, record, error) &&
        error->kind != ERROR_NOT_FOUND)
        return false;
    return record->project_id == page->project->id ||
           error_set(error, ERROR_NOT_FOUND,
                     "This error is not there any more: it has become one with another. Go back to "
                     "the weekly report");
}

// A mark without its commit would take reports of old releases for a comeback: so there is none
// when git does not answer.
bool page_mark_fixed(struct page *page, struct error *error)
{
    struct fixed_mark mark = {
        .project_id = page->project->id, .who = page->user, .at_ms = page->now_ms};
    struct error_record record = {0};
    if (!page_get_number(page, "id", 0, &mark.error_id, error) ||
        !page_get_flag(page, "fixed", &mark.is_fixed, error) ||
        !find_record(page, mark.error_id, &record, error))
        return false;
    const struct web_settings *settings = page->settings;
    if (mark.is_fixed && settings->find_tip &&
        !settings->find_tip(settings->self, page->project->id, page->arena, &mark.commit, error))
        return error_prefix(error, "git could not be asked for the newest commit");
    if (!settings->change(settings->self, apply, &mark, error))
        return false;
    page->location = page_link_error(page, &record);
    return true;
}
