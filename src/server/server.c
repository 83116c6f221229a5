// SPDX-License-Identifier: MIT
#include "server/server.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "core/options_address.h"
#include "io/child.h"
#include "io/door.h"
#include "io/inherit.h"
#include "io/store_users.h"
#include "io/tls.h"
#include "server/blamer.h"
#include "server/fix_reader.h"
#include "server/health.h"
#include "server/intake.h"
#include "server/ledger.h"
#include "server/mailer.h"
#include "server/metrics.h"
#include "server/projects.h"
#include "server/scholar.h"

enum {
    REPOSITORY_PATIENCE_MS = 5000, // a start waits so long at most for the repository's paths
    // together below ten seconds, with what the mailer may need to give up
    THRIFT_STOP_MS = 1000,
    HTTP_STOP_MS = 2500,
    GIT_STOP_S = 1,
    PER_ADDRESS_MAX = 1000, // HTTP connections
};

struct server {
    const struct config *config;
    struct arena arena; // texts that live as long as the server
    struct buffer base_url, smtp_url, sender;
    struct served_projects projects;
    struct web_project *web_projects;
    struct network *networks, *proxies;
    size_t network_n, proxy_n;
    struct tls *tls; // NULL without a certificate
    struct notice certificate, configuration;
    struct seal_key key;
    bool has_users;
    int lock; // on the state, so that no second server uses it

    struct store *store;
    struct mailer *mailer;
    struct blamer *blamer;
    struct fix_reader *fix_reader;
    struct ledger *ledger;
    struct scholar *scholar;
    struct web *web;
    struct intake *intake;
    struct http_server *http;
    struct thrift_server *thrift;
    struct door *door;
};

// ---- who hands what to whom ----

static struct judge *hold_judge(void *self, int64_t project_id)
{
    struct server *server = self;
    return projects_hold_judge(&server->projects, project_id);
}

// What is not served any more is asked about nowhere: its reports are refused, its blames wait.
static const struct alert_settings *get_alert(void *self, int64_t project_id)
{
    struct server *server = self;
    const struct served_project *project = projects_find(&server->projects, project_id);
    return &(project ? project : server->projects.all)->alert;
}

static bool change_by_ledger(void *self,
                             bool (*apply)(void *data, struct store *store, struct error *error),
                             void *data, struct error *error)
{
    struct server *server = self;
    return ledger_change_now(server->ledger, apply, data, error);
}

static bool find_tip(void *self, int64_t project_id, struct arena *arena, struct text *commit,
                     struct error *error)
{
    struct server *server = self;
    const struct served_project *project = projects_find(&server->projects, project_id);
    struct repository *repository = project ? keeper_repository(project->keeper) : NULL;
    char tip[65];
    if (repository && !repository_tip(repository, tip, error))
        return false;
    *commit = repository ? arena_copy(arena, text_of(tip)) : (struct text){0};
    return true;
}

static void renew_rules(void *self, int64_t project_id)
{
    struct server *server = self;
    const struct served_project *project = projects_find(&server->projects, project_id);
    if (project)
        keeper_renew_rules(project->keeper);
}

static bool job_to_blamer(void *self, const struct blame_job *job)
{
    struct server *server = self;
    return blamer_take(server->blamer, job);
}

static void blame_to_ledger(void *self, struct blame_answer *answer)
{
    struct server *server = self;
    ledger_tell_blame(server->ledger, answer);
}

static bool letter_to_mailer(void *self, const struct outbox_letter *letter)
{
    struct server *server = self;
    return mailer_take(server->mailer, letter);
}

static void outcome_to_ledger(void *self, const struct outbox_letter *outcome)
{
    struct server *server = self;
    ledger_tell_letter(server->ledger, letter_outcome_new(outcome));
}

static void http_to_intake(void *self, int socket, const struct sockaddr *address,
                           socklen_t address_len)
{
    struct server *server = self;
    http_server_add(server->http, socket, address, address_len, false);
}

