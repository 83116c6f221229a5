// SPDX-License-Identifier: MIT
// From the JSON of a rule file to rules. What a file's objects may hold is a table.
#include <stddef.h>
#include <stdio.h>

#include "base/json.h"
#include "core/owner.h"
#include "core/rules_index.h"
#include "core/rules_place.h"
#include "report/report.h"

enum { WARNING_MAX = 10 }; // of one file; the rest is counted

enum field_kind {
    FIELD_NAME, // text; a wildcard when it is null, missing or empty, unless it is required
    FIELD_CODE, // the same, white space collapsed
    FIELD_TREE, // the path of a file or directory
    FIELD_EMAIL,
    FIELD_ACCOUNT, // an address or its part before the '@'
    FIELD_EMAILS,  // list of addresses
    FIELD_WORDS,   // text as it is
    FIELD_COUNT,   // a whole number, 0 or more
    FIELD_FLAG,
};

struct field {
    const char *name; // NULL ends a file's list
    enum field_kind kind;
    bool is_required;
    size_t offset; // in struct rule
};

#define AT(member) offsetof(struct rule, member)
#define LINE_FIELDS                                                                                \
    {"filename", FIELD_NAME, true, AT(filename)},                                                  \
        {"function_name", FIELD_NAME, false, AT(function_name)},                                   \
    {                                                                                              \
        "code_fragment", FIELD_CODE, false, AT(code_fragment)                                      \
    }

static const struct field fields[RULE_FILE_N][12] = {
    [RULES_BUILDING_BLOCKS] = {LINE_FIELDS},
    [RULES_THIRD_PARTY_WHITELIST] = {LINE_FIELDS},
    [RULES_KNOWN_ERRORS] =
        {
            LINE_FIELDS,
            {"min_alert_threshold", FIELD_COUNT, false, AT(min_alert_threshold)},
            {"max_alert_threshold", FIELD_COUNT, false, AT(max_alert_threshold)},
            {"alert_every_n_occurrences", FIELD_COUNT, false, AT(alert_every_n_occurrences)},
            // as it has been written since the first version
            {"alert_every_n_occurences", FIELD_COUNT, false, AT(alert_every_n_occurrences)},
            {"email_recipients", FIELD_EMAILS, false, AT(email_recipients)},
            {"email_header", FIELD_WORDS, false, AT(email_header)},
        },
    [RULES_WATCHED_FILES] =
        {
            {"email", FIELD_EMAIL, true, AT(email)},
            {"filepath", FIELD_TREE, true, AT(filepath)},
            {"watch_all_errors", FIELD_FLAG, false, AT(watch_all_errors)},
        },
    [RULES_EMAIL_REMAPPING] =
        {
            {"remap", FIELD_ACCOUNT, true, AT(email)},
            {"to", FIELD_ACCOUNT, true, AT(other_email)},
        },
    [RULES_IGNORED_EXCEPTIONS] = {{"exception_type", FIELD_NAME, true, AT(exception_type)}},
    [RULES_DISOWNED_FILES] =
        {
            {"email", FIELD_EMAIL, true, AT(email)},
            {"filepath", FIELD_TREE, true, AT(filepath)},
            {"designated_email", FIELD_EMAIL, true, AT(other_email)},
        },
};

