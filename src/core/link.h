// SPDX-License-Identifier: MIT
// Links in letters: what one opens it opens without a login, and nothing else. The signature is a
// seal of the project, the page and those of the page's parameters that say which line it is about.
// Pure.
#ifndef FLAWLESS_CORE_LINK_H
#define FLAWLESS_CORE_LINK_H

#include "base/seal.h"

// A page's parameters by name; one that is not there is empty.
struct link_parameters {
    const void *self;
    struct text (*get)(const void *self, const char *name);
};

// False: no link to this page is ever signed, or none that is about a whole file.
bool link_sign(const struct seal_key *key, int64_t project_id, struct text path,
               struct link_parameters parameters, char signature[SEAL_LEN + 1]);
bool link_is_signed(const struct seal_key *key, int64_t project_id, struct text path,
                    struct link_parameters parameters, struct text signature);

#endif
