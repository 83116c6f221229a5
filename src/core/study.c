// SPDX-License-Identifier: MIT
#include "core/study.h"

#include "base/json.h"
#include "base/json_out.h"
#include "base/utf8.h"

enum {
    BINARY_LOOK = 8000, // bytes in which git, too, looks for a NUL
    LINES_MAX = 2 * STUDY_AROUND + 1,
};

// ---- the window ----

static void take_line(struct study *study, int64_t number, struct text line, struct arena *arena)
{
    struct study_line *taken = &study->lines[study->line_n++];
    if (text_ends(line, TEXT("\r")))
        line.len--;
    struct text clipped = text_until(line, STUDY_LINE_MAX);
    taken->is_cut = clipped.len < line.len;
    if (taken->is_cut && utf8_is_valid(line))
        clipped = text_clip(line, STUDY_LINE_MAX);
    taken->number = number;
    taken->text = utf8_mended(arena, arena_copy(arena, clipped));
}

bool study_take_lines(struct study *study, struct text file_content, struct arena *arena)
{
    int64_t first = study->line_number - STUDY_AROUND, last = study->line_number + STUDY_AROUND;
    struct text head = text_until(file_content, BINARY_LOOK), line;
    study->lines = arena_array(arena, struct study_line, LINES_MAX);
    study->line_n = 0;
    if (text_find(head, '\0') < head.len) {
        study->lines_missing = TEXT("the file is not text");
        return false;
    }
    for (int64_t number = 1; number <= last && text_cut(&file_content, '\n', &line); number++)
        if (number >= first)
            take_line(study, number, line, arena);
    if (study->line_n && study->lines[study->line_n - 1].number >= study->line_number)
        return true;
    study->line_n = 0;
    study->lines_missing = TEXT("the file has no such line");
    return false;
}

// ---- JSON ----

static void write_text(struct json_out *json, const char *name, struct text value)
{
    json_name(json, name);
    json_string(json, value);
}

static void write_number(struct json_out *json, const char *name, int64_t value)
{
    json_name(json, name);
    json_number(json, value);
}

static void write_commit(struct json_out *json, const struct study_commit *commit)
{
    json_object(json);
    write_text(json, "commit", commit->commit);
    write_text(json, "author_name", commit->author_name);
    write_text(json, "author_email", commit->author_email);
    write_text(json, "subject", commit->subject);
    write_number(json, "at_ms", commit->at_ms);
    json_object_end(json);
}

static void write_line(struct json_out *json, const struct study_line *line)
{
    json_object(json);
    write_number(json, "number", line->number);
    write_text(json, "text", line->text);
    json_name(json, "is_cut");
    json_boolean(json, line->is_cut);
    json_name(json, "changed");
    write_commit(json, &line->changed);
    json_object_end(json);
}

void study_write(const struct study *study, struct buffer *out)
{
    struct json_out json = {.out = out};
    json_object(&json);
    write_text(&json, "revision", study->revision);
    write_text(&json, "reason", study->reason);
    write_text(&json, "path", study->path);
    write_number(&json, "line_number", study->line_number);
    json_name(&json, "lines");
    json_array(&json);
    for (size_t i = 0; i < study->line_n; i++)
        write_line(&json, &study->lines[i]);
    json_array_end(&json);
    write_text(&json, "lines_missing", study->lines_missing);
    write_number(&json, "function_first", study->function.first);
    write_number(&json, "function_last", study->function.last);
    write_text(&json, "since", study->since);
    write_text(&json, "since_release", study->since_release);
    json_name(&json, "commits");
    json_array(&json);
    for (size_t i = 0; i < study->commit_n; i++)
        write_commit(&json, &study->commits[i]);
    json_array_end(&json);
    json_name(&json, "has_more");
    json_boolean(&json, study->has_more);
    write_text(&json, "commits_missing", study->commits_missing);
    json_object_end(&json);
}

static struct text read_text(struct json object, const char *name, struct arena *arena)
{
    return arena_copy(arena, json_text(json_get(object, text_of(name))));
}

static int64_t read_number(struct json object, const char *name)
{
    return json_int(json_get(object, text_of(name)), 0);
}

static struct study_commit read_commit(struct json object, struct arena *arena)
{
    return (struct study_commit){
        .commit = read_text(object, "commit", arena),
        .author_name = read_text(object, "author_name", arena),
        .author_email = read_text(object, "author_email", arena),
        .subject = read_text(object, "subject", arena),
        .at_ms = read_number(object, "at_ms"),
    };
}

static void read_lines(struct json list, struct arena *arena, struct study *study)
{
    study->lines = arena_array(arena, struct study_line, LINES_MAX);
    for (struct json_walk w = json_walk(list); study->line_n < LINES_MAX && json_next(&w);)
        study->lines[study->line_n++] = (struct study_line){
            .number = read_number(w.value, "number"),
            .text = read_text(w.value, "text", arena),
            .is_cut = json_bool(json_get(w.value, TEXT("is_cut")), false),
            .changed = read_commit(json_get(w.value, TEXT("changed")), arena),
        };
}

static void read_commits(struct json list, struct arena *arena, struct study *study)
{
    study->commits = arena_array(arena, struct study_commit, STUDY_COMMIT_MAX);
    for (struct json_walk w = json_walk(list); study->commit_n < STUDY_COMMIT_MAX && json_next(&w);)
        study->commits[study->commit_n++] = read_commit(w.value, arena);
}

bool study_read(struct text bytes, struct arena *arena, struct study *study, struct error *error)
{
    struct json_doc *doc = json_doc_new();
    struct json root;
    bool ok = json_parse(doc, bytes, &root, error);
    if (ok && json_type(root) != JSON_OBJECT)
        ok = error_set(error, ERROR_INPUT, "what git said about the line is no JSON object");
    *study = (struct study){0};
    if (ok) {
        study->revision = read_text(root, "revision", arena);
        study->reason = read_text(root, "reason", arena);
        study->path = read_text(root, "path", arena);
        study->line_number = read_number(root, "line_number");
        read_lines(json_get(root, TEXT("lines")), arena, study);
        study->lines_missing = read_text(root, "lines_missing", arena);
        study->function.first = read_number(root, "function_first");
        study->function.last = read_number(root, "function_last");
        study->since = read_text(root, "since", arena);
        study->since_release = read_text(root, "since_release", arena);
        read_commits(json_get(root, TEXT("commits")), arena, study);
        study->has_more = json_bool(json_get(root, TEXT("has_more")), false);
        study->commits_missing = read_text(root, "commits_missing", arena);
    }
    json_doc_free(doc);
    return ok;
}
