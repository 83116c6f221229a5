// SPDX-License-Identifier: MIT
// Intake: bytes of a client become judged reports at the ledger; the client is answered when they
// are durable.
#ifndef FLAWLESS_SERVER_INTAKE_H
#define FLAWLESS_SERVER_INTAKE_H

#include "io/http.h"
#include "io/thrift_server.h"
#include "report/lost.h"
#include "server/ledger.h"
#include "server/projects.h"
#include "web/web.h"

struct intake;

struct intake_settings {
    struct ledger *ledger;
    struct web *web;                        // takes every request that is no report
    const struct served_projects *projects; // live as long as the intake
    const struct network *networks; // from where Flawless' own clients may report without a key
    size_t network_n;
};

struct intake *intake_new(const struct intake_settings *settings);
void intake_free(struct intake *intake); // after every request has ended

// Any intake thread.
struct http_handler intake_http_handler(struct intake *intake);
void intake_take_call(struct intake *intake, struct thrift_server *thrift,
                      struct thrift_request *request);

// For /check_health; any thread. Since the start.
struct intake_facts {
    int64_t bad_input;     // requests that were no reports: malformed, too large, unknown key
    int64_t dropped_items; // of envelopes: transactions, sessions and whatever else is not an error
    int64_t ignored;       // reports, by third_party_whitelist or ignored_exceptions
    struct lost lost;      // reports that clients say they could not send
};
void intake_look(struct intake *intake, struct intake_facts *facts);

#endif
