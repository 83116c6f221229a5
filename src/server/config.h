// SPDX-License-Identifier: MIT
// What a subcommand works with: the options of the named flawless.cfg, or of the git work tree it
// is run in.
#ifndef FLAWLESS_SERVER_CONFIG_H
#define FLAWLESS_SERVER_CONFIG_H

#include "base/hex.h"
#include "core/options.h"
#include "core/paths.h"
#include "io/repository.h"

// Every path in options is absolute (git_cli_path only when it has a '/'), data_dir_path,
// config_dir_path and store are set, repo_dir when repo_url is, and data_dir_path exists and is
// private to this user. smtp_password holds the content of smtp_password_file. Every
// project has what it inherits.
struct config {
    struct options options;
    struct buffer file_name;    // absolute; empty when there is no flawless.cfg
    struct digest source;       // of the content of flawless.cfg
    struct buffer project_name; // of the default project: the name of repo_dir without path and
                                // .git, else "default"
};

// A project as the configuration has it; the first is the default one. Borrowed from config.
struct config_project {
    struct text name;
    const struct options *options;
};
size_t config_project_n(const struct config *config); // at least one
struct config_project config_project(const struct config *config, size_t i);
// What the options say of the repository and of paths. Borrowed from them.
struct repository_settings config_repository(const struct options *options);
struct path_settings config_paths(const struct options *options);
// By name or number. ERROR_INPUT names those that there are.
bool config_find_project(const struct config *config, const char *name,
                         struct config_project *project, struct error *error);

// arguments[0] is the subcommand. Takes "-conf PATH" (also --conf, -conf=PATH); without it the
// surrounding git work tree is repo_dir, pages and reports are answered on this machine only and
// without a login, there is no second port, everything else is at its default, and state goes into
// a directory of its own below the user's data directory. Warnings go to the log. ERROR_INPUT: the
// command line is wrong; ERROR_CONFIG: the file or something it names is.
bool config_load(int argc, char **arguments, struct config *config, struct error *error);

// For a command that only looks: the options of the flawless.cfg at path (NULL: of the surrounding
// git work tree), paths made absolute. Makes no directory and reads no password; data_dir_path and
// store stay as written. Errors as config_load's; command is for them.
bool config_read(const char *command, const char *path, struct config *config, struct error *error);

// As config_load for who only wants to know what is wrong: every mistake and warning is told,
// nothing is made (data_dir_path may be missing), and what a wrong option meant is at its default.
// False when there is nothing to go on with: the command line or the file as a whole is wrong.
bool config_look(int argc, char **arguments, struct options_warnings heard, struct config *config,
                 struct error *error);
// The same for a flawless.cfg that would have this content.
bool config_look_at(const char *path, struct text content, struct options_warnings heard,
                    struct config *config, struct error *error);

// Whether a start would find the same in both: flawless.cfg and the password in its file.
bool config_is_same(const struct config *a, const struct config *b);

// What any of them filled, even when it failed.
void config_release(struct config *config);

// Prints "flawless: message" on standard error and gives the exit status: 2 for a wrong command
// line, else 1.
int config_complain(const struct error *error);

#endif
