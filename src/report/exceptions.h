// SPDX-License-Identifier: MIT
// Exceptions of events, and which stack of an event is the one to look at. For the files of this
// folder only.
#ifndef FLAWLESS_REPORT_EXCEPTIONS_H
#define FLAWLESS_REPORT_EXCEPTIONS_H

#include "report/values.h"

// Fills the report's exceptions from the members of an event (each may be missing). When no
// exception has a stack, the event's own stack or that of its thread becomes the stack of the last.
void exceptions_read(struct decoder *d, struct json exception, struct json stacktrace,
                     struct json threads, struct report *report);

// "Type: text" in the message of an exception without a type is taken apart.
void exception_split(struct exception *exception);

// Completes every frame, and cuts variables until all together stay within
// REPORT_VARIABLES_SIZE_MAX.
void exceptions_complete(struct decoder *d, struct report *report);

// What holds for every report, whoever decoded it: there is an exception, it says something, counts
// are sane.
void report_settle(struct decoder *d, struct report *report);

#endif
