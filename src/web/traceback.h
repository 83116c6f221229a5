// SPDX-License-Identifier: MIT
// A kept occurrence as values for the template "occurrence", as JSON and as plain text. Inside
// src/web only.
#ifndef FLAWLESS_WEB_TRACEBACK_H
#define FLAWLESS_WEB_TRACEBACK_H

#include "base/json_out.h"
#include "core/error_record.h"
#include "web/page.h"

// Fills object with "_chain" (the exception that gives the report its name first, then its causes),
// "_plain" and what else the report says. judge: tells which frames are ours and which is guilty;
// NULL: what the client thinks, and the record's place.
void traceback_show(const struct page *page, struct value *object, const struct report *report,
                    const struct judge *judge, const struct error_record *record);

// The report as the fields of the protocol's RecordErrorRequest; the traceback is the main
// exception's.
void traceback_write_json(const struct report *report, struct json_out *out);

// As Python prints it: the root cause first, frames oldest call first.
void traceback_write_plain(const struct report *report, struct buffer *out);

#endif
