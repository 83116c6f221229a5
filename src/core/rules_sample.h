// SPDX-License-Identifier: MIT
// What a rule file holds before anybody wrote a rule: comments that say what it is for.
#ifndef FLAWLESS_CORE_RULES_SAMPLE_H
#define FLAWLESS_CORE_RULES_SAMPLE_H

#include "base/buffer.h"
#include "core/rules.h"

// Adds the content of a file without rules: a comment about its purpose and one with an example
// (in single quotes, since it stands within a JSON text).
void rules_sample(enum rule_file file, struct buffer *out);

#endif
