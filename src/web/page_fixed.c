// SPDX-License-Identifier: MIT
// The form on the page of an error, and behind the link in its letter: it is fixed, or it is not
// after all.
#include "web/access.h"

#include "io/store_fixed.h"

static bool apply(void *data, struct store *store, struct error *error)
{
    return store_mark_fixed(store, data, error);
}

static bool find_record(struct page *page, int64_t *id, struct error_record *record,
                        struct error *error)
{
    if (!page_get_number(page, "id", 0, id, error))
        return false;
    if (!*id)
        return error_set(error, ERROR_INPUT,
                         "The parameter \"id\" is missing: it has to be the number of an error, as "
                         "its page and its letter show it");
    if (!store_get_error(page->store, *id, page->arena, record, error) &&
        error->kind != ERROR_NOT_FOUND)
        return false;
    return record->project_id == page->project->id ||
           error_set(
               error, ERROR_NOT_FOUND,
               "There is no error %lld. Either it has become one with another, or the address "
               "of this page was changed. Go back to the weekly report",
               (long long)*id);
}

static bool is_by_link(const struct page *page)
{
    return page->visitor->kind == VISITOR_LINK;
}

// Reading it changes nothing: programs that look through letters follow every link.
bool page_fixed(struct page *page, struct error *error)
{
    struct error_record record = {0};
    int64_t id;
    if (!find_record(page, &id, &record, error))
        return false;
    page_set_error(page, page->facts, &record, record.count);
    value_set_int(page->arena, page->facts, "id", id);
    value_set_bool(page->arena, page->facts, "is_fixed", record.fixed_at_ms != 0);
    page_set_title(page, arena_printf(page->arena, "Is error %lld fixed?", (long long)id));
    page->template = "mark_fixed";
    return true;
}

// A link in a letter may be in anybody's hands: it does what it says and cannot undo it.
static bool check_link(const struct page *page, const struct fixed_mark *mark, struct error *error)
{
    return !is_by_link(page) || mark->is_fixed ||
           error_set(
               error, ERROR_REFUSED,
               "With a link in a letter an error can be marked as fixed, but that mark cannot "
               "be taken back: sign in to do that");
}

static struct text next_place(const struct page *page, const struct error_record *record)
{
    const struct url_parameter to_form[] = {
        {"id", page->parameter(page, "id")},
        {"signature", page->parameter(page, "signature")},
    };
    return is_by_link(page) ? page_link(page, "/mark_fixed", to_form, 2)
                            : page_link_error(page, record);
}

// A mark without its commit would take reports of old releases for a comeback: so there is none
// when git does not answer.
bool page_mark_fixed(struct page *page, struct error *error)
{
    struct fixed_mark mark = {
        .project_id = page->project->id, .who = page->user, .at_ms = page->now_ms};
    struct error_record record = {0};
    if (!page_get_flag(page, "fixed", &mark.is_fixed, error) || !check_link(page, &mark, error) ||
        !find_record(page, &mark.error_id, &record, error))
        return false;
    const struct web_settings *settings = page->settings;
    if (mark.is_fixed && settings->find_tip &&
        !settings->find_tip(settings->self, page->project->id, page->arena, &mark.commit, error))
        return error_prefix(error, "git could not be asked for the newest commit");
    if (!settings->change(settings->self, apply, &mark, error))
        return false;
    page->location = next_place(page, &record);
    return true;
}
