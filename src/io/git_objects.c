// SPDX-License-Identifier: MIT
// "git cat-file --batch" answers "<name>\n" with "<hash> <type> <size>\n<content>\n", or "<name>
// missing\n", or "<name> ambiguous\n", or, of a submodule that is not here and since git 2.51,
// "<hash> submodule\n".
#include "io/git_objects.h"

#include <string.h>

#include "base/clock.h"

bool objects_open(const struct git *git, int64_t timeout_ms, struct objects *objects,
                  struct error *error)
{
    static const char *const arguments[] = {"cat-file", "--batch", NULL};
    *objects = (struct objects){.opened_mono_ms = clock_mono_ms(&clock_system)};
    objects->is_open =
        git_start(git, "git cat-file", arguments, timeout_ms, &objects->child, error);
    return objects->is_open;
}

void objects_close(struct objects *objects)
{
    if (objects->is_open)
        child_kill(&objects->child); // it only reads, so there is nothing to end in peace
    buffer_release(&objects->bytes);
    *objects = (struct objects){0};
}

static bool read_more(struct objects *objects, struct error *error)
{
    bool is_end = false;
    if (!child_read(&objects->child, &objects->bytes, &is_end, error))
        return false;
    if (!is_end)
        return true;
    if (child_finish(&objects->child, NULL, error)) // it should have waited for more questions
        error_set(error, ERROR_SYSTEM, "git cat-file ended too early");
    return false;
}

// Reads until there is a line; *header without its line feed.
static bool read_header(struct objects *objects, struct text *header, struct error *error)
{
    for (;;) {
        struct text bytes = buffer_text(&objects->bytes);
        size_t end = text_find(bytes, '\n');
        if (end < bytes.len) {
            *header = text_until(bytes, end);
            return true;
        }
        if (bytes.len > 2 * PATH_BYTES_MAX)
            return error_set(error, ERROR_SYSTEM, "git cat-file answered with an endless line");
        if (!read_more(objects, error))
            return false;
    }
}

static enum object_type type_of(struct text word)
{
    if (text_equal(word, TEXT("commit")))
        return OBJECT_COMMIT;
    return text_equal(word, TEXT("blob")) ? OBJECT_BLOB : OBJECT_OTHER;
}

// Fills type and hash. *size -1: there is no content.
static bool parse_header(struct text header, struct object *object, int64_t *size,
                         struct error *error)
{
    struct text rest = header, hash, type;
    *size = -1;
    if (text_ends(header, TEXT(" missing")) || text_ends(header, TEXT(" ambiguous")) ||
        text_ends(header, TEXT(" submodule")))
        return true;
    if (!text_cut(&rest, ' ', &hash) || !text_cut(&rest, ' ', &type) || hash.len >= HASH_MAX ||
        !text_to_int64(rest, size) || *size < 0)
        return error_set(error, ERROR_SYSTEM, "git cat-file answered with \"%.*s\"",
                         TEXT_ARG(text_clip(header, 100)));
    memcpy(object->hash, hash.at, hash.len);
    object->type = type_of(type);
    return true;
}

// Reads size bytes and the line feed behind them; what was read already is dropped first.
static bool skip_content(struct objects *objects, size_t seen, int64_t size, struct error *error)
{
    int64_t left = size + 1 - (int64_t)(objects->bytes.len - seen);
    while (left > 0) {
        buffer_clear(&objects->bytes);
        if (!read_more(objects, error))
            return false;
        left -= (int64_t)objects->bytes.len;
    }
    return true;
}

bool objects_get(struct objects *objects, struct text name, struct object *object,
                 struct error *error)
{
    struct text header;
    int64_t size;
    *object = (struct object){0};
    check(name.len > 0 && text_find(name, '\n') == name.len);
    buffer_clear(&objects->bytes);
    if (!child_write(&objects->child, name, &objects->bytes, error) ||
        !child_write(&objects->child, TEXT("\n"), &objects->bytes, error) ||
        !read_header(objects, &header, error) || !parse_header(header, object, &size, error))
        return false;
    if (size < 0)
        return true;
    size_t start = header.len + 1;
    if (size > OBJECT_SIZE_MAX) {
        object->is_too_large = true;
        return skip_content(objects, start, size, error);
    }
    while (objects->bytes.len < start + (size_t)size + 1)
        if (!read_more(objects, error))
            return false;
    object->content = (struct text){objects->bytes.at + start, (size_t)size};
    return true;
}
