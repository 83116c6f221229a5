// SPDX-License-Identifier: MIT
#include "web/page.h"

#include "web/access.h"
#include "web/rule_show.h"
#include "web/show.h"
#include "web/url.h"

enum {
    SHOWN_MAX = 100,     // bytes of a wrong parameter that are repeated
    TYPE_SHOWN = 120,    // bytes of an exception's type in lists
    MESSAGE_SHOWN = 300, // bytes of an exception's message in lists
};
static const int64_t LAST_SECOND = 253402300799; // of the year 9999

static bool refuse(const char *name, struct text value, const char *expected, struct error *error)
{
    return error_set(error, ERROR_INPUT, "The parameter \"%s\" is \"%.*s\", but it has to be %s",
                     name, TEXT_ARG(text_clip(value, SHOWN_MAX)), expected);
}

bool page_get_moment(const struct page *page, const char *name, int64_t otherwise_ms,
                     int64_t *at_ms, struct error *error)
{
    struct text value = page->parameter(page, name);
    *at_ms = otherwise_ms;
    if (!value.at)
        return true;
    size_t point = text_find(value, '.');
    int64_t seconds, fraction = 0;
    if (!text_to_int64(text_until(value, point), &seconds) ||
        (point + 1 < value.len && !text_to_int64(text_from(value, point + 1), &fraction)) ||
        fraction < 0 || seconds < 0 || seconds > LAST_SECOND)
        return refuse(name, value, "a moment in seconds since 1970-01-01 UTC, such as 1700000000",
                      error);
    *at_ms = seconds * 1000;
    return true;
}

bool page_get_number(const struct page *page, const char *name, int64_t otherwise, int64_t *number,
                     struct error *error)
{
    struct text value = page->parameter(page, name);
    *number = otherwise;
    if (!value.at || !value.len)
        return true;
    if (!text_to_int64(value, number) || *number < 0)
        return refuse(name, value, "a whole number, 0 or more", error);
    return true;
}

bool page_get_flag(const struct page *page, const char *name, bool *flag, struct error *error)
{
    static const struct word {
        const char *word;
        bool meaning;
    } words[] = {{"true", true},   {"1", true},  {"yes", true}, {"on", true},
                 {"false", false}, {"0", false}, {"no", false}, {"off", false}};
    struct text value = page->parameter(page, name);
    *flag = false;
    if (!value.at)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        *flag = words[i].meaning;
        if (text_equal_nocase(value, text_of(words[i].word)))
            return true;
    }
    return refuse(name, value, "true or false", error);
}

void page_set_title(struct page *page, struct text title)
{
    value_set_text(page->arena, page->facts, "_title", title);
}

void page_add_header(struct page *page, const char *name, struct text value)
{
    size_t n = 0;
    while (page->headers[n])
        n += 2;
    check(n + 2 < sizeof page->headers / sizeof *page->headers);
    page->headers[n] = name;
    page->headers[n + 1] = arena_string(page->arena, value);
}

