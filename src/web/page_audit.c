// SPDX-License-Identifier: MIT
// Who changed which rule when, newest first.
#include "io/store_fixed.h"
#include "io/store_rules.h"
#include "web/rule_show.h"
#include "web/show.h"
#include "web/url.h"

enum { ENTRIES_A_PAGE = 50 };

static struct text action_of(const struct audit_entry *entry)
{
    if (!entry->before.len)
        return TEXT("added");
    return entry->after.len ? TEXT("changed") : TEXT("removed");
}

// The rule as it was or became; null when it was not there.
static void show_rule(struct page *page, const struct rule_kind *kind, struct text body,
                      struct value *entry, const char *name, const char *row_name)
{
    struct arena *arena = page->arena;
    struct rule_typed typed;
    struct value *rows = value_set_list(arena, entry, row_name);
    if (!kind || !body.len || !rule_show_body(arena, kind->file, body, &typed)) {
        value_set_null(arena, entry, name);
        return;
    }
    rule_show_fields(arena, kind->file, &typed, value_set_object(arena, entry, name));
    rule_show_rows(arena, kind, &typed, rows);
}

// For what was removed: the form to add it again.
static struct text find_way_back(struct page *page, const struct rule_kind *kind,
                                 const struct audit_entry *entry)
{
    struct rule_typed typed;
    bool is_removed = entry->after.len == 0;
    if (!is_removed || !kind || !rule_show_body(page->arena, kind->file, entry->before, &typed))
        return (struct text){0};
    return rule_show_link(page, kind, &typed);
}

static void show_entry(struct page *page, const struct audit_entry *entry, struct value *object)
{
    struct arena *arena = page->arena;
    const struct rule_kind *kind = rule_kind_of(entry->file);
    value_set_int(arena, object, "id", entry->id);
    value_set_text(arena, object, "at", show_moment(arena, entry->at_ms));
    value_set_text(arena, object, "who", entry->who);
    value_set_text(arena, object, "action", action_of(entry));
    value_set_text(arena, object, "file", entry->file);
    value_set_int(arena, object, "rule_id", entry->rule_id);
    show_rule(page, kind, entry->before, object, "before", "_before_rows");
    show_rule(page, kind, entry->after, object, "after", "_after_rows");
    if (page->wants_json)
        return;
    show_time(arena, object, "_at", page->now_ms, entry->at_ms);
    value_set_text(arena, object, "_kind", kind ? text_of(kind->title) : entry->file);
    value_set_bool(arena, object, "_is_mark", text_equal(entry->file, TEXT(AUDIT_FIXED)));
    value_set_text(arena, object, "_body", entry->after.len ? entry->after : entry->before);
    value_set_text(arena, object, "_path", kind ? text_of(kind->path) : TEXT("/admin"));
    value_set_bool(arena, object, "_is_change", entry->before.len && entry->after.len);
    value_set_text(arena, object, "_way_back", find_way_back(page, kind, entry));
}

static void show_older(struct page *page, int64_t oldest_id)
{
    struct arena *arena = page->arena;
    const struct url_parameter before = {"before",
                                         arena_printf(arena, "%lld", (long long)oldest_id)};
    if (oldest_id)
        value_set_int(arena, page->facts, "before", oldest_id);
    else
        value_set_null(arena, page->facts, "before");
    value_set_text(arena, page->facts, "_link_older",
                   oldest_id ? page_link(page, "/audit", &before, 1) : (struct text){0});
}

bool page_audit(struct page *page, struct error *error)
{
    struct audit_entry *entries;
    size_t entry_n;
    int64_t before;
    // one more than is shown tells whether there is another page
    if (!page_get_number(page, "before", 0, &before, error) ||
        !store_list_audit(page->store, page->project->id, before, ENTRIES_A_PAGE + 1, page->arena,
                          &entries, &entry_n, error))
        return false;
    struct value *list = value_set_list(page->arena, page->facts, "changes");
    size_t shown_n = entry_n > ENTRIES_A_PAGE ? ENTRIES_A_PAGE : entry_n;
    for (size_t i = 0; i < shown_n; i++)
        show_entry(page, &entries[i], value_add_object(page->arena, list));
    show_older(page, entry_n > shown_n ? entries[shown_n - 1].id : 0);
    value_set_bool(page->arena, page->facts, "_in_rules", true);
    page_set_title(page, TEXT("Who changed what"));
    page->template = "audit";
    return true;
}
