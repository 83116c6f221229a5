// SPDX-License-Identifier: MIT
#include "core/rule_typed.h"

#include "base/buffer.h"
#include "base/json_out.h"
#include "base/utf8.h"
#include "core/owner.h"
#include "report/report.h"

enum { EMAILS_MAX = 100, SHOWN_MAX = 60 };

// ---- characters ----

enum oddity { ODD_NOTHING, ODD_CONTROL, ODD_LINE, ODD_DIRECTION };

static enum oddity oddity_of_sequence(struct text sequence)
{
    static const struct range {
        const char *first, *last;
        enum oddity oddity;
    } ranges[] = {
        {"\xc2\x80", "\xc2\x9f", ODD_CONTROL},           // C1
        {"\xd8\x9c", "\xd8\x9c", ODD_DIRECTION},         // arabic letter mark
        {"\xe2\x80\x8e", "\xe2\x80\x8f", ODD_DIRECTION}, // marks
        {"\xe2\x80\xa8", "\xe2\x80\xa9", ODD_LINE},      // separators
        {"\xe2\x80\xaa", "\xe2\x80\xae", ODD_DIRECTION}, // embeddings and overrides
        {"\xe2\x81\xa6", "\xe2\x81\xa9", ODD_DIRECTION}, // isolates
    };
    unsigned char c = (unsigned char)sequence.at[0];
    if (c == '\n' || c == '\r' || c == '\t')
        return ODD_LINE;
    if (c < ' ' || c == 0x7f)
        return ODD_CONTROL;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (text_compare(sequence, text_of(ranges[i].first)) >= 0 &&
            text_compare(sequence, text_of(ranges[i].last)) <= 0 &&
            sequence.len == text_of(ranges[i].first).len)
            return ranges[i].oddity;
    return ODD_NOTHING;
}

static enum oddity find_oddity(struct text t, bool may_be_lines)
{
    while (t.len) {
        size_t len = utf8_sequence(t);
        if (!len)
            return ODD_CONTROL;
        enum oddity oddity = oddity_of_sequence(text_until(t, len));
        bool is_allowed = may_be_lines && (oddity == ODD_LINE || oddity == ODD_DIRECTION);
        if (oddity != ODD_NOTHING && !is_allowed)
            return oddity;
        t = text_from(t, len);
    }
    return ODD_NOTHING;
}

static struct text complain_of(enum oddity oddity)
{
    switch (oddity) {
    case ODD_CONTROL:
        return TEXT("It holds a control character, which cannot be seen. Type it anew.");
    case ODD_LINE: return TEXT("It has to be on one line, without tabs.");
    case ODD_DIRECTION:
        return TEXT("It holds a character that turns the direction of writing and cannot be seen. "
                    "Type it anew.");
    case ODD_NOTHING: break;
    }
    return (struct text){0};
}

// ---- kinds; each gives what is wrong, or the empty text ----

static bool has_component(struct text path, struct text name)
{
    struct text component;
    while (text_cut(&path, '/', &component))
        if (text_equal(component, name))
            return true;
    return false;
}

static bool has_drive(struct text path)
{
    char c = path.len > 1 && path.at[1] == ':' ? (char)(path.at[0] | 0x20) : 0;
    return c >= 'a' && c <= 'z';
}

static struct text check_path(struct text path, bool may_be_tree, struct arena *arena)
{
    while (text_starts(path, TEXT("./")))
        path = text_from(path, 2);
    if (text_starts(path, TEXT("/")) || text_starts(path, TEXT("~/")) || has_drive(path))
        return arena_printf(arena,
                            "\"%.*s\" is a place on a disk. Write the path in the repository, such "
                            "as shop/bank.py.",
                            TEXT_ARG(text_clip(path, SHOWN_MAX)));
    if (has_component(path, TEXT("..")))
        return TEXT("It must not hold \"..\". Write the path in the repository from its top, such "
                    "as shop/bank.py.");
    bool is_tree = !path.len || text_ends(path, TEXT("/")) || text_equal(path, TEXT("."));
    return is_tree && !may_be_tree ? TEXT("It has to be a file, not a directory.")
                                   : (struct text){0};
}

static struct text check_email(struct text email, bool needs_domain)
{
    if (owner_is_address(email, needs_domain))
        return (struct text){0};
    return needs_domain ? TEXT("It has to be one address, such as name@example.com.")
                        : TEXT("It has to be one address, or the part of one before the @.");
}

static struct text check_emails(struct text emails, struct arena *arena)
{
    struct text email;
    size_t n = 0;
    while (text_cut(&emails, ',', &email)) {
        if (++n > EMAILS_MAX)
            return arena_printf(arena, "At most %d addresses are taken.", EMAILS_MAX);
        if (!owner_is_address(text_trim(email), true))
            return arena_printf(arena,
                                "\"%.*s\" is not an address. Write addresses such as "
                                "name@example.com, with a comma between two.",
                                TEXT_ARG(text_clip(text_trim(email), SHOWN_MAX)));
    }
    return (struct text){0};
}

static const struct flag_word {
    const char *word;
    bool meaning;
} flag_words[] = {{"true", true},   {"on", true},   {"1", true},  {"yes", true},
                  {"false", false}, {"off", false}, {"0", false}, {"no", false}};

static const struct flag_word *find_flag(struct text value)
{
    for (size_t i = 0; i < sizeof flag_words / sizeof *flag_words; i++)
        if (text_equal_nocase(value, text_of(flag_words[i].word)))
            return &flag_words[i];
    return NULL;
}