static void tls_to_intake(void *self, int socket, const struct sockaddr *address,
                          socklen_t address_len)
{
    struct server *server = self;
    http_server_add(server->http, socket, address, address_len, true);
}

static void thrift_to_intake(void *self, int socket, const struct sockaddr *address,
                             socklen_t address_len)
{
    struct server *server = self;
    thrift_server_add(server->thrift, socket, address, address_len);
}

static void call_to_intake(void *self, struct thrift_request *request)
{
    struct server *server = self;
    intake_take_call(server->intake, server->thrift, request);
}

static void list_options(void *self, int64_t project_id, struct arena *arena, struct value *list)
{
    struct server *server = self;
    health_list_options(projects_find(&server->projects, project_id)->options, arena, list);
}

static struct health_rooms rooms_of(struct server *server)
{
    return (struct health_rooms){server->ledger,        server->intake, server->blamer,
                                 &server->projects,     server->mailer, &server->certificate,
                                 &server->configuration};
}

static void tell_health(void *self, int64_t project_id, struct arena *arena, struct value *object,
                        bool *is_well)
{
    struct server *server = self;
    struct health_rooms rooms = rooms_of(server);
    health_tell(&rooms, projects_find(&server->projects, project_id), arena, object, is_well);
}

// Of the rooms that are there before the ledger: it asks while the others are being made.
static void list_troubles(void *self, struct arena *arena, struct trouble_list *troubles)
{
    struct server *server = self;
    const struct health_rooms rooms = {.blamer = server->blamer,
                                       .projects = &server->projects,
                                       .certificate = &server->certificate,
                                       .configuration = &server->configuration};
    health_list_troubles(&rooms, arena, troubles);
}

static void tell_metrics(void *self, struct buffer *out)
{
    struct health_rooms rooms = rooms_of(self);
    metrics_tell(&rooms, out);
}

// ---- starting ----

static bool read_networks(struct server *server, const char *option, const struct option_list *list,
                          struct network **networks, size_t *network_n, struct error *error)
{
    *networks = arena_array(&server->arena, struct network, list->item_n * NETWORK_WORD_MAX + 1);
    for (size_t i = 0; i < list->item_n; i++) {
        size_t n = 0;
        if (!network_parse(list->items[i], *networks + *network_n, &n, error))
            return error_prefix(error, "%s", option);
        *network_n += n;
    }
    return true;
}

static bool read_all_networks(struct server *server, struct error *error)
{
    const struct options *o = &server->config->options;
    return read_networks(server, "thrift_networks", &o->thrift_networks, &server->networks,
                         &server->network_n, error) &&
           read_networks(server, "trusted_proxies", &o->trusted_proxies, &server->proxies,
                         &server->proxy_n, error);
}

static void warn_of_certificate(const struct server *server)
{
    struct buffer warning = {0};
    if (!tls_is_valid_at(server->tls, clock_wall_ms(&clock_system), &warning))
        log_warning("%s", warning.at);
    buffer_release(&warning);
}

static bool open_tls(struct server *server, struct error *error)
{
    const struct options *o = &server->config->options;
    if (!o->tls_certificate.len)
        return true;
    if (!tls_open(o->tls_certificate.at, o->tls_key.at, &server->tls, error))
        return false;
    warn_of_certificate(server);
    return true;
}

static bool open_project(struct config_project configured, struct served_project *project,
                         struct error *error)
{
    const struct options *o = configured.options;
    *project = (struct served_project){
        .options = o,
        .alert = {o->report_error_threshold, o->report_only_after_minimum_date},
        .owner = owner_settings_of(o),
    };
    return keeper_open(o, &project->keeper, error) ||
           error_prefix(error, "project %.*s", TEXT_ARG(configured.name));
}

static bool open_projects(struct server *server, struct error *error)
{
    size_t n = config_project_n(server->config);
    server->projects.all = arena_array(&server->arena, struct served_project, n);
    for (; server->projects.n < n; server->projects.n++)
        if (!open_project(config_project(server->config, server->projects.n),
                          &server->projects.all[server->projects.n], error))
            return false;
    return true;
}

