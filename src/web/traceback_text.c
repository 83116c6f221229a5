// SPDX-License-Identifier: MIT
#include "web/traceback.h"

static void write_frame_plain(const struct frame *frame, struct buffer *out)
{
    struct text path = frame->path.len ? frame->path : frame->filename;
    buffer_add(out, TEXT("  File \""));
    buffer_add(out, path.len ? path : TEXT("?"));
    buffer_add(out, TEXT("\""));
    if (frame->line_number > 0) {
        buffer_add(out, TEXT(", line "));
        buffer_add_int64(out, frame->line_number);
    }
    if (frame->function.len) {
        buffer_add(out, TEXT(", in "));
        buffer_add(out, frame->function);
    }
    buffer_add(out, TEXT("\n"));
    struct text line = text_trim(frame->text);
    if (line.len) {
        buffer_add(out, TEXT("    "));
        buffer_add(out, line);
        buffer_add(out, TEXT("\n"));
    }
}

static void write_exception_plain(const struct exception *exception, struct buffer *out)
{
    if (exception->frame_n)
        buffer_add(out, TEXT("Traceback (most recent call last):\n"));
    for (size_t i = 0; i < exception->frame_n; i++)
        write_frame_plain(&exception->frames[i], out);
    buffer_add(out, exception->type);
    if (exception->type.len && exception->message.len)
        buffer_add(out, TEXT(": "));
    buffer_add(out, exception->message);
    buffer_add(out, TEXT("\n"));
}

void traceback_write_plain(const struct report *report, struct buffer *out)
{
    for (size_t i = 0; i < report->exception_n; i++) {
        if (i)
            buffer_add(out, TEXT("\nThat exception led to this one:\n\n"));
        write_exception_plain(&report->exceptions[i], out);
    }
}

static void write_text(struct json_out *out, const char *name, struct text value)
{
    json_name(out, name);
    json_string(out, value);
}

static void write_number(struct json_out *out, const char *name, int64_t value)
{
    json_name(out, name);
    json_number(out, value);
}

static void write_variables(struct json_out *out, const char *name,
                            const struct variable *variables, size_t n)
{
    json_name(out, name);
    json_object(out);
    for (size_t i = 0; i < n; i++) {
        json_name_text(out, variables[i].name);
        json_string(out, variables[i].value);
    }
    json_object_end(out);
}

static void write_frame_json(const struct frame *frame, struct json_out *out)
{
    json_object(out);
    write_text(out, "filename", frame->path.len ? frame->path : frame->filename);
    write_number(out, "line_number", frame->line_number);
    write_text(out, "function_name", frame->function);
    write_text(out, "text", frame->text);
    write_variables(out, "frame_locals", frame->variables, frame->variable_n);
    json_object_end(out);
}

void traceback_write_json(const struct report *report, struct json_out *out)
{
    const struct exception *exception = report_main(report);
    json_object(out);
    json_name(out, "traceback");
    json_array(out);
    for (size_t i = 0; i < exception->frame_n; i++)
        write_frame_json(&exception->frames[i], out);
    json_array_end(out);
    write_text(out, "exception_type", exception->type);
    write_text(out, "exception_message", exception->message);
    write_text(out, "hostname", report->hostname);
    write_text(out, "additional_info", report->request);
    write_text(out, "release", report->release);
    write_text(out, "environment", report->environment);
    write_text(out, "transaction", report->transaction);
    write_variables(out, "user", report->user, report->user_n);
    write_variables(out, "tags", report->tags, report->tag_n);
    write_number(out, "error_count", report->error_count);
    json_name(out, "error_threshold");
    if (report->error_threshold)
        json_number(out, report->error_threshold);
    else
        json_null(out);
    json_object_end(out);
}