void page_frame(struct value *facts, struct arena *arena, struct text style, struct text version)
{
    static const char *const places[] = {"_in_week", "_in_outbox", "_in_rules", "_in_health",
                                         "_has_projects"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (!value_get(facts, text_of(places[i])))
            value_set_bool(arena, facts, places[i], false);
    if (!value_get(facts, TEXT("_query")))
        value_set_text(arena, facts, "_query", (struct text){0});
    if (!value_get(facts, TEXT("_user")))
        value_set_text(arena, facts, "_user", (struct text){0});
    if (!value_get(facts, TEXT("_may_look")))
        value_set_bool(arena, facts, "_may_look", true);
    value_set_text(arena, facts, "_style", style);
    value_set_text(arena, facts, "_version", version);
}

void page_complete(struct page *page, struct text style)
{
    const struct visitor *visitor = page->visitor;
    page_show_project(page);
    value_set_text(page->arena, page->facts, "_form_token",
                   access_form_token(page->settings, visitor, page->arena));
    value_set_text(page->arena, page->facts, "_signature",
                   visitor->kind == VISITOR_LINK ? visitor->bond : (struct text){0});
    value_set_text(page->arena, page->facts, "_user",
                   visitor->kind == VISITOR_PERSON ? visitor->name : (struct text){0});
    value_set_bool(page->arena, page->facts, "_may_look", visitor->kind >= VISITOR_SCRIPT);
    page_frame(page->facts, page->arena, style, page->settings->version);
}

static void set_moment(struct arena *arena, struct value *object, const char *name, int64_t at_ms)
{
    show_text_or_null(arena, object, name, at_ms ? show_moment(arena, at_ms) : (struct text){0});
}

static const char *confidence_word(enum confidence confidence)
{
    switch (confidence) {
    case CONFIDENCE_NONE: return "";
    case CONFIDENCE_LOW: return "low";
    case CONFIDENCE_MEDIUM: return "medium";
    case CONFIDENCE_HIGH: return "high";
    }
    return "";
}

// What scripts read: the names are fixed.
static void set_fields(struct arena *arena, struct value *object, const struct error_record *record,
                       int64_t count)
{
    value_set_text(arena, object, "filename", record->path);
    value_set_text(arena, object, "function_name", record->function);
    value_set_int(arena, object, "line_number", record->line_number);
    value_set_text(arena, object, "text", record->text);
    value_set_int(arena, object, "error_count", count);
    show_text_or_null(arena, object, "developer_email", record->ownership.owner_email);
    set_moment(arena, object, "date", record->ownership.changed_at_ms);
    value_set_bool(arena, object, "email_sent", record->letter_at_ms != 0);
    set_moment(arena, object, "last_occurrence", record->last_seen_at_ms);
}

static const struct rule *find_known(const struct page *page, const struct error_record *record)
{
    return rules_find_line(judge_rules(page->judge), RULES_KNOWN_ERRORS, record->path,
                           record->function, record->text);
}

bool page_is_known(const struct page *page, const struct error_record *record)
{
    return find_known(page, record) != NULL;
}

// The rule that knows the error, for people: where it was said, and where it can be changed.
static void set_known(const struct page *page, struct value *object,
                      const struct error_record *record)
{
    const struct rule *rule = find_known(page, record);
    const char *path = rule_kinds[RULES_KNOWN_ERRORS].path;
    const struct url_parameter id = {
        "id", rule ? arena_printf(page->arena, "%lld", (long long)rule->id) : (struct text){0}};
    value_set_text(page->arena, object, "_known_source",
                   rule ? rule_show_source(page->arena, rule) : (struct text){0});
    value_set_text(page->arena, object, "_known_link",
                   page_link(page, path, &id, rule && rule->id ? 1 : 0));
}

static void set_owner(const struct page *page, struct value *object,
                      const struct error_record *record)
{
    struct arena *arena = page->arena;
    const struct ownership *ownership = &record->ownership;
    value_set_bool(arena, object, "_is_waiting", ownership->state == OWNER_WAITING);
    value_set_bool(arena, object, "_is_foreign", ownership->state == OWNER_NONE);
    value_set_bool(arena, object, "_is_default", ownership->state == OWNER_DEFAULT);
    value_set_text(arena, object, "_owner", ownership->owner_email);
    value_set_text(arena, object, "_author_name", ownership->author_name);
    value_set_text(arena, object, "_author_email", ownership->author_email);
    value_set_text(arena, object, "_reason", ownership->reason);
    value_set_text(arena, object, "_confidence", text_of(confidence_word(ownership->confidence)));
    value_set_bool(arena, object, "_is_unsure", ownership->confidence == CONFIDENCE_LOW);
    value_set_text(arena, object, "_commit", text_until(record->line.commit, SHORT_HASH));
    value_set_text(arena, object, "_commit_subject", ownership->commit_subject);
    show_time(arena, object, "_changed", page->now_ms, ownership->changed_at_ms);
}

void page_set_choice(const struct page *page, struct value *object,
                     const struct ownership *ownership)
{
    struct arena *arena = page->arena;
    struct text co_authors = ownership->co_authors, person;
    show_text_or_null(arena, object, "confidence", text_of(confidence_word(ownership->confidence)));
    show_text_or_null(arena, object, "reason", ownership->reason);
    show_text_or_null(arena, object, "author_name", ownership->author_name);
    show_text_or_null(arena, object, "author_email", ownership->author_email);
    struct value *list = value_set_list(arena, object, "co_authors");
    while (text_cut(&co_authors, '\n', &person)) {
        if (page->wants_json)
            value_add_text(arena, list, person);
        else
            value_set_text(arena, value_add_object(arena, list), "person", person);
    }
}

void page_set_error(const struct page *page, struct value *object,
                    const struct error_record *record, int64_t count)
{
    struct arena *arena = page->arena;
    set_fields(arena, object, record, count);
    value_set_bool(arena, object, "is_known_error", page_is_known(page, record));
    if (page->wants_json)
        return;
    set_owner(page, object, record);
    set_known(page, object, record);
    struct text type = text_clip(record->exception_type, TYPE_SHOWN);
    value_set_text(arena, object, "_type", type.len ? type : TEXT("Message"));
    struct text message = text_clip(record->message, MESSAGE_SHOWN);
    value_set_text(arena, object, "_message", message);
    value_set_bool(arena, object, "_is_cut", message.len < record->message.len);
    value_set_text(arena, object, "_line", text_trim(record->text));
    value_set_text(arena, object, "_count", show_count(arena, count));
    value_set_text(arena, object, "_total", show_count(arena, record->count));
    value_set_text(arena, object, "_link", page_link_error(page, record));
    show_time(arena, object, "_first", page->now_ms, record->first_seen_at_ms);
    show_time(arena, object, "_last", page->now_ms, record->last_seen_at_ms);
    show_time(arena, object, "_letter", page->now_ms, record->letter_at_ms);
    show_time(arena, object, "_fixed", page->now_ms, record->fixed_at_ms);
    value_set_text(arena, object, "_fixed_by", record->fixed_by);
    show_time(arena, object, "_back", page->now_ms, record->back_at_ms);
}
