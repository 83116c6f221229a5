// SPDX-License-Identifier: MIT
// Asking the person at the terminal; with no terminal, the lines of standard input are the answers.
// One thread.
#ifndef FLAWLESS_IO_TERMINAL_H
#define FLAWLESS_IO_TERMINAL_H

#include "base/buffer.h"

enum { ANSWER_MAX = 4096 }; // bytes

// From now on Ctrl-C and signals of the kind end the process as they always do, but a hidden answer
// does not leave the terminal silent, and farewell (a literal) is written first.
void terminal_guard(const char *farewell);
// While something is written that has to be whole, those signals wait.
void terminal_hold_signals(bool is_held);

// Writes the prompt and reads a line without its end. is_hidden: what is typed is not shown. False
// at the end of input. A line over ANSWER_MAX is a failed buffer.
bool terminal_ask(const char *prompt, bool is_hidden, struct buffer *answer);

// Whether standard output is a terminal that colours say something to.
bool terminal_has_colours(void);

#endif
