// SPDX-License-Identifier: MIT
#include "core/letter_part.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "core/week.h"

enum {
    PATH_MAX_SHOWN = 240,
    FUNCTION_MAX_SHOWN = 120,
    CODE_MAX_SHOWN = 160,
    TYPE_MAX_SHOWN = 200,
    MESSAGE_MAX_SHOWN = 2000,
    NAME_MAX_SHOWN = 120,
    VALUE_MAX_SHOWN = 600,
    FRAME_MAX_SHOWN = 50, // of one stack: a third from its start, the rest from its end
    VARIABLE_MAX_SHOWN = 100,
    TRACEBACK_MAX = 36 * 1024,
    VARIABLES_MAX = 32 * 1024,
    PIECE_MAX = 64,
    TITLE_MAX = 4096,
    DAY_MS = 24 * 3600 * 1000,
};

// ---- characters ----

// Controls of both sorts, line and paragraph separators, and what turns the direction of text.
static bool is_disturbing(const unsigned char *at, size_t len)
{
    if (len == 1)
        return at[0] < 0x20 || at[0] == 0x7f;
    if (len == 2)
        return (at[0] == 0xc2 && at[1] < 0xa0) || (at[0] == 0xd8 && at[1] == 0x9c); // U+061C
    if (len != 3 || at[0] != 0xe2)
        return false;
    return (at[1] == 0x80 && (at[2] >= 0xa8 && at[2] <= 0xae)) || // U+2028 to U+202E
           (at[1] == 0x80 && (at[2] == 0x8e || at[2] == 0x8f)) || // U+200E, U+200F
           (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9);     // U+2066 to U+2069
}

static void add_character(struct buffer *out, struct text c, enum plain_lines lines)
{
    char first = c.at[0];
    if (first == '\n')
        buffer_add_string(out, lines == PLAIN_LINES ? "\n" : "\\n");
    else if (first == '\t')
        buffer_add_string(out, lines == PLAIN_LINES ? "\t" : " ");
    else if (is_disturbing((const unsigned char *)c.at, c.len))
        buffer_add_string(out, "\xef\xbf\xbd");
    else
        buffer_add(out, c);
}

void plain_add(struct buffer *out, struct text t, size_t max, enum plain_lines lines)
{
    size_t start = out->len;
    while (t.len > 0) {
        size_t len = utf8_sequence(t);
        struct text c = len ? text_until(t, len) : TEXT("\xef\xbf\xbd");
        if (out->len - start + (c.len > 3 ? c.len : 3) > max) {
            buffer_add_string(out, "...");
            return;
        }
        t = text_from(t, len ? len : 1);
        bool is_crlf = c.at[0] == '\r' && t.len > 0 && t.at[0] == '\n';
        if (!is_crlf)
            add_character(out, c, lines);
    }
}

void plain_add_moment(struct buffer *out, int64_t moment_ms)
{
    char date[11];
    int64_t of_day_ms = ((moment_ms % DAY_MS) + DAY_MS) % DAY_MS;
    date_write(moment_ms, date);
    buffer_printf(out, "%s %02d:%02d UTC", date, (int)(of_day_ms / 3600000),
                  (int)(of_day_ms / 60000 % 60));
}

void html_add(struct buffer *out, struct text t, size_t max)
{
    size_t start = out->len;
    for (size_t i = 0; i < t.len; i++) {
        bool begins = ((unsigned char)t.at[i] & 0xc0) != 0x80;
        if (begins && out->len - start + 6 > max) {
            buffer_add_string(out, "...");
            return;
        }
        switch (t.at[i]) {
        case '&': buffer_add_string(out, "&amp;"); break;
        case '<': buffer_add_string(out, "&lt;"); break;
        case '>': buffer_add_string(out, "&gt;"); break;
        case '"': buffer_add_string(out, "&quot;"); break;
        case '\'': buffer_add_string(out, "&#39;"); break;
        default: buffer_add_char(out, t.at[i]);
        }
    }
}