// What the pages show of the projects.
static void present_projects(struct server *server)
{
    struct buffer dsn = {0};
    server->web_projects = arena_array(&server->arena, struct web_project, server->projects.n);
    for (size_t i = 0; i < server->projects.n; i++) {
        const struct served_project *served = &server->projects.all[i];
        buffer_clear(&dsn);
        options_dsn(served->options, served->project.key, &dsn);
        server->web_projects[i] = (struct web_project){
            .id = served->project.id,
            .name = served->project.name,
            .dsn = arena_copy(&server->arena, buffer_text(&dsn)),
            .parameter = i ? served->project.name : (struct text){0},
            .minimum_date_ms = served->options->report_only_after_minimum_date,
        };
    }
    buffer_release(&dsn);
}

static bool keep_projects(struct server *server, struct error *error)
{
    struct project *kept;
    if (!projects_keep(server->config, server->store, &server->arena, &kept, error))
        return false;
    for (size_t i = 0; i < server->projects.n; i++)
        server->projects.all[i].project = kept[i];
    present_projects(server);
    return projects_log_others(&server->projects, server->store, error);
}

static bool look_for_users(struct server *server, struct error *error)
{
    struct user *users;
    size_t user_n = 0;
    bool is_good = store_list_users(server->store, &server->arena, &users, &user_n, error);
    server->has_users = user_n > 0;
    return is_good;
}

// After open_projects.
static bool open_state(struct server *server, struct error *error)
{
    const struct options *o = &server->config->options;
    if (!store_lock(o->store.at, &server->lock, error) ||
        !store_open(o->store.at, STORE_WRITE, &server->store, error) ||
        !keep_projects(server, error) || !store_keep_seal_key(server->store, &server->key, error) ||
        !look_for_users(server, error))
        return false;
    options_base_url(o, &server->base_url);
    options_smtp_url(o, &server->smtp_url);
    options_sender(o, &server->sender);
    int64_t released = 0;
    if (o->smtp_host.len && (!store_begin(server->store, error) ||
                             !store_release_kept_letters(server->store, &released, error) ||
                             !store_commit(server->store, error)))
        return false;
    if (released)
        log_info("%lld letters that were kept in the outbox are going to be sent",
                 (long long)released);
    return true;
}

static struct door_settings door_settings(struct server *server, const struct options *o)
{
    return (struct door_settings){
        .bind_address = o->bind_address,
        .port = (int)o->port,
        .pages_port = (int)o->http_port,
        .self = server,
        .take_http = http_to_intake,
        .take_tls = server->tls ? tls_to_intake : NULL,
        .take_thrift = thrift_to_intake,
    };
}

static bool open_door(struct server *server, struct error *error)
{
    struct door_settings settings = door_settings(server, &server->config->options);
    int *inherited = must_alloc(INHERIT_MAX * sizeof *inherited);
    settings.inherited = inherited;
    settings.inherited_n = inherit_take(inherited, INHERIT_MAX);
    bool is_open = door_open(&settings, &server->door, error);
    for (size_t i = 0; i < settings.inherited_n; i++)
        close(inherited[i]);
    free(inherited);
    return is_open;
}

bool server_open_door(struct server *server, const struct options *options, struct door **door,
                      struct error *error)
{
    struct door_settings settings = door_settings(server, options);
    int listeners[DOOR_LISTENER_MAX];
    settings.inherited = listeners;
    settings.inherited_n = door_list_listeners(server->door, listeners);
    return door_open(&settings, door, error);
}

static void start_mailer(struct server *server)
{
    const struct options *o = &server->config->options;
    struct mailer_settings settings = {
        .smtp = smtp_settings_of(o, server->smtp_url.at),
        .clock = &clock_system,
        .self = server,
        .settled = outcome_to_ledger,
    };
    server->mailer = mailer_start(&settings);
}

