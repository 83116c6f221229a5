// SPDX-License-Identifier: MIT
// Questions are collected into a window: what has arrived when the first of it is looked at, at
// most BLAME_WINDOW_MAX. So a program that asks one by one hears at once, and a file of a million
// questions is answered in groups. Within a window, questions about one path and revision are one
// question to git.
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/utf8.h"
#include "io/git_release.h"
#include "server/command_blame.h"
#include "server/owner_finder.h"
#include "server/rivals.h"

enum { LINE_BYTES_MAX = 64 * 1024, READ_BYTES = 64 * 1024, TIME_BYTES = 32 };

// ---- paths ----

// Paths of the tip, or of the whole history; NULL and an error when git fails.
static struct paths *read_paths(struct inquiry *inquiry, bool whole_history, struct error *error)
{
    struct paths **known = whole_history ? &inquiry->history : &inquiry->tip;
    if (*known)
        return *known;
    struct paths *paths = paths_new();
    if (repository_add_paths(inquiry->repository, whole_history, paths, error))
        return *known = paths;
    paths_drop(paths);
    return NULL;
}

// A path of the newest commit is taken as it stands, so that a question about it need not wait for
// the history to be read. Every other path is mapped as a report's is. False when git fails; *path
// is empty when the repository has no such file.
static bool map_path(struct inquiry *inquiry, struct text asked, struct arena *arena,
                     struct text *path, struct error *error)
{
    const struct paths *tip = read_paths(inquiry, false, error), *history;
    *path = (struct text){0};
    if (!tip)
        return false;
    struct text below = arena_printf(arena, "%.*s%.*s", TEXT_ARG(inquiry->prefix), TEXT_ARG(asked));
    if (paths_has(tip, below))
        *path = below;
    else if (paths_has(tip, asked))
        *path = asked;
    if (path->len)
        return true;
    history = read_paths(inquiry, true, error);
    if (!history)
        return false;
    const struct frame frame = {.path = asked, .filename = asked};
    if (paths_has(history, asked))
        *path = asked;
    else if (!paths_map(history, &frame, &inquiry->path_settings, path))
        *path = (struct text){0};
    return true;
}

// ---- asking ----

static bool can_be_release(struct text revision)
{
    struct arena scratch = {0};
    struct text names[RELEASE_NAME_MAX];
    size_t name_n = release_names(revision, &scratch, names);
    arena_release(&scratch);
    return revision.len == 0 || name_n > 0;
}

// Fills *query with what git is to be asked; false when the answer is known without it.
static bool prepare(struct inquiry *inquiry, const struct blame_query *asked, struct arena *arena,
                    struct blame_query *query, struct inquiry_answer *answer)
{
    struct error error = {0};
    *answer = (struct inquiry_answer){0};
    *query = *asked;
    if (!can_be_release(asked->release))
        answer->finding.reason = TEXT("the revision is neither a hash nor a tag nor a release");
    else if (asked->evidence.line_number < 1 || asked->evidence.line_number > INT32_MAX)
        answer->finding.reason = TEXT("there is no line with this number");
    else if (!map_path(inquiry, asked->path, arena, &query->path, &error))
        answer->trouble = arena_copy(arena, text_of(error.message));
    else if (query->path.len == 0)
        answer->finding.reason = TEXT("the file is not in the repository");
    else
        return true;
    return false;
}

static void take_finding(const struct inquiry *inquiry, struct text path,
                         const struct blame_finding *finding, struct arena *arena,
                         struct inquiry_answer *answer)
{
    struct error error = {0};
    const struct owner_question question = {.repository = inquiry->repository,
                                            .settings = &inquiry->owner,
                                            .rules = inquiry->rules,
                                            .path = path,
                                            .finding = finding};
    answer->finding = *finding;
    if (finding->is_found && !owner_find(&question, arena, &answer->ownership, &error)) {
        answer->finding.is_found = false;
        answer->trouble = arena_copy(arena, text_of(error.message));
    }
}

static bool is_together(const struct blame_query *a, const struct blame_query *b)
{
    return text_equal(a->path, b->path) && text_equal(a->release, b->release);
}

// Asks about the paths that end alike where git could not find the line. asked: the path in the
// question.
static bool ask_rivals(struct inquiry *inquiry, struct blame_query *query, struct text asked,
                       struct arena *arena, struct blame_finding *finding, struct error *error)
{
    struct text rivals[RIVAL_MAX];
    const struct frame frame = {.path = asked, .filename = asked};
    size_t shared_n = paths_shared(&frame, &inquiry->path_settings, query->path), n = 0;
    if (inquiry->history) // else the path was taken as it stands
        n = paths_list_rivals(inquiry->history, query->path, shared_n, rivals, RIVAL_MAX);
    return rivals_try(inquiry->repository, rivals, n, query, arena, finding, error);
}

