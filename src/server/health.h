// SPDX-License-Identifier: MIT
// What /check_health says of the rooms.
#ifndef FLAWLESS_SERVER_HEALTH_H
#define FLAWLESS_SERVER_HEALTH_H

#include "base/value.h"
#include "core/options.h"
#include "core/trouble.h"
#include "server/blamer.h"
#include "server/intake.h"
#include "server/ledger.h"
#include "server/mailer.h"
#include "server/notice.h"
#include "server/projects.h"

struct health_rooms {
    struct ledger *ledger;
    struct intake *intake;
    struct blamer *blamer;
    const struct served_projects *projects;
    struct mailer *mailer;                      // NULL without SMTP
    struct notice *certificate, *configuration; // why they were not read again
};

// Adds an object for each room, "repository" and "rules" about this project, and the list
// "problems" of all projects, in plain words; when there are several, also "projects" with an
// object for each, by its name. *is_well becomes false when reports cannot be committed; trouble
// with git or SMTP is a problem, but not one of the server's life.
void health_tell(const struct health_rooms *rooms, const struct served_project *project,
                 struct arena *arena, struct value *object, bool *is_well);

// Those of the problems that outlast the server's own work and can be told in a letter: trouble
// with repositories, rules, git and what is read again while it runs, not with the store or the
// mail server. At most TROUBLE_MAX.
void health_list_troubles(const struct health_rooms *rooms, struct arena *arena,
                          struct trouble_list *troubles);

// {"name": ..., "value": ...} for every option, secrets masked.
void health_list_options(const struct options *options, struct arena *arena, struct value *list);

#endif
