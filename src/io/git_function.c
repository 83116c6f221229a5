// SPDX-License-Identifier: MIT
#include "io/git_function.h"

#include <stdlib.h>

#include "core/enclosing.h"

// ---- lines into people ----

static int compare_newest_first(const void *a, const void *b)
{
    const struct blamed_line *x = a, *y = b;
    return (x->changed_at_ms < y->changed_at_ms) - (x->changed_at_ms > y->changed_at_ms);
}

static bool is_among(const struct function_author *authors, size_t n, struct text email)
{
    for (size_t i = 0; i < n; i++)
        if (text_equal_nocase(authors[i].email, email))
            return true;
    return false;
}

static size_t gather(struct blamed_line *lines, size_t line_n, bool is_shallow,
                     struct function_author *authors)
{
    size_t n = 0;
    qsort(lines, line_n, sizeof *lines, compare_newest_first);
    for (size_t i = 0; i < line_n && n < FUNCTION_AUTHOR_MAX; i++)
        if (lines[i].is_blamed && !(is_shallow && lines[i].is_boundary) &&
            !is_among(authors, n, lines[i].author_email))
            authors[n++] = (struct function_author){lines[i].author_name, lines[i].author_email,
                                                    lines[i].changed_at_ms};
    return n;
}

// ---- asking ----

static bool find_range(struct objects *objects, const struct blame_request *request,
                       int64_t line_number, struct line_range *range, struct error *error)
{
    struct arena scratch = {0};
    struct object object;
    struct text name =
        arena_printf(&scratch, "%s:%.*s", request->revision, TEXT_ARG(request->path));
    *range = (struct line_range){0};
    bool ok = objects_get(objects, name, &object, error);
    if (ok && object.type == OBJECT_BLOB && !object.is_too_large)
        *range = enclosing_function(object.content, request->path, line_number);
    arena_release(&scratch);
    return ok;
}

bool git_function_authors(const struct git *git, struct objects *objects,
                          const struct blame_request *request, int64_t line_number, bool is_shallow,
                          struct arena *arena, struct function_author *authors, size_t *author_n,
                          struct error *error)
{
    struct line_range range;
    *author_n = 0;
    if (!find_range(objects, request, line_number, &range, error))
        return false;
    if (range.first == 0)
        return true;
    size_t line_n = (size_t)(range.last - range.first + 1);
    struct blamed_line *lines = arena_array(arena, struct blamed_line, line_n);
    for (size_t i = 0; i < line_n; i++)
        lines[i].line_number = range.first + (int64_t)i;
    if (!blame_run(git, request, arena, lines, line_n, error))
        return false;
    *author_n = gather(lines, line_n, is_shallow, authors);
    return true;
}
