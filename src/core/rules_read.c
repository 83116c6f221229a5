// SPDX-License-Identifier: MIT
// From the JSON of rules to a snapshot. What the objects may hold is the table rule_fields.
#include <stdio.h>

#include "base/buffer.h"
#include "base/json.h"
#include "core/owner.h"
#include "core/rule_fields.h"
#include "core/rules_index.h"
#include "core/rules_place.h"
#include "core/spelling.h"
#include "report/report.h"

enum { WARNING_MAX = 10 }; // of one file; the rest is counted

// What is being read; entry and member say where.
struct reading {
    struct rules *rules;
    enum rule_file file;
    struct text content, source;
    const char *name;
    size_t entry;
    int64_t id; // of a rule in the store
    struct rules_warnings warnings;
    int warning_n;
    struct error *error;
};

static struct place place_in(const struct reading *r, const char *member)
{
    return place_of_element(r->content, r->entry, text_of(member));
}

// member: NULL when it is about the entry as a whole.
static bool complain(const struct reading *r, const char *member, const char *expected,
                     const char *found)
{
    struct place place = place_in(r, member);
    return error_set(r->error, ERROR_CONFIG, "%.250s:%lld:%lld: %s of entry %zu has to be %s%s%s",
                     r->name, (long long)place.line, (long long)place.column,
                     member ? member : "the whole", r->entry + 1, expected,
                     found[0] ? ", not " : "", found);
}

static const char *type_words(struct json value)
{
    switch (json_type(value)) {
    case JSON_NULL: return "null";
    case JSON_BOOL: return "true or false";
    case JSON_INT:
    case JSON_DOUBLE: return "a number";
    case JSON_STRING: return "a text";
    case JSON_ARRAY: return "a list";
    case JSON_OBJECT: return "an object";
    default: return "missing";
    }
}

// ---- values ----

static bool read_text(const struct reading *r, const struct rule_field *field, struct json value,
                      size_t max, struct text *t)
{
    if (json_type(value) != JSON_STRING)
        return complain(r, field->name, "a text", type_words(value));
    *t = field->kind == RULE_WORDS ? json_text(value) : text_trim(json_text(value));
    if (t->len <= max)
        return true;
    char expected[64];
    snprintf(expected, sizeof expected, "a text of at most %zu bytes", max);
    return complain(r, field->name, expected, "");
}

static bool read_email(const struct reading *r, const struct rule_field *field, struct json value,
                       struct text *email)
{
    if (!read_text(r, field, value, REPORT_NAME_MAX, email))
        return false;
    if (!email->len && !field->is_required)
        return true;
    bool needs_domain = field->kind != RULE_ACCOUNT;
    if (owner_is_address(*email, needs_domain))
        return true;
    return complain(r, field->name,
                    needs_domain ? "one address, name@example.com"
                                 : "one address, or the part of one before the @",
                    "");
}

static bool read_emails(const struct reading *r, const struct rule_field *field, struct json value,
                        struct rule *rule)
{
    if (json_type(value) != JSON_ARRAY)
        return complain(r, field->name, "a list of addresses", type_words(value));
    struct arena *memory = &r->rules->memory;
    size_t max = 0;
    for (struct json_walk w = json_walk(value); json_next(&w);)
        max++;
    struct text *emails = arena_array(memory, struct text, max);
    size_t n = 0;
    for (struct json_walk w = json_walk(value); json_next(&w); n++) {
        if (json_type(w.value) != JSON_STRING ||
            !owner_is_address(text_trim(json_text(w.value)), true))
            return complain(r, field->name, "a list of addresses such as name@example.com", "");
        emails[n] = arena_copy(memory, text_trim(json_text(w.value)));
    }
    rule->email_recipients = emails;
    rule->email_recipient_n = n;
    return true;
}

static bool read_count(const struct reading *r, const struct rule_field *field, struct json value,
                       int64_t *count)
{
    *count = json_int(value, -1);
    bool is_number = json_type(value) == JSON_INT || json_type(value) == JSON_DOUBLE;
    return *count >= 0 || complain(r, field->name, "a whole number of 0 or more",
                                   is_number ? "such a number" : type_words(value));
}

