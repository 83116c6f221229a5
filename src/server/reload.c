// SPDX-License-Identifier: MIT
#include "server/reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "io/door.h"
#include "io/inherit.h"
#include "io/store.h"
#include "server/config_check.h"

// The first mistake is kept for /check_health, all are logged.
struct findings {
    char first[600];
    int mistake_n;
};

static void take_mistake(void *self, const char *message)
{
    struct findings *findings = self;
    log_error("the new configuration cannot be used: %s", message);
    if (findings->mistake_n++ == 0)
        snprintf(findings->first, sizeof findings->first, "%s", message);
}

static void take_warning(void *self, const char *message)
{
    (void)self;
    log_warning("%s", message);
}

static void take_finding(void *self, enum finding_level level, const char *about,
                         const char *message)
{
    char whole[1200];
    snprintf(whole, sizeof whole, "%s: %s", about, message);
    if (level == FINDING_ERROR)
        take_mistake(self, whole);
}

// What depends on other machines may be different in a minute; the ports are opened for real.
static bool is_looked_at(enum config_check which)
{
    return which != CHECK_MAIL && which != CHECK_REPOSITORY_URL && which != CHECK_PORTS;
}

// A store that this server does not hold yet may be another server's.
static void look_at_other_store(const struct config *old, const struct config *next,
                                struct findings *findings)
{
    struct store_look look;
    struct error error = {0};
    if (!text_equal(old->options.store, next->options.store) &&
        store_look(next->options.store.at, &look, &error) && look.is_in_use)
        take_mistake(findings, "store: another server works with it; stop that one first");
}

static void look(const struct config *old, const struct config *next, struct findings *findings)
{
    const struct finding_listener listener = {findings, take_finding};
    for (int i = 0; i < CHECK_N; i++)
        if (is_looked_at((enum config_check)i))
            config_check_one((enum config_check)i, next, &listener);
    look_at_other_store(old, next, findings);
}

bool reload_is_due(int argc, char **arguments, const struct config *config, struct server *server,
                   struct door **door)
{
    struct findings findings = {0};
    struct config next;
    struct error error = {0};
    const struct options_warnings heard = {&findings, take_warning, take_mistake};
    if (!config->file_name.len)
        return false;
    if (!config_look(argc, arguments, heard, &next, &error))
        take_mistake(&findings, error.message);
    bool is_other = findings.mistake_n || !config_is_same(config, &next);
    if (is_other && !findings.mistake_n)
        look(config, &next, &findings);
    if (is_other && !findings.mistake_n && !server_open_door(server, &next.options, door, &error))
        take_mistake(&findings, error.message);
    config_release(&next);
    server_note_configuration(server, findings.first);
    return is_other && !findings.mistake_n;
}

void reload_start_anew(int argc, char **arguments, const struct door *door)
{
    int *sockets = must_alloc(INHERIT_MAX * sizeof *sockets);
    char **all = must_alloc(((size_t)argc + 2) * sizeof *all);
    all[0] = program_invocation_name;
    memcpy(all + 1, arguments, (size_t)argc * sizeof *all);
    fflush(NULL);
    inherit_leave(sockets, door_list_sockets(door, sockets, INHERIT_MAX));
    execv("/proc/self/exe", all); // the same program, even when its file was replaced meanwhile
    log_error("cannot start anew: %s", strerror(errno));
    free(sockets);
    free(all);
}
