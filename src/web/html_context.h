// SPDX-License-Identifier: MIT
// Where in an HTML document a template's next character stands: what decides if a field may be put
// there.
#ifndef FLAWLESS_WEB_HTML_CONTEXT_H
#define FLAWLESS_WEB_HTML_CONTEXT_H

#include "base/text.h"

enum html_place {
    HTML_TEXT,  // between elements
    HTML_TAG,   // inside < and >, but not in an attribute's value
    HTML_VALUE, // inside an attribute's double quotes
};

// The zero value is the start of a document.
struct html_context {
    enum html_place place;
    struct text tag;       // name of the tag we are in, borrowed from what was walked
    struct text attribute; // name of the attribute we are in
    bool has_value;        // something of the attribute's value was seen
};

// Walks over literal text. NULL when all is well, else what is wrong in plain words, and *at is its
// first byte: lone
// '<', comments, script and style elements, single quotes around or no quotes at all around a
// value, event handlers and style attributes.
const char *html_walk(struct html_context *context, struct text literal, size_t *at);

// NULL when a field may stand here, else why not.
const char *html_refuse_field(const struct html_context *context);

// Whether a field here begins a link.
bool html_begins_link(const struct html_context *context);

#endif
