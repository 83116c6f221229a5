// SPDX-License-Identifier: MIT
// The commit graph that a repository may have beside its objects.
#ifndef FLAWLESS_IO_GIT_GRAPH_H
#define FLAWLESS_IO_GIT_GRAPH_H

#include <stdbool.h>

// Whether it says which paths each commit touched (git commit-graph write --changed-paths). Looked
// at anew each time, in a fraction of a millisecond. objects: the directory.
bool git_graph_has_paths(const char *objects);

#endif