void html_begin(struct buffer *out, struct text title)
{
    buffer_add_string(out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
                           "<meta name=\"viewport\" content=\"width=device-width\"><title>");
    html_add(out, title, TITLE_MAX);
    buffer_add_string(out,
                      "</title></head>\n<body style=\"font-family: sans-serif; font-size: 15px; "
                      "line-height: 1.4; max-width: 60em; margin: 0 auto; padding: 12px\">\n");
}

void html_end(struct buffer *out)
{
    buffer_add_string(out, "</body></html>\n");
}

void prose_write(struct text subject, struct text words, struct arena *arena, struct letter *letter)
{
    struct buffer html = {0};
    html_begin(&html, subject);
    buffer_add_string(&html, "<p style=\"white-space: pre-wrap; overflow-wrap: anywhere\">");
    html_add(&html, words, 6 * words.len + 6);
    buffer_add_string(&html, "</p>\n");
    html_end(&html);
    letter->subject = arena_copy(arena, subject);
    letter->text = arena_copy(arena, words);
    letter->html = arena_copy(arena, buffer_text(&html));
    buffer_release(&html);
}

// ---- pieces of which the last ones matter most ----

// Texts one after the other in one buffer, made from the last to the first.
struct pieces {
    struct buffer buffer;
    struct {
        size_t start, end;
    } spans[PIECE_MAX];
    size_t count;
    size_t max; // bytes of all
    bool is_full;
};

// The first piece is cut rather than left out.
static void cut_piece(struct pieces *p, size_t start)
{
    struct text fits =
        text_clip((struct text){p->buffer.at + start, p->buffer.len - start}, p->max - 8);
    p->buffer.len = start + fits.len;
    buffer_add_string(&p->buffer, "...\n");
}

// Ends the piece that was begun at start; forgets it when there is no room for it.
static void end_piece(struct pieces *p, size_t start)
{
    if (p->count == 0 && p->buffer.len - start > p->max)
        cut_piece(p, start);
    p->is_full = p->buffer.len > p->max || p->count == PIECE_MAX;
    if (p->is_full) {
        p->buffer.len = start;
        return;
    }
    p->spans[p->count].start = start;
    p->spans[p->count++].end = p->buffer.len;
}

static void add_pieces(struct pieces *p, const char *separator, struct buffer *out)
{
    for (size_t i = p->count; i > 0; i--) {
        size_t start = p->spans[i - 1].start;
        buffer_add(out, (struct text){p->buffer.at + start, p->spans[i - 1].end - start});
        if (i > 1)
            buffer_add_string(out, separator);
    }
    buffer_release(&p->buffer);
}

// ---- the traceback ----

static void add_place(struct buffer *out, const struct frame *frame)
{
    struct text path = frame->path.len ? frame->path : frame->filename;
    if (path.len == 0)
        path = frame->module.len ? frame->module : TEXT("?");
    buffer_add_string(out, "  File \"");
    plain_add(out, path, PATH_MAX_SHOWN, PLAIN_ONE_LINE);
    buffer_add_string(out, "\"");
    if (frame->line_number > 0)
        buffer_printf(out, ", line %lld", (long long)frame->line_number);
    if (frame->function.len > 0) {
        buffer_add_string(out, ", in ");
        plain_add(out, frame->function, FUNCTION_MAX_SHOWN, PLAIN_ONE_LINE);
    }
    buffer_add_char(out, '\n');
}

static void add_stack(struct buffer *out, const struct exception *exception)
{
    size_t first_n = FRAME_MAX_SHOWN / 3, left_out = 0;
    if (exception->frame_n > FRAME_MAX_SHOWN)
        left_out = exception->frame_n - FRAME_MAX_SHOWN;
    if (exception->frame_n > 0)
        buffer_add_string(out, "Traceback (most recent call last):\n");
    for (size_t i = 0; i < exception->frame_n; i++) {
        const struct frame *frame = &exception->frames[i];
        if (left_out > 0 && i == first_n) {
            buffer_printf(out, "  ... %zu calls are left out ...\n", left_out);
            i += left_out - 1;
            continue;
        }
        add_place(out, frame);
        struct text code = text_trim(frame->text);
        if (code.len == 0)
            continue;
        buffer_add_string(out, "    ");
        plain_add(out, code, CODE_MAX_SHOWN, PLAIN_ONE_LINE);
        buffer_add_char(out, '\n');
    }
}

