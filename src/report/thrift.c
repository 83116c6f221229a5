// SPDX-License-Identifier: MIT
// Reading one frame of the Thrift binary protocol. Nothing is allocated by a length or count that
// the frame tells before the frame is known to hold as much; unknown fields and fields of an
// unexpected type are passed over.
#include "report/thrift.h"

#include "base/utf8.h"
#include "report/exceptions.h"
#include "report/frames.h"
#include "report/scrub.h"

enum wire_type {
    WIRE_STOP = 0,
    WIRE_BOOL = 2,
    WIRE_BYTE = 3,
    WIRE_DOUBLE = 4,
    WIRE_I16 = 6,
    WIRE_I32 = 8,
    WIRE_I64 = 10,
    WIRE_STRING = 11,
    WIRE_STRUCT = 12,
    WIRE_MAP = 13,
    WIRE_SET = 14,
    WIRE_LIST = 15,
};

enum message_type { MESSAGE_CALL = 1, MESSAGE_ONEWAY = 4 };
enum { VERSION_MASK = 0x7fff0000, VERSION_1 = 0x00010000, NAME_MAX_BYTES = 128 };

// Failure is sticky: after the first one every read gives 0 or nothing, and error says what that
// one was.
struct reader {
    struct decoder *d;
    struct text frame;
    size_t at;
    bool failed;
    struct error *error;
};

static void fail(struct reader *r, const char *what)
{
    if (!r->failed)
        error_set(r->error, ERROR_INPUT, "the Thrift frame of %zu bytes, at byte %zu: %s",
                  r->frame.len, r->at, what);
    r->failed = true;
}

static uint64_t read_number(struct reader *r, size_t size)
{
    uint64_t number = 0;
    if (!r->failed && r->frame.len - r->at < size)
        fail(r, "it ends in the middle of a value");
    if (r->failed)
        return 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | (unsigned char)r->frame.at[r->at + i];
    r->at += size;
    return number;
}

static int32_t read_i32(struct reader *r)
{
    return (int32_t)(uint32_t)read_number(r, 4);
}

static int64_t read_i64(struct reader *r)
{
    return (int64_t)read_number(r, 8);
}

static struct text read_bytes(struct reader *r, int32_t len)
{
    if (!r->failed && len < 0)
        fail(r, "a string has a negative length");
    if (!r->failed && (size_t)len > r->frame.len - r->at)
        fail(r, "a string is longer than the frame");
    if (r->failed)
        return (struct text){0};
    struct text bytes = text_until(text_from(r->frame, r->at), (size_t)len);
    r->at += (size_t)len;
    return bytes;
}

// The bytes of a string, valid and cut at max. The frame of a report belongs to the decoder, so
// they are not copied.
static struct text read_string(struct reader *r, size_t max)
{
    struct text bytes = text_clip(read_bytes(r, read_i32(r)), max);
    return text_tidy(r->d, utf8_mended(&r->d->arena, bytes), max);
}

// Elements cannot be smaller than what they need on the wire, which bounds their count by the bytes
// left.
static size_t read_count(struct reader *r, size_t element_size)
{
    int32_t count = read_i32(r);
    if (!r->failed && count < 0)
        fail(r, "a container has a negative size");
    if (!r->failed && (size_t)count > (r->frame.len - r->at) / element_size)
        fail(r, "a container has more elements than the frame can hold");
    return r->failed ? 0 : (size_t)count;
}

// The type of the next field of a struct and its id; WIRE_STOP after the last or on failure.
static enum wire_type read_field(struct reader *r, int *id)
{
    enum wire_type type = (enum wire_type)read_number(r, 1);
    *id = type == WIRE_STOP ? 0 : (int16_t)read_number(r, 2);
    return r->failed ? WIRE_STOP : type;
}

// Bytes that the smallest value of a type takes; 0 for what is no type.
static size_t smallest(enum wire_type type)
{
    switch (type) {
    case WIRE_BOOL:
    case WIRE_BYTE:
    case WIRE_STRUCT: return 1;
    case WIRE_I16: return 2;
    case WIRE_I32:
    case WIRE_STRING: return 4;
    case WIRE_SET:
    case WIRE_LIST: return 5;
    case WIRE_MAP: return 6;
    case WIRE_I64:
    case WIRE_DOUBLE: return 8;
    default: return 0;
    }
}

static void skip(struct reader *r, enum wire_type type, int depth);

static void skip_struct(struct reader *r, int depth)
{
    int id;
    for (enum wire_type type; (type = read_field(r, &id)) != WIRE_STOP;)
        skip(r, type, depth + 1);
}

