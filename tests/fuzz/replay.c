// SPDX-License-Identifier: MIT
// Runs a fuzz target on every file of the directories and on every file named on the command line,
// so that a corpus is a test. Fails when there is no file at all: then the corpus is not where it
// should be.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "fuzz.h"

static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return false;
    long size = ftell(file);
    rewind(file);
    // exactly as many bytes as the file has, so that reading behind them is seen
    uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
    if (!bytes || size < 0 || fread(bytes, 1, (size_t)size, file) != (size_t)size)
        return false;
    fclose(file);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
    return true;
}

static int replay(const char *path)
{
    DIR *directory = opendir(path);
    if (!directory)
        return replay_file(path) ? 1 : 0;
    int file_n = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        if (entry->d_type != DT_DIR && replay_file(file))
            file_n++;
    }
    closedir(directory);
    return file_n;
}

int main(int count, char **arguments)
{
    int file_n = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < count; i++) {
        int found = replay(arguments[i]);
        if (found == 0)
            fprintf(stderr, "%s: nothing to read there\n", arguments[i]);
        file_n += found;
    }
    printf("%d files\n", file_n);
    return file_n > 0 ? 0 : 1;
}
