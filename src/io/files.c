// SPDX-License-Identifier: MIT
#include "io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool complain(struct error *error, const char *what, const char *path, const char *remedy)
{
    return error_set(error, ERROR_CONFIG, "%s %.300s: %s%s%s", what, path, strerror(errno),
                     *remedy ? "; " : "", remedy);
}

static const char *remedy_of(int reason)
{
    switch (reason) {
    case ENOENT: return "check the path";
    case EACCES:
    case EPERM: return "give the user Flawless runs as access to it";
    case EROFS: return "name a place that can be written";
    default: return "";
    }
}

static bool read_all(int file, const char *path, size_t max, struct buffer *content,
                     struct error *error)
{
    size_t start = content->len;
    for (;;) {
        char piece[16 * 1024];
        ssize_t got = read(file, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return complain(error, "cannot read", path, remedy_of(errno));
        if (got == 0)
            return true;
        if (content->len - start + (size_t)got > max)
            return error_set(
                error, ERROR_CONFIG,
                "%.300s is larger than %zu bytes; it does not look like the right file", path, max);
        buffer_add(content, (struct text){piece, (size_t)got});
    }
}

bool files_read(const char *path, size_t max, struct buffer *content, struct error *error)
{
    struct stat status;
    size_t start = content->len;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a named pipe must not stop us
    if (file < 0)
        return complain(error, "cannot open", path, remedy_of(errno));
    bool is_good = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    if (!is_good)
        error_set(error, ERROR_CONFIG, "%.300s is not a file; name a regular file", path);
    else
        is_good = read_all(file, path, max, content, error);
    if (!is_good)
        content->len = start;
    close(file);
    return is_good;
}

// Makes one directory unless there is something of that name.
static bool make_directory(const char *path, mode_t mode, struct error *error)
{
    struct stat status;
    if (mkdir(path, mode) == 0 || errno == EEXIST)
        return true;
    int reason = errno; // EROFS and EACCES are also said about what exists
    if (stat(path, &status) == 0)
        return true;
    errno = reason;
    return complain(error, "cannot make the directory", path, remedy_of(reason));
}

static bool make_with_parents(const char *path, mode_t mode, struct error *error)
{
    char *piece = must_copy(path);
    bool is_made = true;
    for (size_t i = 1; is_made && path[i - 1]; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        piece[i] = '\0';
        is_made = make_directory(piece, mode, error);
        piece[i] = path[i];
    }
    free(piece);
    return is_made;
}

static bool use_directory(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return complain(error, "cannot use the directory", path, remedy_of(errno));
    if (!S_ISDIR(status.st_mode))
        return error_set(error, ERROR_CONFIG, "%.300s is not a directory; name another place",
                         path);
    if (access(path, R_OK | W_OK | X_OK) != 0)
        return complain(error, "cannot write in the directory", path, remedy_of(errno));
    return true;
}

bool files_make_private_directory(const char *path, struct error *error)
{
    return make_with_parents(path, 0700, error) && use_directory(path, error);
}

static bool make_directory_of(const char *path, struct error *error)
{
    char *directory = must_copy(path);
    char *slash = strrchr(directory, '/');
    bool is_good = true;
    if (slash && slash != directory) {
        *slash = '\0';
        is_good = make_with_parents(directory, 0755, error);
    }
    free(directory);
    return is_good;
}

static bool write_all(int file, struct text content)
{
    while (content.len > 0) {
        ssize_t written = write(file, content.at, content.len);
        if (written < 0 && errno != EINTR)
            return false;
        content = text_from(content, written > 0 ? (size_t)written : 0);
    }
    return true;
}

// Another file beside path that takes its place when it is whole.
static bool write_beside(const char *path, struct text content, mode_t mode, uid_t owner,
                         struct error *error)
{
    struct buffer beside = {0};
    struct stat old;
    bool exists = stat(path, &old) == 0;
    buffer_printf(&beside, "%s.XXXXXX", path);
    int file = mkostemp(beside.at, O_CLOEXEC); // 0600
    bool is_good = file >= 0;
    // an owner that cannot be kept is no reason to fail; the file's content is not lost by it
    if (is_good && fchown(file, exists ? old.st_uid : owner, exists ? old.st_gid : (gid_t)-1) != 0)
        errno = 0;
    is_good = is_good && fchmod(file, exists ? old.st_mode & 07777 : mode) == 0 &&
              write_all(file, content) && fsync(file) == 0 && rename(beside.at, path) == 0;
    if (!is_good)
        complain(error, "cannot write", path, remedy_of(errno));
    if (!is_good && file >= 0)
        unlink(beside.at);
    if (file >= 0)
        close(file);
    buffer_release(&beside);
    return is_good;
}

bool files_replace(const char *path, struct text content, mode_t mode, uid_t owner,
                   struct error *error)
{
    if (!make_directory_of(path, error))
        return false;
    char *real = realpath(path, NULL); // where a symbolic link leads
    bool is_good = write_beside(real ? real : path, content, mode, owner, error);
    free(real);
    return is_good;
}

bool files_look_at_directory(const char *path, bool *exists, struct error *error)
{
    char *piece = must_copy(path);
    struct stat status;
    *exists = stat(piece, &status) == 0;
    for (bool is_there = *exists;
         !is_there && errno == ENOENT;) { // the nearest parent that is there
        char *slash = strrchr(piece, '/');
        if (!slash)
            break;
        slash[slash == piece] = '\0';
        is_there = stat(piece, &status) == 0;
        if (slash == piece)
            break;
    }
    bool is_good = use_directory(piece, error);
    free(piece);
    return is_good;
}

static bool may_have(const char *directory, const char *parent)
{
    if (access(directory, F_OK) != 0)
        return errno == ENOENT && access(parent, W_OK | X_OK) == 0;
    return access(directory, W_OK | X_OK) == 0;
}

bool files_user_data_directory(struct buffer *path, struct error *error)
{
    const char *data_home = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    if (data_home && data_home[0] == '/')
        buffer_printf(path, "%s/flawless", data_home);
    else if (home && home[0] == '/')
        buffer_printf(path, "%s/.local/share/flawless", home);
    else
        return error_set(error, ERROR_CONFIG,
                         "there is no place for data, HOME is not set; set data_dir_path in a "
                         "flawless.cfg");
    return true;
}

bool files_machine_data_directory(struct buffer *path, struct error *error)
{
    if (!may_have("/var/lib/flawless", "/var/lib"))
        return files_user_data_directory(path, error);
    buffer_add_string(path, "/var/lib/flawless");
    return true;
}

bool files_find_work_tree(const char *start, struct buffer *directory)
{
    struct text at = text_of(start);
    struct buffer entry = {0};
    bool is_found = false;
    while (!is_found && text_starts(at, TEXT("/"))) {
        buffer_clear(&entry);
        buffer_add(&entry, at);
        buffer_add_string(&entry, at.len > 1 ? "/.git" : ".git");
        is_found = access(entry.at, F_OK) == 0;
        if (is_found)
            buffer_add(directory, at);
        size_t slash = text_find_last(at, '/');
        at = at.len == 1 ? text_of("") : text_until(at, slash ? slash : 1);
    }
    buffer_release(&entry);
    return is_found;
}
