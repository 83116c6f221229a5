// SPDX-License-Identifier: MIT
// The operator's rules for where runtime paths lie in the repository: option path_mapping. Pure.
#ifndef FLAWLESS_CORE_PATH_MAPPING_H
#define FLAWLESS_CORE_PATH_MAPPING_H

#include "core/runtime_path.h"

// A rule "FROM => TO": a runtime path that begins with FROM lies in the repository at TO and what
// follows. TO may be empty, for the repository's top.
struct path_mapping {
    struct text from, to; // '/' between components
};

// False when it is no rule: no "=>", nothing before it, or a TO that leads outside.
bool path_mapping_read(struct text rule, struct path_mapping *mapping);

// Applies the rule with the longest FROM that the runtime path begins with (both with '/' for a
// backslash). False when there is none; *mapped has length 0 when what it gives names no file.
// rules: that path_mapping_read takes.
bool path_mapping_apply(const struct text *rules, size_t rule_n, struct text runtime_path,
                        struct runtime_path *mapped);

#endif
