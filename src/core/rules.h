// SPDX-License-Identifier: MIT
// The operator's rules, as the seven rule files and the pages say them. A snapshot: filled by one
// thread, then shared and never changed again. docs/rules.md is the users' manual.
#ifndef FLAWLESS_CORE_RULES_H
#define FLAWLESS_CORE_RULES_H

#include "base/error.h"
#include "base/text.h"

enum rule_file {
    RULES_BUILDING_BLOCKS,
    RULES_THIRD_PARTY_WHITELIST,
    RULES_KNOWN_ERRORS,
    RULES_WATCHED_FILES,
    RULES_EMAIL_REMAPPING,
    RULES_IGNORED_EXCEPTIONS,
    RULES_DISOWNED_FILES,
    RULE_FILE_N,
};
extern const char *const rule_file_names[RULE_FILE_N]; // in config_dir_path

enum {
    RULES_SIZE_MAX = 8 * 1024 * 1024, // bytes of a file
    RULES_ENTRY_MAX = 100 * 1000,     // elements of a file, comments among them
};

// One entry of a file. Texts belong to the snapshot; a wildcard is the empty text.
struct rule {
    struct text source;         // where it was said: "file known_errors", "added on the page ..."
    struct text filename;       // of lines: the path in the repository
    struct text function_name;  // of lines: equal, or a wildcard
    struct text code_fragment;  // of lines: white space collapsed, or a wildcard
    struct text email;          // of watchers and who disowns; what is remapped
    struct text other_email;    // designated_email; what an address is remapped to
    struct text filepath;       // of watchers and who disowns, without '/' at either end; "" is all
    struct text exception_type; // that is ignored
    bool watch_all_errors;

    // of known errors
    int64_t min_alert_threshold;       // 0: no letter for reaching it
    int64_t max_alert_threshold;       // no letter once the count is over it; -1: no bound
    int64_t alert_every_n_occurrences; // 0: no letter for multiples
    const struct text *email_recipients;
    size_t email_recipient_n;
    struct text email_header;

    const struct rule *next;         // with the same key in the index, in the order of addition
    const struct rule *next_of_file; // of all that rules_first begins with, in the same order
    size_t rank;                     // in that order
    int64_t number;                  // from 1, as the file counts its elements
    int64_t id;                      // of a rule in the store; 0: of a file
};

struct rules;

// Who hears of what is odd but stops nothing: fields that do not exist.
struct rules_warnings {
    void *self;
    void (*tell)(void *self, const char *message); // NULL: nobody
};

struct rules *rules_new(void); // holds no rule
// Adds the content of a file: a JSON array of objects and, as comments, strings. name: how messages
// call it. ERROR_CONFIG says "name:line:column: what is wrong"; then the snapshot is of no use.
bool rules_add_file(struct rules *rules, enum rule_file file, struct text content, const char *name,
                    struct rules_warnings warnings, struct error *error);
// Adds one rule of the store: body is the JSON object that a file would hold. source: copied.
// False: ERROR_CONFIG as above, and the snapshot is what it was.
bool rules_add_stored(struct rules *rules, enum rule_file file, struct text body, int64_t id,
                      struct text source, struct rules_warnings warnings, struct error *error);
// Adds every rule of another snapshot, which is held; once, after what comes before those.
void rules_add_all(struct rules *rules, struct rules *others);
struct rules *rules_hold(struct rules *rules); // counted references, any thread; NULL is fine
void rules_drop(struct rules *rules);          // NULL is fine
size_t rules_count(const struct rules *rules, enum rule_file file); // without comments; NULL has 0

// All rules of a file, in the order in which they count: the first one, then by next_of_file.
const struct rule *rules_first(const struct rules *rules, enum rule_file file);

// ---- looking up; NULL for rules is a snapshot without any ----

// The first rule of building_blocks, third_party_whitelist or known_errors that fits a line: its
// filename is the path, its function the function or a wildcard, and of code fragment and text one
// contains the other, white space collapsed. A line without text fits only a wildcard.
const struct rule *rules_find_line(const struct rules *rules, enum rule_file file, struct text path,
                                   struct text function, struct text text);

// Whether an exception is ignored: its type, alone or with its module in front, is in
// ignored_exceptions.
bool rules_ignore_exception(const struct rules *rules, struct text module, struct text type);

// The address that takes the place of this one: the rule for the whole address, else for the part
// before the '@', both without regard to case; else the address itself. What comes may lack a
// domain.
struct text rules_remap(const struct rules *rules, struct text email);

// The address that is designated for a file instead of a developer's; empty when it is not
// disowned. Of several rules the one with the longest filepath, then the first.
struct text rules_find_designated(const struct rules *rules, struct text email, struct text path);

// Tells every rule of watched_files that covers the path, by whole components.
void rules_list_watchers(const struct rules *rules, struct text path, void *self,
                         void (*tell)(void *self, const struct rule *rule));

#endif
