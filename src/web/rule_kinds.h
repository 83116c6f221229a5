// SPDX-License-Identifier: MIT
// The seven sorts of rules as pages show them: the one table for forms, lists and links. Inside
// src/web only.
#ifndef FLAWLESS_WEB_RULE_KINDS_H
#define FLAWLESS_WEB_RULE_KINDS_H

#include "core/rule_fields.h"

struct rule_kind {
    enum rule_file file;
    const char *path;        // of its page
    const char *title;       // of its page
    const char *rule;        // "known error", for "1 known error"
    const char *explanation; // what such a rule does
    struct rule_words {
        const char *name; // as in rule_fields
        const char *label, *hint;
    } words[RULE_FIELD_MAX];
};

extern const struct rule_kind rule_kinds[RULE_FILE_N]; // by enum rule_file

const struct rule_kind *rule_kind_at(struct text path); // NULL: no such page
const struct rule_kind *rule_kind_of(struct text file); // by the name of the rule file; or NULL
const struct rule_words *rule_kind_words(const struct rule_kind *kind,
                                         const struct rule_field *field); // NULL: of an alias

#endif
