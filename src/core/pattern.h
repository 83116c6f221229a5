// SPDX-License-Identifier: MIT
// Regular expressions of the operator: PCRE2 with JIT and a bound on the work of one match.
#ifndef FLAWLESS_CORE_PATTERN_H
#define FLAWLESS_CORE_PATTERN_H

#include "base/error.h"
#include "base/text.h"

struct pattern; // immutable: any number of threads may match it at once

// UTF-8 is matched as characters. ERROR_CONFIG says what does not compile, where and why.
bool pattern_new(struct text expression, struct pattern **pattern, struct error *error);
void pattern_free(struct pattern *pattern); // NULL is fine

// Whether the pattern occurs anywhere in subject (a pattern anchors itself with ^ and $). A subject
// that is not UTF-8, and a match that costs more than the bound, count as no match.
bool pattern_matches(const struct pattern *pattern, struct text subject);

#endif
