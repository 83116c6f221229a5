// SPDX-License-Identifier: MIT
// A directory of a test's own.
#ifndef FLAWLESS_TESTS_UNIT_FOLDER_H
#define FLAWLESS_TESTS_UNIT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

// Makes a new one below /tmp and writes its name to path (size bytes, 64 do).
bool folder_make(char *path, size_t size);
size_t folder_count(const char *path); // entries
// Removes it with all that lies in it, if it is there.
void folder_remove(const char *path);

#endif
