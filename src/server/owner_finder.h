// SPDX-License-Identifier: MIT
// The one person to tell about a line: asks the repository for others as long as nobody that is
// known can be told.
#ifndef FLAWLESS_SERVER_OWNER_FINDER_H
#define FLAWLESS_SERVER_OWNER_FINDER_H

#include "core/owner.h"
#include "io/repository.h"

struct owner_question {
    struct repository *repository;
    const struct owner_settings *settings;
    const struct rules *rules; // NULL: none
    struct text path;          // in the repository, where the line was asked for
    const struct blame_finding *finding;
};

// Completes what blame found to an ownership: the author, else whom CODEOWNERS names, else who else
// wrote the function, else default_contact (see owner_choose). Of a line that was not found, whose
// finding has a tip: whom CODEOWNERS names, else default_contact. False for trouble with git that
// may pass. Texts live in the arena or are the finding's.
bool owner_find(const struct owner_question *question, struct arena *arena,
                struct ownership *ownership, struct error *error);

#endif
