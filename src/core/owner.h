// SPDX-License-Identifier: MIT
// From what blame says to the person to tell. Pure.
#ifndef FLAWLESS_CORE_OWNER_H
#define FLAWLESS_CORE_OWNER_H

#include "base/arena.h"
#include "core/error_record.h"
#include "core/rules.h"

struct owner_settings {
    struct text email_domain_name; // takes the place of an unusable domain
    bool ignore_vcs_email_domain;  // ... or of every domain
    struct text default_contact;   // when nobody can be determined; may be empty
};

// Fills state and owner_email from author_email: the address is remapped by the rules, then its
// domain is looked at, then a developer who has disowned the file at path (in the repository) is
// replaced by whom they designated. default_contact when that gives no usable address. A domain
// without a dot is unusable; so is an address with white space, control characters, or not exactly
// one '@' with something on both sides (a bare local part gets the domain), one over 254 bytes, one
// with a character that separates or quotes addresses, and those of forges to which nobody can
// write (users.noreply.github.com). rules may be NULL.
void owner_choose(const struct owner_settings *settings, const struct rules *rules,
                  struct text path, struct arena *arena, struct ownership *ownership);

// Whether letters can be written to what an operator wrote down: one '@' with something on both
// sides, no white space, nothing that separates or quotes addresses, at most 254 bytes. Without
// needs_domain the part before the '@' may stand alone.
bool owner_is_address(struct text email, bool needs_domain);

#endif
