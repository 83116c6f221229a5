// SPDX-License-Identifier: MIT
// Patterns as people write them for names.
#ifndef FLAWLESS_CORE_GLOB_H
#define FLAWLESS_CORE_GLOB_H

#include "base/text.h"

// Whether the pattern fits all of t: '*' is any number of bytes, '?' is one character of ASCII, a
// backslash takes the meaning of what follows; brackets are themselves. ASCII letters of either
// case are the same with any_case. Time is at most the product of both lengths.
bool glob_matches(struct text pattern, struct text t, bool any_case);

#endif
