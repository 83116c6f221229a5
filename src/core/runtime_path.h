// SPDX-License-Identifier: MIT
// What a client calls a file, made comparable: a clean path, and whether it is somebody else's
// code. Pure.
#ifndef FLAWLESS_CORE_RUNTIME_PATH_H
#define FLAWLESS_CORE_RUNTIME_PATH_H

#include "base/text.h"

enum { RUNTIME_PATH_MAX = 2048 }; // bytes; a longer one names no file

enum runtime_place {
    PLACE_UNKNOWN, // nothing speaks against it being ours
    PLACE_PACKAGE, // where packages are installed, our own among them (site-packages)
    PLACE_FOREIGN, // where only other people's code lives (node_modules, the language's library)
};

struct runtime_path {
    char bytes[RUNTIME_PATH_MAX]; // '/' between components, none at the ends, no "." or ".."
    size_t len;                   // at least 1
    bool is_absolute;             // it began at a root: of a file system or a web server
    enum runtime_place place;
    size_t directory; // where the last dependency directory begins
    size_t rest; // where what follows the last dependency directory begins; 0 when there is none
};

// False when raw names no file: empty, "<string>", "[internal]", "node:fs", data URLs, too long.
// URLs are decoded once and lose scheme, host, query and fragment; backslashes become slashes; a
// drive letter, ~, webpack's and Next's decorations go; ".." is resolved in the text and never
// leads outside; .pyc is .py. place, directory and rest are not known yet.
bool runtime_path_clean(struct text raw, struct runtime_path *path);

// Fills place, directory and rest. package_directories: names of components that are PLACE_PACKAGE
// besides those of the table.
void runtime_path_find_place(struct runtime_path *path, const struct text *package_directories,
                             size_t package_directory_n);

static inline struct text runtime_path_text(const struct runtime_path *path)
{
    return (struct text){path->bytes, path->len};
}

#endif
