// SPDX-License-Identifier: MIT
// What clients say they could not send: "client_report" items of envelopes, which SDKs send beside
// events: {"discarded_events":[{"reason":"queue_overflow","category":"error","quantity":3}]}.
#ifndef FLAWLESS_REPORT_LOST_H
#define FLAWLESS_REPORT_LOST_H

#include <stdint.h>

struct json;

// The reasons of the protocol and our own client's; the last one is for all others.
enum { LOST_REASON_N = 11, LOST_ENTRY_MAX = 100, LOST_QUANTITY_MAX = 1000 * 1000 * 1000 };
extern const char *const lost_reasons[LOST_REASON_N];

struct lost {
    int64_t n[LOST_REASON_N]; // reports of errors
};

// Adds what item says, its first LOST_ENTRY_MAX entries; what is malformed in it is passed over.
void lost_add(struct lost *lost, struct json item);

#endif
