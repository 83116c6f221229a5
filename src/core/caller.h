// SPDX-License-Identifier: MIT
// Who called the line that is to blame. Pure.
#ifndef FLAWLESS_CORE_CALLER_H
#define FLAWLESS_CORE_CALLER_H

#include "core/guilt.h"

enum { CALLER_MAX = 300 }; // bytes

// "shop/cart.py in total": the frame above the guilty one, by its path in the repository when it is
// ours, and without a line number, so that it stays the same while code is shifted. Empty when
// there is none. Belongs to the report or the arena.
struct text caller_of(const struct judge *judge, const struct verdict *verdict,
                      struct arena *arena);

#endif
