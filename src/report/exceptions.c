// SPDX-License-Identifier: MIT
#include "report/exceptions.h"

#include "base/hex.h"
#include "report/frames.h"

struct exception_members {
    struct json type, value, module, stacktrace;
};

static const struct member exception_members[] = {
    MEMBER(struct exception_members, module),
    MEMBER(struct exception_members, type),
    MEMBER(struct exception_members, value),
    MEMBER(struct exception_members, stacktrace),
};

void exception_split(struct exception *exception)
{
    size_t colon = text_find(exception->message, ':');
    struct text type = text_until(exception->message, colon);
    if (exception->type.len || colon == 0 || colon == exception->message.len ||
        colon > REPORT_NAME_MAX || text_find(type, ' ') < colon || text_find(type, '\n') < colon)
        return;
    struct text message = text_from(exception->message, colon + 1);
    if (!message.len || message.at[0] != ' ')
        return; // "http://..." and the like
    exception->type = type;
    exception->message = text_trim(message);
}

// False when the entry says nothing.
static bool read_exception(struct decoder *d, struct json entry, struct exception *exception)
{
    struct exception_members m = {0};
    members_gather(entry, exception_members, sizeof exception_members / sizeof *exception_members,
                   &m);
    // PHP puts the place of an anonymous class behind a NUL
    struct text type = json_text(m.type);
    type = type.len ? text_until(type, text_find(type, '\0'))
                    : text_lenient(d, m.type, REPORT_NAME_MAX);
    struct json value = m.value;
    *exception = (struct exception){
        .type = text_clip(type, REPORT_NAME_MAX),
        .message = json_type(value) == JSON_MISSING ? (struct text){0}
                                                    : text_any(d, value, REPORT_TEXT_MAX),
        .module = text_lenient(d, m.module, REPORT_NAME_MAX),
    };
    exception->message = text_without_shapes(d, exception->message, REPORT_TEXT_MAX);
    exception_split(exception);
    frames_read(d, m.stacktrace, exception);
    if (!exception->type.len && !exception->message.len) {
        if (!exception->frame_n)
            return false;
        exception->type = TEXT("Error"); // the stack is worth keeping
    }
    return true;
}

static void read_chain(struct decoder *d, struct json exceptions, struct report *report)
{
    size_t entry_n = entries_count(exceptions), at = 0;
    if (!entry_n)
        return;
    size_t kept = entry_n < REPORT_EXCEPTION_MAX ? entry_n : REPORT_EXCEPTION_MAX;
    report->exceptions = arena_array(&d->arena, struct exception, kept);
    for (struct entries e = entries_of(exceptions); entries_next(&e); at++)
        if (at >= entry_n - kept &&
            read_exception(d, e.entry, &report->exceptions[report->exception_n]))
            report->exception_n++;
}

struct thread_members {
    struct json stacktrace, crashed, current;
};

static const struct member thread_members[] = {
    MEMBER(struct thread_members, crashed),
    MEMBER(struct thread_members, current),
    MEMBER(struct thread_members, stacktrace),
};

// The stack of the only thread, or of the only one that crashed, or of the only one that is
// current.
static struct json choose_thread(struct json threads)
{
    struct json only = {0}, crashed = {0}, current = {0};
    size_t thread_n = 0, crashed_n = 0, current_n = 0;
    for (struct entries e = entries_of(threads); entries_next(&e); thread_n++) {
        struct thread_members m = {0};
        members_gather(e.entry, thread_members, sizeof thread_members / sizeof *thread_members, &m);
        only = m.stacktrace;
        if (json_bool(m.crashed, false)) {
            crashed = m.stacktrace;
            crashed_n++;
        }
        if (json_bool(m.current, false)) {
            current = m.stacktrace;
            current_n++;
        }
    }
    if (thread_n == 1)
        return only;
    if (crashed_n == 1)
        return crashed;
    return current_n == 1 ? current : (struct json){0};
}

static bool has_frames(const struct report *report)
{
    for (size_t i = 0; i < report->exception_n; i++)
        if (report->exceptions[i].frame_n)
            return true;
    return false;
}

// The made-up exception of an event that has only a message.
static void ensure_exception(struct decoder *d, struct report *report)
{
    if (report->exception_n)
        return;
    if (!report->message.len)
        report->message = TEXT("(no message)");
    report->exceptions = arena_array(&d->arena, struct exception, 1);
    report->exceptions[0].message = report->message;
    report->exception_n = 1;
}

void exceptions_read(struct decoder *d, struct json exception, struct json stacktrace,
                     struct json threads, struct report *report)
{
    read_chain(d, exception, report);
    ensure_exception(d, report);
    if (has_frames(report))
        return;
    struct exception *last = &report->exceptions[report->exception_n - 1];
    frames_read(d, stacktrace, last);
    if (!last->frame_n)
        frames_read(d, choose_thread(threads), last);
}

static size_t variables_size(const struct frame *frame)
{
    size_t size = 0;
    for (size_t i = 0; i < frame->variable_n; i++)
        size += frame->variables[i].name.len + frame->variables[i].value.len;
    return size;
}

// When a report holds too much, the frames farthest from where it was caught lose their variables
// first.
static void trim_variables(struct report *report)
{
    size_t size = 0;
    for (size_t i = 0; i < report->exception_n; i++)
        for (size_t f = 0; f < report->exceptions[i].frame_n; f++)
            size += variables_size(&report->exceptions[i].frames[f]);
    for (size_t i = 0; i < report->exception_n; i++) {
        for (size_t f = 0; f < report->exceptions[i].frame_n; f++) {
            if (size <= REPORT_VARIABLES_SIZE_MAX)
                return;
            struct frame *frame = &report->exceptions[i].frames[f];
            size -= variables_size(frame);
            frame->variables = NULL;
            frame->variable_n = 0;
        }
    }
}

void exceptions_complete(struct decoder *d, struct report *report)
{
    for (size_t i = 0; i < report->exception_n; i++)
        for (size_t f = 0; f < report->exceptions[i].frame_n; f++)
            frame_complete(d, &report->exceptions[i].frames[f]);
    trim_variables(report);
}

static int64_t between(int64_t number, int64_t low, int64_t high)
{
    return number < low ? low : number > high ? high : number;
}

void report_settle(struct decoder *d, struct report *report)
{
    ensure_exception(d, report);
    if (!report->event_id[0])
        hex_random(16, report->event_id);
    if (!report->level.len)
        report->level = TEXT("error");
    report->error_count = between(report->error_count, 1, REPORT_COUNT_MAX);
    report->error_threshold = between(report->error_threshold, 0, REPORT_COUNT_MAX);
}
