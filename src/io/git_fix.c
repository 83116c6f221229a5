// SPDX-License-Identifier: MIT
#include "io/git_fix.h"

enum { FIX_TIMEOUT_MS = 60 * 1000 };

bool git_fix_age(const struct git *git, struct objects *objects, const char *release,
                 struct text commit, enum fix_age *age, struct error *error)
{
    struct object object;
    *age = FIX_UNKNOWN;
    if (!objects_get(objects, commit, &object, error))
        return false;
    if (object.type != OBJECT_COMMIT)
        return true;
    // what can be reached from the commit and not from the release: the commit itself, or nothing
    const char *const arguments[] = {"rev-list", "--max-count=1", object.hash,
                                     "--not",    release,         NULL};
    struct buffer output = {.max = 4096};
    bool ok =
        git_run(git, "git rev-list", arguments, (struct text){0}, FIX_TIMEOUT_MS, &output, error);
    *age = output.len ? FIX_OLDER : FIX_CONTAINED;
    buffer_release(&output);
    return ok;
}
