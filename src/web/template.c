// SPDX-License-Identifier: MIT
// A template is parsed into a flat array of nodes: a section knows where its closing tag is, so
// rendering is one loop that jumps. Parsing also walks the HTML around the fields (html_context.h),
// which is what lets one kind of escaping be enough everywhere. Nesting is checked once, at the
// start, so rendering needs no bounds of its own.
#include "web/template.h"

#include <stdlib.h>

#include "web/html_context.h"
#include "web/template_nodes.h"

struct open_section {
    size_t node;
    struct html_context html; // where it was opened
};

struct parser {
    struct template *template;
    struct text source, rest;
    bool is_line_start; // nothing of this line was kept so far
    struct html_context html;
    struct open_section open[TEMPLATE_DEPTH_MAX];
    size_t open_n;
    struct error *error;
};

static int line_of(const struct parser *p, const char *at)
{
    int line = 1;
    for (const char *c = p->source.at; c < at; c++)
        line += *c == '\n';
    return line;
}

static bool fail(struct parser *p, struct text name, const char *wrong)
{
    return error_set(p->error, ERROR_CONFIG, "%s:%d: \"%.*s\": %s", p->template->file,
                     line_of(p, name.at), TEXT_ARG(text_clip(name, 80)), wrong);
}

static bool fail_at(struct parser *p, const char *at, const char *wrong)
{
    return error_set(p->error, ERROR_CONFIG, "%s:%d: %s", p->template->file, line_of(p, at), wrong);
}

static void add_node(struct parser *p, enum node_kind kind, struct text text)
{
    p->template->nodes[p->template->node_n++] =
        (struct node){.kind = kind, .line = line_of(p, text.at), .text = text};
}

static bool add_literal(struct parser *p, struct text literal)
{
    size_t at = 0;
    const char *wrong = html_walk(&p->html, literal, &at);
    if (wrong)
        return fail_at(p, literal.at + at, wrong);
    if (literal.len)
        add_node(p, NODE_LITERAL, literal);
    return true;
}

static bool is_blank(struct text t)
{
    return text_trim(t).len == 0;
}

// Takes the line away from a tag that stands alone on it: the white space before it in *literal,
// and what follows up to and with the line break in p->rest.
static bool take_line(struct parser *p, struct text *literal)
{
    size_t line_start = text_find_last(*literal, '\n');
    bool is_first = line_start == literal->len;
    line_start = is_first ? 0 : line_start + 1;
    if ((is_first && !p->is_line_start) || !is_blank(text_from(*literal, line_start)))
        return false;
    size_t line_end = text_find(p->rest, '\n');
    if (!is_blank(text_until(p->rest, line_end)))
        return false;
    *literal = text_until(*literal, line_start);
    p->rest = text_from(p->rest, line_end + 1);
    return true;
}

static bool open_section(struct parser *p, enum node_kind kind, struct text name)
{
    if (p->open_n == TEMPLATE_DEPTH_MAX)
        return fail(p, name, "sections are nested too deeply");
    p->open[p->open_n++] = (struct open_section){p->template->node_n, p->html};
    add_node(p, kind, name);
    return true;
}

static bool close_section(struct parser *p, struct text name)
{
    if (!p->open_n)
        return fail(p, name, "this closes a section that was not opened");
    struct open_section *open = &p->open[--p->open_n];
    struct node *node = &p->template->nodes[open->node];
    if (!text_equal(node->text, name))
        return fail(p, name, "another section has to be closed first");
    if (open->html.place != p->html.place)
        return fail(p, name, "the section begins and ends in different places of a tag");
    p->html.has_value = open->html.has_value; // the section may have shown nothing
    node->end = p->template->node_n;
    return true;
}

static bool add_field(struct parser *p, struct text name)
{
    const char *wrong = html_refuse_field(&p->html);
    if (wrong)
        return fail_at(p, name.at, wrong);
    add_node(p, html_begins_link(&p->html) ? NODE_LINK : NODE_FIELD, name);
    p->html.has_value = true;
    return true;
}

static bool add_partial(struct parser *p, struct text name)
{
    if (p->html.place != HTML_TEXT)
        return fail(p, name, "a partial cannot stand inside a tag");
    add_node(p, NODE_PARTIAL, name);
    return true;
}

static bool is_field_name(struct text name)
{
    if (text_equal(name, TEXT(".")))
        return true;
    char last = '.';
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
        if (!is_word && (c != '.' || last == '.'))
            return false;
        last = c;
    }
    return last != '.';
}

static bool add_tag(struct parser *p, char sigil, struct text name)
{
    if (sigil == '!')
        return true;
    if (!is_field_name(name))
        return fail(p, name, "this is no name");
    switch (sigil) {
    case '#': return open_section(p, NODE_SECTION, name);
    case '^': return open_section(p, NODE_INVERTED, name);
    case '/': return close_section(p, name);
    case '>': return add_partial(p, name);
    default: return add_field(p, name);
    }
}

