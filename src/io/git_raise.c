// SPDX-License-Identifier: MIT
#include "io/git_raise.h"

#include "core/raise.h"

// Of each line only its beginning is listed: what may lead to a word for raising, the word, and a
// little more.
static void write_expression(struct buffer *out)
{
    buffer_add_string(out, "^[^A-Za-z0-9]*((else|default|case|or|try|do|then|_)[^A-Za-z0-9]+)*"
                           "[A-Za-z_.:@<[]* ?(");
    raise_add_words(out);
    buffer_add_string(out, ").{0,40}");
}

bool git_find_raise_lines(const struct git *git, const char *commit, struct raise_lines *lines,
                          struct error *error)
{
    struct buffer expression = {0}, bytes = {.max = 1024 * 1024};
    write_expression(&expression);
    buffer_add_char(&expression, '\0');
    const char *const arguments[] = {"grep",
                                     "--line-number",
                                     "--null",
                                     "--only-matching",
                                     "-I",
                                     "--full-name",
                                     "--no-recurse-submodules",
                                     "--no-column",
                                     "--no-textconv",
                                     "--no-color",
                                     "--no-break",
                                     "--no-heading",
                                     "-E",
                                     "-e",
                                     expression.at,
                                     commit,
                                     "--",
                                     NULL};
    struct child child;
    bool is_end = false,
         ok = git_start(git, "git grep", arguments, RAISE_TIMEOUT_MS, &child, error);
    while (ok && !is_end) {
        ok = child_read(&child, &bytes, &is_end, error);
        raise_lines_take(lines, &bytes);
    }
    // when it finds nothing it fails, too, but without a word
    ok = ok && (child_finish(&child, NULL, error) || child.tail_len == 0);
    child_kill(&child);
    buffer_release(&bytes);
    buffer_release(&expression);
    return ok;
}
