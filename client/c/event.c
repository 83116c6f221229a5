// SPDX-License-Identifier: MIT
#include "event.h"

#include "hide.h"
#include "settings.h"

static struct text clip_name(struct text t)
{
    return text_clip(t, FLAWLESS_NAME_MAX);
}

static struct fl_part *place_of_frame(struct fl_event *e, size_t number)
{
    enum { ROUND = FLAWLESS_FRAME_MAX - FL_FRAME_OLDEST_N };
    if (number < FL_FRAME_OLDEST_N)
        return &e->frames[number];
    return &e->frames[FL_FRAME_OLDEST_N + (number - FL_FRAME_OLDEST_N) % ROUND];
}

// How many frames after the FL_FRAME_OLDEST_N oldest are not kept.
static size_t left_out_n(const struct fl_event *e)
{
    return e->frame_n > FLAWLESS_FRAME_MAX ? e->frame_n - FLAWLESS_FRAME_MAX : 0;
}

static void forget_variables(struct fl_event *e, struct fl_part *frame)
{
    if (frame->member_n == 0)
        return;
    e->variable_bytes -= frame->bytes.len - frame->head_len;
    frame->bytes.len = frame->head_len;
    frame->member_n = 0;
}

// The newest frames tell the most.
static void make_room(struct fl_event *e)
{
    while (e->variable_bytes > FLAWLESS_VARIABLE_BYTES_MAX && e->bare_n + 1 < e->frame_n) {
        if (e->bare_n == FL_FRAME_OLDEST_N)
            e->bare_n += left_out_n(e);
        forget_variables(e, place_of_frame(e, e->bare_n++));
    }
}

static void add_text(struct json_out *w, const char *name, struct text value)
{
    if (value.len == 0)
        return;
    json_name(w, name);
    json_string(w, clip_name(value));
}

void fl_event_frame(struct fl_event *e, struct text path, struct text function, int64_t line_number,
                    struct text line)
{
    struct fl_part *frame = place_of_frame(e, e->frame_n++);
    forget_variables(e, frame);
    buffer_clear(&frame->bytes);
    struct json_out w = {.out = &frame->bytes};
    add_text(&w, "abs_path", path);
    add_text(&w, "function", function);
    if (line.len) {
        json_name(&w, "context_line");
        fl_hide_string(&w, TEXT(""), line, FLAWLESS_NAME_MAX, TEXT(""));
    }
    json_name(&w, "lineno");
    json_number(&w, line_number > 0 ? line_number : 0);
    json_name(&w, "vars"); // open until the frame is written
    json_object(&w);
    frame->head_len = frame->bytes.len;
}

static void add_member(struct fl_event *e, struct fl_part *part, struct text name,
                       struct text value, size_t max)
{
    struct json_out w = {.out = &part->bytes, .needs_comma = part->member_n++ > 0};
    json_name_text(&w, clip_name(name));
    fl_hide_string(&w, name, value, max, buffer_text(&e->scrub));
}

void fl_event_variable(struct fl_event *e, struct text name, struct text value)
{
    struct fl_part *frame = e->frame_n ? place_of_frame(e, e->frame_n - 1) : NULL;
    if (!frame || frame->member_n >= FLAWLESS_VARIABLE_MAX)
        return;
    size_t before = frame->bytes.len;
    add_member(e, frame, name, value, FLAWLESS_VALUE_MAX);
    e->variable_bytes += frame->bytes.len - before;
    make_room(e);
}

void fl_event_member(struct fl_event *e, struct fl_part *part, struct text name, struct text value,
                     size_t max)
{
    if (part->member_n < FLAWLESS_MEMBER_MAX)
        add_member(e, part, name, value, max);
}

// ---- putting it together

static void write_bytes(struct json_out *w, struct fl_part *part)
{
    buffer_add(w->out, buffer_text(&part->bytes));
    w->out->failed |= part->bytes.failed;
}

static void write_part(struct json_out *w, const char *name, struct fl_part *part)
{
    if (part->member_n == 0)
        return;
    json_name(w, name);
    json_object(w);
    write_bytes(w, part);
    json_object_end(w);
}

static void write_setting(struct json_out *w, const char *name, enum fl_setting setting)
{
    struct buffer value = {0};
    fl_settings_read(setting, &value);
    add_text(w, name, buffer_text(&value));
    w->out->failed |= value.failed;
    buffer_release(&value);
}

static void write_frames(struct json_out *w, struct fl_event *e)
{
    json_array(w);
    for (size_t i = 0; i < e->frame_n; i++) {
        if (i == FL_FRAME_OLDEST_N)
            i += left_out_n(e);
        json_object(w);
        write_bytes(w, place_of_frame(e, i));
        json_object_end(w); // of vars
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_exception(struct json_out *w, struct fl_event *e)
{
    json_object(w);
    add_text(w, "type", buffer_text(&e->type));
    json_name(w, "value");
    fl_hide_string(w, TEXT(""), buffer_text(&e->message), FLAWLESS_MESSAGE_MAX, TEXT(""));
    json_name(w, "stacktrace");
    json_object(w);
    json_name(w, "frames");
    write_frames(w, e);
    json_object_end(w);
    json_object_end(w);
}

static void write_request(struct json_out *w, struct fl_event *e)
{
    if (e->request.member_n + e->headers.member_n == 0)
        return;
    json_name(w, "request");
    json_object(w);
    write_bytes(w, &e->request);
    w->needs_comma = e->request.member_n > 0;
    write_part(w, "headers", &e->headers);
    json_object_end(w);
}

void fl_event_write(struct fl_event *e, struct buffer *out)
{
    struct json_out w = {.out = out};
    write_setting(&w, "platform", FL_PLATFORM);
    add_text(&w, "level", TEXT("error"));
    write_setting(&w, "server_name", FL_SERVER_NAME);
    write_setting(&w, "release", FL_RELEASE);
    write_setting(&w, "environment", FL_ENVIRONMENT);
    json_name(&w, "exception");
    json_object(&w);
    json_name(&w, "values");
    json_array(&w);
    write_exception(&w, e);
    json_array_end(&w);
    json_object_end(&w);
    write_request(&w, e);
    write_part(&w, "tags", &e->tags);
    write_part(&w, "user", &e->user);
    out->failed |= e->type.failed || e->message.failed || e->scrub.failed;
}

void fl_event_release(struct fl_event *e)
{
    struct buffer *const buffers[] = {&e->type,         &e->message,    &e->scrub,
                                      &e->tags.bytes,   &e->user.bytes, &e->request.bytes,
                                      &e->headers.bytes};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        buffer_release(buffers[i]);
    for (size_t i = 0; i < FLAWLESS_FRAME_MAX; i++)
        buffer_release(&e->frames[i].bytes);
}
