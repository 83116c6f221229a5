// SPDX-License-Identifier: MIT
// What the login remembers in memory: who tries passwords how often, and the one-time token of the
// set-up link. Shared by the page threads. Inside src/web only.
#ifndef FLAWLESS_WEB_GATE_H
#define FLAWLESS_WEB_GATE_H

#include "io/http.h"

struct gate;

struct gate *gate_new(void);
void gate_free(struct gate *gate); // NULL is fine

struct text gate_setup_token(const struct gate *gate);
bool gate_is_setup_token(const struct gate *gate, struct text token); // in constant time

// Somebody at request's address tries name's password. 0: they may, and it is counted for both;
// else after how many milliseconds they may.
int64_t gate_take_attempt(struct gate *gate, struct http_request *request, struct text name,
                          int64_t now_ms);
// It was the right password.
void gate_forgive(struct gate *gate, struct http_request *request, struct text name,
                  int64_t now_ms);

#endif
