// SPDX-License-Identifier: MIT
// The git command on one repository, in an environment that neither the server's nor the user's
// settings reach.
#ifndef FLAWLESS_IO_GIT_H
#define FLAWLESS_IO_GIT_H

#include "base/arena.h"
#include "io/child.h"

enum {
    HASH_MAX = 65,
    PATH_BYTES_MAX = 4096
}; // a SHA-256 in hex and its NUL; a path in the repository

// Immutable once made; any thread. Texts live in the arena it was made with.
struct git {
    const char *program;
    const char *directory; // where it runs
    const char *const *environment;
};

// dir: to be looked at, or the repository's git directory when is_git_dir is set; then nothing is
// searched for and the settings of a work tree do not matter.
struct git git_make(struct arena *arena, const char *program, const char *dir, bool is_git_dir,
                    const char *directory);

// arguments: without the program; they say what is an option by "--end-of-options" and "--". Errors
// as child_run's, and name is what they call it.
bool git_run(const struct git *git, const char *name, const char *const *arguments,
             struct text input, int64_t timeout_ms, struct buffer *output, struct error *error);
bool git_start(const struct git *git, const char *name, const char *const *arguments,
               int64_t timeout_ms, struct child *child, struct error *error);

// Whether path can be a file's in a repository: not empty, at most PATH_BYTES_MAX, no empty, "." or
// ".." component, no leading '-', no control characters. *why_not in plain words.
bool git_path_is_sane(struct text path, const char **why_not);

#endif
