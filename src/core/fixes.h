// SPDX-License-Identifier: MIT
// The errors that a commit's message says it mends. Pure.
#ifndef FLAWLESS_CORE_FIXES_H
#define FLAWLESS_CORE_FIXES_H

#include <stdint.h>

#include "base/text.h"

enum { FIXES_MAX = 100 }; // of one message

// Lines "Fixes-error: <id>" or "Fixes-error: <id>, #<id>", the name in any case and nothing but
// white space around; an id is that of the error's page and letter. Each id once, in the order of
// the message; gives how many.
size_t fixes_find(struct text message, int64_t ids[FIXES_MAX]);

#endif