// Asks git about question first and all others about the same path and revision.
static void ask_group(struct inquiry *inquiry, const struct blame_query *asked,
                      const struct blame_query *queries, size_t query_n, size_t first,
                      bool *is_open, struct arena *arena, struct inquiry_answer *answers)
{
    struct arena scratch = {0};
    struct error error = {0};
    struct blame_query *group = arena_array(&scratch, struct blame_query, query_n);
    struct blame_finding *findings = arena_array(&scratch, struct blame_finding, query_n);
    size_t *whose = arena_array(&scratch, size_t, query_n), n = 0;
    for (size_t i = first; i < query_n; i++) {
        if (!is_open[i] || !is_together(&queries[first], &queries[i]))
            continue;
        is_open[i] = false;
        whose[n] = i;
        group[n++] = queries[i];
    }
    bool ok = repository_blame(inquiry->repository, group, n, arena, findings, &error);
    for (size_t i = 0; i < n; i++) {
        ok =
            ok && ask_rivals(inquiry, &group[i], asked[whose[i]].path, arena, &findings[i], &error);
        if (ok)
            take_finding(inquiry, group[i].path, &findings[i], arena, &answers[whose[i]]);
        else
            answers[whose[i]].trouble = arena_copy(arena, text_of(error.message));
    }
    arena_release(&scratch);
}

void inquiry_ask(struct inquiry *inquiry, const struct blame_query *queries, size_t query_n,
                 struct arena *arena, struct inquiry_answer *answers)
{
    struct blame_query *mapped = arena_array(arena, struct blame_query, query_n);
    bool *is_open = arena_array(arena, bool, query_n);
    for (size_t i = 0; i < query_n; i++)
        is_open[i] = prepare(inquiry, &queries[i], arena, &mapped[i], &answers[i]);
    for (size_t i = 0; i < query_n; i++)
        if (is_open[i])
            ask_group(inquiry, queries, mapped, query_n, i, is_open, arena, answers);
}

// ---- JSON ----

static void write_text(struct json_out *w, const char *name, struct text value)
{
    json_name(w, name);
    json_string(w, value);
}

static void write_lines(struct json_out *w, const char *name, struct text lines)
{
    struct text line;
    json_name(w, name);
    json_array(w);
    while (text_cut(&lines, '\n', &line))
        json_string(w, line);
    json_array_end(w);
}

static void write_time(struct json_out *w, const char *name, int64_t at_ms)
{
    char shown[TIME_BYTES] = "";
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm parts;
    json_name(w, name);
    if (at_ms != 0 && gmtime_r(&seconds, &parts) &&
        strftime(shown, sizeof shown, "%Y-%m-%dT%H:%M:%SZ", &parts))
        json_string(w, text_of(shown));
    else
        json_null(w);
}

void inquiry_write_json(const struct inquiry_answer *answer, struct buffer *out)
{
    static const char *const confidences[] = {"none", "low", "medium", "high"};
    const struct blame_finding *finding = &answer->finding;
    struct json_out w = {.out = out};
    json_object(&w);
    json_name(&w, "found");
    json_boolean(&w, finding->is_found);
    if (finding->is_found) {
        write_text(&w, "commit", finding->line.commit);
        write_text(&w, "path", finding->line.path);
        json_name(&w, "line");
        json_number(&w, finding->line.number);
        write_text(&w, "owner", answer->ownership.owner_email);
        write_text(&w, "author_name", finding->author_name);
        write_text(&w, "author_email", finding->author_email);
        write_lines(&w, "co_authors", finding->co_authors);
        write_time(&w, "changed_at", finding->changed_at_ms);
        write_text(&w, "subject", finding->commit_subject);
        write_text(&w, "revision", finding->revision);
        write_text(&w, "confidence", text_of(confidences[answer->ownership.confidence]));
    }
    if (answer->trouble.len)
        write_text(&w, "error", answer->trouble);
    else
        write_text(&w, "reason", finding->is_found ? answer->ownership.reason : finding->reason);
    json_object_end(&w);
}

// ---- lines in, lines out ----

struct window {
    struct arena arena; // of the questions and their answers
    struct blame_query queries[BLAME_WINDOW_MAX];
    struct text troubles[BLAME_WINDOW_MAX]; // why a line is no question
    size_t n;
};

struct lines {
    struct inquiry *inquiry;
    struct json_doc *doc;
    struct window window;
    struct buffer output;
    int out;
    bool are_all_found, is_broken; // nobody reads what is written
};

static struct text copy_valid(struct arena *arena, struct text t)
{
    return utf8_mended(arena, arena_copy(arena, t));
}

// The lines in an array of strings, as context_before and context_after take them.
static size_t read_lines(struct json array, struct arena *arena, struct text **lines)
{
    size_t n = 0, size = json_type(array) == JSON_ARRAY ? json_size(array) : 0;
    *lines = arena_array(arena, struct text, size);
    for (struct json_walk w = json_walk(array); n < size && json_next(&w);)
        (*lines)[n++] = copy_valid(arena, json_text(w.value));
    return n;
}

static struct evidence read_evidence(struct json question, struct arena *arena)
{
    struct text *before, *after;
    size_t before_n = read_lines(json_get(question, TEXT("before")), arena, &before);
    size_t after_n = read_lines(json_get(question, TEXT("after")), arena, &after);
    return (struct evidence){
        .line_number = json_int(json_get(question, TEXT("line")), 0),
        .text = copy_valid(arena, json_text(json_get(question, TEXT("text")))),
        .before = context_before(before, before_n, arena),
        .after = context_after(after, after_n, arena),
    };
}

