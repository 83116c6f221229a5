// SPDX-License-Identifier: MIT
#include "release.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { PARENT_MAX = 64, REF_DEPTH_MAX = 5, LINE_MAX_LEN = 4096 };

// False when it does not fit.
static bool join(char path[PATH_MAX], const char *directory, const char *name)
{
    bool is_absolute = name[0] == '/';
    int len = is_absolute ? snprintf(path, PATH_MAX, "%s", name)
                          : snprintf(path, PATH_MAX, "%s/%s", directory, name);
    return len > 0 && len < PATH_MAX;
}

// A file, and nothing whose reading may not end: others may write above the program's directory.
static FILE *open_file(const char *path)
{
    struct stat found;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    FILE *file =
        fd >= 0 && fstat(fd, &found) == 0 && S_ISREG(found.st_mode) ? fdopen(fd, "r") : NULL;
    if (!file && fd >= 0)
        close(fd);
    return file;
}

// The first line of a file without the white space around it.
static bool read_line(const char *path, char line[LINE_MAX_LEN])
{
    FILE *file = open_file(path);
    if (!file)
        return false;
    bool is_read = fgets(line, LINE_MAX_LEN, file) != NULL;
    fclose(file);
    if (!is_read)
        return false;
    struct text trimmed = text_trim(text_of(line));
    memmove(line, trimmed.at ? trimmed.at : "", trimmed.len);
    line[trimmed.len] = '\0';
    return trimmed.len > 0;
}

static bool read_line_in(const char *directory, const char *name, char line[LINE_MAX_LEN])
{
    char path[PATH_MAX];
    return join(path, directory, name) && read_line(path, line);
}

static bool is_commit(const char *line)
{
    size_t len = strspn(line, "0123456789abcdef");
    return line[len] == '\0' && (len == 40 || len == FL_COMMIT_MAX);
}

// The directory that .git is, or that the file .git names (work trees, submodules).
static bool find_git_directory(const char *directory, char git[PATH_MAX])
{
    static const struct text mark = {"gitdir: ", 8};
    char dot_git[PATH_MAX], line[LINE_MAX_LEN];
    struct stat found;
    if (!join(dot_git, directory, ".git") || stat(dot_git, &found) != 0)
        return false;
    if (S_ISDIR(found.st_mode))
        return join(git, directory, ".git");
    return S_ISREG(found.st_mode) && read_line(dot_git, line) && text_starts(text_of(line), mark) &&
           join(git, directory, line + mark.len);
}

// "<commit> <ref>" lines; "#" and "^" lines are something else.
static bool find_packed(const char *git, const char *ref, char commit[FL_COMMIT_MAX + 1])
{
    char path[PATH_MAX], line[LINE_MAX_LEN];
    FILE *file = join(path, git, "packed-refs") ? open_file(path) : NULL;
    bool is_found = false;
    while (file && !is_found && fgets(line, sizeof line, file)) {
        struct text rest = text_trim(text_of(line)), hash;
        if (!text_cut(&rest, ' ', &hash) || !text_equal(rest, text_of(ref)))
            continue;
        snprintf(commit, FL_COMMIT_MAX + 1, "%.*s", (int)text_until(hash, FL_COMMIT_MAX).len,
                 hash.at);
        is_found = is_commit(commit);
    }
    if (file)
        fclose(file);
    return is_found;
}

// Refs of a work tree lie in its own directory or in the one it shares with the others.
static bool follow(const char *git, const char *shared, char line[LINE_MAX_LEN],
                   char commit[FL_COMMIT_MAX + 1])
{
    static const struct text mark = {"ref: ", 5};
    for (int depth = 0; depth < REF_DEPTH_MAX; depth++) {
        if (is_commit(line)) {
            snprintf(commit, FL_COMMIT_MAX + 1, "%.*s", FL_COMMIT_MAX, line);
            return true;
        }
        char ref[LINE_MAX_LEN];
        if (!text_starts(text_of(line), mark) || strstr(line, ".."))
            return false;
        snprintf(ref, sizeof ref, "%s", line + mark.len);
        if (!read_line_in(git, ref, line) && !read_line_in(shared, ref, line))
            return find_packed(shared, ref, commit);
    }
    return false;
}

static bool read_head(const char *git, char commit[FL_COMMIT_MAX + 1])
{
    char line[LINE_MAX_LEN], shared[PATH_MAX];
    if (!read_line_in(git, "commondir", line) || !join(shared, git, line))
        snprintf(shared, sizeof shared, "%s", git);
    return read_line_in(git, "HEAD", line) && follow(git, shared, line, commit);
}

bool fl_release_find(const char *directory, char commit[FL_COMMIT_MAX + 1])
{
    char here[PATH_MAX], git[PATH_MAX];
    if (!realpath(directory, here))
        return false;
    for (int i = 0; i < PARENT_MAX; i++) {
        if (find_git_directory(here, git))
            return read_head(git, commit);
        char *slash = strrchr(here, '/');
        if (!slash || slash == here)
            return false;
        *slash = '\0';
    }
    return false;
}
