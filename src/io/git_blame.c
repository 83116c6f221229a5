// SPDX-License-Identifier: MIT
#include "io/git_blame.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

enum {
    BLAME_TIMEOUT_MS = 30 * 1000,
    BLAME_LINES_MAX = 1000,              // for one process
    BLAME_OUTPUT_MAX = 64 * 1024 * 1024, // a line of source can be long
    IGNORED_MAX = 4 * 1024 * 1024,
    // git takes lines for moved only when they have 20 or 40 letters and digits together, counted
    // in the lines it was asked for; a single line rarely has as many, so its neighbours are asked
    // for, too.
    NEIGHBOURS = 6,
};

// ---- what git says ----

// One entry of the output: a header line, fields one a line, and the line itself after a tab.
struct entry {
    struct blamed_line line;
    int64_t final_number;
};

// Takes quotes and backslash escapes back, as git puts them around paths with odd bytes.
static struct text unquoted(struct text path, struct arena *arena)
{
    static const char letters[] = "abtnvfr\"\\", bytes[] = "\a\b\t\n\v\f\r\"\\";
    if (path.len < 2 || path.at[0] != '"' || path.at[path.len - 1] != '"')
        return path;
    char *out = arena_alloc(arena, path.len);
    size_t len = 0;
    for (size_t i = 1; i + 1 < path.len; i++) {
        if (path.at[i] != '\\' || i + 2 >= path.len) {
            out[len++] = path.at[i];
            continue;
        }
        const char *letter = strchr(letters, path.at[++i]);
        if (letter && *letter) {
            out[len++] = bytes[letter - letters];
        } else if (i + 3 < path.len) {
            out[len++] = (char)((path.at[i] - '0') * 64 + (path.at[i + 1] - '0') * 8 +
                                (path.at[i + 2] - '0'));
            i += 2;
        }
    }
    return (struct text){out, len};
}

static bool parse_header(struct text header, struct entry *entry, struct arena *arena)
{
    struct text hash, original, final, rest = header;
    if (!text_cut(&rest, ' ', &hash) || !text_cut(&rest, ' ', &original) ||
        !text_cut(&rest, ' ', &final))
        return false;
    *entry = (struct entry){0};
    entry->line.is_blamed = true;
    entry->line.origin.commit = arena_copy(arena, hash);
    return hex_is(hash) && hash.len >= 40 && text_to_int64(original, &entry->line.origin.number) &&
           text_to_int64(final, &entry->final_number);
}

static struct text mended(struct text t, struct arena *arena)
{
    return utf8_mended(arena, arena_copy(arena, t));
}

// Names, addresses and subjects come once for each line, so a long one would come very often.
static struct text words(struct text t, struct arena *arena)
{
    return mended(text_clip(t, BLAME_WORDS_MAX), arena);
}

// A hash and a path. A path that cannot be told exactly could not be asked for again.
static void parse_previous(struct text value, struct entry *entry, struct arena *arena)
{
    size_t space = text_find(value, ' ');
    struct text hash = text_until(value, space),
                path = unquoted(text_from(value, space + 1), arena);
    const char *why_not;
    if (hash.len < 40 || !hex_is(hash) || !git_path_is_sane(path, &why_not))
        return;
    entry->line.previous.commit = arena_copy(arena, hash);
    entry->line.previous.path = mended(path, arena);
}

static void parse_field(struct text field, struct entry *entry, struct arena *arena)
{
    size_t space = text_find(field, ' ');
    struct text name = text_until(field, space), value = text_from(field, space + 1);
    int64_t seconds;
    if (text_equal(name, TEXT("author")))
        entry->line.author_name = words(value, arena);
    else if (text_equal(name, TEXT("author-mail")) && text_starts(value, TEXT("<")) &&
             text_ends(value, TEXT(">")))
        entry->line.author_email = words(text_until(text_from(value, 1), value.len - 2), arena);
    else if (text_equal(name, TEXT("author-time")) && text_to_int64(value, &seconds) &&
             seconds < INT64_MAX / 1000 && seconds > INT64_MIN / 1000)
        entry->line.changed_at_ms = seconds * 1000;
    else if (text_equal(name, TEXT("summary")))
        entry->line.commit_subject = words(value, arena);
    else if (text_equal(name, TEXT("filename"))) {
        entry->line.raw_path = arena_copy(arena, unquoted(value, arena));
        entry->line.origin.path = mended(entry->line.raw_path, arena);
    } else if (text_equal(name, TEXT("previous")))
        parse_previous(value, entry, arena);
    else if (text_equal(name, TEXT("boundary")))
        entry->line.is_boundary = true;
}

