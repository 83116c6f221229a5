// SPDX-License-Identifier: MIT
// What the objects in rule files may hold: the one table for whoever reads, checks or writes rules.
#ifndef FLAWLESS_CORE_RULE_FIELDS_H
#define FLAWLESS_CORE_RULE_FIELDS_H

#include "core/rules.h"

enum rule_field_kind {
    RULE_NAME, // text; a wildcard when it is null, missing or empty, unless it is required
    RULE_PATH, // of a file in the repository
    RULE_CODE, // text, white space collapsed; a wildcard as above
    RULE_TREE, // the path of a file or directory
    RULE_EMAIL,
    RULE_ACCOUNT, // an address or its part before the '@'
    RULE_EMAILS,  // list of addresses
    RULE_WORDS,   // text as it is
    RULE_COUNT,   // a whole number, 0 or more
    RULE_FLAG,
};

struct rule_field {
    const char *name; // NULL ends a file's list
    enum rule_field_kind kind;
    bool is_required;
    size_t offset; // in struct rule
    bool is_alias; // another spelling of the field before it
};

enum { RULE_FIELD_MAX = 11 }; // of one file, with the end

extern const struct rule_field rule_fields[RULE_FILE_N][RULE_FIELD_MAX];

// A rule that says nothing yet.
extern const struct rule rule_blank;

#endif
