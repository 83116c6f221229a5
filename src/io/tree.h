// SPDX-License-Identifier: MIT
// Directories of Flawless' own with everything in them. Links are not followed.
#ifndef FLAWLESS_IO_TREE_H
#define FLAWLESS_IO_TREE_H

#include <stdbool.h>
#include <stdint.h>

// Removes the directory and all that is in it, as far as that can be done.
void tree_remove(const char *path);

// Removes files in the directory and below it that a killed git left behind (*.lock, tmp_*) and
// that nobody wrote to for age_ms.
void tree_remove_leavings(const char *path, int64_t age_ms);

#endif