static void skip_container(struct reader *r, bool is_map, int depth)
{
    enum wire_type key = is_map ? (enum wire_type)read_number(r, 1) : WIRE_STOP;
    enum wire_type value = (enum wire_type)read_number(r, 1);
    size_t value_size = smallest(value), key_size = smallest(key);
    size_t both = value_size + key_size;
    size_t count = read_count(r, both ? both : 1);
    if (!r->failed && count && (!value_size || (is_map && !key_size)))
        fail(r, "a container holds values of an unknown type");
    for (; count > 0 && !r->failed; count--) {
        if (is_map)
            skip(r, key, depth + 1);
        skip(r, value, depth + 1);
    }
}

static void skip(struct reader *r, enum wire_type type, int depth)
{
    if (!r->failed && depth > THRIFT_DEPTH_MAX)
        fail(r, "it is nested too deeply");
    if (r->failed)
        return;
    switch (type) {
    case WIRE_STRING: read_bytes(r, read_i32(r)); break;
    case WIRE_STRUCT: skip_struct(r, depth); break;
    case WIRE_MAP: skip_container(r, true, depth); break;
    case WIRE_SET:
    case WIRE_LIST: skip_container(r, false, depth); break;
    default:
        if (smallest(type))
            read_number(r, smallest(type));
        else
            fail(r, "a field has an unknown type");
    }
}

static void read_locals(struct reader *r, struct frame *frame)
{
    enum wire_type key = (enum wire_type)read_number(r, 1);
    enum wire_type value = (enum wire_type)read_number(r, 1);
    if (key != WIRE_STRING || value != WIRE_STRING) {
        r->at -= r->failed ? 0 : 2;
        skip_container(r, true, 0);
        return;
    }
    size_t count = read_count(r, 8),
           kept = count < REPORT_VARIABLE_MAX ? count : REPORT_VARIABLE_MAX;
    frame->variables = arena_array(&r->d->arena, struct variable, kept);
    frame->variable_n = 0; // the field may come twice: the last counts
    for (size_t i = 0; i < count && !r->failed; i++) {
        if (i >= kept) {
            skip(r, WIRE_STRING, 0);
            skip(r, WIRE_STRING, 0);
            continue;
        }
        struct variable *variable = &frame->variables[frame->variable_n++];
        variable->name = read_string(r, REPORT_NAME_MAX);
        variable->value =
            text_without_secrets(r->d, read_string(r, REPORT_TEXT_MAX), REPORT_TEXT_MAX);
        if (scrub_is_secret_name(variable->name))
            variable->value = SCRUBBED;
    }
}

static void read_stack_line(struct reader *r, struct frame *frame)
{
    int id;
    for (enum wire_type type; (type = read_field(r, &id)) != WIRE_STOP;) {
        if (id == 1 && type == WIRE_STRING)
            frame->path = read_string(r, REPORT_NAME_MAX);
        else if (id == 2 && type == WIRE_I64)
            frame->line_number = read_i64(r);
        else if (id == 3 && type == WIRE_STRING)
            frame->function = read_string(r, REPORT_NAME_MAX);
        else if (id == 4 && type == WIRE_STRING)
            frame->text = read_string(r, REPORT_NAME_MAX);
        else if (id == 5 && type == WIRE_MAP)
            read_locals(r, frame);
        else
            skip(r, type, 0);
    }
    if (frame->line_number < 0 || frame->line_number > INT32_MAX)
        frame->line_number = 0;
    frame_settle(frame);
}

// The first and the last half when there are too many.
static void read_traceback(struct reader *r, struct exception *exception)
{
    enum wire_type type = (enum wire_type)read_number(r, 1);
    if (type != WIRE_STRUCT) {
        r->at -= r->failed ? 0 : 1;
        skip_container(r, false, 0);
        return;
    }
    size_t count = read_count(r, 1), kept = count < REPORT_FRAME_MAX ? count : REPORT_FRAME_MAX;
    exception->frames = arena_array(&r->d->arena, struct frame, kept);
    exception->frame_n = 0;
    for (size_t i = 0; i < count && !r->failed; i++) {
        struct frame *frame = &exception->frames[exception->frame_n];
        if (i >= REPORT_FRAME_MAX / 2 && i + REPORT_FRAME_MAX / 2 < count) {
            skip(r, WIRE_STRUCT, 0);
            continue;
        }
        *frame = (struct frame){0};
        read_stack_line(r, frame);
        if (frame->path.len || frame->function.len)
            exception->frame_n++;
    }
}

