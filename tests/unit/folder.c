// SPDX-License-Identifier: MIT
#include "folder.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool folder_make(char *path, size_t size)
{
    int len = snprintf(path, size, "/tmp/flawless-test-XXXXXX");
    return (size_t)len < size && mkdtemp(path);
}

size_t folder_count(const char *path)
{
    size_t n = 0;
    DIR *directory = opendir(path);
    for (struct dirent *e; directory && (e = readdir(directory));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    if (directory)
        closedir(directory);
    return n;
}

static int remove_entry(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)s;
    (void)type;
    (void)at;
    return remove(path);
}

void folder_remove(const char *path)
{
    nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}
