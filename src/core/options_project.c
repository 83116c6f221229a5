// SPDX-License-Identifier: MIT
#include "core/options_project.h"

#include "core/options_line.h"
#include "core/options_tell.h"
#include "core/options_value.h"

// ---- sections ----

bool project_section_is(const struct option_line *line, struct text *name)
{
    static const struct text word = TEXT("project");
    bool is_project = text_equal_nocase(text_until(line->name, word.len), word);
    *name = text_trim(text_from(line->name, word.len));
    return is_project && (name->len == 0 || name->at > line->name.at + word.len);
}

// A name of digits alone would be taken for a number.
static bool is_name(struct text name)
{
    bool has_letter = false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i], letter = c | 0x20;
        bool is_letter = letter >= 'a' && letter <= 'z';
        if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.')
            return false;
        has_letter |= is_letter;
    }
    return has_letter && name.len <= PROJECT_NAME_MAX;
}

struct project_options *options_find_project(const struct options *o, struct text name)
{
    for (size_t i = 0; i < o->project_n; i++)
        if (text_equal_nocase(o->projects[i].name, name))
            return &o->projects[i];
    return NULL;
}

static struct project_options *add_project(struct options *o, struct text name, int line)
{
    if (!o->projects)
        o->projects = arena_array(&o->arena, struct project_options, PROJECT_MAX);
    struct project_options *project = &o->projects[o->project_n++];
    *project = (struct project_options){.name = arena_copy(&o->arena, name), .line = line};
    options_init(&project->options);
    return project;
}

bool project_section_begin(struct options *o, struct text name, struct options_teller *teller,
                           struct project_options **project)
{
    const struct project_options *same = options_find_project(o, name);
    char room[OPTION_SHOWN_MAX];
    *project = NULL;
    if (!is_name(name))
        return options_refuse(teller, teller->line,
                              "expected [project NAME] with at most %d letters, digits, - _ and . "
                              "(one letter at least), not \"%.*s\"",
                              PROJECT_NAME_MAX, TEXT_ARG(options_shown(name, room)));
    if (same)
        return options_refuse(teller, teller->line,
                              "[project %.*s] began in line %d already; keep one of the two",
                              TEXT_ARG(same->name), same->line);
    if (o->project_n == PROJECT_MAX)
        return options_refuse(teller, teller->line,
                              "more than %d projects; another server can have the rest",
                              PROJECT_MAX);
    *project = add_project(o, name, teller->line);
    return true;
}

// ---- projects among each other ----

static int line_of(const int *lines, const char *name)
{
    return lines[option_find(text_of(name)) - option_table];
}

static bool has_number(const struct project_options *project)
{
    return line_of(project->line_of, "project_id") != 0;
}

static int64_t next_free_number(const struct options *o)
{
    int64_t number = o->project_id;
    for (size_t i = 0; i < o->project_n; i++)
        if (has_number(&o->projects[i]) && o->projects[i].options.project_id > number)
            number = o->projects[i].options.project_id;
    return number + 1;
}

// "[flawless]" or "[project shop]": whoever before the project meets it, in what is compared.
static const char *find_before(const struct options *o, size_t project_n,
                               bool (*meets)(const struct options *a, const struct options *b),
                               const struct options *options)
{
    if (meets(o, options))
        return "[flawless]";
    for (size_t i = 0; i < project_n; i++)
        if (meets(&o->projects[i].options, options))
            return o->projects[i].name.at;
    return NULL;
}

static bool have_same_number(const struct options *a, const struct options *b)
{
    return a->project_id == b->project_id;
}

static bool have_same_key(const struct options *a, const struct options *b)
{
    return a->project_key.len && text_equal(a->project_key, b->project_key);
}

bool projects_agree(const struct options *o, struct options_teller *teller)
{
    for (size_t i = 0; i < o->project_n; i++) {
        const struct project_options *project = &o->projects[i];
        const char *number_of = find_before(o, i, have_same_number, &project->options);
        const char *key_of = find_before(o, i, have_same_key, &project->options);
        if (!has_number(project)) {
            if (!options_refuse(teller, project->line,
                                "[project %s] needs a number that no other project has had: add "
                                "project_id = %lld",
                                project->name.at, (long long)next_free_number(o)))
                return false;
        } else if (number_of &&
                   !options_refuse(teller, line_of(project->line_of, "project_id"),
                                   "project_id: %lld is the number of %s already; the next free "
                                   "one is %lld",
                                   (long long)project->options.project_id, number_of,
                                   (long long)next_free_number(o)))
            return false;
        if (key_of && !options_refuse(teller, line_of(project->line_of, "project_key"),
                                      "project_key: %s has the same one already; leave it out, and "
                                      "one is made",
                                      key_of))
            return false;
    }
    return true;
}

// ---- what is inherited ----

static void inherit(const struct options *o, struct project_options *project)
{
    for (const struct option_row *row = option_table; row->name; row++)
        if (!project->line_of[row - option_table] && !(row->flags & OPTION_OWN))
            option_copy(&project->options, o, row);
}

void options_inherit(struct options *o)
{
    for (size_t i = 0; i < o->project_n; i++)
        inherit(o, &o->projects[i]);
}