static void start_ledger(struct server *server)
{
    const struct options *o = &server->config->options;
    struct ledger_settings settings = {
        .store = server->store,
        .clock = &clock_system,
        .base_url = buffer_text(&server->base_url),
        .link_key = o->web_auth == WEB_AUTH_NONE ? NULL : &server->key,
        .sender = buffer_text(&server->sender),
        .sender_domain = o->email_domain_name,
        .default_contact = o->default_contact,
        .letters_per_hour = o->letters_per_hour,
        .has_smtp = o->smtp_host.len > 0,
        .self = server,
        .hold_judge = hold_judge,
        .get_alert = get_alert,
        .take_job = job_to_blamer,
        .take_letter = letter_to_mailer,
        .list_troubles = list_troubles,
    };
    ledger_start(&settings, &server->ledger);
}

static void start_blamer(struct server *server)
{
    const struct options *o = &server->config->options;
    struct blamer_settings settings = {
        .thread_n = (int)o->max_concurrent_git_blames,
        .store_address = o->store.at,
        .projects = &server->projects,
        .self = server,
        .answer = blame_to_ledger,
    };
    server->blamer = blamer_start(&settings);
}

static bool start_scholar(struct server *server, struct error *error)
{
    struct scholar_settings settings = {
        .store_address = server->config->options.store.at,
        .clock = &clock_system,
        .projects = &server->projects,
        .blamer = server->blamer,
        .self = server,
        .change = change_by_ledger,
    };
    server->scholar = scholar_start(&settings, error);
    return server->scholar != NULL;
}

static bool start_fix_reader(struct server *server, struct error *error)
{
    const struct fix_reader_settings settings = {
        .store_address = server->config->options.store.at,
        .projects = &server->projects,
        .clock = &clock_system,
        .self = server,
        .change = change_by_ledger,
    };
    return fix_reader_start(&settings, &server->fix_reader, error);
}

static bool start_web(struct server *server, struct error *error)
{
    const struct options *o = &server->config->options;
    struct text base_url = buffer_text(&server->base_url);
    struct text scheme_end = text_from(base_url, text_find(base_url, '/') + 2);
    struct web_settings settings = {
        .store_address = o->store.at,
        .projects = server->web_projects,
        .project_n = server->projects.n,
        .clock = &clock_system,
        .version = TEXT(FLAWLESS_VERSION),
        .base_url = base_url,
        .report_address = scheme_end,
        .has_smtp = o->smtp_host.len > 0,
        .has_login = o->web_auth != WEB_AUTH_NONE,
        .is_https_only = o->tls_certificate.len && text_starts(base_url, TEXT("https://")),
        .key = server->key,
        .self = server,
        .hold_judge = hold_judge,
        .change = change_by_ledger,
        .find_tip = find_tip,
        .renew_rules = renew_rules,
        .list_options = list_options,
        .health = tell_health,
        .metrics = tell_metrics,
    };
    server->web = web_start(&settings, error);
    return server->web != NULL;
}

static bool start_intake(struct server *server, struct error *error)
{
    struct intake_settings settings = {
        .ledger = server->ledger,
        .projects = &server->projects,
        .web = server->web,
        .networks = server->networks,
        .network_n = server->network_n,
    };
    struct thrift_server_settings thrift = {server->networks, server->network_n, server,
                                            call_to_intake};
    int core_n = (int)sysconf(_SC_NPROCESSORS_ONLN);
    server->intake = intake_new(&settings);
    struct http_settings http = {
        .handler = intake_http_handler(server->intake),
        .thread_n = core_n < 2 ? 2 : core_n,
        .pages_port = (int)server->config->options.http_port,
        .tls = server->tls,
        .proxies = server->proxies,
        .proxy_n = server->proxy_n,
        .per_address_max = PER_ADDRESS_MAX,
    };
    server->http = http_server_start(&http, error);
    server->thrift = server->http ? thrift_server_start(&thrift, error) : NULL;
    return server->thrift != NULL;
}

