// SPDX-License-Identifier: MIT
// The subcommands. main.c has the table of them.
#ifndef FLAWLESS_SERVER_COMMANDS_H
#define FLAWLESS_SERVER_COMMANDS_H

// arguments[0] is the subcommand's own name. The result is the exit status: 0, 1 (it could not be
// done; one line on standard error says why), 2 (the command line is wrong).
int command_blame(int argc, char **arguments);
int command_check(int argc, char **arguments);
int command_configure(int argc, char **arguments);
int command_dsn(int argc, char **arguments);
int command_options(int argc, char **arguments);
int command_start(int argc, char **arguments);
int command_user(int argc, char **arguments);
int command_version(int argc, char **arguments);

#endif
