// SPDX-License-Identifier: MIT
// What went wrong, said once, with what the caller can do about it.
#ifndef FLAWLESS_BASE_ERROR_H
#define FLAWLESS_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

// Somebody's mistake or bad weather. A bug of ours is check(), out of memory fatal_out_of_memory().
enum error_kind {
    ERROR_NONE,
    ERROR_INPUT,     // the sender's bytes are wrong: sending them again is no use (HTTP 400)
    ERROR_NO_KEY,    // nobody said who is sending (401)
    ERROR_REFUSED,   // the sender may not do this (403)
    ERROR_NOT_FOUND, // the named thing does not exist (404)
    ERROR_TOO_LARGE, // over a bound (413)
    ERROR_BUSY,      // try again later (503)
    ERROR_CONFIG,    // the operator has to change something
    ERROR_SYSTEM,    // disk, network, a child process: may pass by itself
};

struct error {
    enum error_kind kind;
    char message[512]; // plain words: the thing, the place, the way out. No final full stop or
                       // newline
};

// Fills *error (which may be NULL) and returns false, so that callers can return it.
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts "words: " before the message that is there. Returns false.
bool error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Our bug: prints the place and aborts. Never has side effects in its condition.
#define check(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))
void check_failed(const char *condition, const char *file, int line) __attribute__((noreturn));
void fatal_out_of_memory(void) __attribute__((noreturn));

// malloc and friends for the server: never NULL.
void *must_alloc(size_t size); // zeroed
char *must_copy(const char *string);

#endif
