// SPDX-License-Identifier: MIT
// Small files and directories of the operator's.
#ifndef FLAWLESS_IO_FILES_H
#define FLAWLESS_IO_FILES_H

#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"

// Appends the whole content of a regular file of at most max bytes. ERROR_CONFIG names the file,
// what is wrong and what to do; nothing is appended then.
bool files_read(const char *path, size_t max, struct buffer *content, struct error *error);

// Puts content into a file at once: a reader, and a power cut, find the old content or the new.
// What exists keeps its mode, and its owner where that is possible, and a symbolic link stays one;
// a new file gets this mode and owner ((uid_t)-1: this user). Its missing directories are made
// (0755). ERROR_CONFIG names the file, what is wrong and what to do; then nothing has changed.
bool files_replace(const char *path, struct text content, mode_t mode, uid_t owner,
                   struct error *error);

// Makes a directory and its missing parents, readable by this user alone (0700; what exists keeps
// its mode), and looks whether files can be made in it. ERROR_CONFIG names it, what is wrong and
// what to do.
bool files_make_private_directory(const char *path, struct error *error);

// Whether the call above would do its work; makes nothing. *exists: the directory is there.
bool files_look_at_directory(const char *path, bool *exists, struct error *error);

// Where state goes when nobody says. Of the user: $XDG_DATA_HOME/flawless, else
// ~/.local/share/flawless. Of the machine: /var/lib/flawless when this user may write there (or
// make it), else the user's. ERROR_CONFIG when there is no such place.
bool files_user_data_directory(struct buffer *path, struct error *error);
bool files_machine_data_directory(struct buffer *path, struct error *error);

// The directory at or above start that holds an entry ".git". False when there is none.
bool files_find_work_tree(const char *start, struct buffer *directory);

#endif
