// SPDX-License-Identifier: MIT
// What a release can mean to git. Pure.
#ifndef FLAWLESS_IO_GIT_RELEASE_H
#define FLAWLESS_IO_GIT_RELEASE_H

#include "base/arena.h"

enum { RELEASE_NAME_MAX = 24 };

// Names of commits that a release may stand for, likeliest first, to be asked for one after the
// other: a full or short hash, a tag (1.2.3, v1.2.3), either behind "package@", "package@1.2.3" as
// monorepos tag it, "1.2.3+<hash>", and what git describe says (v1.0-3-g<hash>, -dirty). Only
// letters, digits and "._/+-@" get through, no "..", no "@{", no
// '-' in front. Gives how many; 0: it can mean nothing.
size_t release_names(struct text release, struct arena *arena, struct text names[RELEASE_NAME_MAX]);

#endif
