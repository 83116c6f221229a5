// SPDX-License-Identifier: MIT
// The flawless command: a table of subcommands, and help made from it.
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/commands.h"

static int command_help(int argc, char **arguments);

// Sorted by name. help: paragraphs for `flawless help NAME` and the manual page, with an empty line
// between them.
static const struct command {
    const char *name;
    int (*run)(int argc, char **arguments);
    const char *arguments;
    const char *summary;
    const char *help;
} commands[] = {
    {"blame", command_blame, "[OPTIONS] PATH:LINE | --batch", "say whose line it is",
     "Says whose a line is, as the server would for a report: the commit, path and number where "
     "the line came into being (its identity), the person to tell, when the line was last changed, "
     "how sure that is and why. PATH is one of the repository, or one at which a program runs "
     "(/app/shop/cart.py).\n"
     "\n"
     "-conf PATH: a flawless.cfg whose repository and rules for addresses count; those of its "
     "project NAME with --project NAME. --repo DIR: a "
     "repository, everything else at its default. Without either: the git work tree that "
     "surrounds the current directory.\n"
     "\n"
     "--revision R: what was running, as a report says it: a hash, a tag or a release with one in "
     "it. --text T: the line itself; without a revision that git knows, the newest commit with "
     "this text at this line is looked for. --json: one JSON object instead of words.\n"
     "\n"
     "--batch: questions come on standard input as JSON objects {\"path\", \"line\", \"text\", "
     "\"revision\", \"before\", \"after\"}, one a line, all but the first two if known (the last "
     "two are arrays of the lines around the line, top first, which help to find the version that "
     "ran); each is answered by one JSON object a line, in order. Questions about one file at one "
     "revision cost little more than one of them when they come together.\n"
     "\n"
     "Nothing is written, not even into the repository. The exit status is 0 when the line was "
     "found (with --batch: all of them), 1 when it was not or there was trouble, 2 when the "
     "command line is wrong."},
    {"check", command_check, "[-conf PATH] [--json]", "say what is wrong with a configuration",
     "Looks at a configuration without starting a server: all options, the data directory, the "
     "store, the ports, the repository and its branch, the rule files, the log, who can read the "
     "password, and the mail server, where it logs in and sends nothing. Makes and changes "
     "nothing, "
     "and may be run beside a server.\n"
     "\n"
     "Each finding is a line: ok, warning or error, what it is about, [project NAME] when it is "
     "about another project than the default one, and what to do. The exit "
     "status is 1 when there was an error. Run it as the user that runs the server, who may have "
     "other rights than you. Without -conf it looks at the surrounding git work tree, as with "
     "`flawless start`."},
    {"configure", command_configure, "[-conf PATH] [OPTIONS]", "make or change a flawless.cfg",
     "Asks what a flawless.cfg has to say, with defaults from the file when there is one, from the "
     "git work tree and the user's settings of git around it, and from `flawless options`. Answers "
     "are looked at as they are given, as `flawless check` does it: whether the port is free, the "
     "repository can be read, the mail server takes the login.\n"
     "\n"
     "Nothing is written before the last answer. In a file that exists only the values that "
     "changed change: comments, order and everything else stay. A password is not shown; it goes "
     "into a file of its own, smtp-password beside flawless.cfg, that only its owner can read. "
     "With a new flawless.cfg come the rule files, empty but for comments. What root writes for "
     "the server alone belongs to the user flawless, when there is one.\n"
     "\n"
     "--set OPTION=VALUE: an answer in advance, for any option, as often as needed. --yes: asks "
     "nothing and takes the defaults; if something is wrong it says so and writes nothing. The "
     "exit status is 0, 1 when something was wrong or the input ended, 2 when the command line "
     "is wrong."},
    {"dsn", command_dsn, "[-conf PATH] [OPTIONS]", "print the address that clients report to",
     "Prints http://KEY@HOST:PORT/PROJECT, the address (DSN) that Sentry clients and the Flawless "
     "client report to. The key is made when there is none yet. With several projects there is a "
     "line for each, with its name behind the address and the default project first.\n"
     "\n"
     "--project NAME: the address of this project alone; its number does, too. --json: a list of "
     "objects {\"id\", \"name\", \"dsn\"}.\n"
     "\n"
     "Without -conf it is the address for the git work tree that surrounds the current directory, "
     "as with `flawless start`."},
    {"help", command_help, "[COMMAND | --man]", "explain a command",
     "Explains a command, or lists all; with --man, as the manual page flawless(1)."},
    {"options", command_options, "[--json | --man | --sample]", "explain every option",
     "Prints every option of flawless.cfg with its type, its default and what it means: for "
     "reading, as JSON, as the manual page flawless.cfg(5), or as a sample flawless.cfg."},
    {"start", command_start, "[-conf PATH]", "start the server",
     "Starts the server, which runs until it gets SIGTERM or SIGINT. PATH is a flawless.cfg; see "
     "`flawless options`. SIGHUP opens log_file again, after another program has renamed it.\n"
     "\n"
     "Without -conf the git work tree that surrounds the current directory is watched, every "
     "option is at its default, and what is remembered goes into the user's data directory."},
    {"user", command_user, "[-conf PATH] ACTION [NAME]", "say who may sign in",
     "Says who may sign in to the pages. It works beside a running server, which sees each change "
     "at once. NAME is an e-mail address. -conf PATH as with `flawless start`.\n"
     "\n"
     "add NAME: a new user. password NAME: another password; whoever was signed in with the old "
     "one "
     "is signed out. On a terminal the password is asked for twice and not shown; otherwise it is "
     "one line of standard input. It has at least 10 characters.\n"
     "\n"
     "remove NAME: the user, every session and the token are gone.\n"
     "\n"
     "token NAME: prints a token for scripts and Prometheus, which send it in the header "
     "\"Authorization: Bearer TOKEN\" and can read every page with it and change nothing. It is "
     "shown this once. A new one takes the place of the old one; token NAME --revoke leaves none.\n"
     "\n"
     "list: all users, and who has a token; with --json for scripts."},
    {"version", command_version, "", "print the version", "Prints the version."},
};

