// SPDX-License-Identifier: MIT
// How near a misspelt name is to one that there is.
#ifndef FLAWLESS_CORE_SPELLING_H
#define FLAWLESS_CORE_SPELLING_H

#include "base/text.h"

enum { SPELLING_MAX = 64 }; // bytes of a name that are looked at

// Edits (insert, remove, replace, swap neighbours) that make one name the other. Pure.
size_t spelling_distance(struct text a, struct text b);

#endif
