// SPDX-License-Identifier: MIT
#include "io/tree.h"

#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

static FTS *open_tree(const char *path)
{
    char *const paths[] = {(char *)path, NULL};
    return fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
}

void tree_remove(const char *path)
{
    FTS *tree = open_tree(path);
    for (FTSENT *entry; tree && (entry = fts_read(tree));) {
        if (entry->fts_info == FTS_DP)
            rmdir(entry->fts_accpath);
        else if (entry->fts_info != FTS_D)
            unlink(entry->fts_accpath);
    }
    if (tree)
        fts_close(tree);
}

static bool is_leaving(const FTSENT *entry, int64_t before_s)
{
    struct text name = text_of(entry->fts_name);
    return entry->fts_info == FTS_F && entry->fts_statp->st_mtime < before_s &&
           (text_ends(name, TEXT(".lock")) || text_starts(name, TEXT("tmp_")));
}

void tree_remove_leavings(const char *path, int64_t age_ms)
{
    int64_t before_s = (clock_wall_ms(&clock_system) - age_ms) / 1000;
    FTS *tree = open_tree(path);
    for (FTSENT *entry; tree && (entry = fts_read(tree));)
        if (is_leaving(entry, before_s))
            unlink(entry->fts_accpath);
    if (tree)
        fts_close(tree);
}
