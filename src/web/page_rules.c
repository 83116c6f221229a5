// SPDX-License-Identifier: MIT
// The pages of rules: all seven kinds have the same form, made of the tables rule_kinds and
// rule_fields. A rule that is added, changed or removed is in force before the answer.
#include "io/store_rules.h"
#include "web/access.h"
#include "web/rule_show.h"
#include "web/url.h"

// ---- the form ----

static void read_typed(const struct page *page, const struct rule_kind *kind,
                       struct rule_typed *typed)
{
    *typed = (struct rule_typed){0};
    for (size_t i = 0; rule_fields[kind->file][i].name; i++) {
        const struct rule_field *field = &rule_fields[kind->file][i];
        struct text value = page->parameter(page, field->name);
        typed->values[i] = field->kind == RULE_WORDS ? value : text_trim(value);
    }
}

static void show_field(struct arena *arena, const struct rule_kind *kind, size_t i,
                       const struct rule_typed *typed, struct value *object)
{
    const struct rule_field *field = &rule_fields[kind->file][i];
    const struct rule_words *words = rule_kind_words(kind, field);
    bool is_flag = field->kind == RULE_FLAG, is_words = field->kind == RULE_WORDS;
    value_set_text(arena, object, "_name", text_of(field->name));
    value_set_text(arena, object, "_label", text_of(words->label));
    value_set_text(arena, object, "_hint", text_of(words->hint));
    value_set_text(arena, object, "_value", typed->values[i]);
    value_set_text(arena, object, "_mistake", typed->mistakes[i]);
    value_set_bool(arena, object, "_is_required", field->is_required);
    value_set_bool(arena, object, "_is_number", field->kind == RULE_COUNT);
    value_set_bool(arena, object, "_is_flag", is_flag);
    value_set_bool(arena, object, "_is_words", is_words);
    value_set_bool(arena, object, "_is_line", !is_flag && !is_words);
}

// id: of the rule that is changed; 0: a new one.
static void show_form(struct page *page, const struct rule_kind *kind, int64_t id,
                      const struct rule_typed *typed)
{
    struct arena *arena = page->arena;
    struct value *fields = value_set_list(arena, page->facts, "_fields");
    for (size_t i = 0; rule_fields[kind->file][i].name; i++)
        if (!rule_fields[kind->file][i].is_alias)
            show_field(arena, kind, i, typed, value_add_object(arena, fields));
    value_set_int(arena, page->facts, "_id", id);
    value_set_text(arena, page->facts, "_path", text_of(kind->path));
    value_set_text(arena, page->facts, "_rule", text_of(kind->rule));
    value_set_text(arena, page->facts, "_explanation", text_of(kind->explanation));
    page_set_title(page, text_of(kind->title));
    page->template = "rules";
}

// Said after a change, by the address that the form's answer leads to.
static const struct note {
    const char *word, *words;
} notes[] = {
    {"added", "The rule was added. Reports are judged by it from now on."},
    {"changed", "The rule was changed. Reports are judged by it from now on."},
    {"removed", "The rule was removed. The audit remembers what it said."},
};

static struct text find_note(const struct page *page)
{
    struct text word = page->parameter(page, "saved");
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (text_equal(word, text_of(notes[i].word)))
            return text_of(notes[i].words);
    return (struct text){0};
}

// What the store holds and this version cannot read, so that somebody can look at it and remove it.
// Both lists are in the order of ids.
static bool show_unreadable(struct page *page, const struct rule_kind *kind, struct error *error)
{
    struct stored_rule *stored;
    size_t stored_n;
    struct value *list = value_set_list(page->arena, page->facts, "unreadable");
    const struct rule *rule = rules_first(judge_rules(page->judge), kind->file);
    if (!store_list_rules(page->store, page->project->id, page->arena, &stored, &stored_n, error))
        return false;
    for (size_t i = 0; i < stored_n; i++) {
        if (!text_equal(stored[i].file, text_of(rule_file_names[kind->file])))
            continue;
        while (rule && rule->id && rule->id < stored[i].id)
            rule = rule->next_of_file;
        if (rule && rule->id == stored[i].id)
            continue;
        struct value *object = value_add_object(page->arena, list);
        value_set_int(page->arena, object, "id", stored[i].id);
        value_set_text(page->arena, object, "text", stored[i].body);
        value_set_text(page->arena, object, "added_by", stored[i].added_by);
    }
    value_set_bool(page->arena, page->facts, "_has_unreadable", list->first != NULL);
    return true;
}

// Who came by a link in a letter may add a rule for one function, and neither see nor change
// others.
static bool is_by_link(const struct page *page)
{
    return page->visitor->kind == VISITOR_LINK;
}

static bool show_page(struct page *page, const struct rule_kind *kind, int64_t id,
                      const struct rule_typed *typed, struct text note, struct text refusal,
                      struct error *error)
{
    value_set_text(page->arena, page->facts, "file", text_of(rule_file_names[kind->file]));
    value_set_text(page->arena, page->facts, "form_token",
                   access_form_token(page->settings, page->visitor, page->arena));
    value_set_bool(page->arena, page->facts, "_is_by_link", is_by_link(page));
    if (!is_by_link(page))
        rule_show_all(page, kind);
    show_form(page, kind, id, typed);
    value_set_text(page->arena, page->facts, "_note", note);
    value_set_text(page->arena, page->facts, "_error", refusal);
    value_set_bool(page->arena, page->facts, "_in_rules", true);
    return is_by_link(page) || show_unreadable(page, kind, error);
}