void plain_exception(struct buffer *out, const struct exception *exception)
{
    struct text module = exception->module;
    bool is_builtin = text_equal(module, TEXT("builtins")) ||
                      text_equal(module, TEXT("exceptions")) ||
                      text_equal(module, TEXT("__main__"));
    if (exception->type.len > 0 && module.len > 0 && !is_builtin) {
        plain_add(out, module, TYPE_MAX_SHOWN, PLAIN_ONE_LINE);
        buffer_add_char(out, '.');
    }
    plain_add(out, exception->type, TYPE_MAX_SHOWN, PLAIN_ONE_LINE);
    if (exception->type.len > 0 && exception->message.len > 0)
        buffer_add_string(out, ": ");
    plain_add(out, exception->message, MESSAGE_MAX_SHOWN, PLAIN_LINES);
}

void part_traceback(const struct report *report, struct buffer *out)
{
    struct pieces p = {.max = TRACEBACK_MAX - 2400}; // room for what is said between them
    for (size_t i = report->exception_n; i > 0 && !p.is_full; i--) {
        size_t start = p.buffer.len;
        add_stack(&p.buffer, &report->exceptions[i - 1]);
        plain_exception(&p.buffer, &report->exceptions[i - 1]);
        buffer_add_char(&p.buffer, '\n');
        end_piece(&p, start);
    }
    if (p.count < report->exception_n)
        buffer_printf(out, "... %zu earlier causes are left out ...\n\n",
                      report->exception_n - p.count);
    add_pieces(&p, "\nThe above exception led to this one:\n\n", out);
}

// ---- variables ----

static bool is_ours(const struct judge *judge, const struct frame *frame)
{
    struct text path;
    return judge ? judge_frame(judge, frame, &path) : frame->in_app != IN_APP_NO;
}

static int by_name(const void *a, const void *b)
{
    return text_compare((*(const struct variable *const *)a)->name,
                        (*(const struct variable *const *)b)->name);
}

static void add_frame_variables(struct buffer *out, const struct frame *frame)
{
    const struct variable *sorted[REPORT_VARIABLE_MAX];
    size_t count =
        frame->variable_n < REPORT_VARIABLE_MAX ? frame->variable_n : REPORT_VARIABLE_MAX;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &frame->variables[i];
    qsort(sorted, count, sizeof *sorted, by_name);
    add_place(out, frame);
    for (size_t i = 0; i < count && i < VARIABLE_MAX_SHOWN; i++) {
        buffer_add_string(out, "    ");
        plain_add(out, sorted[i]->name, NAME_MAX_SHOWN, PLAIN_ONE_LINE);
        buffer_add_char(out, '=');
        plain_add(out, sorted[i]->value, VALUE_MAX_SHOWN, PLAIN_ONE_LINE);
        buffer_add_char(out, '\n');
    }
    if (frame->variable_n > VARIABLE_MAX_SHOWN)
        buffer_printf(out, "    ... %zu more variables are left out ...\n",
                      frame->variable_n - VARIABLE_MAX_SHOWN);
}

void part_variables(const struct report *report, const struct judge *judge, struct buffer *out)
{
    struct pieces p = {.max = VARIABLES_MAX - 200};
    const struct exception *exception = NULL;
    bool has_ours = false;
    for (size_t i = report->exception_n; i > 0 && !has_ours; i--) { // of the exception or its cause
        exception = &report->exceptions[i - 1];
        for (size_t j = 0; j < exception->frame_n && !has_ours; j++)
            has_ours = is_ours(judge, &exception->frames[j]);
    }
    if (!has_ours)
        return;
    for (size_t i = exception->frame_n; i > 0 && !p.is_full; i--) {
        size_t start = p.buffer.len;
        if (!is_ours(judge, &exception->frames[i - 1]))
            continue;
        add_frame_variables(&p.buffer, &exception->frames[i - 1]);
        end_piece(&p, start);
    }
    if (p.is_full)
        buffer_add_string(out, "  ... frames further out are left out ...\n");
    add_pieces(&p, "", out);
}
