// SPDX-License-Identifier: MIT
// Who asks, and what they may do. Inside src/web only.
#ifndef FLAWLESS_WEB_ACCESS_H
#define FLAWLESS_WEB_ACCESS_H

#include "core/link.h"
#include "web/page.h"

// From the one who may do the least to those who may do everything.
enum visitor_kind {
    VISITOR_STRANGER,
    VISITOR_LINK,   // has a letter's signed link to this page, and nothing else
    VISITOR_SCRIPT, // has a user's token: may read
    VISITOR_PERSON, // is signed in
    VISITOR_LOCAL,  // anybody, where there is no login
};

struct visitor {
    enum visitor_kind kind;
    struct text name; // for the audit
    struct text bond; // what the tokens of this visitor's forms are bound to
};

// Who may see a page. What is not said is for users.
enum openness {
    OPEN_TO_USERS,
    OPEN_BY_LINK,    // and to whoever has a signed link to it (core/link.h)
    OPEN_TO_MACHINE, // and to programs on the machine itself
    OPEN_TO_ALL,
};

// False only when the store fails.
bool access_find_visitor(const struct page *page, struct visitor *visitor, struct error *error);
bool access_may_enter(const struct page *page, enum openness openness);

// The signature for a page's own link to another page (core/link.h): empty when the visitor needs
// none, or when that page is not open by a link.
struct text access_sign(const struct page *page, struct text path,
                        const struct link_parameters *to);

// The token that every form carries (templates/form_token.html), so that only forms of our own
// pages, made for this visitor, are taken.
struct text access_form_token(const struct web_settings *settings, const struct visitor *visitor,
                              struct arena *arena);
// Asked once for each form, before anything is changed. False: ERROR_REFUSED, in words for the
// reader.
bool access_takes_form(const struct page *page, struct error *error);

#endif