static bool check_link(const struct page *page, struct error *error)
{
    return !is_by_link(page) ||
           (!page->parameter(page, "id").len && !page->parameter(page, "remove").len) ||
           error_set(error, ERROR_REFUSED,
                     "With a link in a letter a rule can be added and none be changed: sign in to "
                     "do that");
}

// Whoever has a letter may silence its error, but not have letters sent to others. True when there
// is no such mistake.
static bool check_recipients(const struct page *page, const struct rule_kind *kind,
                             struct rule_typed *typed)
{
    bool is_good = true;
    for (size_t i = 0; is_by_link(page) && rule_fields[kind->file][i].name; i++) {
        if (rule_fields[kind->file][i].kind != RULE_EMAILS || !typed->values[i].len)
            continue;
        typed->mistakes[i] = TEXT("Sign in to name others who get letters: a link in a letter may "
                                  "be in anybody's hands");
        is_good = false;
    }
    return is_good;
}

static bool is_gone(struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND,
                     "This rule is not there any more: somebody has removed it. The page \"Who "
                     "changed what\" (/audit) says who and when");
}

static const struct rule *find_rule(const struct page *page, enum rule_file file, int64_t id)
{
    const struct rule *rule = rules_first(judge_rules(page->judge), file);
    while (rule && rule->id != id)
        rule = rule->next_of_file;
    return rule;
}

bool page_rules(struct page *page, struct error *error)
{
    const struct rule_kind *kind = rule_kind_at(page->path);
    struct rule_typed typed;
    int64_t id;
    if (!check_link(page, error) || !page_get_number(page, "id", 0, &id, error))
        return false;
    const struct rule *rule = id ? find_rule(page, kind->file, id) : NULL;
    if (id && !rule)
        return is_gone(error);
    if (rule)
        rule_type(kind->file, rule, page->arena, &typed);
    else
        read_typed(page, kind, &typed);
    return show_page(page, kind, id, &typed, find_note(page), (struct text){0}, error);
}

// ---- what was sent ----

// On the ledger's thread, and again when its batch has to be tried again: so the change is a copy.
static bool apply(void *data, struct store *store, struct error *error)
{
    struct rule_change change = *(const struct rule_change *)data;
    return store_change_rule(store, &change, error);
}

static bool save(struct page *page, const struct rule_kind *kind, int64_t id, struct text body,
                 struct error *error)
{
    struct rule_change change = {
        .project_id = page->project->id,
        .rule_id = id,
        .file = text_of(rule_file_names[kind->file]),
        .body = body,
        .who = page->user,
        .at_ms = page->now_ms,
    };
    if (!page->settings->change(page->settings->self, apply, &change, error))
        return error->kind == ERROR_NOT_FOUND ? is_gone(error) : false;
    page->settings->renew_rules(page->settings->self, page->project->id);
    const struct note *note = !id ? &notes[0] : body.len ? &notes[1] : &notes[2];
    const struct url_parameter saved[] = {
        {"saved", text_of(note->word)},
        {"filename", page->parameter(page, "filename")},
        {"function_name", page->parameter(page, "function_name")},
        {"signature", page->parameter(page, "signature")},
    };
    page->location = page_link(page, kind->path, saved, is_by_link(page) ? 4 : 1);
    return true;
}

static bool show_mistakes(struct page *page, const struct rule_kind *kind, int64_t id,
                          const struct rule_typed *typed, struct error *error)
{
    const struct text refusal =
        TEXT("Nothing was saved: something in the form has to be mended first.");
    page->status = 422;
    value_set_text(page->arena, page->facts, "error", refusal);
    struct value *fields = value_set_object(page->arena, page->facts, "fields");
    for (size_t i = 0; rule_fields[kind->file][i].name; i++)
        if (typed->mistakes[i].len)
            value_set_text(page->arena, fields, rule_fields[kind->file][i].name,
                           typed->mistakes[i]);
    return page->wants_json || show_page(page, kind, id, typed, (struct text){0}, refusal, error);
}

bool page_save_rule(struct page *page, struct error *error)
{
    const struct rule_kind *kind = rule_kind_at(page->path);
    struct rule_typed typed;
    int64_t id;
    if (!check_link(page, error) || !page_get_number(page, "id", 0, &id, error))
        return false;
    if (page->parameter(page, "remove").len)
        return id ? save(page, kind, id, (struct text){0}, error) : is_gone(error);
    read_typed(page, kind, &typed);
    bool is_good = rule_check(kind->file, &typed, page->arena);
    if (check_recipients(page, kind, &typed) && is_good)
        return save(page, kind, id, rule_write(kind->file, &typed, page->arena), error);
    return show_mistakes(page, kind, id, &typed, error);
}
