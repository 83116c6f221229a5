// SPDX-License-Identifier: MIT
// From a runtime path to a path in the repository, with no set-up.
#ifndef FLAWLESS_CORE_PATHS_H
#define FLAWLESS_CORE_PATHS_H

#include "base/arena.h"
#include "report/report.h"

// Every path of a repository's history, indexed by its last component. Built by one thread, then
// read-only and shared; the last paths_drop frees it.
struct paths;

struct paths *paths_new(void);
void paths_add(struct paths *paths,
               struct text path); // repository-relative, '/' separated; again is fine
struct paths *paths_hold(struct paths *paths);
void paths_drop(struct paths *paths); // NULL is fine
size_t paths_count(const struct paths *paths);
bool paths_has(const struct paths *paths, struct text path);

// What the operator says about runtime paths.
struct path_settings {
    // names such as site-packages; what follows one of them in a runtime path is the whole path
    const struct text *package_directories;
    size_t package_directory_n;
    const struct text *mappings; // rules of path_mapping.h; where one applies, nothing else does
    size_t mapping_n;
};

// The repository path of a frame; false when it is library code. The text belongs to paths.
bool paths_map(const struct paths *paths, const struct frame *frame,
               const struct path_settings *settings, struct text *path);

// How many components at the end of path, which paths_map has given, are what the frame says; 0
// when a mapping says all of them.
size_t paths_shared(const struct frame *frame, const struct path_settings *settings,
                    struct text path);
// The other paths that end with as many components of path, at most rival_max.
size_t paths_list_rivals(const struct paths *paths, struct text path, size_t shared_n,
                         struct text *rivals, size_t rival_max);

// Whether a runtime path looks like a dependency or the language's own library wherever the
// repository is (site-packages, node_modules, /usr/lib/python3, <frozen ...>, gems, pkg/mod, rustc
// ...). What a mapping applies to does not.
bool paths_is_dependency(struct text runtime_path, const struct path_settings *settings);

#endif
