// SPDX-License-Identifier: MIT
#include "server/rule_files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "io/files.h"

enum { YOUNG_S = 2 }; // times on a disk may be as coarse as that

static void name_file(const struct rule_files *files, int file, char *path)
{
    snprintf(path, PATH_MAX, "%s/%s", files->directory, rule_file_names[file]);
}

// False when it cannot be told whether it is there.
static bool look_at(const struct rule_files *files, int file, struct rule_stamp *stamp,
                    struct error *error)
{
    char path[PATH_MAX];
    struct stat status;
    name_file(files, file, path);
    *stamp = (struct rule_stamp){0};
    if (stat(path, &status) != 0)
        return errno == ENOENT ||
               error_set(error, ERROR_CONFIG, "cannot look at %.300s: %s", path, strerror(errno));
    *stamp =
        (struct rule_stamp){true, status.st_mtim, status.st_ctim, status.st_size, status.st_ino};
    return true;
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_same(const struct rule_stamp *a, const struct rule_stamp *b)
{
    return a->is_there == b->is_there && is_same_time(a->modified_at, b->modified_at) &&
           is_same_time(a->changed_at, b->changed_at) && a->size == b->size && a->inode == b->inode;
}

bool rule_files_may_differ(const struct rule_files *files)
{
    struct stat status;
    if (!files->was_read || files->is_young ||
        (!files->may_be_missing && stat(files->directory, &status) != 0))
        return true;
    for (int file = 0; file < RULE_FILE_N; file++) {
        struct rule_stamp stamp;
        if (!look_at(files, file, &stamp, NULL) || !is_same(&stamp, &files->stamps[file]))
            return true;
    }
    return false;
}

static bool has_directory(const struct rule_files *files, struct error *error)
{
    struct stat status;
    if (stat(files->directory, &status) != 0)
        return (files->may_be_missing && errno == ENOENT) ||
               error_set(error, ERROR_CONFIG,
                         "config_dir_path: cannot look at the directory %.300s: %s; the rule files "
                         "live there",
                         files->directory, strerror(errno));
    return S_ISDIR(status.st_mode) ||
           error_set(error, ERROR_CONFIG, "config_dir_path: %.300s is not a directory",
                     files->directory);
}

// The stamps are taken before the contents, so what changes in between is read again.
static bool read_contents(struct rule_files *files, struct buffer *contents, struct error *error)
{
    time_t now = time(NULL);
    files->is_young = false;
    for (int file = 0; file < RULE_FILE_N; file++) {
        struct rule_stamp *stamp = &files->stamps[file];
        char path[PATH_MAX];
        if (!look_at(files, file, stamp, error))
            return false;
        if (!stamp->is_there)
            continue;
        files->is_young |= stamp->changed_at.tv_sec + YOUNG_S >= now;
        name_file(files, file, path);
        if (!files_read(path, RULES_SIZE_MAX, &contents[file], error))
            return false;
    }
    return true;
}

static void warn(void *self, const char *message)
{
    (void)self;
    log_warning("%s", message);
}

static void parse(const struct rule_files *files, const struct buffer *contents,
                  struct rules **rules, struct error *error)
{
    struct rules_warnings log = {NULL, warn};
    *rules = rules_new();
    for (int file = 0; file < RULE_FILE_N; file++) {
        char path[PATH_MAX];
        name_file(files, file, path);
        if (!files->stamps[file].is_there ||
            rules_add_file(*rules, file, buffer_text(&contents[file]), path,
                           files->warnings.tell ? files->warnings : log, error))
            continue;
        rules_drop(*rules);
        *rules = NULL;
        return;
    }
}

static struct digest digest_all(const struct rule_files *files, const struct buffer *contents)
{
    struct text parts[2 * RULE_FILE_N];
    for (int file = 0; file < RULE_FILE_N; file++) {
        parts[2 * file] = files->stamps[file].is_there ? TEXT("is") : TEXT("is not");
        parts[2 * file + 1] = buffer_text(&contents[file]);
    }
    return digest_of(parts, 2 * RULE_FILE_N);
}

bool rule_files_read(struct rule_files *files, struct rules **rules, struct error *error)
{
    struct buffer contents[RULE_FILE_N] = {0};
    *rules = NULL;
    bool is_good = has_directory(files, error) && read_contents(files, contents, error);
    if (is_good) {
        struct digest content = digest_all(files, contents);
        bool is_news = !files->was_read || memcmp(&content, &files->content, sizeof content) != 0;
        files->content = content;
        files->was_read = true;
        if (is_news) {
            files->broken = (struct error){0};
            parse(files, contents, rules, &files->broken);
        }
        is_good = files->broken.kind == ERROR_NONE;
        if (!is_good)
            *error = files->broken;
    }
    for (int file = 0; file < RULE_FILE_N; file++)
        buffer_release(&contents[file]);
    return is_good;
}
