// SPDX-License-Identifier: MIT
// The sections [project NAME] of a flawless.cfg: each watches a code base of its own. The options
// of [flawless] are those of the default project, and what is not written in another one is taken
// from there, OPTION_OWN apart.
#ifndef FLAWLESS_CORE_OPTIONS_PROJECT_H
#define FLAWLESS_CORE_OPTIONS_PROJECT_H

#include "core/options.h"

enum { PROJECT_MAX = 200, PROJECT_NAME_MAX = 64, OPTION_ROW_MAX = 64 };

struct project_options {
    struct text name;            // letters, digits, - _ and . with at least one letter; a C string
    int line;                    // of the section
    int line_of[OPTION_ROW_MAX]; // where each row of the option table was set; 0: nowhere
    struct options options;      // after options_read only what is written there
};

// Gives every project what it inherits; once, when the options of [flawless] are complete. The
// projects' options may borrow from theirs.
void options_inherit(struct options *o);

// The options of a project by its name, without regard to case; NULL when there is none.
struct project_options *options_find_project(const struct options *o, struct text name);

// ---- for the reader of the file ----

struct option_line;
struct options_teller;

bool project_section_is(const struct option_line *line, struct text *name);
// Adds a project; NULL when its section is refused. False when that ends the reading.
bool project_section_begin(struct options *o, struct text name, struct options_teller *teller,
                           struct project_options **project);
// Refuses projects without a number, and with the number or key of another. False when that ends
// the reading.
bool projects_agree(const struct options *o, struct options_teller *teller);

#endif
