// SPDX-License-Identifier: MIT
// The pages: what people and scripts see of an error monitor. docs/pages.md lists them.
//
// Pages are made by threads of their own, each with its own read-only connection to the store,
// behind a bounded queue: a slow page makes other pages wait, never a report.
#ifndef FLAWLESS_WEB_WEB_H
#define FLAWLESS_WEB_WEB_H

#include "base/clock.h"
#include "base/error.h"
#include "base/seal.h"
#include "base/value.h"
#include "core/guilt.h"
#include "io/http.h"
#include "io/store.h"

// A project as its pages show it.
struct web_project {
    int64_t id;
    struct text name;
    struct text dsn;         // what clients are told
    struct text parameter;   // "project" in links; at is NULL for the default one, which needs none
    int64_t minimum_date_ms; // report_only_after_minimum_date; 0 for none
};

// What self's functions give is shown as it is, to everybody who may see pages: secrets are masked
// before. They are called by page threads, several at a time.
struct web_settings {
    const char *store_address;          // must exist already; opened for reading
    const struct web_project *projects; // the first is the default one
    size_t project_n;                   // at least one
    const struct clock *clock;
    struct text version;        // of Flawless
    struct text base_url;       // "http://host:port", as in letters
    struct text report_address; // "host:port", where it listens
    struct seal_key key;        // of what comes back: forms, links in letters
    bool has_smtp;              // letters are sent, not only kept
    bool has_login;             // else whoever asks on this machine itself may do everything
    bool is_https_only;         // pages and forms come by TLS, but for who asks on this machine

    void *self;
    // A project's judge in force, held for the caller, who drops it; NULL when there is none yet.
    struct judge *(*hold_judge)(void *self, int64_t project_id);
    // Has apply change the store for a form, on another thread and in one transaction, and waits
    // until that is durable. apply may run more than once. False: somebody's mistake that apply
    // told (it has changed nothing then), or ERROR_BUSY when the store does not work.
    bool (*change)(void *self, bool (*apply)(void *data, struct store *store, struct error *error),
                   void *data, struct error *error);
    // Full hash of the newest commit in production, asked of git now; empty without a repository.
    // May be NULL.
    bool (*find_tip)(void *self, int64_t project_id, struct arena *arena, struct text *commit,
                     struct error *error);
    // Waits until the rules are in force as the store holds them now.
    void (*renew_rules)(void *self, int64_t project_id);
    // Adds an object {"name": text, "value": text} to the list for every option of a project.
    void (*list_options)(void *self, int64_t project_id, struct arena *arena, struct value *list);
    // About the server, and about this project in particular. Adds members to the object: plain
    // values, objects of them, or lists of texts. A list named "problems" says in plain words what
    // is wrong now. *is_well is true before the call; false makes /check_health answer 503.
    void (*health)(void *self, int64_t project_id, struct arena *arena, struct value *object,
                   bool *is_well);
    // Adds families of /metrics (base/metrics.h). May be NULL, as the others.
    void (*metrics)(void *self, struct buffer *out);
};

struct web;

// What settings points to is borrowed until web_stop. ERROR_CONFIG when a template is
// broken (with file and line) or the store cannot be opened.
struct web *web_start(const struct web_settings *settings, struct error *error);

// What /setup asks for, so that only who started the server makes the first user. Another at each
// start; good until there is a user.
struct text web_setup_token(const struct web *web);

// Answers any request that is for pages: sooner or later, here or from a page thread. When too many
// wait: 503 with Retry-After.
void web_handle(struct web *web, struct http_request *request);

// Every request that was handed over is answered first. NULL is fine. The server calls it after it
// has stopped handing requests over and before http_server_stop gives up waiting for answers.
void web_stop(struct web *web);

#endif
