// SPDX-License-Identifier: MIT
// Every question is a few looks into a hash map, however many rules there are.
#include "core/rules_index.h"
#include "report/report.h"

static const struct rule *first_of(const struct rules *rules, enum rule_file file, struct text key)
{
    const struct rule_chain *chain = map_find(&rules->index[file], key);
    return chain ? chain->first : NULL;
}

// ---- lines ----

static const struct rule *first_of_line(const struct rules *rules, enum rule_file file,
                                        struct text path, struct text function)
{
    char room[RULE_KEY_MAX];
    struct text key;
    return rule_line_key(path, function, room, &key) ? first_of(rules, file, key) : NULL;
}

static bool has_code(const struct rule *rule, struct text text)
{
    if (!rule->code_fragment.len)
        return true;
    return text.len &&
           (text_contains(text, rule->code_fragment) || text_contains(rule->code_fragment, text));
}

static const struct rule *first_with_code(const struct rule *rule, struct text text)
{
    while (rule && !has_code(rule, text))
        rule = rule->next;
    return rule;
}

const struct rule *rules_find_line(const struct rules *rules, enum rule_file file, struct text path,
                                   struct text function, struct text text)
{
    if (!rules || !rules->counts[file] || !path.len)
        return NULL;
    const struct rule *named = function.len ? first_of_line(rules, file, path, function) : NULL;
    const struct rule *any = first_of_line(rules, file, path, (struct text){0});
    if (!named && !any)
        return NULL;
    char room[REPORT_NAME_MAX];
    text = rule_collapse(text, room, sizeof room);
    named = first_with_code(named, text);
    any = first_with_code(any, text);
    return !any || (named && named->rank < any->rank) ? named : any;
}

// ---- exceptions ----

bool rules_ignore_exception(const struct rules *rules, struct text module, struct text type)
{
    char room[RULE_KEY_MAX];
    if (!rules || !rules->counts[RULES_IGNORED_EXCEPTIONS] || !type.len)
        return false;
    if (first_of(rules, RULES_IGNORED_EXCEPTIONS, type))
        return true;
    struct text key;
    if (!module.len || !rule_line_key(module, type, room, &key))
        return false;
    room[module.len] = '.';
    return first_of(rules, RULES_IGNORED_EXCEPTIONS, key) != NULL;
}

// ---- people ----

struct text rules_remap(const struct rules *rules, struct text email)
{
    char room[RULE_KEY_MAX];
    struct text key;
    if (!rules || !rules->counts[RULES_EMAIL_REMAPPING] || !email.len ||
        !rule_email_key(email, room, &key))
        return email;
    const struct rule *rule = first_of(rules, RULES_EMAIL_REMAPPING, key);
    if (!rule)
        rule = first_of(rules, RULES_EMAIL_REMAPPING, text_until(key, text_find(key, '@')));
    return rule ? rule->other_email : email;
}

// The path itself, then each directory above it, then everything. False after the last.
static bool go_up(struct text *path)
{
    if (!path->len)
        return false;
    size_t slash = text_find_last(*path, '/');
    *path = slash < path->len ? text_until(*path, slash) : (struct text){"", 0};
    return true;
}

struct text rules_find_designated(const struct rules *rules, struct text email, struct text path)
{
    if (!rules || !rules->counts[RULES_DISOWNED_FILES])
        return (struct text){0};
    do {
        const struct rule *rule = first_of(rules, RULES_DISOWNED_FILES, path);
        for (; rule; rule = rule->next)
            if (text_equal_nocase(rule->email, email))
                return rule->other_email;
    } while (go_up(&path));
    return (struct text){0};
}

void rules_list_watchers(const struct rules *rules, struct text path, void *self,
                         void (*tell)(void *self, const struct rule *rule))
{
    if (!rules || !rules->counts[RULES_WATCHED_FILES])
        return;
    do {
        const struct rule *rule = first_of(rules, RULES_WATCHED_FILES, path);
        for (; rule; rule = rule->next)
            tell(self, rule);
    } while (go_up(&path));
}
