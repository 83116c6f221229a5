// SPDX-License-Identifier: MIT
// Pages from values: templates without logic, which cannot leave anything unescaped.
//
//   {{name}}              the value, escaped for HTML text and double-quoted attributes; there is
//   no other form
//   {{#name}}..{{/name}}  once for each element of a list, once for an object or a plain value that
//   is not
//                         false, null, 0 or empty; inside, its members come first
//   {{^name}}..{{/name}}  when {{#name}} would show nothing
//   {{> head}}            the template "head.html" in this place
//   {{! words}}           nothing
//   {{a.b}}, {{.}}        a member of a member; the element itself
//
// A name is looked for in the innermost section's value, then outwards. Tags of sections, partials
// and comments that stand alone on a line take the line with them. What escaping cannot protect is
// refused when the template is parsed: a field in a tag's name, outside of double quotes, in an
// event handler or in a style; script and style elements. A field at the start of a link (href,
// src, action) shows as "#" unless its value is a path on this server.
#ifndef FLAWLESS_WEB_TEMPLATE_H
#define FLAWLESS_WEB_TEMPLATE_H

#include "base/embed.h"
#include "base/error.h"
#include "base/value.h"

enum { TEMPLATE_DEPTH_MAX = 32 }; // sections and partials inside each other

// All templates of a table, parsed. Immutable: any thread may render.
struct templates;

// table: borrowed until templates_free. A mistake is told as "week.html:12: what is wrong"
// (ERROR_CONFIG).
bool templates_parse(const struct embedded_file *table, struct templates **templates,
                     struct error *error);
void templates_free(struct templates *templates); // NULL is fine

// Appends the template, whose name has no ".html". False when there is none, or when a field names
// something that is nowhere in facts; then the page is complete but for that, and the error tells
// the first such place.
bool template_render(const struct templates *templates, const char *name, const struct value *facts,
                     struct buffer *out, struct error *error);

// Appends t with & < > " ' as entities. What may not stand in HTML (control characters but tab and
// line breaks, bytes that are not UTF-8) comes out as U+FFFD.
void html_escape(struct buffer *out, struct text t);

#endif
