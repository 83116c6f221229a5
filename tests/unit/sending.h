// SPDX-License-Identifier: MIT
// What tests of the client's sender share. There is one sender in a process, so each test has a
// process of its own; its clock and its randomness are the test's.
#ifndef FLAWLESS_TESTS_UNIT_SENDING_H
#define FLAWLESS_TESTS_UNIT_SENDING_H

#include "test.h"

#include "client/c/sender.h"
#include "http_server.h"

// Runs each test in a process. The number that failed.
int sending_run(const struct CMUnitTest *tests, size_t n);

// The sender goes to these servers, with this timeout of one post. spool: NULL for none.
void sending_to(struct http_server *const *servers, size_t n, int64_t timeout_ms,
                const char *spool);
// To one server, with a timeout that no test reaches.
void sending_to_one(struct http_server *server);
// Stops the sender and gives its servers up.
void sending_end(struct http_server *const *servers, size_t n);

// From now on the sender's clocks go on only by sending_pass; randomness is 0, which means the
// first server and the shortest wait.
void sending_freeze(void);
// Moves the clocks, and waits until the sender has done all that it does at that time.
void sending_pass(int64_t ms);
void sending_days_pass(int days); // by the wall's clock only
int64_t sending_now_ms(void);     // the sender's

// Hands in a report that has this number.
struct fl_report *sending_report(int number, size_t member_len);
bool sending_put(int number);
void sending_due(int number, int64_t at_ms); // it is asked for at that moment
void sending_forget(uint64_t n);             // as many occurrences, ever
bool sending_flush(int64_t timeout_ms);

// The number of the report that was request i.
int sending_number(struct http_server *server, size_t i);
// Asserts that these were all requests so far, in this order.
#define sending_assert_arrived(server, ...)                                                        \
    sending_assert((server), (const int[]){__VA_ARGS__},                                           \
                   sizeof((const int[]){__VA_ARGS__}) / sizeof(int), __FILE__, __LINE__)
void sending_assert(struct http_server *server, const int *numbers, size_t n, const char *file,
                    int line);
uint64_t sending_lost(enum fl_loss why);

#endif