static void hand_out(const struct entry *entry, struct blamed_line *lines, size_t line_n)
{
    for (size_t i = 0; i < line_n; i++) {
        if (lines[i].line_number != entry->final_number)
            continue;
        int64_t asked = lines[i].line_number;
        lines[i] = entry->line;
        lines[i].line_number = asked;
    }
}

bool blame_parse(struct text output, struct arena *arena, struct blamed_line *lines, size_t line_n,
                 struct error *error)
{
    struct text rest = output, line;
    struct entry entry;
    bool is_inside = false;
    while (text_cut(&rest, '\n', &line)) {
        if (!is_inside && !parse_header(line, &entry, arena))
            return error_set(error, ERROR_SYSTEM,
                             "git blame says \"%.*s\", which is no line's origin",
                             TEXT_ARG(text_clip(line, 100)));
        else if (is_inside && text_starts(line, TEXT("\t")))
            hand_out(&entry, lines, line_n);
        else if (is_inside)
            parse_field(line, &entry, arena);
        is_inside = !text_starts(line, TEXT("\t"));
    }
    return true;
}

// ---- asking ----

static bool run_part(const struct git *git, const struct blame_request *request,
                     struct arena *arena, struct blamed_line *lines, size_t line_n,
                     struct error *error)
{
    struct arena scratch = {0};
    struct buffer output = {.max = BLAME_OUTPUT_MAX};
    const char **arguments = arena_array(&scratch, const char *, 2 * line_n + 20);
    size_t n = 0;
    arguments[n++] = "-c";
    arguments[n++] = arena_printf(&scratch, "mailmap.blob=%s:.mailmap", request->tip).at;
    arguments[n++] = "blame";
    arguments[n++] = "--line-porcelain";
    arguments[n++] = "-w";
    arguments[n++] = "-M";
    if (request->reach != BLAME_WITHIN_FILE)
        arguments[n++] = "-C";
    arguments[n++] = "--encoding=UTF-8";
    arguments[n++] = "--no-textconv";
    if (request->ignored.len)
        arguments[n++] = "--ignore-revs-file=/dev/stdin";
    for (size_t i = 0; i < line_n; i++) {
        long long number = (long long)lines[i].line_number;
        long long from = number > NEIGHBOURS ? number - NEIGHBOURS : 1;
        arguments[n++] = arena_printf(&scratch, "-L%lld,%lld", from, number + NEIGHBOURS).at;
    }
    bool is_one = request->reach == BLAME_ONE_COMMIT;
    arguments[n++] = arena_printf(&scratch, "%s%s", request->revision, is_one ? "^!" : "").at;
    arguments[n++] = "--";
    arguments[n++] = arena_string(&scratch, request->path);
    bool ok =
        git_run(git, "git blame", arguments, request->ignored, BLAME_TIMEOUT_MS, &output, error) &&
        blame_parse(buffer_text(&output), arena, lines, line_n, error);
    buffer_release(&output);
    arena_release(&scratch);
    return ok;
}

bool blame_run(const struct git *git, const struct blame_request *request, struct arena *arena,
               struct blamed_line *lines, size_t line_n, struct error *error)
{
    for (size_t start = 0; start < line_n; start += BLAME_LINES_MAX) {
        size_t part_n = line_n - start < BLAME_LINES_MAX ? line_n - start : BLAME_LINES_MAX;
        if (!run_part(git, request, arena, lines + start, part_n, error))
            return false;
    }
    return true;
}

void blame_add_ignored(struct text file, size_t hash_len, struct buffer *out)
{
    struct text line;
    while (text_cut(&file, '\n', &line) && out->len < IGNORED_MAX) {
        struct text hash = text_trim(text_until(line, text_find(line, '#')));
        if (hash.len == hash_len && hex_is(hash)) {
            buffer_add(out, hash);
            buffer_add_char(out, '\n');
        }
    }
}
