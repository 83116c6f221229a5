// SPDX-License-Identifier: MIT
// git looks into the filters of a commit graph, which say at once that a commit left a file alone,
// only when it need not look for copies from other files (-C). But a copy matters in one commit
// alone: the one where the line would end without it. So each line is followed without copies as
// far as it goes; the commit where it ends is asked, with copies, whether the line came from
// another file; and where it did, it is followed from there.
#include "io/git_blame_steps.h"

#include "base/clock.h"

enum {
    ROUNDS_MAX = 40, // a line that was copied more often stays where it is then
    STEPS_TIMEOUT_MS = 60 * 1000,
};

// Where a line has got to.
struct trace {
    struct text commit, path;
    int64_t number;
    bool is_settled, is_asked;
    struct blamed_line line;
};

struct steps {
    const struct git *git;
    const struct blame_request *request;
    struct arena *arena;
    struct trace *traces;
    size_t trace_n;
    size_t *members; // room for a group: traces in the same file of the same commit
    struct blamed_line *lines;
    int64_t deadline_mono_ms;
};

static bool are_together(const struct trace *a, const struct trace *b)
{
    return !b->is_settled && !b->is_asked && text_equal(a->commit, b->commit) &&
           text_equal(a->path, b->path);
}

// Asks for the group of trace first, and moves each member to what git says.
static bool ask_group(struct steps *s, size_t first, enum blame_reach reach, struct error *error)
{
    struct trace *leader = &s->traces[first];
    const struct blame_request request = {.tip = s->request->tip,
                                          .revision = arena_string(s->arena, leader->commit),
                                          .path = leader->path,
                                          .ignored = s->request->ignored,
                                          .reach = reach};
    size_t n = 0;
    if (clock_mono_ms(&clock_system) >= s->deadline_mono_ms)
        return error_set(error, ERROR_SYSTEM, "git blame took longer than %d s and was stopped",
                         STEPS_TIMEOUT_MS / 1000);
    for (size_t i = first; i < s->trace_n; i++) {
        if (!are_together(leader, &s->traces[i]))
            continue;
        s->lines[n] = (struct blamed_line){.line_number = s->traces[i].number};
        s->members[n++] = i;
    }
    if (!blame_run(s->git, &request, s->arena, s->lines, n, error))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct trace *trace = &s->traces[s->members[i]];
        trace->is_asked = true;
        trace->is_settled =
            !s->lines[i].is_blamed ||
            (reach == BLAME_ONE_COMMIT && text_equal(s->lines[i].origin.commit, trace->commit));
        trace->line = s->lines[i];
        trace->commit = s->lines[i].origin.commit;
        trace->path = s->lines[i].raw_path;
        trace->number = s->lines[i].origin.number;
    }
    return true;
}

static bool ask_all(struct steps *s, enum blame_reach reach, struct error *error)
{
    for (size_t i = 0; i < s->trace_n; i++)
        s->traces[i].is_asked = false;
    for (size_t i = 0; i < s->trace_n; i++)
        if (!s->traces[i].is_settled && !s->traces[i].is_asked && !ask_group(s, i, reach, error))
            return false;
    return true;
}

static bool is_done(const struct steps *s)
{
    for (size_t i = 0; i < s->trace_n; i++)
        if (!s->traces[i].is_settled)
            return false;
    return true;
}

bool blame_run_in_steps(const struct git *git, const struct blame_request *request,
                        struct arena *arena, struct blamed_line *lines, size_t line_n,
                        struct error *error)
{
    struct steps s = {.git = git,
                      .request = request,
                      .arena = arena,
                      .traces = arena_array(arena, struct trace, line_n),
                      .trace_n = line_n,
                      .members = arena_array(arena, size_t, line_n),
                      .lines = arena_array(arena, struct blamed_line, line_n),
                      .deadline_mono_ms = clock_mono_ms(&clock_system) + STEPS_TIMEOUT_MS};
    for (size_t i = 0; i < line_n; i++)
        s.traces[i] = (struct trace){.commit = text_of(request->revision),
                                     .path = request->path,
                                     .number = lines[i].line_number};
    for (int round = 0; round < ROUNDS_MAX && !is_done(&s); round++)
        if (!ask_all(&s, BLAME_WITHIN_FILE, error) || !ask_all(&s, BLAME_ONE_COMMIT, error))
            return false;
    for (size_t i = 0; i < line_n; i++) {
        int64_t asked = lines[i].line_number;
        lines[i] = s.traces[i].line;
        lines[i].line_number = asked;
    }
    return true;
}
