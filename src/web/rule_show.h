// SPDX-License-Identifier: MIT
// Rules as pages show them and scripts read them. Inside src/web only.
#ifndef FLAWLESS_WEB_RULE_SHOW_H
#define FLAWLESS_WEB_RULE_SHOW_H

#include "core/rule_typed.h"
#include "web/page.h"
#include "web/rule_kinds.h"

// The fields as members of an object: as in a rule file, null where a rule says nothing.
void rule_show_fields(struct arena *arena, enum rule_file file, const struct rule_typed *typed,
                      struct value *object);
// A row {_label, _value} in the list for each field that says something.
void rule_show_rows(struct arena *arena, const struct rule_kind *kind,
                    const struct rule_typed *typed, struct value *list);
// "file known_errors, entry 3", "added on the page by ann on 2026-01-02".
struct text rule_show_source(struct arena *arena, const struct rule *rule);
// The kind's page with its form filled in.
struct text rule_show_link(const struct page *page, const struct rule_kind *kind,
                           const struct rule_typed *typed);
// What the store says of a rule. False: it cannot be read.
bool rule_show_body(struct arena *arena, enum rule_file file, struct text body,
                    struct rule_typed *typed);
// A list "rules" of all rules of a kind that are in force; for a page at most so many that a
// browser can show them.
void rule_show_all(struct page *page, const struct rule_kind *kind);

#endif
