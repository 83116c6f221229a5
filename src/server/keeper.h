// SPDX-License-Identifier: MIT
// The keeper: knows the repository and the rules and keeps the judge up to date with them, on a
// thread for each.
#ifndef FLAWLESS_SERVER_KEEPER_H
#define FLAWLESS_SERVER_KEEPER_H

#include <time.h>

#include "core/guilt.h"
#include "core/options.h"
#include "io/repository.h"
#include "server/fetcher.h"
#include "server/rule_keeper.h"

struct keeper;

// Opens the repository that options name (none: no lines can be blamed), reads the rule files and
// makes the first judge. A clone of repo_url that is not there yet is opened when it has been made.
// options: borrowed. ERROR_CONFIG when the repository cannot be used, a pattern is wrong or a rule
// file is broken.
bool keeper_open(const struct options *options, struct keeper **keeper, struct error *error);
// Adds the rules of the project's pages, and starts to look after pages and files. Starts to read
// the repository's paths: those of the newest commit, then those of its history, and again when
// there is a newer commit. Waits at most patience_ms for the first, so that the repository is known
// before the first report comes; not for a clone that is not there yet. False when the store cannot
// be opened.
bool keeper_start(struct keeper *keeper, int64_t project_id, int64_t patience_ms,
                  struct error *error);
// False when git kept it busy until the deadline (by CLOCK_REALTIME): then nothing of it may be
// freed.
bool keeper_stop(struct keeper *keeper, const struct timespec *deadline);
void keeper_free(struct keeper *keeper); // NULL is fine

// The judge in force, held for the caller, who drops it. Any thread, never waits for git.
struct judge *keeper_hold_judge(struct keeper *keeper);
// NULL when none is configured, or while its clone is being made: keeper_awaits_repository.
struct repository *keeper_repository(struct keeper *keeper);
bool keeper_awaits_repository(struct keeper *keeper);
// A report names a revision or a path that the repository does not have. True: a fetch that may
// bring it is coming, look again in a moment. False: go on without it. Any thread; never waits.
bool keeper_fetch_for(struct keeper *keeper, struct text name);
// Puts in force what was changed in the rules before the call. Waits for it; any thread.
void keeper_renew_rules(struct keeper *keeper);
// Looks whether there is a newer commit and reads its paths, so that code deployed a moment ago is
// known. Waits for it, at most timeout_ms; any thread.
void keeper_look_now(struct keeper *keeper, int64_t timeout_ms);
bool keeper_knows_paths(struct keeper *keeper); // false until the repository was read once

struct keeper_facts {
    bool has_repository, knows_paths;
    bool has_fetcher; // repo_url is set
    struct fetcher_facts fetcher;
    int64_t path_n, raise_line_n;
    char tip[65];                // full hash of the newest commit that was read
    char failure[256];           // why the repository cannot be read now; empty when all is well
    int64_t rule_n[RULE_FILE_N]; // in force
    char rules_failure[RULE_FAILURE_MAX]; // why rules are not in force as they are; or empty
};
void keeper_look(struct keeper *keeper, struct keeper_facts *facts);

#endif