static void take_question(struct lines *lines, struct text line)
{
    struct window *window = &lines->window;
    struct blame_query *query = &window->queries[window->n];
    struct error error = {0};
    struct json root;
    *query = (struct blame_query){0};
    window->troubles[window->n] = (struct text){0};
    if (!json_parse(lines->doc, line, &root, &error)) {
        window->troubles[window->n] = arena_copy(&window->arena, text_of(error.message));
    } else if (json_type(json_get(root, TEXT("path"))) != JSON_STRING ||
               json_type(json_get(root, TEXT("line"))) != JSON_INT) {
        window->troubles[window->n] =
            TEXT("a question is an object with \"path\", a string, and \"line\", a number");
    } else {
        query->path = copy_valid(&window->arena, json_text(json_get(root, TEXT("path"))));
        query->evidence = read_evidence(root, &window->arena);
        query->release = copy_valid(&window->arena, json_text(json_get(root, TEXT("revision"))));
    }
    window->n++;
}

static void write_out(struct lines *lines)
{
    struct text rest = buffer_text(&lines->output);
    while (rest.len && !lines->is_broken) {
        ssize_t len = write(lines->out, rest.at, rest.len);
        if (len < 0)
            lines->is_broken = true;
        else
            rest = text_from(rest, (size_t)len);
    }
    buffer_clear(&lines->output);
}

static void answer_window(struct lines *lines)
{
    struct window *window = &lines->window;
    struct blame_query *asked = arena_array(&window->arena, struct blame_query, window->n);
    struct inquiry_answer *answers = arena_array(&window->arena, struct inquiry_answer, window->n);
    size_t n = 0;
    for (size_t i = 0; i < window->n; i++)
        if (window->troubles[i].len == 0)
            asked[n++] = window->queries[i];
    inquiry_ask(lines->inquiry, asked, n, &window->arena, answers);
    for (size_t i = 0, next = 0; i < window->n; i++) {
        const struct inquiry_answer refusal = {.trouble = window->troubles[i]};
        const struct inquiry_answer *answer = refusal.trouble.len ? &refusal : &answers[next++];
        lines->are_all_found = lines->are_all_found && answer->finding.is_found;
        inquiry_write_json(answer, &lines->output);
        buffer_add_char(&lines->output, '\n');
    }
    write_out(lines);
    window->n = 0;
    arena_reset(&window->arena);
}

static void refuse_line(struct lines *lines)
{
    lines->window.troubles[lines->window.n++] = TEXT("the line is longer than 64 KiB");
}

// Takes the whole lines of *bytes; *is_long: the line that begins there is already refused.
static void take_lines(struct lines *lines, struct buffer *bytes, bool *is_long)
{
    struct text rest = buffer_text(bytes), line;
    while (text_find(rest, '\n') < rest.len && text_cut(&rest, '\n', &line)) {
        if (!*is_long && line.len > LINE_BYTES_MAX)
            refuse_line(lines);
        else if (!*is_long && text_trim(line).len)
            take_question(lines, line);
        *is_long = false;
        if (lines->window.n == BLAME_WINDOW_MAX)
            answer_window(lines);
    }
    if (rest.len > LINE_BYTES_MAX) {
        if (!*is_long)
            refuse_line(lines);
        *is_long = true;
        rest.len = 0;
        if (lines->window.n == BLAME_WINDOW_MAX)
            answer_window(lines);
    }
    memmove(bytes->at, rest.at ? rest.at : bytes->at, rest.len);
    bytes->len = rest.len;
}

static bool has_more_now(int in)
{
    struct pollfd waiting = {.fd = in, .events = POLLIN};
    return poll(&waiting, 1, 0) > 0;
}

bool inquiry_answer_lines(struct inquiry *inquiry, int in, int out)
{
    struct lines *lines = must_alloc(sizeof *lines);
    struct buffer bytes = {0};
    bool is_long = false, is_end = false;
    lines->inquiry = inquiry;
    lines->doc = json_doc_new();
    lines->out = out;
    lines->are_all_found = true;
    while (!is_end && !lines->is_broken) {
        char *room = buffer_reserve(&bytes, READ_BYTES);
        ssize_t len = room ? read(in, room, READ_BYTES) : -1;
        is_end = len <= 0;
        bytes.len += len > 0 ? (size_t)len : 0;
        if (is_end && bytes.len)
            buffer_add_char(&bytes, '\n'); // a last line may have none
        if (bytes.len)
            take_lines(lines, &bytes, &is_long);
        if (lines->window.n && (is_end || !has_more_now(in)))
            answer_window(lines);
    }
    bool are_all_found = lines->are_all_found && !lines->is_broken;
    json_doc_free(lines->doc);
    arena_release(&lines->window.arena);
    buffer_release(&lines->output);
    buffer_release(&bytes);
    free(lines);
    return are_all_found;
}
