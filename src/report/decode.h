// SPDX-License-Identifier: MIT
// From a client's bytes to reports. Everything a decoder gives lives until it is reset.
#ifndef FLAWLESS_REPORT_DECODE_H
#define FLAWLESS_REPORT_DECODE_H

#include "report/lost.h"
#include "report/report.h"

struct report_list {
    struct report *reports;
    size_t report_n;
    size_t
        dropped_n; // items of an envelope that are not ours to keep (transactions, sessions, ...)
    struct lost lost;    // what the client could not send
    char event_id[33];   // to answer with; empty when no event was in sight
    struct text dsn_key; // public key in the envelope header's dsn; empty when there is none
};

struct decoder; // one thread at a time; owns arena, parsers and inflated bytes; meant to be used
                // again

struct decoder *decoder_new(void);
void decoder_free(struct decoder *d); // NULL is fine
void decoder_reset(struct decoder *d);
// From now on reports are decoded without what only few of them are asked for (variables, lines of
// context, the request): most reports are just counted. report_complete reads it.
void decoder_defer_rest(struct decoder *d);
struct arena *decoder_arena(struct decoder *d); // for what must live as long as the reports
// About how many bytes of memory the reports since the last reset hold: a body of 10 kB can unpack
// to 100 MB.
size_t decoder_held(const struct decoder *d);

enum { BODY_SENT_MAX = 20 * 1024 * 1024, BODY_MAX = 40 * 1024 * 1024, EVENT_MAX = 2 * 1024 * 1024 };

// Undoes the content encoding (by name: gzip, deflate, br, zstd; empty, unknown or "identity": as
// it is, except that gzip is known by its first bytes). *plain is sent itself or lives in the
// decoder. At most BODY_MAX bytes come out: ERROR_TOO_LARGE; broken: ERROR_INPUT.
bool decode_body(struct decoder *d, struct text encoding, struct text sent, struct text *plain,
                 struct error *error);

// A whole Sentry envelope. What is complete before a framing error is kept; then the call succeeds
// if an event is among it, else ERROR_INPUT.
bool decode_envelope(struct decoder *d, struct text body, struct report_list *list,
                     struct error *error);

// The body of /store/: one event as JSON, also base64 of zlib as old clients sent it.
bool decode_store(struct decoder *d, struct text body, struct report_list *list,
                  struct error *error);

// Reads what decoder_defer_rest left out, into the report and its frames; nothing to do for a
// report that is complete. The decoder must not have been reset and must not be in use elsewhere.
void report_complete(struct report *report);

// One event as JSON; also what report_write wrote.
bool decode_event(struct decoder *d, struct text json, struct report *report, struct error *error);

#endif