static void read_request(struct reader *r, struct report *report, struct exception *exception)
{
    int id;
    for (enum wire_type type; (type = read_field(r, &id)) != WIRE_STOP;) {
        if (id == 1 && type == WIRE_LIST)
            read_traceback(r, exception);
        else if (id == 2 && type == WIRE_STRING)
            exception->message = read_string(r, REPORT_TEXT_MAX);
        else if (id == 3 && type == WIRE_STRING)
            report->hostname = read_string(r, REPORT_NAME_MAX);
        else if (id == 4 && type == WIRE_I64)
            report->error_threshold = read_i64(r);
        else if (id == 5 && type == WIRE_STRING)
            report->request = read_string(r, REPORT_REQUEST_MAX);
        else if (id == 6 && type == WIRE_I64)
            report->error_count = read_i64(r);
        else if (id == 7 && type == WIRE_STRING)
            exception->type = read_string(r, REPORT_NAME_MAX);
        else
            skip(r, type, 0);
    }
}

static bool is_type_name(struct text name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
        if (!is_letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name.len > 0 && name.len <= REPORT_NAME_MAX;
}

// Clients that had no field for the type sent what Python's repr() says: KeyError('a',).
static void split_repr(struct exception *exception)
{
    struct text message = exception->message;
    size_t open = text_find(message, '(');
    if (exception->type.len || !text_ends(message, TEXT(")")) ||
        !is_type_name(text_until(message, open)))
        return;
    exception->type = text_until(message, open);
    message = text_from(text_until(message, message.len - 1), open + 1);
    exception->message =
        text_ends(message, TEXT(",")) ? text_until(message, message.len - 1) : message;
}

// What the Sentry protocol's decoder does to an event, for the one exception there is.
static void settle(struct decoder *d, struct report *report, struct exception *exception)
{
    report->platform = TEXT("python");
    report->request = text_without_secrets(d, report->request, REPORT_REQUEST_MAX);
    exception->message = text_without_shapes(d, exception->message, REPORT_TEXT_MAX);
    split_repr(exception);
    exception_split(exception);
    if (!exception->type.len && !exception->message.len) {
        if (exception->frame_n)
            exception->type = TEXT("Error");
        else
            report->exception_n = 0; // report_settle makes one up
    }
    report_settle(d, report);
    exceptions_complete(d, report);
}

static void read_record_error(struct reader *r, struct report *report)
{
    int id;
    report->exceptions = arena_array(&r->d->arena, struct exception, 1);
    report->exception_n = 1;
    for (enum wire_type type; (type = read_field(r, &id)) != WIRE_STOP;) {
        if (id == 1 && type == WIRE_STRUCT)
            read_request(r, report, report->exceptions);
        else
            skip(r, type, 0);
    }
    if (!r->failed)
        settle(r->d, report, report->exceptions);
}

// Strict: version and type in one word, name, sequence. Older: name, type, sequence; its first word
// is the length of the name, so never negative.
static int read_header(struct reader *r, struct thrift_call *call)
{
    int32_t first = read_i32(r), type;
    call->is_strict = first < 0;
    if (!r->failed && first < 0 && (first & VERSION_MASK) != VERSION_1)
        fail(r, "its header has an unknown version");
    struct text name = read_bytes(r, call->is_strict ? read_i32(r) : first);
    type = call->is_strict ? first & 0xff : (int32_t)read_number(r, 1);
    call->sequence = read_i32(r);
    call->name =
        text_clip(utf8_mended(&r->d->arena, text_until(name, NAME_MAX_BYTES)), NAME_MAX_BYTES);
    return type;
}

static enum thrift_method method_of(struct text name)
{
    if (text_equal(name, TEXT("ping")))
        return THRIFT_PING;
    return text_equal(name, TEXT("record_error")) ? THRIFT_RECORD_ERROR : THRIFT_UNKNOWN;
}

bool thrift_decode(struct decoder *d, struct text frame, struct thrift_call *call,
                   struct error *error)
{
    struct reader r = {.d = d, .error = error};
    *call = (struct thrift_call){0};
    if (frame.len > THRIFT_FRAME_MAX)
        return error_set(error, ERROR_INPUT, "a Thrift frame of %zu bytes: the bound is %d",
                         frame.len, THRIFT_FRAME_MAX);
    r.frame = arena_copy(&d->arena, frame);
    int type = read_header(&r, call);
    if (!r.failed && type != MESSAGE_CALL && type != MESSAGE_ONEWAY)
        fail(&r, "it is not a call");
    call->is_oneway = type == MESSAGE_ONEWAY;
    call->method = method_of(call->name);
    if (call->method == THRIFT_RECORD_ERROR)
        read_record_error(&r, &call->report);
    return !r.failed;
}