// "./lib/a/" is lib/a, and "." is everything: the empty text.
static struct text plain_path(struct text path)
{
    while (text_starts(path, TEXT("./")) || text_starts(path, TEXT("/")))
        path = text_from(path, text_find(path, '/') + 1);
    while (text_ends(path, TEXT("/")))
        path.len--;
    return text_equal(path, TEXT(".")) ? (struct text){"", 0} : path;
}

static bool read_words(const struct reading *r, const struct rule_field *field, struct json value,
                       struct text *t)
{
    size_t max = field->kind == RULE_WORDS ? REPORT_TEXT_MAX : REPORT_NAME_MAX;
    if (!read_text(r, field, value, max, t))
        return false;
    if (field->is_required && !t->len)
        return complain(r, field->name, "a text", "an empty one");
    if (field->kind == RULE_TREE || field->kind == RULE_PATH)
        *t = plain_path(*t);
    if (field->kind == RULE_CODE) {
        char room[REPORT_NAME_MAX];
        *t = arena_copy(&r->rules->memory, rule_collapse(*t, room, sizeof room));
        return true;
    }
    *t = arena_copy(&r->rules->memory, *t);
    return true;
}

static bool read_field(const struct reading *r, const struct rule_field *field, struct json value,
                       struct rule *rule)
{
    void *target = (char *)rule + field->offset;
    switch (field->kind) {
    case RULE_NAME:
    case RULE_PATH:
    case RULE_CODE:
    case RULE_TREE:
    case RULE_WORDS: return read_words(r, field, value, target);
    case RULE_EMAIL:
    case RULE_ACCOUNT:
        if (!read_email(r, field, value, target))
            return false;
        *(struct text *)target = arena_copy(&r->rules->memory, *(struct text *)target);
        return true;
    case RULE_EMAILS: return read_emails(r, field, value, rule);
    case RULE_COUNT: return read_count(r, field, value, target);
    case RULE_FLAG:
        if (json_type(value) != JSON_BOOL)
            return complain(r, field->name, "true or false", type_words(value));
        *(bool *)target = json_bool(value, false);
        return true;
    }
    return false;
}

// ---- entries ----

enum { FIELD_SHOWN_MAX = 100 }; // bytes of a field's name that a message repeats

static bool is_near(struct text name, struct text known)
{
    size_t bound = name.len < 6 ? 1 : 2;
    return spelling_distance(name, known) <= bound ||
           (name.len > 3 && spelling_distance(name, text_until(known, name.len)) <= bound);
}

// The field that was probably meant, a beginning of its name included: a rule that goes without it
// would cover more than its writer wanted.
static const char *meant_field(enum rule_file file, struct text name)
{
    for (const struct rule_field *field = rule_fields[file]; field->name; field++)
        if (is_near(name, text_of(field->name)))
            return field->name;
    return NULL;
}

// A name that is near a known one is refused; any other is a warning, as people keep notes in
// fields of their own.
static bool take_unknown(struct reading *r, struct text name)
{
    char message[512], member[FIELD_SHOWN_MAX + 1];
    snprintf(member, sizeof member, "%.*s", TEXT_ARG(text_clip(name, FIELD_SHOWN_MAX)));
    const char *meant = meant_field(r->file, name);
    if (!meant && (r->warning_n++ >= WARNING_MAX || !r->warnings.tell))
        return true;
    struct place place = place_in(r, member);
    long long line = place.line, column = place.column;
    if (meant)
        return error_set(r->error, ERROR_CONFIG,
                         "%.250s:%lld:%lld: there is no field \"%s\"; did you mean \"%s\"?",
                         r->name, line, column, member, meant);
    snprintf(message, sizeof message,
             "%.250s:%lld:%lld: there is no field \"%s\"; it is left out of account", r->name, line,
             column, member);
    r->warnings.tell(r->warnings.self, message);
    return true;
}

static const struct rule_field *find_field(enum rule_file file, struct text name)
{
    for (const struct rule_field *field = rule_fields[file]; field->name; field++)
        if (text_equal(text_of(field->name), name))
            return field;
    return NULL;
}

static bool has_all_required(const struct reading *r, struct json entry)
{
    for (const struct rule_field *field = rule_fields[r->file]; field->name; field++) {
        struct json value = json_get(entry, text_of(field->name));
        enum json_type type = json_type(value);
        if (field->is_required && (type == JSON_MISSING || type == JSON_NULL))
            return complain(r, field->name, "there", "");
    }
    return true;
}

