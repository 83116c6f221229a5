// SPDX-License-Identifier: MIT
#include "core/options.h"

#define OPTION(field) .name = #field, .offset = offsetof(struct options, field)
#define PORT_MAX      65535
#define MANY          1000000000

static const char *const web_auths[] = {"password", "none", NULL}; // order of enum web_auth
static const char *const repo_types[] = {"git", NULL};             // order of enum repo_type
static const char *const log_levels[] = {"DEBUG", "INFO", "WARNING", "ERROR",
                                         NULL}; // enum log_level

const struct option_row option_table[] = {
    {OPTION(port), .section = "Network", .type = OPTION_INT, .value = "9028", .min = 1,
     .max = PORT_MAX,
     .description = "The port for everything: HTTP pages, HTTP reports and framed Thrift reports, "
                    "told apart by the first byte"},
    {OPTION(http_port), .section = "Network", .type = OPTION_INT, .value = "8080", .max = PORT_MAX,
     .description = "A second port for HTTP pages only; 0 turns it off"},
    {OPTION(hostname), .section = "Network", .type = OPTION_URL, .value = "localhost",
     .description =
         "The address of this server as people and clients reach it, for links in letters and for "
         "the DSN: https://errors.example.com, or a bare host, which gets http:// (https:// with "
         "tls_certificate) and the port"},
    {OPTION(bind_address), .section = "Network", .type = OPTION_ADDRESS, .value = "",
     .unset = "all addresses of this machine",
     .description = "The address to listen on, 127.0.0.1 or ::1 for instance"},
    {OPTION(thrift_networks), .section = "Network", .type = OPTION_CSV_NETWORK,
     .value = "loopback, private",
     .description =
         "Networks that framed Thrift reports are taken from, since they cannot carry a key: "
         "10.1.0.0/16, fd00::/8, single addresses, and the words loopback and private"},
    {OPTION(trusted_proxies), .section = "Network", .type = OPTION_CSV_NETWORK, .value = "",
     .unset = "nobody is believed",
     .description = "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: networks "
                    "as in thrift_networks"},
    {OPTION(tls_certificate), .section = "Network", .type = OPTION_PATH, .value = "",
     .unset = "no TLS",
     .description = "Certificate chain in PEM form, the server's own certificate first; with "
                    "tls_key, the same ports speak HTTPS too. Both are read again on SIGHUP"},
    {OPTION(tls_key), .section = "Network", .type = OPTION_PATH, .value = "", .unset = "no TLS",
     .description = "Private key of tls_certificate in PEM form"},
    {OPTION(web_auth), .section = "Network", .type = OPTION_CHOICE, .value = "password",
     .choices = web_auths,
     .description = "Who may see the pages: password, who signs in (the first start prints a link "
                    "that makes the first user; see also `flawless help user`), or none, everybody "
                    "on this machine, which is refused unless bind_address is a loopback address"},

    {OPTION(email_domain_name), .section = "Letters", .type = OPTION_DOMAIN,
     .flags = OPTION_PROJECT, .value = "example.com",
     .description = "The domain of the sender's address, and of developers' addresses without a "
                    "usable domain (in a project only the latter)"},
    {OPTION(ignore_vcs_email_domain), .section = "Letters", .type = OPTION_BOOL,
     .flags = OPTION_PROJECT, .value = "false",
     .description = "Replace the domain of every address that git gives with email_domain_name"},
    {OPTION(default_contact), .section = "Letters", .type = OPTION_EMAIL, .flags = OPTION_PROJECT,
     .value = "", .unset = "nobody",
     .description =
         "Who gets the letter when nobody can be determined for a line of the "
         "repository, and hears in [flawless] of what is wrong with Flawless itself "
         "for longer than ten minutes; about code outside the repository nobody is told"},
    {OPTION(smtp_host), .section = "Letters", .type = OPTION_SMTP_HOST, .value = "",
     .unset = "letters are kept in the outbox, where the page /outbox shows them",
     .description = "The mail server: host:port, or smtps://host:port for TLS from the first byte. "
                    "The port may be left out: 25, or 465 with smtps"},
    {OPTION(smtp_user), .section = "Letters", .type = OPTION_STR, .value = "", .unset = "no login",
     .description = "The name to log in with at smtp_host"},
    {OPTION(smtp_password), .section = "Letters", .type = OPTION_STR, .flags = OPTION_SECRET,
     .value = "", .unset = "no login",
     .description =
         "The password of smtp_user; better kept in a file of its own, see smtp_password_file"},
    {OPTION(smtp_password_file), .section = "Letters", .type = OPTION_PATH, .value = "",
     .unset = "smtp_password",
     .description = "A file that holds the password of smtp_user and nothing else"},
    {OPTION(smtp_use_tls), .section = "Letters", .type = OPTION_BOOL, .value = "false",
     .description = "Encrypt with STARTTLS; a server that cannot is not used"},
    {OPTION(smtp_ca_file), .section = "Letters", .type = OPTION_PATH, .value = "",
     .unset = "the certificates that the system trusts",
     .description = "Certificates in PEM form by which the mail server's is checked, for one of "
                    "your own authority"},
    {OPTION(smtp_from), .section = "Letters", .type = OPTION_EMAIL, .value = "",
     .unset = "flawless@ and email_domain_name", .description = "The sender's address"},
    {OPTION(letters_per_hour), .section = "Letters", .type = OPTION_INT, .value = "10", .min = 1,
     .max = MANY,
     .description = "Letters about errors to one address within an hour; what exceeds it comes "
                    "together in one letter when the hour is over"},

    {OPTION(data_dir_path), .section = "State", .type = OPTION_PATH, .value = "",
     .unset = "/var/lib/flawless, or ~/.local/share/flawless when that may not be written",
     .description = "The directory for everything Flawless remembers; made for its user alone when "
                    "it is missing"},
    {OPTION(config_dir_path), .section = "State", .type = OPTION_PATH,
     .flags = OPTION_PROJECT | OPTION_OWN, .value = "", .unset = "the directory of flawless.cfg",
     .description =
         "The directory of the rule files, which are read again when they change; those of "
         "a project are in its subdirectory NAME when it sets no other"},
    {OPTION(store), .section = "State", .type = OPTION_STR, .value = "",
     .unset = "SQLite in data_dir_path",
     .description = "Where errors are kept: a directory, for SQLite"},
    {OPTION(project_id), .section = "State", .type = OPTION_INT,
     .flags = OPTION_PROJECT | OPTION_OWN, .value = "1", .min = 1, .max = MANY,
     .description = "The number of the project in its DSN; no two projects have the same"},
    {OPTION(project_key), .section = "State", .type = OPTION_KEY,
     .flags = OPTION_SECRET | OPTION_PROJECT | OPTION_OWN, .value = "",
     .unset = "made at the first start",
     .description =
         "The key that clients send, 32 hexadecimal digits; `flawless dsn` prints the whole DSN"},

    {OPTION(repo_dir), .section = "Repository", .type = OPTION_PATH,
     .flags = OPTION_PROJECT | OPTION_OWN, .value = "",
     .unset = "no line has an owner, everything goes to default_contact",
     .description = "The git repository whose code is watched, with or without a work tree"},
    {OPTION(repo_branch_pattern), .section = "Repository", .type = OPTION_REGEX,
     .flags = OPTION_PROJECT, .value = "", .unset = "the branch that is checked out",
     .description = "The newest branch that matches is the one in production; release-10 is newer "
                    "than release-9"},
    {OPTION(repo_type), .section = "Repository", .type = OPTION_CHOICE, .value = "git",
     .choices = repo_types, .description = "What sort of repository repo_dir is"},
    {OPTION(repo_url), .section = "Repository", .type = OPTION_STR,
     .flags = OPTION_PROJECT | OPTION_OWN, .value = "",
     .unset = "repo_dir is kept up to date by somebody else, and never written to",
     .description =
         "Where Flawless clones the code from, into repo_dir (unless set: repository, or "
         "repository-NAME for a project, in data_dir_path), and fetches every five minutes and "
         "when a report names a "
         "commit it does not have; https://USER:PASSWORD@HOST/PATH for a private one"},
    {OPTION(blame_ignore_revs_file), .section = "Repository", .type = OPTION_STR,
     .flags = OPTION_PROJECT, .value = ".git-blame-ignore-revs",
     .description =
         "A file with the full hashes of commits that blame looks through, such as those that "
         "only reformat; in the repository, or with an absolute path on this machine"},
    {OPTION(git_cli_path), .section = "Repository", .type = OPTION_PATH, .value = "git",
     .description = "The git command; looked for in PATH when it has no slash"},
    {OPTION(max_concurrent_git_blames), .section = "Repository", .type = OPTION_INT, .value = "10",
     .min = 1, .max = 256,
     .description = "How many git processes may run at once; more work waits, nothing is dropped"},

    {OPTION(bots), .section = "People", .type = OPTION_CSV, .flags = OPTION_PROJECT,
     .value = "*[bot]*, noreply, no-reply, dependabot*, renovate-bot, github-actions*",
     .description =
         "Authors who are no people: names, addresses or their parts before the @, with * for "
         "anything; CODEOWNERS is asked instead, then who else wrote the function, then "
         "default_contact"},
    {OPTION(inactive_people), .section = "People", .type = OPTION_CSV, .flags = OPTION_PROJECT,
     .value = "", .unset = "nobody",
     .description = "People who have left, written as in bots: their lines are treated like those "
                    "of bots"},
    {OPTION(inactive_after_days), .section = "People", .type = OPTION_INT, .flags = OPTION_PROJECT,
     .value = "0", .max = 36500,
     .description =
         "An author without a commit in so many days before the newest one of the branch in "
         "production is taken to have left; 0: nobody is"},

    {OPTION(report_error_threshold), .section = "Reports", .type = OPTION_INT,
     .flags = OPTION_PROJECT, .value = "3", .min = 1, .max = MANY,
     .description = "Occurrences before the letter is written; a client may send its own number"},
    {OPTION(report_only_after_minimum_date), .section = "Reports", .type = OPTION_DATE,
     .flags = OPTION_PROJECT, .value = "1970-01-01",
     .description = "No letter for lines that were last changed before this day (UTC)"},
    {OPTION(report_runtime_package_directory_names), .section = "Reports", .type = OPTION_CSV,
     .flags = OPTION_PROJECT, .value = "site-packages",
     .description = "A frame's path counts from the part after one of these directories"},
    {OPTION(path_mapping), .section = "Reports", .type = OPTION_CSV_MAPPING,
     .flags = OPTION_PROJECT, .value = "", .unset = "paths are matched from their ends",
     .description =
         "Where runtime paths lie in the repository, FROM => TO: a path that begins with FROM lies "
         "at TO and what follows, and nowhere else, as in /srv/app/ => services/shop/; the "
         "longest FROM wins, and an empty TO is the repository's top"},
    {OPTION(only_blame_filepaths_matching), .section = "Reports", .type = OPTION_CSV_REGEX,
     .flags = OPTION_PROJECT, .value = "^(?!.*\\.egg).*$",
     .description = "Only paths that match one of these expressions are ever blamed; a comma "
                    "inside an expression is written \\,"},

    {OPTION(log_level), .section = "Log", .type = OPTION_CHOICE, .value = "INFO",
     .choices = log_levels,
     .description =
         "The least important sort of line that is logged: DEBUG, INFO, WARNING or ERROR"},
    {OPTION(log_file), .section = "Log", .type = OPTION_PATH, .value = "",
     .unset = "standard error", .description = "The file to log to"},
    {OPTION(log_days_to_keep), .section = "Log", .type = OPTION_INT, .value = "3", .max = 3650,
     .description =
         "log_file gets the date as its last name at the end of its day (UTC), and is thrown away "
         "so many days later; 0 leaves both to others, such as logrotate"},

    {OPTION(flawless_hostports), .section = "Clients", .type = OPTION_CSV, .flags = OPTION_CLIENT,
     .value = "", .unset = "set in the program",
     .description = "The servers that clients report to, host:port"},
    {OPTION(client_timeout), .section = "Clients", .type = OPTION_SECONDS, .flags = OPTION_CLIENT,
     .value = "10", .min = 1, .max = 3600, .description = "How long a client waits for a server"},
    {.name = NULL},
};

const char *option_type_name(enum option_type type)
{
    static const char *const names[] = {
        [OPTION_INT] = "int",
        [OPTION_SECONDS] = "seconds",
        [OPTION_BOOL] = "bool",
        [OPTION_STR] = "str",
        [OPTION_DOMAIN] = "str",
        [OPTION_EMAIL] = "email",
        [OPTION_PATH] = "path",
        [OPTION_URL] = "url",
        [OPTION_ADDRESS] = "address",
        [OPTION_SMTP_HOST] = "host:port",
        [OPTION_KEY] = "hex",
        [OPTION_DATE] = "date",
        [OPTION_REGEX] = "regex",
        [OPTION_CHOICE] = "choice",
        [OPTION_CSV] = "csv",
        [OPTION_CSV_REGEX] = "csv of regex",
        [OPTION_CSV_NETWORK] = "csv of networks",
        [OPTION_CSV_MAPPING] = "csv of FROM => TO",
    };
    return names[type];
}

const struct option_row *option_find(struct text name)
{
    for (const struct option_row *row = option_table; row->name; row++)
        if (text_equal(text_of(row->name), name))
            return row;
    return NULL;
}
