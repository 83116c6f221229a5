// SPDX-License-Identifier: MIT
// What a report is: one message of a client saying that an exception happened, once or N times.
#ifndef FLAWLESS_REPORT_REPORT_H
#define FLAWLESS_REPORT_REPORT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

// Bounds on what is taken from one event; what exceeds them is cut, never refused.
enum {
    REPORT_EXCEPTION_MAX = 50,      // of a chain: the last ones
    REPORT_FRAME_MAX = 250,         // of a stack: the first and the last half
    REPORT_VARIABLE_MAX = 500,      // of a frame
    REPORT_TEXT_MAX = 8192,         // bytes of a message or variable value
    REPORT_NAME_MAX = 1024,         // bytes of a path, function, type, variable name, line of code
    REPORT_REQUEST_MAX = 64 * 1024, // bytes of the request's text
    REPORT_VARIABLES_SIZE_MAX =
        1024 * 1024,              // bytes of all variables; the oldest frames lose theirs first
    REPORT_NAMED_MAX = 200,       // tags; members of the user
    REPORT_NAMED_SIZE_MAX = 2048, // bytes of the value of one
    REPORT_COUNT_MAX = 1000 * 1000 * 1000, // of error_count and error_threshold
};

enum in_app { IN_APP_UNKNOWN, IN_APP_NO, IN_APP_YES };

struct variable {
    struct text name;
    struct text value; // as text; containers as compact JSON
};

struct frame {
    struct text
        path; // the most complete path the client gave (abs_path, else filename); may be empty
    struct text filename; // the short one, when the client gave both; else the same as path
    struct text module;   // dotted module, package or class; may be empty
    struct text function; // may be empty
    struct text text;     // the line of code, as sent; may be empty
    int64_t line_number;  // from 1; 0 when unknown
    enum in_app in_app;   // what the client thinks
    struct variable *variables;
    size_t variable_n;
    struct text *pre_context; // the lines before text, top first
    size_t pre_context_n;
    struct text *post_context;
    size_t post_context_n;
    const struct frame_rest *rest; // not NULL: variables and context are not read yet
};

struct exception {
    struct text type;    // "ValueError"; may be empty, not together with message
    struct text message; // may be empty
    struct text module;  // where the type comes from; may be empty
    struct frame *frames;
    size_t frame_n; // oldest call first: the last frame is where it was raised
};

// All text is valid UTF-8 and belongs to the decoder that made the report. Plain data.
struct report {
    char event_id[33];      // 32 lowercase hex digits
    int64_t happened_at_ms; // since 1970 UTC by the client's clock; 0 when it did not say
    struct text platform;   // "python", "javascript", ...; empty when unknown
    struct text level;      // "error" when missing
    struct text hostname;   // the machine it happened on; may be empty
    struct text release;
    struct text environment;
    struct text transaction; // name of the request or task being handled
    struct text message;     // of an event without exception; else usually empty
    struct text
        request; // text of the request it happened in ("additional info"), may have many lines
    struct variable *user; // whom it happened to: "id", "email", "username", "ip_address", ...
    size_t user_n;
    struct variable *tags; // what the program says about it
    size_t tag_n;
    int64_t error_count;     // occurrences this report stands for, at least 1
    int64_t error_threshold; // the client's own threshold for a letter; 0 when it has none
    // The chain, root cause first; the last is the one that was caught and gives the report its
    // name.
    struct exception *exceptions;
    size_t exception_n;
    struct report_rest *rest; // not NULL: see report_complete in decode.h
};

// The exception that names the report: the last. An event without one has a made-up exception with
// an empty type and the message, so this is never NULL in a report that a decoder gave.
const struct exception *report_main(const struct report *r);

// Writes a report as a Sentry event, from which decoding gives an equal report. What is kept of an
// occurrence and what our clients send is this form.
void report_write(const struct report *r, struct buffer *out);

#endif
