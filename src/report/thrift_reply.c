// SPDX-License-Identifier: MIT
// Replies in the form (strict or older) of the call's header.
#include "report/thrift.h"

enum message_type { MESSAGE_REPLY = 2, MESSAGE_EXCEPTION = 3 };
enum exception_type { UNKNOWN_METHOD = 1, INTERNAL_ERROR = 6 }; // TApplicationException's
enum { TYPE_STOP = 0, TYPE_BOOL = 2, TYPE_I32 = 8, TYPE_STRING = 11, MESSAGE_MAX = 1024 };

static void add_number(struct buffer *out, uint32_t number, size_t size)
{
    while (size-- > 0)
        buffer_add_char(out, (char)(number >> (8 * size) & 0xff));
}

static void add_string(struct buffer *out, struct text t)
{
    add_number(out, (uint32_t)t.len, 4);
    buffer_add(out, t);
}

static void add_field(struct buffer *out, int type, unsigned id)
{
    add_number(out, (uint32_t)type, 1);
    add_number(out, id, 2);
}

// Leaves room for the frame's length; gives where.
static size_t begin(const struct thrift_call *call, enum message_type type, struct buffer *out)
{
    size_t start = out->len;
    add_number(out, 0, 4);
    if (call->is_strict)
        add_number(out, 0x80010000u | type, 4);
    add_string(out, call->name);
    if (!call->is_strict)
        add_number(out, type, 1);
    add_number(out, (uint32_t)call->sequence, 4);
    return start;
}

// Fills in the frame's length. Byte by byte: adding to the buffer would put a NUL behind.
static void end(struct buffer *out, size_t start)
{
    size_t len = out->len - start - 4;
    for (size_t i = 0; i < 4 && !out->failed; i++)
        out->at[start + i] = (char)(len >> (8 * (3 - i)) & 0xff);
}

static void add_exception(const struct thrift_call *call, struct text message,
                          enum exception_type type, struct buffer *out)
{
    size_t start = begin(call, MESSAGE_EXCEPTION, out);
    add_field(out, TYPE_STRING, 1);
    add_string(out, text_clip(message, MESSAGE_MAX));
    add_field(out, TYPE_I32, 2);
    add_number(out, type, 4);
    add_number(out, TYPE_STOP, 1);
    end(out, start);
}

void thrift_reply(const struct thrift_call *call, struct buffer *out)
{
    if (call->is_oneway)
        return;
    if (call->method == THRIFT_UNKNOWN) {
        add_exception(call, TEXT("unknown method"), UNKNOWN_METHOD, out);
        return;
    }
    size_t start = begin(call, MESSAGE_REPLY, out);
    if (call->method == THRIFT_PING) {
        add_field(out, TYPE_BOOL, 0);
        add_number(out, 1, 1);
    }
    add_number(out, TYPE_STOP, 1);
    end(out, start);
}

void thrift_refuse(const struct thrift_call *call, struct text message, struct buffer *out)
{
    if (!call->is_oneway)
        add_exception(call, message, INTERNAL_ERROR, out);
}
