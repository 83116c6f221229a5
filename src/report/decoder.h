// SPDX-License-Identifier: MIT
// The inside of a decoder, for the files of this folder only.
#ifndef FLAWLESS_REPORT_DECODER_H
#define FLAWLESS_REPORT_DECODER_H

#include "base/json.h"
#include "report/decode.h"

enum {
    EVENTS_MAX = 100, // of one envelope; more are dropped
    EVENTS_SIZE_MAX =
        4 * EVENT_MAX, // bytes of all events of one envelope together; more are dropped
    DECODER_KEPT_MAX = 1024 * 1024, // bytes any one part of a decoder keeps over a reset
};

struct inflaters;

struct decoder_doc {
    struct json_doc *doc;
    size_t parsed;     // bytes of the text it holds
    size_t parsed_max; // bytes of the largest text it ever parsed
};

struct decoder {
    struct arena arena;
    bool defers_rest;
    struct buffer plain;     // what decode_body inflated
    struct buffer unwrapped; // what decode_store inflated
    struct buffer scratch;   // for flattening one value
    struct buffer lines;     // for composing one text
    struct inflaters *inflaters;
    struct json_doc *header;  // one header line at a time
    struct decoder_doc *docs; // one for each event since the last reset, then spare ones
    size_t doc_used, doc_n, doc_cap;
};

// Parses into a document of the pool, which stays valid until the decoder is reset.
bool decoder_parse(struct decoder *d, struct text bytes, struct json *root, struct error *error);
// Gives the last parsed document back to the pool at once: nothing of it is wanted.
void decoder_unparse(struct decoder *d);

// decode_event for an event within an envelope. *is_ours is false (and nothing else is set) for a
// transaction or feedback. A missing event id is taken from fallback_id if that is not empty, else
// made up.
bool event_decode(struct decoder *d, struct text json, const char *fallback_id, bool *is_ours,
                  struct report *report, struct error *error);

// 32 hexadecimal digits, hyphens between them, any case -> 32 lowercase digits and a NUL. False:
// not an id.
bool event_id_read(struct text t, char *id);

// Inflates by name of the encoding into out, which has a bound: see decode_body. Names: "gzip",
// "x-gzip", "deflate", "br", "zstd".
bool inflate_into(struct decoder *d, struct text encoding, struct text sent, struct buffer *out,
                  struct error *error);
void inflaters_shrink(struct decoder *d);
void inflaters_free(struct inflaters *inflaters); // NULL is fine

#endif
