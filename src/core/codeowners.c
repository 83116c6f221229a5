// SPDX-License-Identifier: MIT
#include "core/codeowners.h"

#include <string.h>

#include "core/glob.h"

enum { STEP_MAX = 100 * 1000 }; // components compared for one rule

// What a path may go on with after the pattern.
enum tail { TAIL_NOTHING, TAIL_BENEATH, TAIL_ANY };

struct rule {
    struct text pattern; // without slashes at its ends, escapes as written
    enum tail tail;
    bool is_anchored; // else it fits at any depth
    bool is_excluding;
    struct text owners; // words, some of which are owners
    size_t section;
    int64_t line_number;
};

struct section {
    struct text name;
    bool is_optional;
};

struct codeowners {
    bool is_gitlab;
    struct rule *rules;
    size_t rule_n;
    struct section sections[CODEOWNERS_SECTION_MAX]; // the first is what stands before any
    size_t section_n;
};

// ---- reading ----

struct reader {
    struct codeowners *result;
    size_t section;
    struct text default_owners;
    int64_t line_number;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

// Up to the first white space that has no backslash in front.
static struct text take_pattern(struct text *rest)
{
    size_t i = 0;
    while (i < rest->len && !is_blank(rest->at[i]))
        i += rest->at[i] == '\\' && i + 1 < rest->len ? 2 : 1;
    struct text pattern = text_until(*rest, i);
    *rest = text_trim(text_from(*rest, i));
    return pattern;
}

// "@ann", "@shop/till", "ann@example.com"; gives the empty text after the last.
static struct text take_owner(struct text *rest)
{
    while (rest->len) {
        size_t i = 0;
        while (i < rest->len && !is_blank(rest->at[i]))
            i++;
        struct text word = text_until(*rest, i);
        *rest = text_trim(text_from(*rest, i));
        if (text_starts(word, TEXT("#")))
            *rest = (struct text){0}; // a comment
        else if (word.len > 1 && text_find(word, '@') < word.len)
            return word;
    }
    return (struct text){0};
}

static bool has_owner(struct text words)
{
    return take_owner(&words).len > 0;
}

static bool has_sections(struct text content)
{
    struct text line;
    while (text_cut(&content, '\n', &line)) {
        line = text_trim(line);
        if (text_starts(line, TEXT("[")) || text_starts(line, TEXT("^[")))
            return true;
    }
    return false;
}

// "[Name]", "^[Name][2] @owner": what follows belongs to the section, whose name may have been
// there before.
static void enter_section(struct reader *reader, struct text line)
{
    struct codeowners *c = reader->result;
    bool is_optional = line.at[0] == '^';
    line = text_from(line, is_optional ? 2 : 1);
    size_t end = text_find(line, ']'), i = 1;
    struct text name = text_trim(text_until(line, end)), rest = text_from(line, end + 1);
    if (end == line.len || name.len == 0)
        return;
    if (text_starts(rest, TEXT("["))) // how many have to approve
        rest = text_from(rest, text_find(rest, ']') + 1);
    while (i < c->section_n && !text_equal_nocase(c->sections[i].name, name))
        i++;
    if (i == CODEOWNERS_SECTION_MAX)
        return;
    if (i == c->section_n)
        c->sections[c->section_n++] = (struct section){name, is_optional};
    reader->section = i;
    reader->default_owners = text_trim(rest);
}

// How GitHub's patterns, which are those of .gitignore, go on: what fits a directory fits all that
// is in it, but "docs/*" means the files of docs alone.
static enum tail github_tail(struct text pattern)
{
    return text_ends(pattern, TEXT("/*")) ? TAIL_NOTHING : TAIL_ANY;
}

static void add_rule(struct reader *reader, struct text line)
{
    struct codeowners *c = reader->result;
    struct rule rule = {.section = reader->section, .line_number = reader->line_number};
    rule.is_excluding = line.at[0] == '!';
    struct text rest = text_from(line, rule.is_excluding), pattern = take_pattern(&rest);
    if (c->rule_n == CODEOWNERS_RULE_MAX || pattern.len > CODEOWNERS_PATTERN_MAX ||
        (rule.is_excluding && !c->is_gitlab))
        return;
    bool is_rooted = text_starts(pattern, TEXT("/")), is_directory = text_ends(pattern, TEXT("/"));
    rule.tail = is_directory ? TAIL_BENEATH : c->is_gitlab ? TAIL_NOTHING : github_tail(pattern);
    while (text_starts(pattern, TEXT("/")))
        pattern = text_from(pattern, 1);
    while (text_ends(pattern, TEXT("/")))
        pattern = text_until(pattern, pattern.len - 1);
    rule.is_anchored = is_rooted || (!c->is_gitlab && text_find(pattern, '/') < pattern.len);
    rule.pattern = pattern;
    rule.owners = has_owner(rest) ? rest : reader->default_owners;
    if (pattern.len || is_rooted)
        c->rules[c->rule_n++] = rule;
}

static size_t count_lines(struct text content)
{
    size_t n = 0;
    struct text line;
    while (n < CODEOWNERS_RULE_MAX && text_cut(&content, '\n', &line))
        n++;
    return n;
}

struct codeowners *codeowners_read(struct text content, bool is_gitlab, struct arena *arena)
{
    struct codeowners *c = arena_alloc(arena, sizeof *c);
    struct reader reader = {.result = c};
    struct text line;
    content = text_until(content, CODEOWNERS_SIZE_MAX);
    c->is_gitlab = is_gitlab || has_sections(content);
    c->rules = arena_array(arena, struct rule, count_lines(content) + 1);
    c->section_n = 1;
    while (text_cut(&content, '\n', &line)) {
        reader.line_number++;
        line = text_trim(line);
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (text_starts(line, TEXT("[")) || text_starts(line, TEXT("^[")))
            enter_section(&reader, line);
        else
            add_rule(&reader, line);
    }
    return c;
}

// ---- finding ----

static bool ends_well(enum tail tail, struct text path)
{
    return tail == TAIL_ANY || (tail == TAIL_NOTHING) == (path.len == 0);
}

// Component by component; when they differ, the last "**" takes one more.
static bool fits(const struct rule *rule, struct text path)
{
    struct text pattern = rule->pattern, wanted, component;
    struct text star_pattern = pattern, star_path = path;
    bool has_star = !rule->is_anchored;
    for (int step = 0; step < STEP_MAX; step++) {
        if (!text_cut(&pattern, '/', &wanted)) {
            if (ends_well(rule->tail, path))
                return true;
        } else if (text_equal(wanted, TEXT("**"))) {
            if (!pattern.len)
                return path.len > 0;
            has_star = true;
            star_pattern = pattern;
            star_path = path;
            continue;
        } else if (text_cut(&path, '/', &component) && glob_matches(wanted, component, false)) {
            continue;
        }
        if (!has_star || !text_cut(&star_path, '/', &component))
            return false;
        pattern = star_pattern;
        path = star_path;
    }
    return false;
}

static void add_owners(const struct rule *rule, struct codeowners_answer *answer)
{
    struct text rest = rule->owners, owner;
    while (answer->owner_n < CODEOWNERS_OWNER_MAX && (owner = take_owner(&rest)).len) {
        if (answer->owner_n == 0)
            answer->line_number = rule->line_number;
        answer->owners[answer->owner_n++] = owner;
    }
}

void codeowners_find(const struct codeowners *c, struct text path, struct codeowners_answer *answer)
{
    const struct rule *last[CODEOWNERS_SECTION_MAX] = {0};
    bool is_excluded[CODEOWNERS_SECTION_MAX] = {0};
    *answer = (struct codeowners_answer){0};
    for (size_t i = 0; i < c->rule_n; i++) {
        const struct rule *rule = &c->rules[i];
        if (is_excluded[rule->section] || !fits(rule, path))
            continue;
        is_excluded[rule->section] = rule->is_excluding;
        last[rule->section] = rule;
    }
    for (int is_optional = 0; is_optional <= 1; is_optional++)
        for (size_t i = 0; i < c->section_n; i++)
            if (last[i] && !is_excluded[i] && c->sections[i].is_optional == (bool)is_optional)
                add_owners(last[i], answer);
}
