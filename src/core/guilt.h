// SPDX-License-Identifier: MIT
// Which frame of a report is guilty. Pure: any thread, no locks.
#ifndef FLAWLESS_CORE_GUILT_H
#define FLAWLESS_CORE_GUILT_H

#include "base/arena.h"
#include "base/error.h"
#include "core/paths.h"
#include "core/raise_lines.h"
#include "core/rules.h"
#include "core/site.h"
#include "report/report.h"

// What judging goes by; immutable once made. A new one takes its place when a rule or the
// repository changes.
struct judge;

struct judge_settings {
    struct paths
        *paths; // held by the judge; NULL while they are not known (no repository, or not read yet)
    struct rules *rules;               // held by the judge; NULL: none
    struct raise_lines *raise_lines;   // held by the judge; NULL: none is known
    const struct text *blame_patterns; // only_blame_filepaths_matching, PCRE2; none: every path
    size_t blame_pattern_n;
    struct path_settings path_settings;
};

// ERROR_CONFIG names the pattern that does not compile and where.
struct judge *judge_new(const struct judge_settings *settings, struct error *error);
struct judge *judge_hold(struct judge *judge); // counted references, any thread
void judge_drop(struct judge *judge);          // NULL is fine

struct verdict {
    const struct exception *exception; // whose stack the guilty frame is in
    const struct frame *frame;         // NULL when no frame is ours
    struct site site;                  // revision is the report's release
    bool is_ignored;                   // by a rule: to be counted, never to be kept or mailed
    bool is_known;                     // the guilty line is in known_errors
};

// For the main exception's stack, then for those of its causes, nearest first, every frame is held
// against the rules in order: a path that does not lie in the code base is not ours; a line in
// third_party_whitelist makes the whole report ignored; a path that matches no blame pattern is not
// blamed; a line in building_blocks is not blamed, so its caller is; one in known_errors can be
// blamed; a bare raise line (known by its text, or by raise_lines when the report does not
// say it) is not blamed, so its caller is. Guilty is the last frame that can be
// blamed; when every frame of ours is a raise line, the last of those. With none of ours:
// the last frame that neither the client nor its path calls foreign (site.is_mapped false), as it
// may be of code that is newer than what is known of the repository; with none of those: frame
// NULL, site.is_unowned set and the site says the last frame at all, so that such reports can be
// told apart. While paths are not known, every frame that does not look like a dependency and that
// the client does not call foreign is ours (site.is_mapped false). A report whose main exception is
// in ignored_exceptions is ignored, too.
// The site's texts belong to the report, the paths or the arena; project_id is the caller's.
struct verdict judge_report(const struct judge *judge, const struct report *report,
                            int64_t project_id, struct arena *arena);

// Whether a frame of the report is ours, and its path in the repository then (runtime path while
// paths are unknown).
bool judge_frame(const struct judge *judge, const struct frame *frame, struct text *path);

// See paths_shared and paths_list_rivals; 0 while paths are unknown.
size_t judge_shared(const struct judge *judge, const struct frame *frame, struct text path);
size_t judge_list_rivals(const struct judge *judge, struct text path, size_t shared_n,
                         struct text *rivals, size_t rival_max);

// The paths of all frames of the report that can be blamed, each once; they belong to the report,
// the judge or the arena.
void judge_list_blamable(const struct judge *judge, const struct report *report,
                         struct arena *arena, struct text **paths, size_t *path_n);

// The rules in force: the judge's own. NULL when there are none, which is fine for rules_find_...
const struct rules *judge_rules(const struct judge *judge);

#endif
