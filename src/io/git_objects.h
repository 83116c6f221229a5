// SPDX-License-Identifier: MIT
// Reading objects by name: one git process answers any number of questions.
#ifndef FLAWLESS_IO_GIT_OBJECTS_H
#define FLAWLESS_IO_GIT_OBJECTS_H

#include "io/git.h"

enum {
    OBJECT_SIZE_MAX = 16 * 1024 * 1024
}; // bytes; of a larger object only type and hash are told

enum object_type { OBJECT_MISSING, OBJECT_COMMIT, OBJECT_BLOB, OBJECT_OTHER };

struct object {
    enum object_type type; // a name that means nothing or several things is missing
    char hash[HASH_MAX];
    bool is_too_large;
    struct text content; // until the next question
};

struct objects { // one thread; zero is closed
    struct child child;
    struct buffer bytes;
    int64_t opened_mono_ms;
    bool is_open;
};

bool objects_open(const struct git *git, int64_t timeout_ms, struct objects *objects,
                  struct error *error);
// name: a full or short hash, a full reference, "<hash>:<path>", "<name>^{commit}"; no line feed.
// False when git fails; the process is dead then.
bool objects_get(struct objects *objects, struct text name, struct object *object,
                 struct error *error);
void objects_close(struct objects *objects);

#endif