static size_t find_pair(struct text t, char c)
{
    for (size_t i = 0; i + 1 < t.len; i++)
        if (t.at[i] == c && t.at[i + 1] == c)
            return i;
    return t.len;
}

// One literal and the tag after it.
static bool parse_step(struct parser *p)
{
    size_t start = find_pair(p->rest, '{');
    struct text literal = text_until(p->rest, start);
    if (start == p->rest.len) {
        p->rest = (struct text){0};
        return add_literal(p, literal);
    }
    p->rest = text_from(p->rest, start + 2);
    size_t end = find_pair(p->rest, '}');
    struct text tag = text_trim(text_until(p->rest, end));
    bool is_closed = end < p->rest.len;
    p->rest = text_from(p->rest, end + 2);

    bool has_sigil = tag.len && text_find(TEXT("#^/>!"), tag.at[0]) < 5;
    p->is_line_start = has_sigil && is_closed && take_line(p, &literal);
    if (!add_literal(p, literal))
        return false;
    struct text name = has_sigil ? text_trim(text_from(tag, 1)) : tag;
    if (!is_closed || !name.len)
        return fail_at(p, literal.at + literal.len,
                       is_closed ? "a tag that says nothing" : "{{ has no }}");
    return add_tag(p, has_sigil ? tag.at[0] : 0, name);
}

static size_t count_tags(struct text source)
{
    size_t tag_n = 0;
    for (size_t i; (i = find_pair(source, '{')) < source.len; tag_n++)
        source = text_from(source, i + 2);
    return tag_n;
}

static bool parse(struct template *template, struct arena *arena, struct text source,
                  struct error *error)
{
    struct parser p = {.template = template,
                       .source = source,
                       .rest = source,
                       .is_line_start = true,
                       .error = error};
    template->nodes = arena_array(arena, struct node, 2 * count_tags(source) + 1);
    while (p.rest.len)
        if (!parse_step(&p))
            return false;
    if (p.open_n)
        return fail(&p, template->nodes[p.open[p.open_n - 1].node].text,
                    "this section is never closed");
    if (p.html.place != HTML_TEXT)
        return fail(&p, p.html.tag, "the template ends inside this tag");
    return true;
}

const struct template *templates_find(const struct templates *templates, struct text name)
{
    for (size_t i = 0; i < templates->template_n; i++) {
        struct text file = text_of(templates->list[i].file);
        if (file.len == name.len + 5 && text_starts(file, name))
            return &templates->list[i];
    }
    return NULL;
}

static bool link_partials(struct templates *templates, struct template *template,
                          struct error *error)
{
    for (size_t i = 0; i < template->node_n; i++) {
        struct node *node = &template->nodes[i];
        if (node->kind != NODE_PARTIAL)
            continue;
        node->partial = templates_find(templates, node->text);
        if (!node->partial)
            return error_set(error, ERROR_CONFIG, "%s:%d: there is no template \"%.*s.html\"",
                             template->file, node->line, TEXT_ARG(node->text));
    }
    return true;
}

// Sections within sections were bounded by the parser; here partials within partials are.
static bool check_depth(const struct template *template, int depth, struct error *error)
{
    for (size_t i = 0; i < template->node_n; i++) {
        const struct node *node = &template->nodes[i];
        if (node->kind != NODE_PARTIAL)
            continue;
        if (depth == TEMPLATE_DEPTH_MAX)
            return error_set(error, ERROR_CONFIG,
                             "%s:%d: partials are nested too deeply, or one includes itself",
                             template->file, node->line);
        if (!check_depth(node->partial, depth + 1, error))
            return false;
    }
    return true;
}

bool templates_parse(const struct embedded_file *table, struct templates **made,
                     struct error *error)
{
    struct templates *templates = must_alloc(sizeof *templates);
    size_t template_n = 0;
    while (table[template_n].name)
        template_n++;
    templates->list = arena_array(&templates->arena, struct template, template_n);
    templates->template_n = template_n;
    bool is_good = true;
    for (size_t i = 0; i < template_n && is_good; i++) {
        templates->list[i].file = table[i].name;
        is_good = parse(&templates->list[i], &templates->arena, table[i].content, error);
    }
    for (size_t i = 0; i < template_n && is_good; i++)
        is_good = link_partials(templates, &templates->list[i], error);
    for (size_t i = 0; i < template_n && is_good; i++)
        is_good = check_depth(&templates->list[i], 0, error);
    if (!is_good) {
        templates_free(templates);
        return false;
    }
    *made = templates;
    return true;
}

void templates_free(struct templates *templates)
{
    if (!templates)
        return;
    arena_release(&templates->arena);
    free(templates);
}
