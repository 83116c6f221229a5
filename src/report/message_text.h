// SPDX-License-Identifier: MIT
// The message of an event as a person reads it. For the files of this folder only.
#ifndef FLAWLESS_REPORT_MESSAGE_TEXT_H
#define FLAWLESS_REPORT_MESSAGE_TEXT_H

#include "report/values.h"

// From the logentry or message of an event: a string, or an object with the text formatted, or a
// template and its parameters ("%s" with a list, "{name}" with an object); the template alone when
// they do not fit.
struct text message_text(struct decoder *d, struct json value);

#endif
