// SPDX-License-Identifier: MIT
// The git command talking to another machine: with the user's ssh keys and the password of
// repo_url, which reach git through its environment alone, and without anybody's settings.
#ifndef FLAWLESS_IO_GIT_REMOTE_H
#define FLAWLESS_IO_GIT_REMOTE_H

#include "io/git.h"
#include "io/git_url.h"

// A way to one URL. Immutable once made; any thread. Texts live in the arena it was made with.
struct git_remote {
    struct git_url url;
    struct git git;
};

// git_path: NULL or empty is "git". ERROR_CONFIG when the URL cannot be used.
bool git_remote_make(struct arena *arena, const char *git_path, const char *url,
                     struct git_remote *remote, struct error *error);

// Like git_run, with what it says on its standard error handed to heard while it runs (NULL:
// nobody). The message names the URL, says what to do where that is known, and has no password.
struct git_listener {
    void *self;
    void (*heard)(void *self, struct text bytes);
};
bool git_remote_run(const struct git_remote *remote, const char *name, const char *const *arguments,
                    int64_t timeout_ms, const struct git_listener *listener, struct buffer *output,
                    struct error *error);

// Whether the repository at url can be read, with the user and password that it names: asks it for
// its HEAD. May take timeout_ms. ERROR_CONFIG when the URL itself cannot be used, ERROR_SYSTEM when
// nobody answers there or the answer is no; the message is for people and has no password.
bool repository_try_url(const char *git_path, const char *url, int64_t timeout_ms,
                        struct error *error);

#endif
