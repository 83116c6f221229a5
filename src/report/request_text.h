// SPDX-License-Identifier: MIT
// The request an event happened in, as text a person reads. For the files of this folder only.
#ifndef FLAWLESS_REPORT_REQUEST_TEXT_H
#define FLAWLESS_REPORT_REQUEST_TEXT_H

#include "report/values.h"

// From the request of an event: "METHOD url", a line for each header in the order they came, an
// empty line, the data. A request that is a string is taken as it is. Secrets are hidden.
struct text request_text(struct decoder *d, struct json request);

#endif
