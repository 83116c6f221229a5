// SPDX-License-Identifier: MIT
// Members are sorted by name and what is empty is left out, so equal reports are equal bytes.
#include "base/json_out.h"
#include "report/report.h"

static void add_text(struct json_out *w, const char *name, struct text value)
{
    if (!value.len)
        return;
    json_name(w, name);
    json_string(w, value);
}

static void add_number(struct json_out *w, const char *name, int64_t value)
{
    if (value == 0)
        return;
    json_name(w, name);
    json_number(w, value);
}

static void add_lines(struct json_out *w, const char *name, const struct text *lines, size_t line_n)
{
    if (!line_n)
        return;
    json_name(w, name);
    json_array(w);
    for (size_t i = 0; i < line_n; i++)
        json_string(w, lines[i]);
    json_array_end(w);
}

// In the order the client gave them: the same name can be there twice.
static void add_variables(struct json_out *w, const char *name, const struct variable *variables,
                          size_t variable_n)
{
    if (!variable_n)
        return;
    json_name(w, name);
    json_object(w);
    for (size_t i = 0; i < variable_n; i++) {
        json_name_text(w, variables[i].name);
        json_string(w, variables[i].value);
    }
    json_object_end(w);
}

static void add_frame(struct json_out *w, const struct frame *frame)
{
    json_object(w);
    if (!text_equal(frame->path, frame->filename))
        add_text(w, "abs_path", frame->path);
    add_text(w, "context_line", frame->text);
    add_text(w, "filename", frame->filename);
    add_text(w, "function", frame->function);
    if (frame->in_app != IN_APP_UNKNOWN) {
        json_name(w, "in_app");
        json_boolean(w, frame->in_app == IN_APP_YES);
    }
    add_number(w, "lineno", frame->line_number);
    add_text(w, "module", frame->module);
    add_lines(w, "post_context", frame->post_context, frame->post_context_n);
    add_lines(w, "pre_context", frame->pre_context, frame->pre_context_n);
    add_variables(w, "vars", frame->variables, frame->variable_n);
    json_object_end(w);
}

static void add_stacktrace(struct json_out *w, const struct exception *exception)
{
    if (!exception->frame_n)
        return;
    json_name(w, "stacktrace");
    json_object(w);
    json_name(w, "frames");
    json_array(w);
    for (size_t i = 0; i < exception->frame_n; i++)
        add_frame(w, &exception->frames[i]);
    json_array_end(w);
    json_object_end(w);
}

static void add_exceptions(struct json_out *w, const struct report *r)
{
    json_name(w, "exception");
    json_object(w);
    json_name(w, "values");
    json_array(w);
    for (size_t i = 0; i < r->exception_n; i++) {
        const struct exception *exception = &r->exceptions[i];
        json_object(w);
        add_text(w, "module", exception->module);
        add_stacktrace(w, exception);
        add_text(w, "type", exception->type);
        add_text(w, "value", exception->message);
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}

static void add_counts(struct json_out *w, const struct report *r)
{
    if (r->error_count == 1 && r->error_threshold == 0)
        return;
    json_name(w, "contexts");
    json_object(w);
    json_name(w, "flawless");
    json_object(w);
    add_number(w, "error_count", r->error_count);
    add_number(w, "error_threshold", r->error_threshold);
    json_object_end(w);
    json_object_end(w);
}

// The exception that decoding makes up for an event with a message only.
static bool is_made_up(const struct report *r)
{
    const struct exception *main = report_main(r);
    return r->exception_n == 1 && !main->type.len && !main->module.len &&
           text_equal(main->message, r->message);
}

static void add_time(struct json_out *w, int64_t at_ms)
{
    if (at_ms == 0)
        return;
    json_name(w, "timestamp");
    if (at_ms % 1000 == 0)
        json_number(w, at_ms / 1000);
    else
        json_real(w, (double)at_ms / 1000);
}

void report_write(const struct report *r, struct buffer *out)
{
    struct json_out w = {.out = out};
    bool made_up = is_made_up(r);
    json_object(&w);
    add_counts(&w, r);
    add_text(&w, "environment", r->environment);
    add_text(&w, "event_id", text_of(r->event_id));
    if (!made_up)
        add_exceptions(&w, r);
    add_text(&w, "level", r->level);
    add_text(&w, "message", r->message);
    add_text(&w, "platform", r->platform);
    add_text(&w, "release", r->release);
    add_text(&w, "request", r->request);
    add_text(&w, "server_name", r->hostname);
    if (made_up)
        add_stacktrace(&w, report_main(r));
    add_variables(&w, "tags", r->tags, r->tag_n);
    add_time(&w, r->happened_at_ms);
    add_text(&w, "transaction", r->transaction);
    add_variables(&w, "user", r->user, r->user_n);
    json_object_end(&w);
}
