// SPDX-License-Identifier: MIT
// The overview of rules, and what an option or a rule file says in force.
#include "web/rule_show.h"
#include "web/show.h"
#include "web/url.h"

bool page_admin(struct page *page, struct error *error)
{
    struct arena *arena = page->arena;
    const struct rules *rules = judge_rules(page->judge);
    (void)error;
    struct value *counts = value_set_object(arena, page->facts, "rules");
    struct value *kinds = value_set_list(arena, page->facts, "_kinds");
    for (int file = 0; file < RULE_FILE_N; file++) {
        const struct rule_kind *kind = &rule_kinds[file];
        int64_t n = (int64_t)rules_count(rules, kind->file);
        value_set_int(arena, counts, rule_file_names[file], n);
        struct value *object = value_add_object(arena, kinds);
        value_set_text(arena, object, "_title", text_of(kind->title));
        value_set_text(arena, object, "_explanation", text_of(kind->explanation));
        value_set_text(arena, object, "_path", text_of(kind->path));
        value_set_text(arena, object, "_counted", show_counted(arena, n, "rule"));
    }
    value_set_bool(arena, page->facts, "_in_rules", true);
    page_set_title(page, TEXT("Rules"));
    page->template = "admin";
    return true;
}

// ---- /view_config ----

static void list_options(const struct page *page, struct value *list)
{
    if (page->settings->list_options)
        page->settings->list_options(page->settings->self, page->project->id, page->arena, list);
}

static void add_key(struct page *page, struct value *list, struct text name, struct text value)
{
    const struct url_parameter key = {"key", name};
    struct value *row = value_add_object(page->arena, list);
    value_set_text(page->arena, row, "name", name);
    value_set_text(page->arena, row, "value", value);
    value_set_text(page->arena, row, "_link", page_link(page, "/view_config", &key, 1));
}

static void show_keys(struct page *page)
{
    struct arena *arena = page->arena;
    struct value *options = value_list(arena);
    struct value *keys = value_set_list(arena, page->facts, "keys");
    list_options(page, options);
    for (const struct value *o = options->first; o; o = o->next)
        add_key(page, keys, value_get(o, TEXT("name"))->text, value_get(o, TEXT("value"))->text);
    for (int file = 0; file < RULE_FILE_N; file++) {
        size_t n = rules_count(judge_rules(page->judge), (enum rule_file)file);
        add_key(page, keys, text_of(rule_file_names[file]),
                show_counted(arena, (int64_t)n, "rule"));
    }
}

// The object of the option, or NULL.
static const struct value *find_option(const struct page *page, struct text key)
{
    struct value *options = value_list(page->arena);
    list_options(page, options);
    for (const struct value *option = options->first; option; option = option->next)
        if (text_equal(value_get(option, TEXT("name"))->text, key))
            return option;
    return NULL;
}

static bool show_key(struct page *page, struct text key, struct error *error)
{
    const struct rule_kind *kind = rule_kind_of(key);
    const struct value *option = kind ? NULL : find_option(page, key);
    if (!kind && !option)
        return error_set(error, ERROR_NOT_FOUND,
                         "There is neither an option nor a rule file named \"%.*s\"; "
                         "/view_config lists what there is",
                         TEXT_ARG(text_clip(key, 100)));
    value_set_text(page->arena, page->facts, "key", key);
    value_set_bool(page->arena, page->facts, "_is_option", option != NULL);
    value_set_text(page->arena, page->facts, "_path", text_of(kind ? kind->path : "/admin"));
    if (option)
        value_set_text(page->arena, page->facts, "value", value_get(option, TEXT("value"))->text);
    else
        rule_show_all(page, kind);
    return true;
}

bool page_config(struct page *page, struct error *error)
{
    struct text key = page->parameter(page, "key");
    if (key.len && !show_key(page, key, error))
        return false;
    if (!key.len)
        show_keys(page);
    value_set_bool(page->arena, page->facts, "_in_rules", true);
    page_set_title(page, key.len ? key : TEXT("Configuration in force"));
    page->template = key.len ? "config_key" : "config";
    return true;
}