// A file being read; entry and member say where.
struct reading {
    struct rules *rules;
    enum rule_file file;
    struct text content, source;
    const char *name;
    size_t entry;
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

static bool read_text(const struct reading *r, const struct field *field, struct json value,
                      size_t max, struct text *t)
{
    if (json_type(value) != JSON_STRING)
        return complain(r, field->name, "a text", type_words(value));
    *t = field->kind == FIELD_WORDS ? json_text(value) : text_trim(json_text(value));
    if (t->len <= max)
        return true;
    char expected[64];
    snprintf(expected, sizeof expected, "a text of at most %zu bytes", max);
    return complain(r, field->name, expected, "");
}

static bool read_email(const struct reading *r, const struct field *field, struct json value,
                       struct text *email)
{
    if (!read_text(r, field, value, REPORT_NAME_MAX, email))
        return false;
    if (!email->len && !field->is_required)
        return true;
    bool needs_domain = field->kind != FIELD_ACCOUNT;
    if (owner_is_address(*email, needs_domain))
        return true;
    return complain(r, field->name,
                    needs_domain ? "one address, name@example.com"
                                 : "one address, or the part of one before the @",
                    "");
}

static bool read_emails(const struct reading *r, const struct field *field, struct json value,
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

static bool read_count(const struct reading *r, const struct field *field, struct json value,
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

static bool read_words(const struct reading *r, const struct field *field, struct json value,
                       struct text *t)
{
    size_t max = field->kind == FIELD_WORDS ? REPORT_TEXT_MAX : REPORT_NAME_MAX;
    if (!read_text(r, field, value, max, t))
        return false;
    if (field->is_required && !t->len)
        return complain(r, field->name, "a text", "an empty one");
    if (field->kind == FIELD_TREE)
        *t = plain_path(*t);
    if (field->kind == FIELD_CODE) {
        char room[REPORT_NAME_MAX];
        *t = arena_copy(&r->rules->memory, rule_collapse(*t, room, sizeof room));
        return true;
    }
    *t = arena_copy(&r->rules->memory, *t);
    return true;
}

static bool read_field(const struct reading *r, const struct field *field, struct json value,
                       struct rule *rule)
{
    void *target = (char *)rule + field->offset;
    switch (field->kind) {
    case FIELD_NAME:
    case FIELD_CODE:
    case FIELD_TREE:
    case FIELD_WORDS: return read_words(r, field, value, target);
    case FIELD_EMAIL:
    case FIELD_ACCOUNT:
        if (!read_email(r, field, value, target))
            return false;
        *(struct text *)target = arena_copy(&r->rules->memory, *(struct text *)target);
        return true;
    case FIELD_EMAILS: return read_emails(r, field, value, rule);
    case FIELD_COUNT: return read_count(r, field, value, target);
    case FIELD_FLAG:
        if (json_type(value) != JSON_BOOL)
            return complain(r, field->name, "true or false", type_words(value));
        *(bool *)target = json_bool(value, false);
        return true;
    }
    return false;
}

// ---- entries ----

static void warn_unknown(struct reading *r, struct text name)
{
    char message[512];
    struct place place = {0};
    if (r->warning_n++ >= WARNING_MAX || !r->warnings.tell)
        return;
    char member[101];
    struct text clipped = text_clip(name, sizeof member - 1);
    snprintf(member, sizeof member, "%.*s", TEXT_ARG(clipped));
    place = place_in(r, member);
    snprintf(message, sizeof message,
             "%.250s:%lld:%lld: there is no field \"%s\"; it is left out of account", r->name,
             (long long)place.line, (long long)place.column, member);
    r->warnings.tell(r->warnings.self, message);
}

static const struct field *find_field(enum rule_file file, struct text name)
{
    for (const struct field *field = fields[file]; field->name; field++)
        if (text_equal(text_of(field->name), name))
            return field;
    return NULL;
}

static bool has_all_required(const struct reading *r, struct json entry)
{
    for (const struct field *field = fields[r->file]; field->name; field++) {
        struct json value = json_get(entry, text_of(field->name));
        enum json_type type = json_type(value);
        if (field->is_required && (type == JSON_MISSING || type == JSON_NULL))
            return complain(r, field->name, "there", "");
    }
    return true;
}

static void index_rule(const struct reading *r, struct rule *rule)
{
    char room[RULE_KEY_MAX];
    struct text key = rule->filepath;
    bool fits = true;
    switch (r->file) {
    case RULES_BUILDING_BLOCKS:
    case RULES_THIRD_PARTY_WHITELIST:
    case RULES_KNOWN_ERRORS:
        fits = rule_line_key(rule->filename, rule->function_name, room, &key);
        break;
    case RULES_EMAIL_REMAPPING: fits = rule_email_key(rule->email, room, &key); break;
    case RULES_IGNORED_EXCEPTIONS: key = rule->exception_type; break;
    default: break;
    }
    check(fits); // every name was bounded
    rules_add(r->rules, r->file, key, rule);
    r->rules->counts[r->file]++;
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
    *rule = (struct rule){
        .source = r->source, .max_alert_threshold = -1, .number = (int64_t)r->entry + 1};
    for (struct json_walk w = json_walk(entry); json_next(&w);) {
        const struct field *field = find_field(r->file, w.name);
        if (!field)
            warn_unknown(r, w.name);
        else if (json_type(w.value) != JSON_NULL && !read_field(r, field, w.value, rule))
            return false;
    }
    rule->filename = plain_path(rule->filename);
    index_rule(r, rule);
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
    struct json root;
    struct json_doc *doc = json_doc_new();
    bool is_good = json_parse(doc, reading.content, &root, error);
    if (!is_good) {
        explain_mistake(&reading);
    } else if (json_type(root) != JSON_ARRAY) {
        is_good = error_set(error, ERROR_CONFIG, "%.250s:1:1: it has to be a list, [ ... ], not %s",
                            name, type_words(root));
    } else {
        is_good = read_entries(&reading, root);
    }
    json_doc_free(doc);
    return is_good;
}
