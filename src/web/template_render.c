// SPDX-License-Identifier: MIT
#include "web/template.h"

#include "base/utf8.h"
#include "web/template_nodes.h"

static const char *entity_of(unsigned char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '\t':
    case '\n':
    case '\r': return NULL;
    default: return c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
    }
}

void html_escape(struct buffer *out, struct text t)
{
    size_t plain = 0; // start of what can be copied as it is
    for (size_t i = 0; i < t.len;) {
        unsigned char c = (unsigned char)t.at[i];
        size_t len = c < 0x80 ? 1 : utf8_sequence(text_from(t, i));
        const char *instead = c < 0x80 ? entity_of(c) : len ? NULL : "\xef\xbf\xbd";
        if (instead) {
            buffer_add(out, text_until(text_from(t, plain), i - plain));
            buffer_add_string(out, instead);
            plain = i + 1;
        }
        i += len ? len : 1;
    }
    buffer_add(out, text_from(t, plain));
}

// The values whose members can be named, outermost first, as a chain on the C stack.
struct scope {
    const struct value *value;
    const struct scope *outer;
};

struct render {
    struct buffer *out;
    const char *file;
    struct error *error;
    bool has_gap;
};

static const struct value *find_value(const struct scope *scope, struct text name)
{
    if (text_equal(name, TEXT(".")))
        return scope->value;
    struct text part;
    text_cut(&name, '.', &part);
    const struct value *found = NULL;
    for (; scope && !found; scope = scope->outer)
        if (scope->value->type == VALUE_OBJECT)
            found = value_get(scope->value, part);
    while (found && text_cut(&name, '.', &part))
        found = found->type == VALUE_OBJECT ? value_get(found, part) : NULL;
    return found;
}

static bool is_shown(const struct value *value)
{
    if (!value)
        return false;
    switch (value->type) {
    case VALUE_NULL: return false;
    case VALUE_BOOL: return value->boolean;
    case VALUE_INT: return value->number != 0;
    case VALUE_TEXT: return value->text.len > 0;
    case VALUE_LIST: return value->first != NULL;
    case VALUE_OBJECT: return true;
    }
    return false;
}

static bool is_own_path(struct text link)
{
    if (!link.len)
        return false;
    if (link.at[0] == '?' || link.at[0] == '#')
        return true;
    return link.at[0] == '/' && (link.len == 1 || (link.at[1] != '/' && link.at[1] != '\\'));
}

static void render_field(struct render *r, const struct node *node, const struct scope *scope)
{
    const struct value *value = find_value(scope, node->text);
    if (!value || value->type == VALUE_LIST || value->type == VALUE_OBJECT) {
        if (!r->has_gap)
            error_set(r->error, ERROR_NOT_FOUND, "%s:%d: there is no plain value \"%.*s\"", r->file,
                      node->line, TEXT_ARG(node->text));
        r->has_gap = true;
        return;
    }
    if (node->kind == NODE_LINK && (value->type != VALUE_TEXT || !is_own_path(value->text)))
        buffer_add(r->out, TEXT("#"));
    else if (value->type == VALUE_TEXT)
        html_escape(r->out, value->text);
    else if (value->type == VALUE_INT)
        buffer_add_int64(r->out, value->number);
    else if (value->type == VALUE_BOOL)
        buffer_add_string(r->out, value->boolean ? "true" : "false");
}

static void render_nodes(struct render *r, const struct template *template, size_t from,
                         size_t until, const struct scope *scope);

static void render_section(struct render *r, const struct template *template, size_t at,
                           const struct scope *scope)
{
    const struct node *node = &template->nodes[at];
    const struct value *value = find_value(scope, node->text);
    if (is_shown(value) != (node->kind == NODE_SECTION))
        return;
    bool is_entered = node->kind == NODE_SECTION && value->type != VALUE_BOOL;
    if (!is_entered) {
        render_nodes(r, template, at + 1, node->end, scope);
        return;
    }
    bool is_list = value->type == VALUE_LIST;
    for (const struct value *each = is_list ? value->first : value; each;
         each = is_list ? each->next : NULL) {
        struct scope inner = {each, scope};
        render_nodes(r, template, at + 1, node->end, &inner);
    }
}

static void render_template(struct render *r, const struct template *template,
                            const struct scope *scope)
{
    const char *outer = r->file;
    r->file = template->file;
    render_nodes(r, template, 0, template->node_n, scope);
    r->file = outer;
}

static void render_nodes(struct render *r, const struct template *template, size_t from,
                         size_t until, const struct scope *scope)
{
    for (size_t i = from; i < until;) {
        const struct node *node = &template->nodes[i];
        bool is_section = node->kind == NODE_SECTION || node->kind == NODE_INVERTED;
        if (node->kind == NODE_LITERAL)
            buffer_add(r->out, node->text);
        else if (is_section)
            render_section(r, template, i, scope);
        else if (node->kind == NODE_PARTIAL)
            render_template(r, node->partial, scope);
        else
            render_field(r, node, scope);
        i = is_section ? node->end : i + 1;
    }
}

bool template_render(const struct templates *templates, const char *name, const struct value *facts,
                     struct buffer *out, struct error *error)
{
    const struct template *template = templates_find(templates, text_of(name));
    if (!template)
        return error_set(error, ERROR_NOT_FOUND, "there is no template \"%s.html\"", name);
    struct render r = {.out = out, .error = error};
    struct scope scope = {.value = facts};
    render_template(&r, template, &scope);
    return !r.has_gap;
}
