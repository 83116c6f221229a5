// SPDX-License-Identifier: MIT
// The projects that a server serves: each has a repository, rules and thresholds of its own.
#ifndef FLAWLESS_SERVER_PROJECTS_H
#define FLAWLESS_SERVER_PROJECTS_H

#include "core/alert.h"
#include "core/owner.h"
#include "io/store.h"
#include "server/config.h"
#include "server/keeper.h"

struct served_project {
    struct project project;
    const struct options *options; // its own, and where it says nothing those of [flawless]
    struct keeper *keeper;
    struct alert_settings alert;
    struct owner_settings owner;
};

// Never changes while the server runs, so any thread may look. The first is the default project.
struct served_projects {
    struct served_project *all;
    size_t n; // at least one
};

// NULL when there is none with this id: the store may know projects that are not served any more.
const struct served_project *projects_find(const struct served_projects *projects, int64_t id);
// The judge in force of a project that is served, else NULL; for the caller, who drops it.
struct judge *projects_hold_judge(const struct served_projects *projects, int64_t id);

// Makes or updates every project of the configuration in the store: *kept, in config's order, lives
// in the arena. ERROR_CONFIG when a key belongs to a project with another number.
bool projects_keep(const struct config *config, struct store *store, struct arena *arena,
                   struct project **kept, struct error *error);
// Logs which projects the store has and the server does not serve.
bool projects_log_others(const struct served_projects *projects, struct store *store,
                         struct error *error);

#endif
