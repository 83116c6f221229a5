// SPDX-License-Identifier: MIT
// Where a repository is cloned from, as the operator writes it. Pure.
#ifndef FLAWLESS_IO_GIT_URL_H
#define FLAWLESS_IO_GIT_URL_H

#include "base/arena.h"
#include "base/error.h"

enum { GIT_URL_MAX = 2000 }; // bytes

// A URL taken apart, so that no password gets where others can read it.
struct git_url {
    const char *plain;           // what git is told: without user and password for http and https
    const char *shown;           // for people: with "***" for the secret
    const char *host;            // "https://host:port" of http and https, else ""
    const char *user, *password; // decoded; NULL when the URL names none
    const char *secret; // the password as it was written; of http without one the user, which is
                        // then a token; NULL when there is none
};

// Takes https://, http://, ssh://, git://, file://, host:path (ssh) and absolute paths.
// ERROR_CONFIG for everything else, above all what git would run a program for ("ext::") or take
// for an option; the message has no password. Texts live in the arena.
bool git_url_read(const char *written, struct arena *arena, struct git_url *url,
                  struct error *error);

// Puts "***" for the secret, written and decoded, wherever the message has it.
void git_url_mask(const struct git_url *url, struct error *error);

#endif
