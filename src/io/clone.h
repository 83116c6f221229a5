// SPDX-License-Identifier: MIT
// The clone that Flawless makes of repo_url, and keeps: a bare repository of its own, with the
// branches and tags that the URL has now and every commit it ever had. A clone that was begun and
// not finished is never taken for one: it grows beside its place and is moved there at the end.
#ifndef FLAWLESS_IO_CLONE_H
#define FLAWLESS_IO_CLONE_H

#include <stdatomic.h>

#include "io/git_remote.h"

struct clone_settings {
    const char *git_path;
    const char *url; // repo_url
    const char *dir; // repo_dir; absolute
};

// One thread, but for percent.
struct clone {
    struct arena arena;
    struct git_remote remote;
    struct git local; // at work in dir, with no way to a network
    const char *dir;
    bool exists;        // it has been made
    bool is_repointed;  // it was made of another URL; the next fetch is from the new one
    atomic_int percent; // of the clone under way, as git counts; any thread may look
    char line[200];     // of git's progress, as far as it has come
    size_t line_len;
};

// Looks at the directory and makes nothing. ERROR_CONFIG when the URL cannot be used, or when there
// is something at dir that Flawless did not make: that is never written to.
bool clone_open(const struct clone_settings *settings, struct clone *clone, struct error *error);
void clone_release(struct clone *clone); // zero is fine

// Makes it, from nothing, which may take hours; leavings of an attempt that was killed are removed
// first. Errors may pass.
bool clone_make(struct clone *clone, struct error *error);

// Brings what is new at the URL, forgets branches and tags that are gone there, and follows its
// HEAD. Commits that no branch has any more stay, so that reports of them are still understood.
bool clone_fetch(struct clone *clone, struct error *error);

#endif
