// SPDX-License-Identifier: MIT
// Stack traces of events. For the files of this folder only.
#ifndef FLAWLESS_REPORT_FRAMES_H
#define FLAWLESS_REPORT_FRAMES_H

#include "report/values.h"

enum { CONTEXT_LINE_MAX = 30 }; // lines kept before and after a frame's own

// A stack trace: {"frames": [..]} or the bare list. Gives none for anything else.
void frames_read(struct decoder *d, struct json stacktrace, struct exception *into);

// Reads the variables and context lines that frames_read only remembered the places of.
void frame_complete(struct decoder *d, struct frame *frame);

// The rules all protocols share: a path and a file name stand in for each other, functions called
// "?" or
// "<unknown>" have no name.
void frame_settle(struct frame *frame);

#endif
