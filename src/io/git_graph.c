// SPDX-License-Identifier: MIT
// Format: gitformat-commit-graph(5). "CGPH", a byte each for version, hash, number of chunks and of
// base graphs; then for each chunk four bytes of name and eight of place. "BIDX" is the index of
// the filters. A graph in layers is named by its oldest, the largest, in the first line of the
// chain.
#include "io/git_graph.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/text.h"

enum { HEADER_LEN = 8, CHUNK_LEN = 12, CHUNKS_MAX = 32, LAYER_NAME_MAX = 64 };

// The beginning of a file; 0 bytes when it cannot be read.
static size_t read_beginning(const char *path, char *at, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t len = file < 0 ? -1 : read(file, at, size);
    if (file >= 0)
        close(file);
    return len > 0 ? (size_t)len : 0;
}

static bool has_filters(const char *path)
{
    char bytes[HEADER_LEN + CHUNKS_MAX * CHUNK_LEN];
    size_t len = read_beginning(path, bytes, sizeof bytes);
    if (len < HEADER_LEN || memcmp(bytes, "CGPH", 4) != 0)
        return false;
    size_t chunk_n = (unsigned char)bytes[6];
    for (size_t i = 0; i < chunk_n && HEADER_LEN + (i + 1) * CHUNK_LEN <= len; i++)
        if (memcmp(bytes + HEADER_LEN + i * CHUNK_LEN, "BIDX", 4) == 0)
            return true;
    return false;
}

bool git_graph_has_paths(const char *objects)
{
    char path[PATH_MAX], name[LAYER_NAME_MAX + 1];
    snprintf(path, sizeof path, "%s/info/commit-graph", objects);
    if (has_filters(path))
        return true;
    snprintf(path, sizeof path, "%s/info/commit-graphs/commit-graph-chain", objects);
    struct text layer = {name, read_beginning(path, name, sizeof name)};
    layer = text_until(layer, text_find(layer, '\n'));
    if (!hex_is(layer))
        return false;
    snprintf(path, sizeof path, "%s/info/commit-graphs/graph-%.*s.graph", objects, TEXT_ARG(layer));
    return has_filters(path);
}
