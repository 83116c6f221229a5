// SPDX-License-Identifier: MIT
#include "web/rule_show.h"

#include "web/show.h"
#include "web/url.h"

enum { RULES_SHOWN_MAX = 500 };

static void set_emails(struct arena *arena, struct value *object, const char *name,
                       struct text emails)
{
    struct text email;
    struct value *list = value_set_list(arena, object, name);
    while (text_cut(&emails, ',', &email))
        value_add_text(arena, list, text_trim(email));
}

void rule_show_fields(struct arena *arena, enum rule_file file, const struct rule_typed *typed,
                      struct value *object)
{
    for (size_t i = 0; rule_fields[file][i].name; i++) {
        const struct rule_field *field = &rule_fields[file][i];
        struct text value = typed->values[i];
        int64_t count;
        if (field->is_alias)
            continue;
        if (field->kind == RULE_FLAG)
            value_set_bool(arena, object, field->name, value.len > 0);
        else if (field->kind == RULE_EMAILS)
            set_emails(arena, object, field->name, value);
        else if (!value.len)
            value_set_null(arena, object, field->name);
        else if (field->kind == RULE_COUNT && text_to_int64(value, &count))
            value_set_int(arena, object, field->name, count);
        else
            value_set_text(arena, object, field->name, value);
    }
}

void rule_show_rows(struct arena *arena, const struct rule_kind *kind,
                    const struct rule_typed *typed, struct value *list)
{
    for (size_t i = 0; rule_fields[kind->file][i].name; i++) {
        const struct rule_field *field = &rule_fields[kind->file][i];
        if (field->is_alias || !typed->values[i].len)
            continue;
        struct value *row = value_add_object(arena, list);
        value_set_text(arena, row, "_label", text_of(rule_kind_words(kind, field)->label));
        value_set_text(arena, row, "_value",
                       field->kind == RULE_FLAG ? TEXT("yes") : typed->values[i]);
    }
}

struct text rule_show_source(struct arena *arena, const struct rule *rule)
{
    if (rule->id)
        return arena_copy(arena, rule->source);
    return arena_printf(arena, "%.*s, entry %lld", TEXT_ARG(rule->source), (long long)rule->number);
}

struct text rule_show_link(const struct page *page, const struct rule_kind *kind,
                           const struct rule_typed *typed)
{
    struct url_parameter parameters[RULE_FIELD_MAX];
    size_t n = 0;
    for (size_t i = 0; rule_fields[kind->file][i].name; i++)
        if (typed->values[i].len)
            parameters[n++] =
                (struct url_parameter){rule_fields[kind->file][i].name, typed->values[i]};
    return page_link(page, kind->path, parameters, n);
}

static void keep_texts(struct arena *arena, enum rule_file file, struct rule_typed *typed)
{
    for (size_t i = 0; rule_fields[file][i].name; i++)
        typed->values[i] = arena_copy(arena, typed->values[i]);
}

bool rule_show_body(struct arena *arena, enum rule_file file, struct text body,
                    struct rule_typed *typed)
{
    struct rules *rules = rules_new();
    rules_add_stored(rules, file, body, 1, (struct text){0}, (struct rules_warnings){0}, NULL);
    const struct rule *rule = rules_first(rules, file);
    if (rule) {
        rule_type(file, rule, arena, typed);
        keep_texts(arena, file, typed);
    }
    rules_drop(rules);
    return rule != NULL;
}

static void show_rule(struct page *page, const struct rule_kind *kind, const struct rule *rule,
                      struct value *object)
{
    struct arena *arena = page->arena;
    struct rule_typed typed;
    rule_type(kind->file, rule, arena, &typed);
    rule_show_fields(arena, kind->file, &typed, object);
    value_set_text(arena, object, "source", rule_show_source(arena, rule));
    if (rule->id)
        value_set_int(arena, object, "id", rule->id);
    else
        value_set_null(arena, object, "id");
    if (page->wants_json)
        return;
    const struct url_parameter id = {"id", arena_printf(arena, "%lld", (long long)rule->id)};
    rule_show_rows(arena, kind, &typed, value_set_list(arena, object, "_rows"));
    value_set_text(arena, object, "_edit_link",
                   rule->id ? page_link(page, kind->path, &id, 1) : (struct text){0});
}

void rule_show_all(struct page *page, const struct rule_kind *kind)
{
    const struct rules *rules = judge_rules(page->judge);
    size_t n = rules_count(rules, kind->file), shown_n = n;
    if (!page->wants_json && n > RULES_SHOWN_MAX)
        shown_n = RULES_SHOWN_MAX;
    struct value *list = value_set_list(page->arena, page->facts, "rules");
    const struct rule *rule = rules_first(rules, kind->file);
    for (size_t i = 0; i < shown_n; i++, rule = rule->next_of_file)
        show_rule(page, kind, rule, value_add_object(page->arena, list));
    value_set_text(page->arena, page->facts, "_counted",
                   show_counted(page->arena, (int64_t)n, "rule"));
    value_set_text(page->arena, page->facts, "_more",
                   n > shown_n ? show_counted(page->arena, (int64_t)(n - shown_n), "rule")
                               : (struct text){0});
}
