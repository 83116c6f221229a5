// SPDX-License-Identifier: MIT
#include "core/evidence.h"

#include "base/buffer.h"
#include "base/error.h"
#include "base/utf8.h"

enum { CUT_TEXT_MIN = 100, SNIPPED_TEXT_MIN = 20 };

// ---- context as one text ----

static struct text joined(const struct text *lines, size_t line_n, struct arena *arena)
{
    struct buffer out = {0};
    for (size_t i = 0; i < line_n; i++) {
        struct text line = text_trim(text_until(lines[i], text_find(lines[i], '\n')));
        buffer_add(&out, text_clip(line, CONTEXT_LINE_BYTES_MAX));
        buffer_add_char(&out, '\n');
    }
    struct text whole = arena_copy(arena, buffer_text(&out));
    buffer_release(&out);
    return whole;
}

struct text context_before(const struct text *lines, size_t line_n, struct arena *arena)
{
    size_t skipped_n = line_n > CONTEXT_LINES_MAX ? line_n - CONTEXT_LINES_MAX : 0;
    return joined(lines + skipped_n, line_n - skipped_n, arena);
}

struct text context_after(const struct text *lines, size_t line_n, struct arena *arena)
{
    return joined(lines, line_n < CONTEXT_LINES_MAX ? line_n : CONTEXT_LINES_MAX, arena);
}

static int64_t count_lines(struct text lines)
{
    int64_t n = 0;
    for (size_t i = 0; i < lines.len; i++)
        n += lines.at[i] == '\n';
    return n;
}

// ---- text against text ----

// Whether a line of the file is what the report says it is.
static bool agrees(struct text sent, struct text line)
{
    sent = text_trim(sent);
    line = text_trim(line);
    if (text_equal(sent, line))
        return true;
    if (sent.len >= CUT_TEXT_MIN && text_starts(line, sent))
        return true;
    struct text core = sent;
    if (text_starts(core, TEXT("{snip}")))
        core = text_trim(text_from(core, 6));
    if (text_ends(core, TEXT("{snip}")))
        core = text_trim(text_until(core, core.len - 6));
    if (core.len != sent.len && core.len >= SNIPPED_TEXT_MIN && text_contains(line, core))
        return true;
    if (sent.len < 3 || !text_contains(sent, TEXT("\xef\xbf\xbd")) || utf8_is_valid(line))
        return false;
    struct arena scratch = {0}; // what the report sent was mended on its way
    bool same = text_equal(sent, text_trim(utf8_mended(&scratch, line)));
    arena_release(&scratch);
    return same;
}

// ---- a version of the file ----

// Walks over lines that are both in the file and in the context; a line that the file does not have
// does not fit.
static void count_fitting(struct text context, struct text *content, struct fit *fit)
{
    struct text sent, line;
    while (text_cut(&context, '\n', &sent)) {
        bool is_there = text_cut(content, '\n', &line);
        if (text_trim(sent).len == 0)
            continue;
        fit->neighbour_n++;
        fit->fitting_n += is_there && agrees(sent, line);
    }
}

// The context without the lines that would stand above the first one of the file, which count as
// not fitting.
static struct text inside_file(struct text before, int64_t line_number, struct fit *fit)
{
    struct text sent;
    for (int64_t above = count_lines(before) - (line_number - 1); above > 0; above--) {
        if (!text_cut(&before, '\n', &sent))
            break;
        fit->neighbour_n += text_trim(sent).len > 0;
    }
    return before;
}

// How many lines of before stand in the file when the line is this one.
static int64_t lines_inside(const struct evidence *evidence)
{
    int64_t before_n = count_lines(evidence->before), above_n = evidence->line_number - 1;
    check(before_n <= CONTEXT_LINES_MAX);
    return before_n < above_n ? before_n : above_n;
}

// content begins with the first of the lines before that are inside.
static struct fit fit_from(const struct evidence *evidence, struct text content)
{
    struct fit fit = {0};
    struct text line = {0};
    count_fitting(inside_file(evidence->before, evidence->line_number, &fit), &content, &fit);
    fit.has_line = text_cut(&content, '\n', &line) &&
                   (text_trim(evidence->text).len == 0 || agrees(evidence->text, line));
    if (fit.has_line)
        count_fitting(evidence->after, &content, &fit);
    return fit;
}

struct fit evidence_fit(const struct evidence *evidence, struct text content)
{
    struct text line;
    for (int64_t skipped_n = evidence->line_number - 1 - lines_inside(evidence); skipped_n > 0;
         skipped_n--)
        if (!text_cut(&content, '\n', &line))
            return (struct fit){0};
    return fit_from(evidence, content);
}

bool fit_is_whole(struct fit fit)
{
    return fit.neighbour_n > 0 && fit.fitting_n == fit.neighbour_n;
}

bool fit_is_likely(struct fit fit)
{
    return 2 * fit.fitting_n >= fit.neighbour_n;
}

static int64_t distance_of(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

int64_t evidence_find_line(const struct evidence *evidence, struct text content)
{
    struct text begins[CONTEXT_LINES_MAX + 1]; // what begins with each of the last lines
    struct evidence here = *evidence;
    int64_t best = 0;
    size_t best_fitting_n = 0;
    struct text rest = content, line;
    for (here.line_number = 1;; here.line_number++) {
        begins[here.line_number % (CONTEXT_LINES_MAX + 1)] = rest;
        if (!text_cut(&rest, '\n', &line))
            return best;
        if (!agrees(evidence->text, line))
            continue;
        int64_t first = here.line_number - lines_inside(&here);
        size_t fitting_n = fit_from(&here, begins[first % (CONTEXT_LINES_MAX + 1)]).fitting_n;
        bool is_nearer = distance_of(here.line_number, evidence->line_number) <
                         distance_of(best, evidence->line_number);
        if (best && (fitting_n < best_fitting_n || (fitting_n == best_fitting_n && !is_nearer)))
            continue;
        best = here.line_number;
        best_fitting_n = fitting_n;
    }
}

bool evidence_is_repeated(const struct evidence *evidence, struct text content)
{
    int64_t times = 0;
    struct text line;
    while (times < 2 && text_cut(&content, '\n', &line))
        times += agrees(evidence->text, line);
    return times > 1;
}
