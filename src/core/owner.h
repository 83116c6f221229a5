// SPDX-License-Identifier: MIT
// From those who know a line to the one person to tell. Pure.
#ifndef FLAWLESS_CORE_OWNER_H
#define FLAWLESS_CORE_OWNER_H

#include "base/arena.h"
#include "core/error_record.h"
#include "core/options.h"
#include "core/rules.h"

struct owner_settings {
    struct text email_domain_name; // takes the place of an unusable domain
    bool ignore_vcs_email_domain;  // ... or of every domain
    struct text default_contact;   // when nobody can be determined; may be empty
    // Patterns (core/glob.h) of names, addresses or their parts before the '@'.
    const struct text *bots, *inactive_people;
    size_t bot_n, inactive_person_n;
    int64_t inactive_after_days; // 0: nobody is inactive for having no commit
};

enum owner_source { OWNER_WROTE_LINE, OWNER_IN_CODEOWNERS, OWNER_WROTE_FUNCTION };

struct owner_candidate {
    enum owner_source source;
    struct text name, email; // "@name" as an email is an account in CODEOWNERS
    struct text place;       // in CODEOWNERS: ".github/CODEOWNERS, line 3"
    bool has_no_commit;      // within inactive_after_days
};

// The settings that options make; borrows from them.
struct owner_settings owner_settings_of(const struct options *options);

// Fills state and owner_email with the first candidate who can be told, else with default_contact,
// and completes confidence and reason, which say on entry how sure it is whose line it is and why.
// Passed over are bots, inactive people, and who has no address. Someone in CODEOWNERS gives medium
// confidence at most, who wrote another line of the function, or default_contact, low.
// The rules win: whoever is remapped to an address or has disowned the file at path (in the
// repository) for someone is not looked at further. First the address is remapped (an account by
// its name without '@'), then its domain is looked at, then a developer who has disowned the file
// is replaced by whom they designated. A domain without a dot is unusable; so is an address with
// white space, control characters, or not exactly one '@' with something on both sides (a bare
// local part gets the domain), one over 254 bytes, one with a character that separates or quotes
// addresses, and those of forges to which nobody can write (users.noreply.github.com). rules may be
// NULL.
void owner_choose(const struct owner_settings *settings, const struct rules *rules,
                  struct text path, const struct owner_candidate *candidates, size_t candidate_n,
                  struct arena *arena, struct ownership *ownership);

// Whether letters can be written to what an operator wrote down: one '@' with something on both
// sides, no white space, nothing that separates or quotes addresses, at most 254 bytes. Without
// needs_domain the part before the '@' may stand alone.
bool owner_is_address(struct text email, bool needs_domain);

#endif
