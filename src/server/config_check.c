// SPDX-License-Identifier: MIT
#include "server/config_check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/options_address.h"
#include "io/address.h"
#include "io/clone.h"
#include "io/door.h"
#include "io/files.h"
#include "io/git_remote.h"
#include "io/repository.h"
#include "io/smtp.h"
#include "io/store.h"
#include "io/tls.h"
#include "server/rule_files.h"

enum { URL_TIMEOUT_MS = 20 * 1000 };

__attribute__((format(printf, 4, 5))) static void tell(const struct finding_listener *listener,
                                                       enum finding_level level, const char *about,
                                                       const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    listener->tell(listener->self, level, about, message);
}

static void check_data_directory(const struct config *config,
                                 const struct finding_listener *listener)
{
    struct error error = {0};
    struct stat status;
    bool exists;
    const char *path = config->options.data_dir_path.at;
    if (!files_look_at_directory(path, &exists, &error))
        tell(listener, FINDING_ERROR, "data_dir_path", "%s", error.message);
    else if (!exists)
        tell(listener, FINDING_OK, "data_dir_path", "%s will be made at the first start", path);
    else if (stat(path, &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)))
        tell(listener, FINDING_WARNING, "data_dir_path",
             "others may look into %s, which will hold variables of your program; chmod 700 it",
             path);
    else
        tell(listener, FINDING_OK, "data_dir_path", "%s can be written", path);
}

static void check_store(const struct config *config, const struct finding_listener *listener)
{
    const char *store = config->options.store.at;
    struct error error = {0};
    struct store_look look;
    if (!store_look(store, &look, &error))
        tell(listener, FINDING_ERROR, "store", "%s", error.message);
    else if (!look.exists)
        tell(listener, FINDING_OK, "store", "will be made in %s", store);
    else if (look.version < look.newest)
        tell(listener, FINDING_WARNING, "store",
             "%s has schema version %lld; the next start makes it %lld, and no older Flawless can "
             "use it then: make a backup first",
             store, (long long)look.version, (long long)look.newest);
    else
        tell(listener, FINDING_OK, "store", "%s can be used%s", store,
             look.is_in_use ? "; a server works with it now" : "");
}

static bool is_server_running(const struct options *o)
{
    struct store_look look;
    return store_look(o->store.at, &look, NULL) && look.is_in_use;
}

static void check_ports(const struct config *config, const struct finding_listener *listener)
{
    const struct options *o = &config->options;
    struct error error = {0};
    struct door *door = NULL;
    struct door_settings settings = {
        .bind_address = o->bind_address,
        .port = (int)o->port,
        .pages_port = (int)o->http_port,
    };
    if (door_open(&settings, &door, &error))
        tell(listener, FINDING_OK, "ports", "port %lld%s can be listened on", (long long)o->port,
             o->http_port ? " and the http_port" : "");
    else if (is_server_running(o))
        tell(listener, FINDING_OK, "ports",
             "not looked at: the server that works with the store may have them (%s)",
             error.message);
    else
        tell(listener, FINDING_ERROR, "ports", "%s", error.message);
    door_close(door);
}

static void check_repository_url(const struct config *config,
                                 const struct finding_listener *listener)
{
    const struct options *o = &config->options;
    struct arena scratch = {0};
    struct git_url url;
    struct error error = {0};
    if (o->repo_url.len && git_url_read(o->repo_url.at, &scratch, &url, &error) &&
        repository_try_url(o->git_cli_path.at, o->repo_url.at, URL_TIMEOUT_MS, &error))
        tell(listener, FINDING_OK, "repo_url", "%s can be read", url.shown);
    else if (o->repo_url.len)
        tell(listener, FINDING_ERROR, "repo_url", "%s", error.message);
    arena_release(&scratch);
}

static void check_tls(const struct config *config, const struct finding_listener *listener)
{
    const struct options *o = &config->options;
    struct buffer warning = {0};
    struct error error = {0};
    struct tls *tls = NULL;
    if (!o->tls_certificate.len || !o->tls_key.len)
        return;
    if (!tls_open(o->tls_certificate.at, o->tls_key.at, &tls, &error))
        tell(listener, FINDING_ERROR, "tls_certificate", "%s", error.message);
    else if (!tls_is_valid_at(tls, clock_wall_ms(&clock_system), &warning))
        tell(listener, FINDING_WARNING, "tls_certificate", "%s", warning.at);
    else
        tell(listener, FINDING_OK, "tls_certificate", "%s can be used", o->tls_certificate.at);
    buffer_release(&warning);
    tls_free(tls);
}