enum { COMMAND_N = sizeof commands / sizeof commands[0] };

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_N; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void print_usage(FILE *out)
{
    fputs("Usage: flawless COMMAND [ARGUMENTS]\n"
          "Takes reports of exceptions and sends each to the developer who wrote the line.\n\n",
          out);
    for (size_t i = 0; i < COMMAND_N; i++)
        fprintf(out, "  %-9s %-29s %s\n", commands[i].name, commands[i].arguments,
                commands[i].summary);
    fputs("\n`flawless help COMMAND` says more.\n", out);
}

static int complain_unknown(const char *name)
{
    fprintf(stderr, "flawless: there is no command \"%.100s\"\n", name);
    print_usage(stderr);
    return 2;
}

// Ends a line before column 79, between words; a line of its own for each paragraph.
static void print_wrapped(const char *text)
{
    size_t column = 0;
    while (*text) {
        size_t len = strcspn(text, " \n");
        if (column > 0 && column + 1 + len > 78) {
            putchar('\n');
            column = 0;
        }
        column += (size_t)printf("%s%.*s", column ? " " : "", (int)len, text);
        text += len;
        for (; *text == ' ' || *text == '\n'; text++)
            if (*text == '\n') {
                putchar('\n');
                column = 0;
            }
    }
    putchar('\n');
}

// Text for mdoc: a backslash is its escape character, a dot or quote at the start of a line a
// request's.
static void print_mdoc(const char *text)
{
    for (const char *at = text; *at; at++) {
        bool starts_line = at == text || at[-1] == '\n';
        if (starts_line && *at == '\n')
            fputs(".Pp", stdout);
        else if (starts_line && (*at == '.' || *at == '\''))
            fputs("\\&", stdout);
        if (*at == '\\')
            fputs("\\e", stdout);
        else
            putchar(*at);
    }
    putchar('\n');
}

static int print_manual(void)
{
    fputs(".\\\" Written by `flawless help --man`; do not edit.\n"
          ".Dd November 22, 2026\n.Dt FLAWLESS 1\n.Os\n"
          ".Sh NAME\n.Nm flawless\n.Nd production error monitor that tells one developer once\n"
          ".Sh SYNOPSIS\n",
          stdout);
    for (size_t i = 0; i < COMMAND_N; i++)
        printf(".Nm\n.Cm %s\n%s%s%s", commands[i].name, *commands[i].arguments ? ".Ar " : "",
               commands[i].arguments, *commands[i].arguments ? "\n" : "");
    fputs(".Sh DESCRIPTION\n", stdout);
    print_mdoc("Flawless takes reports of exceptions from running programs, finds the line of code "
               "to blame, asks git who wrote it, and sends that one developer one email, once.");
    fputs(".Bl -tag -width Ds\n", stdout);
    for (size_t i = 0; i < COMMAND_N; i++) {
        printf(".It Cm %s %s%s\n", commands[i].name, *commands[i].arguments ? "Ar " : "",
               commands[i].arguments);
        print_mdoc(commands[i].help);
    }
    fputs(".El\n.Sh FILES\n.Bl -tag -width Ds\n"
          ".It Pa flawless.cfg\nThe options; see\n.Xr flawless.cfg 5 .\n"
          ".It Pa /var/lib/flawless\n.It Pa ~/.local/share/flawless\n"
          "What is remembered, unless\n.Ic data_dir_path\nsays otherwise.\n.El\n"
          ".Sh EXIT STATUS\n"
          "0 when all went well, 1 when something could not be done (one line on standard error\n"
          "says what and what to do about it), 2 when the command line is wrong.\n"
          ".Sh SEE ALSO\n.Xr flawless-run 1 ,\n.Xr git-blame 1 ,\n.Xr flawless 3 ,\n.Xr "
          "flawless.cfg 5\n",
          stdout);
    return 0;
}

static int explain(const struct command *command)
{
    printf("Usage: flawless %s%s%s\n\n", command->name, *command->arguments ? " " : "",
           command->arguments);
    print_wrapped(command->help);
    return 0;
}

static int command_help(int argc, char **arguments)
{
    if (argc < 2) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(arguments[1], "--man") == 0)
        return print_manual();
    const struct command *command = find(arguments[1]);
    return command ? explain(command) : complain_unknown(arguments[1]);
}

static bool asks_for_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

int main(int argc, char **arguments)
{
    const char *name = argc > 1 ? arguments[1] : NULL;
    signal(SIGPIPE, SIG_IGN); // a peer that leaves is told by write, not by our end
    if (!name) {
        print_usage(stderr);
        return 0;
    }
    if (asks_for_help(name))
        name = "help";
    else if (strcmp(name, "--version") == 0)
        name = "version";
    const struct command *command = find(name);
    if (!command)
        return complain_unknown(name);
    if (argc > 2 && asks_for_help(arguments[2]))
        return explain(command);
    return command->run(argc - 1, arguments + 1);
}
