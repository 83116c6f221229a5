// SPDX-License-Identifier: MIT
#include "temporary.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

void temporary_make(char directory[TEMPORARY_SIZE])
{
    const char *parent = getenv("TMPDIR");
    int len = snprintf(directory, TEMPORARY_SIZE, "%s/flawless-XXXXXX", parent ? parent : "/tmp");
    check(len < TEMPORARY_SIZE);
    check(mkdtemp(directory));
}

static void each_file(const char *directory, void (*use)(int from, const char *name, int to),
                      int to)
{
    DIR *listing = opendir(directory);
    check(listing);
    for (struct dirent *entry; (entry = readdir(listing));)
        if (entry->d_name[0] != '.')
            use(dirfd(listing), entry->d_name, to);
    closedir(listing);
}

static void remove_file(int directory, const char *name, int to)
{
    (void)to;
    check(unlinkat(directory, name, 0) == 0);
}

void temporary_empty(const char *directory)
{
    each_file(directory, remove_file, -1);
}

void temporary_remove(const char *directory)
{
    temporary_empty(directory);
    check(rmdir(directory) == 0);
}

static void copy_file(int from, const char *name, int to)
{
    char bytes[65536];
    int source = openat(from, name, O_RDONLY | O_CLOEXEC);
    int target = openat(to, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(source >= 0 && target >= 0);
    for (ssize_t len; (len = read(source, bytes, sizeof bytes)) > 0;)
        check(write(target, bytes, (size_t)len) == len);
    close(source);
    close(target);
}

void temporary_copy(const char *from, const char *to)
{
    int target = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(target >= 0);
    each_file(from, copy_file, target);
    close(target);
}