static bool read_entry(struct reading *r, struct json entry)
{
    if (json_type(entry) == JSON_STRING)
        return true; // a comment
    if (json_type(entry) != JSON_OBJECT)
        return complain(r, NULL, "an object or, as a comment, a text", type_words(entry));
    if (!has_all_required(r, entry))
        return false;
    struct rule *rule = arena_alloc(&r->rules->memory, sizeof *rule);
    *rule = rule_blank;
    rule->source = r->source;
    rule->number = (int64_t)r->entry + 1;
    rule->id = r->id;
    for (struct json_walk w = json_walk(entry); json_next(&w);) {
        const struct rule_field *field = find_field(r->file, w.name);
        if (!field && !take_unknown(r, w.name))
            return false;
        if (field && json_type(w.value) != JSON_NULL && !read_field(r, field, w.value, rule))
            return false;
    }
    rules_add(r->rules, r->file, rule);
    return true;
}

static bool read_entries(struct reading *r, struct json root)
{
    for (struct json_walk w = json_walk(root); json_next(&w); r->entry++) {
        if (r->entry == RULES_ENTRY_MAX)
            return complain(r, NULL, "left out: a file holds at most 100000 entries", "");
        if (!read_entry(r, w.value))
            return false;
    }
    if (r->warning_n > WARNING_MAX && r->warnings.tell) {
        char message[512];
        snprintf(message, sizeof message, "%.250s: there are %d more fields that do not exist",
                 r->name, r->warning_n - WARNING_MAX);
        r->warnings.tell(r->warnings.self, message);
    }
    return true;
}

static bool explain_mistake(const struct reading *r)
{
    struct place place = place_of_mistake(r->content);
    char reason[200];
    snprintf(reason, sizeof reason, "%.199s", r->error ? r->error->message : "not JSON");
    if (!place.line)
        return error_set(r->error, ERROR_CONFIG, "%.250s: %s", r->name, reason);
    return error_set(r->error, ERROR_CONFIG, "%.250s:%lld:%lld: here it stops being JSON (%s)",
                     r->name, (long long)place.line, (long long)place.column, reason);
}

static bool read_content(struct reading *r)
{
    struct json root;
    struct json_doc *doc = json_doc_new();
    bool is_good = json_parse(doc, r->content, &root, r->error);
    if (!is_good)
        explain_mistake(r);
    else if (json_type(root) != JSON_ARRAY)
        is_good =
            error_set(r->error, ERROR_CONFIG, "%.250s:1:1: it has to be a list, [ ... ], not %s",
                      r->name, type_words(root));
    else if (r->id && json_size(root) != 1)
        is_good = error_set(r->error, ERROR_CONFIG, "%.250s is not one rule", r->name);
    else
        is_good = read_entries(r, root);
    json_doc_free(doc);
    return is_good;
}

bool rules_add_file(struct rules *rules, enum rule_file file, struct text content, const char *name,
                    struct rules_warnings warnings, struct error *error)
{
    if (content.len > RULES_SIZE_MAX)
        return error_set(error, ERROR_CONFIG, "%.250s: %zu bytes are over the bound of %d bytes",
                         name, content.len, RULES_SIZE_MAX);
    struct reading reading = {
        .rules = rules,
        .file = file,
        .content = content.at ? content : (struct text){"", 0},
        .source = arena_printf(&rules->memory, "file %s", rule_file_names[file]),
        .name = name,
        .warnings = warnings,
        .error = error,
    };
    return read_content(&reading);
}

bool rules_add_stored(struct rules *rules, enum rule_file file, struct text body, int64_t id,
                      struct text source, struct rules_warnings warnings, struct error *error)
{
    struct buffer list = {0}; // a file with this rule alone
    char name[64];
    snprintf(name, sizeof name, "rule %lld of %s on the pages", (long long)id,
             rule_file_names[file]);
    buffer_add_char(&list, '[');
    buffer_add(&list, body);
    buffer_add_char(&list, ']');
    struct reading reading = {
        .rules = rules,
        .file = file,
        .content = buffer_text(&list),
        .source = arena_copy(&rules->memory, source),
        .name = name,
        .id = id,
        .warnings = warnings,
        .error = error,
    };
    bool is_good = read_content(&reading);
    buffer_release(&list);
    return is_good;
}
