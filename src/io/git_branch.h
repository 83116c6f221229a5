// SPDX-License-Identifier: MIT
// Which branch is in production.
#ifndef FLAWLESS_IO_GIT_BRANCH_H
#define FLAWLESS_IO_GIT_BRANCH_H

#include "core/pattern.h"
#include "io/git.h"

// Full hash of the tip of the newest branch, local or remote-tracking, whose name ("release-10",
// without "origin/") the pattern matches. Newest: last in natural order; of several with that name,
// the one with the latest commit. ERROR_CONFIG when none matches; expression is the pattern's text
// for the message.
bool branch_tip(const struct git *git, const struct pattern *pattern, struct text expression,
                char *tip, struct error *error);

// Like text_compare, but runs of digits count as numbers: release-9 comes before release-10.
int compare_naturally(struct text a, struct text b);

#endif
