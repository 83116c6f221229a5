// SPDX-License-Identifier: MIT
// A rule as people type it into a form: one text for each field. Pure.
#ifndef FLAWLESS_CORE_RULE_TYPED_H
#define FLAWLESS_CORE_RULE_TYPED_H

#include "base/arena.h"
#include "core/rule_fields.h"

// Both arrays are in the order of rule_fields[file].
struct rule_typed {
    struct text values[RULE_FIELD_MAX];   // empty: the field says nothing
    struct text mistakes[RULE_FIELD_MAX]; // what is wrong with it and the way out; or empty
};

// Takes white space off the ends of single lines, has lines end as in files, and fills the
// mistakes. True when there are none: then rules_add_stored takes what rule_write makes. Stricter
// than the reader of files: paths have to be relative and without "..", names, paths and addresses
// have no control characters and none that turn the direction of writing.
bool rule_check(enum rule_file file, struct rule_typed *typed, struct arena *arena);
// The JSON object that a file would hold, of what was checked.
struct text rule_write(enum rule_file file, const struct rule_typed *typed, struct arena *arena);
// The way back: what has to be typed for a rule that was read.
void rule_type(enum rule_file file, const struct rule *rule, struct arena *arena,
               struct rule_typed *typed);
#endif
