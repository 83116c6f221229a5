// SPDX-License-Identifier: MIT
// The framed Thrift binary protocol of Flawless clients since 0.1.7: one frame in, one call out;
// replies.
#ifndef FLAWLESS_REPORT_THRIFT_H
#define FLAWLESS_REPORT_THRIFT_H

#include "report/decode.h"

enum {
    THRIFT_FRAME_MAX = 16 * 1024 * 1024, // bytes, without the length word
    THRIFT_DEPTH_MAX = 32,
};

enum thrift_method { THRIFT_PING, THRIFT_RECORD_ERROR, THRIFT_UNKNOWN };

struct thrift_call {
    enum thrift_method method;
    bool is_oneway; // wants no reply
    bool is_strict; // form of the message header, to be used in the reply
    int32_t sequence;
    struct text name;     // as sent, cut at 128 bytes
    struct report report; // of record_error
};

// frame: without its length word. ERROR_INPUT says what is wrong and at which byte; the connection
// cannot go on.
bool thrift_decode(struct decoder *d, struct text frame, struct thrift_call *call,
                   struct error *error);

// Appends the framed reply (length word included): ping answers true, record_error nothing, an
// unknown method the exception "unknown method".
void thrift_reply(const struct thrift_call *call, struct buffer *out);
// Appends the framed exception reply "internal error" with the message.
void thrift_refuse(const struct thrift_call *call, struct text message, struct buffer *out);

#endif
