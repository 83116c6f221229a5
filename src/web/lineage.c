// SPDX-License-Identifier: MIT
#include "web/lineage.h"

#include "io/store_lineage.h"
#include "web/show.h"

// other: the error to tell of; changed: of the two, the one that the change made.
static void tell(struct page *page, struct value *object, const struct error_record *other,
                 const struct error_record *changed)
{
    struct arena *arena = page->arena;
    struct text name = changed->ownership.author_name;
    value_set_int(arena, object, "id", other->id);
    value_set_text(arena, object, "filename", other->path);
    value_set_int(arena, object, "line_number", other->line_number);
    value_set_text(arena, object, "text", other->text);
    value_set_text(arena, object, "commit", changed->line.commit);
    value_set_text(arena, object, "author", name.len ? name : changed->ownership.author_email);
    if (page->wants_json)
        return;
    value_set_text(arena, object, "_link", page_link_error(page, other));
    value_set_text(arena, object, "_line", text_trim(other->text));
    value_set_text(arena, object, "_hash", text_until(changed->line.commit, SHORT_HASH));
    value_set_text(arena, object, "_times", show_counted(arena, other->count, "occurrence"));
}

static bool show_predecessor(struct page *page, const struct error_record *record,
                             struct error *error)
{
    struct error_record before;
    if (record->predecessor_id &&
        store_get_error(page->store, record->predecessor_id, page->arena, &before, error)) {
        tell(page, value_set_object(page->arena, page->facts, "predecessor"), &before, record);
        return true;
    }
    value_set_null(page->arena, page->facts, "predecessor");
    return !record->predecessor_id || error->kind == ERROR_NOT_FOUND;
}

bool lineage_show(struct page *page, const struct error_record *record, struct error *error)
{
    struct error_record *after;
    size_t after_n;
    if (!show_predecessor(page, record, error) ||
        !store_list_successors(page->store, record->id, page->arena, &after, &after_n, error))
        return false;
    struct value *list = value_set_list(page->arena, page->facts, "successors");
    for (size_t i = 0; i < after_n; i++)
        tell(page, value_add_object(page->arena, list), &after[i], &after[i]);
    return true;
}
