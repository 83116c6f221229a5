// SPDX-License-Identifier: MIT
// The rule files on the disk: reads them, and tells when they have changed. One thread at a time.
#ifndef FLAWLESS_SERVER_RULE_FILES_H
#define FLAWLESS_SERVER_RULE_FILES_H

#include <sys/types.h>
#include <time.h>

#include "base/hex.h"
#include "core/rules.h"

// What a file looked like when it was read.
struct rule_stamp {
    bool is_there;
    struct timespec modified_at, changed_at;
    off_t size;
    ino_t inode;
};

struct rule_files {
    const char *directory;          // borrowed
    bool may_be_missing;            // the directory, which then holds no rules
    struct rules_warnings warnings; // who hears of what is odd; nobody: the log
    struct rule_stamp stamps[RULE_FILE_N];
    struct digest content; // of the files that were read in full the last time
    bool was_read;
    struct error broken; // what is wrong with that content; kind ERROR_NONE when nothing is
    bool is_young; // a file was changed so shortly before that its next change might look the same
};

// Whether the files may differ from what was read: by names, sizes, times and inodes, so this is
// cheap. A directory that is away is a difference.
bool rule_files_may_differ(const struct rule_files *files);

// Reads all files. *rules is a new snapshot for the caller, or NULL when they say what they said
// the last time. A file that does not exist holds no rules. ERROR_CONFIG says file, line, column
// and what is wrong.
bool rule_files_read(struct rule_files *files, struct rules **rules, struct error *error);

#endif
