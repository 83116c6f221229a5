// SPDX-License-Identifier: MIT
// What parsing a template gives and rendering walks; nobody else's business (template.h is the
// face).
#ifndef FLAWLESS_WEB_TEMPLATE_NODES_H
#define FLAWLESS_WEB_TEMPLATE_NODES_H

#include "base/arena.h"

// A link is a field at the start of an attribute such as href.
enum node_kind { NODE_LITERAL, NODE_FIELD, NODE_LINK, NODE_SECTION, NODE_INVERTED, NODE_PARTIAL };

// Nodes lie flat, in the order of the file: a section's content follows it, up to end.
struct node {
    enum node_kind kind;
    int line;
    struct text text; // literal, or name
    size_t end;       // of a section: index after its last node
    const struct template *partial;
};

struct template
{
    const char *file; // "week.html"
    struct node *nodes;
    size_t node_n;
};

struct templates {
    struct arena arena;
    struct template *list;
    size_t template_n;
};

// By name without ".html"; NULL when there is none.
const struct template *templates_find(const struct templates *templates, struct text name);

#endif
