// SPDX-License-Identifier: MIT
// Every option of flawless.cfg: one table from which the file is read and options, man page and
// sample are written. Pure: the caller reads the file.
#ifndef FLAWLESS_CORE_OPTIONS_H
#define FLAWLESS_CORE_OPTIONS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

struct option_list {
    struct text *items; // each followed by a NUL
    size_t item_n;
};

enum web_auth { WEB_AUTH_PASSWORD, WEB_AUTH_NONE };
enum repo_type { REPO_TYPE_GIT };

// One field for each option, with its name. Every text is valid UTF-8 without control characters
// but tabs and followed by a NUL, so .at is a C string, never NULL; "none" is the empty text.
struct options {
    int64_t port, http_port;  // http_port 0: off
    struct text hostname;     // as written; see options_address.h
    struct text bind_address; // an IPv4 or IPv6 address without brackets; empty: all
    int64_t web_auth;         // enum web_auth
    struct option_list thrift_networks, trusted_proxies; // "10.0.0.0/8", "::1"; well-formed
    struct text tls_certificate, tls_key;

    struct text email_domain_name, default_contact;
    bool ignore_vcs_email_domain;
    int64_t letters_per_hour;
    struct text smtp_host; // as written; see options_address.h
    struct text smtp_user, smtp_password, smtp_password_file;
    bool smtp_use_tls;
    struct text smtp_ca_file, smtp_from;        // smtp_from as written; see options_address.h
    struct text data_dir_path, config_dir_path; // empty: the default place
    struct text store;                          // empty: SQLite in data_dir_path
    int64_t project_id;
    struct text project_key; // 32 lowercase hex digits; empty: made at the first start

    int64_t report_error_threshold;         // occurrences
    int64_t report_only_after_minimum_date; // milliseconds since 1970, the start of that day in UTC
    struct option_list report_runtime_package_directory_names;
    struct option_list path_mapping;                  // rules of core/path_mapping.h
    struct option_list only_blame_filepaths_matching; // PCRE2 patterns that compile
    int64_t max_concurrent_git_blames;
    struct text git_cli_path;
    int64_t repo_type; // enum repo_type
    struct text repo_dir, repo_url, repo_branch_pattern, blame_ignore_revs_file;

    struct option_list bots, inactive_people; // patterns, see core/glob.h
    int64_t inactive_after_days;              // 0: off

    int64_t log_level;    // enum log_level
    struct text log_file; // empty: standard error
    int64_t log_days_to_keep;
    struct option_list flawless_hostports; // read by clients
    int64_t client_timeout;                // seconds; read by clients

    struct project_options *projects; // one for each [project NAME]; see options_project.h
    size_t project_n;
    bool config_dir_may_be_missing; // no option: config_dir_path is the default one of a project

    struct arena arena; // owns the texts
};

enum { OPTIONS_SIZE_MAX = 1024 * 1024, OPTIONS_MISTAKE_MAX = 50 }; // SIZE: bytes

void options_init(struct options *o); // every option at its default; release first when used before
void options_release(struct options *o); // back to zero

// Who hears of what is odd but stops nothing (unknown names, an option given twice) and of
// mistakes. One plain sentence each, with file and line.
struct options_warnings {
    void *self;
    void (*tell)(void *self, const char *message);         // NULL: nobody
    void (*tell_mistake)(void *self, const char *message); // NULL: the first one ends the reading
};

// Reads the content of a flawless.cfg over what *o holds (after options_init). A line is
// "[flawless]",
// "[project NAME]", "option = value" (or ':' for '='), a comment that begins with '#' or ';', or
// blank; no comments behind a value, no continued lines. ERROR_CONFIG says file, line, option and
// what was expected; then *o holds the rest.
bool options_read(struct options *o, const char *file_name, struct text content,
                  struct options_warnings warnings, struct error *error);

// Sets one text option by its name, which must exist: for what is worked out at start (directories,
// a password file).
void options_set_text(struct options *o, const char *name, struct text value);

// ---- the table ----

enum option_type {
    OPTION_INT,
    OPTION_SECONDS,
    OPTION_BOOL,
    OPTION_STR,
    OPTION_DOMAIN,
    OPTION_EMAIL,
    OPTION_PATH,
    OPTION_URL,       // a base URL or bare host; any other URL
    OPTION_ADDRESS,   // IPv4 or IPv6
    OPTION_SMTP_HOST, // host:port, smtp://host:port, smtps://host:port
    OPTION_KEY,       // 32 hex digits
    OPTION_DATE,
    OPTION_REGEX,
    OPTION_CHOICE,
    OPTION_CSV, // this and what follows are lists
    OPTION_CSV_REGEX,
    OPTION_CSV_NETWORK,
    OPTION_CSV_MAPPING, // FROM => TO
};

enum option_flag {
    OPTION_SECRET = 1,  // shown as ***
    OPTION_CLIENT = 2,  // read by clients, not by the server
    OPTION_PROJECT = 4, // may stand in [project NAME], too; see options_project.h
    OPTION_OWN = 8,     // with OPTION_PROJECT: a project does not inherit it
};

struct option_row {
    const char *name;
    enum option_type type;
    unsigned flags;
    const char *value;          // default, as it would be written in the file; "" is none
    int64_t min, max;           // of numbers
    const char *const *choices; // of OPTION_CHOICE, NULL at the end
    const char *section;        // heading in the manual and the sample
    const char *unset;          // what "none" means, when the default is none; else NULL
    const char *description;    // plain words, without full stop at the end
    size_t offset;              // of the field
};

extern const struct option_row option_table[]; // by section; a row with name NULL ends it
const char *option_type_name(enum option_type type);
const struct option_row *option_find(struct text name); // NULL when there is none

// The value as it would be written in the file, secrets as "***" (when set), passwords inside URLs
// too.
void option_show(const struct options *o, const struct option_row *row, struct buffer *out);
// option_show for every option, in the table's order. value lives until the call returns.
void options_list(const struct options *o,
                  void (*tell)(void *self, const char *name, struct text value), void *self);

#endif
