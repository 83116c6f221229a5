// SPDX-License-Identifier: MIT
#include "report/frames.h"

#include "report/scrub.h"

struct frame_members {
    struct json abs_path, filename, module, package, function, raw_function, context_line, lineno,
        in_app, vars, pre_context, post_context, instruction_addr;
};

// Where the parts of a frame are that few reports are asked for.
struct frame_rest {
    struct json vars, pre_context, post_context;
};

// In the order in which the Python SDK writes them.
static const struct member frame_members[] = {
    MEMBER(struct frame_members, filename),
    MEMBER(struct frame_members, abs_path),
    MEMBER(struct frame_members, function),
    MEMBER(struct frame_members, module),
    MEMBER(struct frame_members, lineno),
    MEMBER(struct frame_members, pre_context),
    MEMBER(struct frame_members, context_line),
    MEMBER(struct frame_members, post_context),
    MEMBER(struct frame_members, vars),
    MEMBER(struct frame_members, in_app),
    MEMBER(struct frame_members, package),
    MEMBER(struct frame_members, raw_function),
    MEMBER(struct frame_members, instruction_addr),
};

// Of a URL that a browser loads files from, its path; else empty. "app:" and "webpack:" name no
// such path.
static struct text url_path(struct text url)
{
    static const struct text schemes[] = {
        {"http://", 7}, {"https://", 8}, {"file://", 7}, {"applewebdata://", 15}};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (!text_starts(url, schemes[i]))
            continue;
        struct text path = text_from(url, schemes[i].len);
        path = text_from(path, text_find(path, '/'));
        path = text_until(path, text_find(path, '?'));
        return text_until(path, text_find(path, '#'));
    }
    return (struct text){0};
}

static struct text known(struct text function)
{
    bool is_unknown = text_equal(function, TEXT("?")) || text_equal(function, TEXT("<unknown>"));
    return is_unknown ? (struct text){0} : function;
}

void frame_settle(struct frame *frame)
{
    if (!frame->filename.len)
        frame->filename = url_path(frame->path);
    if (!frame->filename.len)
        frame->filename = frame->path;
    if (!frame->path.len)
        frame->path = frame->filename;
    frame->function = known(frame->function);
}

static int64_t read_line_number(struct json lineno)
{
    int64_t number = int_lenient(lineno, 0);
    return number > 0 && number <= INT32_MAX ? number : 0;
}

// The lines nearest to the frame's own when there are too many. A null stays as an empty line:
// positions count.
static struct text *read_lines(struct decoder *d, struct json list, bool is_before, size_t *line_n)
{
    size_t size = json_type(list) == JSON_ARRAY ? json_size(list) : 0;
    size_t skipped = size > CONTEXT_LINE_MAX ? size - CONTEXT_LINE_MAX : 0;
    *line_n = size - skipped;
    if (!size)
        return NULL;
    struct text *lines = arena_array(&d->arena, struct text, *line_n);
    size_t at = 0;
    for (struct json_walk w = json_walk(list); json_next(&w); at++) {
        size_t place = is_before ? at - skipped : at;
        if (place < *line_n) // a place before the first wraps around and is no place
            lines[place] = text_read(d, w.value, REPORT_NAME_MAX);
    }
    return lines;
}

// Arrays (of PHP) have the index as the name.
static void read_variables(struct decoder *d, struct json vars, struct frame *frame)
{
    size_t size = json_size(vars);
    if (!size)
        return;
    size = size < REPORT_VARIABLE_MAX ? size : REPORT_VARIABLE_MAX;
    frame->variables = arena_array(&d->arena, struct variable, size);
    for (struct json_walk w = json_walk(vars); frame->variable_n < size && json_next(&w);) {
        struct text name = w.name;
        if (!w.is_object)
            name = arena_printf(&d->arena, "%zu", frame->variable_n);
        frame->variables[frame->variable_n++] = variable_read(d, name, w.value, REPORT_TEXT_MAX);
    }
}

static enum in_app read_in_app(struct json value)
{
    if (json_type(value) != JSON_BOOL)
        return IN_APP_UNKNOWN;
    return json_bool(value, false) ? IN_APP_YES : IN_APP_NO;
}

// False when the entry tells no place in any code.
static bool read_frame(struct decoder *d, struct json entry, struct frame *frame)
{
    struct frame_members m = {0};
    members_gather(entry, frame_members, sizeof frame_members / sizeof *frame_members, &m);
    *frame = (struct frame){
        .path = text_lenient(d, m.abs_path, REPORT_NAME_MAX),
        .filename = text_lenient(d, m.filename, REPORT_NAME_MAX),
        .module = text_lenient(d, m.module, REPORT_NAME_MAX),
        .function = text_lenient(d, m.function, REPORT_NAME_MAX),
    };
    frame_settle(frame);
    if (!frame->module.len)
        frame->module = text_read(d, m.package, REPORT_NAME_MAX);
    if (!frame->function.len)
        frame->function = known(text_read(d, m.raw_function, REPORT_NAME_MAX));
    if (!frame->path.len && !frame->module.len && !frame->function.len)
        frame->function = known(text_lenient(d, m.instruction_addr, REPORT_NAME_MAX));
    if (!frame->path.len && !frame->module.len && !frame->function.len)
        return false;
    frame->text = text_read(d, m.context_line, REPORT_NAME_MAX);
    frame->line_number = read_line_number(m.lineno);
    frame->in_app = read_in_app(m.in_app);
    struct frame_rest *rest = arena_alloc(&d->arena, sizeof *rest);
    *rest = (struct frame_rest){m.vars, m.pre_context, m.post_context};
    frame->rest = rest;
    return true;
}

void frame_complete(struct decoder *d, struct frame *frame)
{
    const struct frame_rest *rest = frame->rest;
    if (!rest)
        return;
    frame->rest = NULL;
    frame->pre_context = read_lines(d, rest->pre_context, true, &frame->pre_context_n);
    frame->post_context = read_lines(d, rest->post_context, false, &frame->post_context_n);
    read_variables(d, rest->vars, frame);
}

void frames_read(struct decoder *d, struct json stacktrace, struct exception *into)
{
    struct json list =
        json_type(stacktrace) == JSON_ARRAY ? stacktrace : json_get(stacktrace, TEXT("frames"));
    size_t size = json_type(list) == JSON_ARRAY ? json_size(list) : 0;
    if (!size)
        return;
    size_t kept = size < REPORT_FRAME_MAX ? size : REPORT_FRAME_MAX;
    into->frames = arena_array(&d->arena, struct frame, kept);
    into->frame_n = 0;
    size_t at = 0;
    for (struct json_walk w = json_walk(list); into->frame_n < kept && json_next(&w); at++) {
        bool is_middle = at >= REPORT_FRAME_MAX / 2 && at + REPORT_FRAME_MAX / 2 < size;
        if (!is_middle && read_frame(d, w.value, &into->frames[into->frame_n]))
            into->frame_n++;
    }
}
