// SPDX-License-Identifier: MIT
// A site: what a guilty frame says about where it is. Many sites can be one line of history.
#ifndef FLAWLESS_CORE_SITE_H
#define FLAWLESS_CORE_SITE_H

#include "base/hex.h"
#include "base/text.h"

struct site {
    int64_t project_id;
    struct text revision; // the report's release; empty when it had none
    struct text path;     // in the repository; the runtime path when is_mapped is false
    struct text function;
    struct text text; // of the line
    int64_t line_number;
    int64_t shared_n; // components at its end by which path was found; 0: no other can be meant
    bool is_mapped;   // path is known to lie in the repository
    bool is_unowned;  // no frame of the report is ours: nobody is to be asked about it
};

// Of everything but shared_n. The same for equal sites on every machine and for ever: it is stored.
struct digest site_key(const struct site *site);

#endif
