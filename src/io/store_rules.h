// SPDX-License-Identifier: MIT
// The part of a store that holds the rules of the pages and who changed which of them when. What
// io/store.h says of its functions holds here too: changes belong between store_begin and
// store_commit, errors are told as there.
#ifndef FLAWLESS_IO_STORE_RULES_H
#define FLAWLESS_IO_STORE_RULES_H

#include "io/store.h"

struct stored_rule {
    int64_t id, project_id;
    struct text file; // name of the rule file that could hold it; maybe one that only others know
    struct text body; // the JSON object that it would hold
    struct text added_by, changed_by;   // names; changed_by is empty while nobody has changed it
    int64_t added_at_ms, changed_at_ms; // changed_at_ms: 0 the same
};

struct rule_change {
    int64_t project_id;
    int64_t rule_id;  // 0: a new rule, and the call sets it
    struct text file; // of the new rule, or of the one that is there
    struct text body; // from now on; empty: the rule is removed
    struct text who;
    int64_t at_ms;
};
// Makes the change and remembers it in the audit. ERROR_NOT_FOUND: the project has no such rule in
// this file.
bool store_change_rule(struct store *store, struct rule_change *change, struct error *error);
bool store_list_rules(struct store *store, int64_t project_id, struct arena *arena,
                      struct stored_rule **rules, size_t *rule_n,
                      struct error *error); // oldest first

struct audit_entry {
    int64_t id, at_ms, project_id, rule_id;
    struct text who, file;
    struct text before, after; // the rule's body; empty: it was not there
};
// The newest entries first, at most entry_max, older than before_id (0: from the newest on). Of one
// project the newest entry's id changes whenever a rule does.
bool store_list_audit(struct store *store, int64_t project_id, int64_t before_id, size_t entry_max,
                      struct arena *arena, struct audit_entry **entries, size_t *entry_n,
                      struct error *error);

#endif
