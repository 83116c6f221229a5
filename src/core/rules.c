// SPDX-License-Identifier: MIT
#include "core/rules.h"

#include <stdlib.h>
#include <string.h>

#include "core/rules_index.h"

const char *const rule_file_names[RULE_FILE_N] = {
    [RULES_BUILDING_BLOCKS] = "building_blocks",
    [RULES_THIRD_PARTY_WHITELIST] = "third_party_whitelist",
    [RULES_KNOWN_ERRORS] = "known_errors",
    [RULES_WATCHED_FILES] = "watched_files",
    [RULES_EMAIL_REMAPPING] = "email_remapping",
    [RULES_IGNORED_EXCEPTIONS] = "ignored_exceptions",
    [RULES_DISOWNED_FILES] = "disowned_files",
};

struct rules *rules_new(void)
{
    struct rules *rules = must_alloc(sizeof *rules);
    atomic_init(&rules->holders, 1);
    return rules;
}

struct rules *rules_hold(struct rules *rules)
{
    if (rules)
        atomic_fetch_add(&rules->holders, 1);
    return rules;
}

void rules_drop(struct rules *rules)
{
    if (!rules || atomic_fetch_sub(&rules->holders, 1) != 1)
        return;
    for (int file = 0; file < RULE_FILE_N; file++)
        map_release(&rules->index[file]); // chains and rules are the arena's
    arena_release(&rules->memory);
    rules_drop(rules->others);
    free(rules);
}

size_t rules_count(const struct rules *rules, enum rule_file file)
{
    return rules ? rules->counts[file] : 0;
}

// ---- keys ----

bool rule_line_key(struct text filename, struct text function, char *room, struct text *key)
{
    size_t len = filename.len + 1 + function.len;
    if (len > RULE_KEY_MAX)
        return false;
    if (filename.len)
        memcpy(room, filename.at, filename.len);
    room[filename.len] = '\n'; // a NUL may come as text, too; neither is part of a sane path
    if (function.len)
        memcpy(room + filename.len + 1, function.at, function.len);
    *key = (struct text){room, len};
    return true;
}

bool rule_email_key(struct text email, char *room, struct text *key)
{
    if (email.len > RULE_KEY_MAX)
        return false;
    for (size_t i = 0; i < email.len; i++) {
        char c = email.at[i];
        room[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *key = (struct text){room, email.len};
    return true;
}

static struct text key_of(enum rule_file file, const struct rule *rule, char *room)
{
    struct text key = rule->filepath;
    bool fits = true;
    switch (file) {
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
    return key;
}

// ---- adding ----

void rules_add(struct rules *rules, enum rule_file file, struct rule *rule)
{
    char room[RULE_KEY_MAX];
    struct text key = key_of(file, rule, room);
    struct rule_chain *chain = map_find(&rules->index[file], key), *all = &rules->all[file];
    if (!chain) {
        chain = arena_alloc(&rules->memory, sizeof *chain);
        map_put(&rules->index[file], key, chain);
    }
    if (chain->last)
        chain->last->next = rule;
    else
        chain->first = rule;
    chain->last = rule;
    if (all->last)
        all->last->next_of_file = rule;
    else
        all->first = rule;
    all->last = rule;
    rule->rank = rules->counts[file]++;
}

void rules_add_all(struct rules *rules, struct rules *others)
{
    check(!rules->others);
    rules->others = rules_hold(others);
    for (int file = 0; file < RULE_FILE_N; file++)
        for (const struct rule *rule = rules_first(others, file); rule; rule = rule->next_of_file) {
            struct rule *copy = arena_alloc(&rules->memory, sizeof *copy);
            *copy = *rule;
            copy->next = copy->next_of_file = NULL;
            rules_add(rules, file, copy);
        }
}

const struct rule *rules_first(const struct rules *rules, enum rule_file file)
{
    return rules ? rules->all[file].first : NULL;
}

// ---- white space ----

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text rule_collapse(struct text t, char *room, size_t max)
{
    size_t len = 0;
    bool is_gap = false;
    for (size_t i = 0; i < t.len && len < max; i++) {
        if (is_space(t.at[i])) {
            is_gap = len > 0;
            continue;
        }
        if (is_gap && len + 1 < max)
            room[len++] = ' ';
        is_gap = false;
        room[len++] = t.at[i];
    }
    return (struct text){room, len};
}
