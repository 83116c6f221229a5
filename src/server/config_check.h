// SPDX-License-Identifier: MIT
// What is wrong with a configuration, and with what it names, without a start.
#ifndef FLAWLESS_SERVER_CONFIG_CHECK_H
#define FLAWLESS_SERVER_CONFIG_CHECK_H

#include "server/config.h"

enum finding_level { FINDING_OK, FINDING_WARNING, FINDING_ERROR };

// about: "options", "store", ...; message: what, where and the way out. Live until the call
// returns.
struct finding_listener {
    void *self;
    void (*tell)(void *self, enum finding_level level, const char *about, const char *message);
};

// What is looked at, in this order. The functions are a table at the end of config_check.c.
enum config_check {
    CHECK_DATA_DIRECTORY,
    CHECK_STORE,
    CHECK_PORTS,
    CHECK_TLS,
    CHECK_REPOSITORY_URL,
    CHECK_REPOSITORY,
    CHECK_RULES,
    CHECK_ADDRESSES,
    CHECK_MAIL,
    CHECK_PASSWORDS,
    CHECK_LOG,
    CHECK_N,
};

// Looks at one of the things a start needs. Makes and sends nothing, and does no harm to a server
// that runs. Takes as long as git and the mail server do, half a minute at most when they do not
// answer.
void config_check_one(enum config_check which, const struct config *config,
                      const struct finding_listener *listener);
// All of them.
void config_check(const struct config *config, const struct finding_listener *listener);

#endif
