// SPDX-License-Identifier: MIT
// The questions of `flawless configure`: a table, and the ways to go through it.
#ifndef FLAWLESS_SERVER_QUESTIONS_H
#define FLAWLESS_SERVER_QUESTIONS_H

#include "server/draft.h"

// Asks every question until its answer can be, and after each step looks whether the answers of the
// step work; what does not is told, and the step begins again, or goes on when its trouble may pass
// by itself and the person wants that. False: the input ended.
bool questions_ask(struct draft *draft);

// Takes every default, then looks at every step; trouble is told. False: there was some.
bool questions_take_defaults(struct draft *draft);

// One yes or no; an empty answer is the default. False in *is_yes and the result: the input ended.
bool questions_confirm(const char *question, bool is_default_yes, bool *is_yes);

#endif
