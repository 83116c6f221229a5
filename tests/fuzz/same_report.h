// SPDX-License-Identifier: MIT
// Whether two reports are equal in everything: for tests and fuzz targets.
#ifndef FLAWLESS_TESTS_FUZZ_SAME_REPORT_H
#define FLAWLESS_TESTS_FUZZ_SAME_REPORT_H

#include <stdio.h>
#include <string.h>

#include "report/decode.h"

static inline bool differ(const char *what)
{
    fprintf(stderr, "the reports differ in %s\n", what);
    return false;
}

static inline bool same_lines(const struct text *a, size_t a_n, const struct text *b, size_t b_n)
{
    if (a_n != b_n)
        return false;
    for (size_t i = 0; i < a_n; i++)
        if (!text_equal(a[i], b[i]))
            return false;
    return true;
}

static inline bool same_variables(const struct variable *a, size_t a_n, const struct variable *b,
                                  size_t b_n)
{
    if (a_n != b_n)
        return false;
    for (size_t i = 0; i < a_n; i++)
        if (!text_equal(a[i].name, b[i].name) || !text_equal(a[i].value, b[i].value))
            return false;
    return true;
}

static inline bool same_frame(const struct frame *a, const struct frame *b)
{
    if (!text_equal(a->path, b->path) || !text_equal(a->filename, b->filename))
        return differ("a path");
    if (!text_equal(a->module, b->module) || !text_equal(a->function, b->function))
        return differ("a function");
    if (!text_equal(a->text, b->text) || a->line_number != b->line_number || a->in_app != b->in_app)
        return differ("a line");
    if (!same_lines(a->pre_context, a->pre_context_n, b->pre_context, b->pre_context_n) ||
        !same_lines(a->post_context, a->post_context_n, b->post_context, b->post_context_n))
        return differ("context lines");
    if (!same_variables(a->variables, a->variable_n, b->variables, b->variable_n))
        return differ("variables");
    return true;
}

static inline bool same_exception(const struct exception *a, const struct exception *b)
{
    if (!text_equal(a->type, b->type) || !text_equal(a->message, b->message) ||
        !text_equal(a->module, b->module))
        return differ("an exception");
    if (a->frame_n != b->frame_n)
        return differ("the number of frames");
    for (size_t i = 0; i < a->frame_n; i++)
        if (!same_frame(&a->frames[i], &b->frames[i]))
            return false;
    return true;
}

static inline bool same_report(const struct report *a, const struct report *b)
{
    const struct {
        struct text a, b;
    } texts[] = {
        {a->platform, b->platform},       {a->level, b->level},
        {a->hostname, b->hostname},       {a->release, b->release},
        {a->environment, b->environment}, {a->transaction, b->transaction},
        {a->message, b->message},         {a->request, b->request},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!text_equal(texts[i].a, texts[i].b))
            return differ("a text");
    if (strcmp(a->event_id, b->event_id) != 0 || a->happened_at_ms != b->happened_at_ms)
        return differ("id or time");
    if (!same_variables(a->user, a->user_n, b->user, b->user_n) ||
        !same_variables(a->tags, a->tag_n, b->tags, b->tag_n))
        return differ("user or tags");
    if (a->error_count != b->error_count || a->error_threshold != b->error_threshold)
        return differ("counts");
    if (a->exception_n != b->exception_n)
        return differ("the number of exceptions");
    for (size_t i = 0; i < a->exception_n; i++)
        if (!same_exception(&a->exceptions[i], &b->exceptions[i]))
            return false;
    return true;
}

// Writes the report, decodes what was written, and compares.
static inline bool survives_writing(const struct report *report, struct decoder *again)
{
    struct buffer written = {0};
    struct report copy;
    struct error error = {0};
    report_write(report, &written);
    bool same = decode_event(again, buffer_text(&written), &copy, &error);
    if (!same)
        fprintf(stderr, "what was written cannot be read: %s\n", error.message);
    same = same && same_report(report, &copy);
    decoder_reset(again);
    buffer_release(&written);
    return same;
}

#endif
