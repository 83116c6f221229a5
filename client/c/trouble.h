// SPDX-License-Identifier: MIT
// What stands in the way of reports, in words.
#ifndef FLAWLESS_CLIENT_TROUBLE_H
#define FLAWLESS_CLIENT_TROUBLE_H

#include "sender.h"

// One sentence for a log, static; NULL for FL_WELL.
const char *fl_trouble_words(enum fl_trouble trouble);

// Whether it stays until a person changes something in the program's surroundings.
bool fl_trouble_is_lasting(enum fl_trouble trouble);

#endif