// What fails here ends the process, so nothing is taken apart again.
bool server_start(const struct config *config, struct server **started, struct error *error)
{
    struct server *server = must_alloc(sizeof *server);
    *started = server;
    server->config = config;
    notice_init(&server->certificate);
    notice_init(&server->configuration);
    if (!read_all_networks(server, error) || !open_tls(server, error) ||
        !open_door(server, error) || !open_projects(server, error) || !open_state(server, error) ||
        !start_web(server, error))
        return false;
    for (size_t i = 0; i < server->projects.n; i++) {
        const struct served_project *project = &server->projects.all[i];
        if (!keeper_start(project->keeper, project->project.id, REPOSITORY_PATIENCE_MS, error))
            return false;
    }
    if (server->smtp_url.len)
        start_mailer(server);
    start_blamer(server);
    start_ledger(server);
    if (!start_scholar(server, error) || !start_fix_reader(server, error) ||
        !start_intake(server, error))
        return false;
    door_start(server->door);
    return true;
}

struct text server_base_url(const struct server *server)
{
    return buffer_text(&server->base_url);
}

struct text server_setup_token(const struct server *server)
{
    bool is_needed = server->config->options.web_auth != WEB_AUTH_NONE && !server->has_users;
    return is_needed ? web_setup_token(server->web) : (struct text){0};
}

const struct web_project *server_projects(const struct server *server, size_t *n)
{
    *n = server->projects.n;
    return server->web_projects;
}

bool server_is_alive(const struct server *server)
{
    struct ledger_facts facts;
    ledger_look(server->ledger, &facts);
    return !facts.is_stuck;
}

// ---- reading again ----

void server_read_certificate(struct server *server)
{
    struct error error = {0};
    if (!server->tls)
        return;
    bool is_read = tls_read_again(server->tls, &error);
    notice_set(&server->certificate, error.message); // whoever sees the log finds it on the page
    if (is_read)
        warn_of_certificate(server);
    else
        log_error("the certificate of before stays in force: %s", error.message);
}

void server_note_configuration(struct server *server, const char *why)
{
    notice_set(&server->configuration, why);
}

// ---- stopping ----

bool server_stop(struct server *server, struct door *successor)
{
    if (successor)
        door_hand_over(server->door, successor);
    door_close(server->door);
    bool is_thrift_over = thrift_server_stop(server->thrift, THRIFT_STOP_MS);
    bool is_over = http_server_stop(server->http, HTTP_STOP_MS);
    if (is_over)
        web_stop(server->web);
    is_over &= is_thrift_over;
    if (server->mailer) // before the ledger, which has to hear what became of the letter under way
        is_over &= mailer_stop(server->mailer);
    ledger_stop(server->ledger);
    child_stop_all(); // whom git was asked about is remembered, and asked again at the next start
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += GIT_STOP_S;
    is_over &= blamer_stop(server->blamer, &deadline);
    is_over &= scholar_stop(server->scholar, &deadline);
    is_over &= fix_reader_stop(server->fix_reader, &deadline);
    for (size_t i = 0; i < server->projects.n; i++)
        is_over &= keeper_stop(server->projects.all[i].keeper, &deadline);
    if (!is_over) {
        store_close(server->store);
        return false;
    }
    tls_free(server->tls);
    intake_free(server->intake);
    scholar_free(server->scholar);
    blamer_free(server->blamer);
    fix_reader_free(server->fix_reader);
    mailer_free(server->mailer);
    ledger_free(server->ledger);
    for (size_t i = 0; i < server->projects.n; i++)
        keeper_free(server->projects.all[i].keeper);
    store_close(server->store); // after all who read it: SQLite then puts its log into the database
    buffer_release(&server->base_url);
    buffer_release(&server->smtp_url);
    buffer_release(&server->sender);
    arena_release(&server->arena);
    close(server->lock);
    free(server);
    return true;
}