// The place of the clone of repo_url. False when there is nothing yet to be looked at.
static bool check_clone(const struct options *o, const struct finding_listener *listener)
{
    const struct clone_settings settings = {o->git_cli_path.at, o->repo_url.at, o->repo_dir.at};
    struct clone clone;
    struct error error = {0};
    bool is_good = clone_open(&settings, &clone, &error), exists = clone.exists;
    if (!is_good)
        tell(listener, FINDING_ERROR, "repository", "%s", error.message);
    else if (!exists)
        tell(listener, FINDING_OK, "repository", "will be cloned into %s by the next start",
             o->repo_dir.at);
    clone_release(&clone);
    return is_good && exists;
}

static void check_repository(const struct config *config, const struct finding_listener *listener)
{
    const struct options *o = &config->options;
    struct error error = {0};
    struct repository *repository = NULL;
    const struct repository_settings settings = config_repository(o);
    char tip[65];
    if (o->repo_url.len && !check_clone(o, listener))
        return;
    if (!o->repo_dir.len)
        tell(listener, FINDING_WARNING, "repository",
             "no repo_dir is set: lines cannot be blamed on anybody%s",
             o->default_contact.len ? ", all letters go to default_contact"
                                    : ", and with no default_contact nobody is told");
    else if (!repository_open(&settings, &repository, &error) ||
             !repository_tip(repository, tip, &error))
        tell(listener, FINDING_ERROR, "repository", "%s", error.message);
    else
        tell(listener, FINDING_OK, "repository", "%s, in production is %.12s", o->repo_dir.at, tip);
    if (repository && !error.kind && repository_lacks_graph(repository, tip))
        tell(listener, FINDING_WARNING, "repository",
             "its history is long, and git blame takes five times as long without a commit graph; "
             "write one now and after fetches: git -C %s commit-graph write --reachable "
             "--changed-paths --split",
             o->repo_dir.at);
    repository_close(repository);
}

static void tell_odd_rule(void *self, const char *message)
{
    tell(self, FINDING_WARNING, "rules", "%s", message);
}

static void check_rules(const struct config *config, const struct finding_listener *listener)
{
    struct rule_files files = {.directory = config->options.config_dir_path.at,
                               .may_be_missing = config->options.config_dir_may_be_missing,
                               .warnings = {(void *)(uintptr_t)listener, tell_odd_rule}};
    struct rules *rules = NULL;
    struct error error = {0};
    size_t rule_n = 0;
    if (!rule_files_read(&files, &rules, &error)) {
        tell(listener, FINDING_ERROR, "rules", "%s", error.message);
        return;
    }
    for (int file = 0; file < RULE_FILE_N; file++)
        rule_n += rules_count(rules, (enum rule_file)file);
    tell(listener, FINDING_OK, "rules", "%zu rules in the files of %s", rule_n, files.directory);
    rules_drop(rules);
}

// Letters that go out with what stands in the option table for want of something better.
static void check_addresses(const struct config *config, const struct finding_listener *listener)
{
    const struct options *o = &config->options;
    struct buffer url = {0};
    options_base_url(o, &url);
    struct text host = text_from(buffer_text(&url), text_find(buffer_text(&url), '/') + 2);
    if (o->smtp_host.len && text_starts(host, TEXT("localhost")))
        tell(listener, FINDING_WARNING, "hostname",
             "links in letters lead to %s, which only this machine can open; set hostname", url.at);
    if (o->smtp_host.len && !o->smtp_from.len &&
        text_equal(o->email_domain_name, TEXT("example.com")))
        tell(listener, FINDING_WARNING, "email_domain_name",
             "letters come from flawless@example.com; set it to your own domain, or smtp_from");
    buffer_release(&url);
}

// A password that crosses a network in the open.
static bool is_login_open(const struct options *o)
{
    struct text host = o->smtp_host;
    if (text_starts(host, TEXT("smtp://")))
        host = text_from(host, 7);
    bool is_here = text_starts(host, TEXT("localhost")) || text_starts(host, TEXT("127.")) ||
                   text_starts(host, TEXT("[::1]"));
    return o->smtp_user.len && !o->smtp_use_tls && !text_starts(host, TEXT("smtps://")) && !is_here;
}

static void check_mail(const struct config *config, const struct finding_listener *listener)
{
    const struct options *o = &config->options;
    struct buffer url = {0};
    struct error error = {0};
    options_smtp_url(o, &url);
    if (!url.len) {
        tell(listener, FINDING_OK, "smtp_host", "none: letters are kept in the outbox, at /outbox");
        return;
    }
    struct smtp_settings settings = smtp_settings_of(o, url.at);
    struct smtp *smtp = smtp_open(&settings);
    if (!smtp_try(smtp, &error))
        tell(listener, FINDING_ERROR, "smtp_host", "no letter can be sent: %s", error.message);
    else if (is_login_open(o))
        tell(listener, FINDING_WARNING, "smtp_host",
             "%s took the login, but the password went there unencrypted; set smtp_use_tls = true "
             "or write smtps://",
             url.at);
    else
        tell(listener, FINDING_OK, "smtp_host", "%s answers%s", url.at,
             o->smtp_user.len ? " and took the login" : "");
    smtp_close(smtp);
    buffer_release(&url);
}