static struct text check_value(const struct rule_field *field, struct text value,
                               struct arena *arena)
{
    int64_t count;
    switch (field->kind) {
    case RULE_PATH: return check_path(value, false, arena);
    case RULE_TREE: return check_path(value, true, arena);
    case RULE_EMAIL: return check_email(value, true);
    case RULE_ACCOUNT: return check_email(value, false);
    case RULE_EMAILS: return check_emails(value, arena);
    case RULE_COUNT:
        return text_to_int64(value, &count) && count >= 0
                   ? (struct text){0}
                   : TEXT("It has to be a whole number, 0 or more.");
    case RULE_FLAG:
        return find_flag(value) ? (struct text){0} : TEXT("It has to be true or false.");
    case RULE_NAME:
    case RULE_CODE:
    case RULE_WORDS: break;
    }
    return (struct text){0};
}

static size_t max_of(enum rule_field_kind kind)
{
    return kind == RULE_WORDS || kind == RULE_EMAILS ? REPORT_TEXT_MAX : REPORT_NAME_MAX;
}

static struct text check_field(const struct rule_field *field, struct text value,
                               struct arena *arena)
{
    bool may_be_lines = field->kind == RULE_WORDS || field->kind == RULE_CODE;
    if (!value.len)
        return field->is_required ? TEXT("This is needed.") : (struct text){0};
    if (value.len > max_of(field->kind))
        return arena_printf(arena, "It has %zu bytes; at most %zu are taken.", value.len,
                            max_of(field->kind));
    struct text mistake = complain_of(find_oddity(value, may_be_lines));
    return mistake.len ? mistake : check_value(field, value, arena);
}

// Browsers send lines with both characters.
static struct text plain_lines(struct text lines, struct arena *arena)
{
    struct buffer out = {0};
    for (size_t i = 0; i < lines.len; i++)
        if (!text_starts(text_from(lines, i), TEXT("\r\n")))
            buffer_add_char(&out, lines.at[i]);
    lines = arena_copy(arena, buffer_text(&out));
    buffer_release(&out);
    return lines;
}

bool rule_check(enum rule_file file, struct rule_typed *typed, struct arena *arena)
{
    bool is_good = true;
    for (size_t i = 0; rule_fields[file][i].name; i++) {
        const struct rule_field *field = &rule_fields[file][i];
        typed->values[i] = field->kind == RULE_WORDS ? plain_lines(typed->values[i], arena)
                                                     : text_trim(typed->values[i]);
        typed->mistakes[i] = check_field(field, typed->values[i], arena);
        is_good &= typed->mistakes[i].len == 0;
    }
    return is_good;
}

// ---- as JSON ----

static void write_emails(struct text emails, struct json_out *json)
{
    struct text email;
    json_array(json);
    while (text_cut(&emails, ',', &email))
        json_string(json, text_trim(email));
    json_array_end(json);
}

static void write_field(const struct rule_field *field, struct text value, struct json_out *json)
{
    int64_t count = 0;
    const struct flag_word *flag = find_flag(value);
    json_name(json, field->name);
    if (field->kind == RULE_FLAG)
        json_boolean(json, flag && flag->meaning);
    else if (field->kind == RULE_EMAILS)
        write_emails(value, json);
    else if (field->kind == RULE_COUNT && text_to_int64(value, &count))
        json_number(json, count);
    else
        json_string(json, value);
}

struct text rule_write(enum rule_file file, const struct rule_typed *typed, struct arena *arena)
{
    struct buffer out = {0};
    struct json_out json = {.out = &out};
    json_object(&json);
    for (size_t i = 0; rule_fields[file][i].name; i++)
        if (typed->values[i].len)
            write_field(&rule_fields[file][i], typed->values[i], &json);
    json_object_end(&json);
    struct text body = arena_copy(arena, buffer_text(&out));
    buffer_release(&out);
    return body;
}

// ---- back ----

static struct text type_emails(const struct rule *rule, struct arena *arena)
{
    struct buffer out = {0};
    for (size_t i = 0; i < rule->email_recipient_n; i++) {
        buffer_add_string(&out, i ? ", " : "");
        buffer_add(&out, rule->email_recipients[i]);
    }
    struct text emails = arena_copy(arena, buffer_text(&out));
    buffer_release(&out);
    return emails;
}

static struct text type_field(const struct rule_field *field, const struct rule *rule,
                              struct arena *arena)
{
    const char *value = (const char *)rule + field->offset;
    const char *blank = (const char *)&rule_blank + field->offset;
    int64_t count;
    switch (field->kind) {
    case RULE_EMAILS: return type_emails(rule, arena);
    case RULE_FLAG: return *(const bool *)value ? TEXT("true") : (struct text){0};
    case RULE_COUNT:
        count = *(const int64_t *)value;
        return count == *(const int64_t *)blank ? (struct text){0}
                                                : arena_printf(arena, "%lld", (long long)count);
    case RULE_TREE:
        return ((const struct text *)value)->len ? *(const struct text *)value : TEXT(".");
    case RULE_NAME:
    case RULE_PATH:
    case RULE_CODE:
    case RULE_EMAIL:
    case RULE_ACCOUNT:
    case RULE_WORDS: break;
    }
    return *(const struct text *)value;
}

void rule_type(enum rule_file file, const struct rule *rule, struct arena *arena,
               struct rule_typed *typed)
{
    *typed = (struct rule_typed){0};
    for (size_t i = 0; rule_fields[file][i].name; i++)
        if (!rule_fields[file][i].is_alias)
            typed->values[i] = type_field(&rule_fields[file][i], rule, arena);
}
