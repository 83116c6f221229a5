// SPDX-License-Identifier: MIT
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "io/notify.h"
#include "server/commands.h"
#include "server/reload.h"

// Before any thread starts, so that all of them leave these signals to wait_for_stop.
static void hold_signals(sigset_t *stops)
{
    signal(SIGPIPE, SIG_IGN); // a peer that is gone shows as an error of write
    sigemptyset(stops);
    sigaddset(stops, SIGTERM);
    sigaddset(stops, SIGINT);
    sigaddset(stops, SIGHUP);
    pthread_sigmask(SIG_BLOCK, stops, NULL);
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

// One huge body needs blocks of many megabytes. By itself malloc would soon keep such blocks for
// later, in every thread's arena; below a fixed size only, they go back to the system.
static void give_large_memory_back(void)
{
    mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
}

static bool start(int argc, char **arguments, struct config *config, struct server **server,
                  struct error *error)
{
    if (!config_load(argc, arguments, config, error))
        return false;
    const struct options *o = &config->options;
    if (!log_open_daily((enum log_level)o->log_level, o->log_file.len ? o->log_file.at : NULL,
                        o->log_days_to_keep, &clock_system))
        return error_set(error, ERROR_CONFIG, "cannot write log_file %s: %s; correct it in %s",
                         o->log_file.at, strerror(errno), "flawless.cfg");
    return server_start(config, server, error);
}

static void tell_projects(const struct config *config, const struct server *server)
{
    size_t n;
    const struct web_project *projects = server_projects(server, &n);
    for (size_t i = 0; i < n; i++) {
        printf("DSN:   %.*s", TEXT_ARG(projects[i].dsn));
        if (n > 1)
            printf(" for project %.*s", TEXT_ARG(projects[i].name));
        putchar('\n');
        if (!config_project(config, i).options->repo_dir.len)
            printf("No repo_dir is set: lines cannot be blamed on anybody.\n");
    }
}

static void tell_people(const struct config *config, const struct server *server)
{
    const struct options *o = &config->options;
    log_info("listening on %s port %lld for reports and pages",
             o->bind_address.len ? o->bind_address.at : "all addresses", (long long)o->port);
    if (o->http_port && o->http_port != o->port)
        log_info("listening on port %lld for pages", (long long)o->http_port);
    printf("Pages: %.*s/\n", TEXT_ARG(server_base_url(server)));
    tell_projects(config, server);
    struct text token = server_setup_token(server);
    if (token.len)
        printf("Nobody can sign in yet. Make the first user here, once:\n  %.*s/setup?token=%.*s\n",
               TEXT_ARG(server_base_url(server)), TEXT_ARG(token));
    if (!config->file_name.len)
        printf("This is a trial: without a flawless.cfg Flawless answers on this machine only, and "
               "needs no login.\n");
    fflush(stdout);
}

static void open_log_again(void)
{
    if (log_reopen())
        log_info("the log goes on here");
    else
        log_error("log_file cannot be opened again, the old file goes on: %s", strerror(errno));
}

// The next signal. Meanwhile the watchdog hears of us, as long as reports are answered.
static int wait_for_signal(const struct server *server, const sigset_t *signals)
{
    int64_t period_ms = notify_watchdog_ms();
    struct timespec period = {.tv_sec = period_ms / 1000, .tv_nsec = period_ms % 1000 * 1000000};
    for (;;) {
        int number = period_ms ? sigtimedwait(signals, NULL, &period) : sigwaitinfo(signals, NULL);
        if (number > 0)
            return number;
        if (period_ms && errno == EAGAIN && server_is_alive(server))
            notify_send("WATCHDOG=1");
    }
}

// Until the server is to end, or to start anew with *successor. SIGHUP comes from whoever has
// changed a file that was read at the start or renamed the log, or from a terminal that was closed
// under us.
static void wait_for_end(int argc, char **arguments, const struct config *config,
                         struct server *server, const sigset_t *signals, struct door **successor)
{
    bool lives_in_terminal = config->options.log_file.len == 0 && isatty(STDERR_FILENO);
    while (wait_for_signal(server, signals) == SIGHUP && !lives_in_terminal) {
        open_log_again();
        server_read_certificate(server);
        if (reload_is_due(argc, arguments, config, server, successor))
            return;
    }
}

static void tell_manager_of_reload(void)
{
    char state[80];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)clock_mono_ms(&clock_system) * 1000);
    notify_send(state);
}

int command_start(int argc, char **arguments)
{
    struct config config = {0};
    struct server *server = NULL;
    struct door *successor = NULL;
    struct error error = {0};
    sigset_t stops;
    prctl(PR_SET_NAME, "flawless"); // after a reload it would be that of /proc/self/exe
    hold_signals(&stops);
    raise_file_limit();
    give_large_memory_back();
    if (!start(argc, arguments, &config, &server, &error))
        return config_complain(&error);
    tell_people(&config, server);
    notify_send("READY=1");
    wait_for_end(argc, arguments, &config, server, &stops, &successor);
    if (successor)
        tell_manager_of_reload();
    else
        notify_send("STOPPING=1");
    log_info(successor ? "the configuration has changed: starting anew, after what is in flight"
                       : "stopping: answering what is in flight");
    bool is_over = server_stop(server, successor);
    if (successor) {
        reload_start_anew(argc, arguments, successor);
        _exit(1);
    }
    if (!is_over) {
        log_info("stopped; something was still busy and was left as it is");
        log_close();
        _exit(0); // other threads still run: nothing may be freed under them
    }
    log_info("stopped");
    log_close();
    config_release(&config);
    return 0;
}