static void check_log(const struct config *config, const struct finding_listener *listener)
{
    const struct options *o = &config->options;
    struct text path = o->log_file;
    if (!path.len)
        return;
    char directory[4096];
    size_t slash = text_find_last(path, '/');
    snprintf(directory, sizeof directory, "%.*s", (int)(slash ? slash : 1), path.at);
    struct stat status;
    bool exists = stat(path.at, &status) == 0;
    bool is_new_good = access(directory, W_OK | X_OK) == 0;
    if (exists ? S_ISDIR(status.st_mode) || access(path.at, W_OK) != 0 : !is_new_good)
        tell(listener, FINDING_ERROR, "log_file", "%s cannot be written: %s; correct it", path.at,
             exists && S_ISDIR(status.st_mode) ? "it is a directory" : strerror(errno));
    else if (o->log_days_to_keep && !is_new_good)
        tell(listener, FINDING_WARNING, "log_file",
             "%s can be written, but not renamed when its day is over; make %s writable, or set "
             "log_days_to_keep = 0",
             path.at, directory);
    else
        tell(listener, FINDING_OK, "log_file", "%s can be written", path.at);
}

static void tell_readers(const char *about, const char *path,
                         const struct finding_listener *listener)
{
    struct stat status;
    if (!path || stat(path, &status) != 0)
        return;
    if (status.st_mode & S_IROTH)
        tell(listener, FINDING_WARNING, about,
             "every user of this machine can read the password in %s; chmod o-r it", path);
    else
        tell(listener, FINDING_OK, about, "not everybody can read the password in %s", path);
}

// Whether an address of a repository has one.
static bool has_repository_password(const struct config *config)
{
    bool is_found = false;
    for (size_t i = 0; i < config_project_n(config); i++) {
        struct buffer url = {0};
        option_show(config_project(config, i).options, option_find(TEXT("repo_url")), &url);
        is_found |= text_contains(buffer_text(&url), TEXT("***"));
        buffer_release(&url);
    }
    return is_found;
}

// Who may read the passwords of others' services.
static void check_passwords(const struct config *config, const struct finding_listener *listener)
{
    const struct options *o = &config->options;
    if (o->smtp_password.len)
        tell_readers("smtp_password",
                     o->smtp_password_file.len ? o->smtp_password_file.at : config->file_name.at,
                     listener);
    if (has_repository_password(config))
        tell_readers("repo_url", config->file_name.at, listener);
}

// In the order in which they are made and told. A new part of the configuration gets its check
// here.
static const struct check {
    void (*run)(const struct config *config, const struct finding_listener *listener);
    bool is_of_project; // looks at nothing but options that a project may have of its own
} checks[CHECK_N] = {
    [CHECK_DATA_DIRECTORY] = {check_data_directory, false},
    [CHECK_STORE] = {check_store, false},
    [CHECK_PORTS] = {check_ports, false},
    [CHECK_TLS] = {check_tls, false},
    [CHECK_REPOSITORY_URL] = {check_repository_url, true},
    [CHECK_REPOSITORY] = {check_repository, true},
    [CHECK_RULES] = {check_rules, true},
    [CHECK_ADDRESSES] = {check_addresses, false},
    [CHECK_MAIL] = {check_mail, false},
    [CHECK_PASSWORDS] = {check_passwords, false},
    [CHECK_LOG] = {check_log, false},
};

// Tells another listener, with the project's name.
struct project_listener {
    const struct finding_listener *listener;
    struct text project;
};

static void tell_with_name(void *self, enum finding_level level, const char *about,
                           const char *message)
{
    const struct project_listener *with_name = self;
    tell(with_name->listener, level, about, "[project %.*s] %s", TEXT_ARG(with_name->project),
         message);
}

void config_check_one(enum config_check which, const struct config *config,
                      const struct finding_listener *listener)
{
    const struct check *check = &checks[which];
    check->run(config, listener);
    for (size_t i = 1; check->is_of_project && i < config_project_n(config); i++) {
        struct config_project project = config_project(config, i);
        struct config alone = *config;
        alone.options = *project.options;
        struct project_listener with_name = {listener, project.name};
        check->run(&alone, &(struct finding_listener){&with_name, tell_with_name});
    }
}

void config_check(const struct config *config, const struct finding_listener *listener)
{
    for (int i = 0; i < CHECK_N; i++)
        config_check_one(i, config, listener);
}
