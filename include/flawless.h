/* SPDX-License-Identifier: MIT */
/*
 * libflawless: a program reports its errors to a Flawless server, which finds the line to blame and
 * the one developer who wrote it. For C99 and C++; link with `pkg-config --libs flawless`.
 *
 *     flawless_init("http://KEY@errors.example.com:9028/1", NULL);
 *     ...
 *     if (!file) {
 *         flawless_report *r = FLAWLESS_BEGIN("FileMissing");
 *         flawless_message(r, strerror(errno));
 *         flawless_variable(r, "path", path);
 *         flawless_send(r);
 *     }
 *
 * Manners. No function here waits (but flush and shutdown, up to the time they are given), prints,
 * raises a signal or ends the process. Without memory, disk or network reports are dropped and
 * counted. One thread, started by the first report with all signals blocked, does the sending.
 *
 * Throttling. An error is its type and the place where it happened. Its first 10 occurrences are
 * reported one by one, then those at powers of two, or one when 10 minutes have passed; each report
 * says for how many occurrences it stands, so that counts are exact. FLAWLESS_BEGIN gives NULL for
 * an occurrence that is only counted, and every function here takes NULL and does nothing: an error
 * in a hot loop costs a look-up. To save the work of finding values, ask `if (r)`.
 *
 * Threads. Any thread may call anything; one report belongs to one thread at a time. Nothing here
 * may be called from a signal handler.
 *
 * Fork. The child starts anew: what waited is the parent's to send, counters are 0. A fork is safe
 * at any time, also with many threads. vfork and posix_spawn do not matter.
 *
 * The end. exit() and returning from main send what waits (see "exit_timeout_ms"). After _exit,
 * exec, a signal or abort what was not sent is lost, except what lay in the spool (an option).
 *
 * dlclose. The library stays in the process (it is linked with -z nodelete).
 *
 * Text is UTF-8 that ends with a NUL, and is copied; other bytes become U+FFFD. NULL is as good as
 * "". What is longer than its bound is cut.
 */
#ifndef FLAWLESS_H
#define FLAWLESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define FLAWLESS_API __attribute__((visibility("default")))
#else
#define FLAWLESS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Bounds, in bytes unless they say otherwise. */
enum {
    FLAWLESS_NAME_MAX = 1024,    /* a type, path, function, line of code, name */
    FLAWLESS_MESSAGE_MAX = 8192, /* a message; a value of a request */
    FLAWLESS_VALUE_MAX = 2048,   /* a value of a variable, tag, header or user */
    FLAWLESS_FRAME_MAX = 250,    /* frames; beyond it those in the middle are left out */
    FLAWLESS_VARIABLE_MAX = 100, /* variables of a frame */
    FLAWLESS_VARIABLE_BYTES_MAX =
        400000,               /* all variables of a report; the oldest frames lose theirs */
    FLAWLESS_MEMBER_MAX = 200 /* tags; headers; members of a request */
};

/* What was wrong with an argument, in plain words that name the thing and the way out. */
struct flawless_error {
    char message[512];
};

/* ---- setting up ------------------------------------------------------------------------------ */

/*
 * Where reports go: "host:9028" or a DSN as `flawless dsn` prints it, or several with commas
 * between (16 at most); each report goes to one of them at random, to another one when that fails.
 * NULL: what the environment says by FLAWLESS_DSN; without it, and for "", nothing is reported.
 * May be called again at any time; then later reports, and those that wait, go to the new servers.
 *
 * False when an address is malformed: *error (which may be NULL) names it without its key, and all
 * stays as it was.
 */
FLAWLESS_API bool flawless_init(const char *servers, struct flawless_error *error);

/*
 * Sets an option. Those of the first table count for all later reports, the others from the next
 * flawless_init on. An option that is not set is taken from the environment at flawless_init.
 *
 *     name              environment            meaning                                  default
 *     release           FLAWLESS_RELEASE,      commit or tag that is running            the commit
 *                       SENTRY_RELEASE         checked out where the executable lies, if any
 *     environment       FLAWLESS_ENVIRONMENT,  such as "staging"                        production
 *                       SENTRY_ENVIRONMENT
 *     server_name       -                      this machine                        its host name
 *     platform          -                      language of the frames                   c
 *     scrub             FLAWLESS_SCRUB         words with commas between: values whose  none
 *                       names have one of them in it, in any case, are hidden, too
 *
 *     key               FLAWLESS_KEY           for servers whose address has none       none
 *     ca_file           FLAWLESS_CA_FILE,      PEM file of certificates to trust    the system's
 *                       SSL_CERT_FILE
 *     spool             FLAWLESS_SPOOL_DIR     directory, this user's own, that     none
 *                                              keeps what cannot be sent until a
 *                                              process with the same one can:
 *                                              64 MiB, 7 days
 *     timeout_ms        -                      for one report, 1 to 3600000         10000
 *     exit_timeout_ms   -                      what exit() may take, 0 to 60000     2000
 *
 * False for an unknown name or a value that cannot be; then nothing changes. NULL or "" for value
 * goes back to the default.
 */
FLAWLESS_API bool flawless_set(const char *name, const char *value, struct flawless_error *error);

/* ---- a report -------------------------------------------------------------------------------- */

/* Owned by whoever began it, until flawless_send or flawless_discard. */
typedef struct flawless_report flawless_report;

/*
 * An occurrence of an error of this type ("ParseError"), at this line. NULL when it is only
 * counted, when there is no server and when there is no memory. Without any flawless_frame the
 * place is the report's only frame.
 */
#define FLAWLESS_BEGIN(type) flawless_begin((type), __FILE__, __func__, __LINE__)
FLAWLESS_API flawless_report *flawless_begin(const char *type, const char *path,
                                             const char *function, int line_number);

/* The same for those who know better what one error is, such as bindings of other languages: error
 * is a hash of whatever makes it the same error. Give it frames. */
FLAWLESS_API flawless_report *flawless_begin_as(uint64_t error, const char *type);

/* What it says. Secrets that are known by their form (tokens, card numbers, private keys, passwords
 * in URLs) or by a name before them ("password=...") are hidden here and in all values. */
FLAWLESS_API void flawless_message(flawless_report *r, const char *message);

/* The next frame, oldest call first: the last one is where the error happened. path as the compiler
 * or interpreter has it; line_number from 1, 0 when unknown; text is the line of code, NULL when it
 * is not at hand (the server finds more revisions with it). */
FLAWLESS_API void flawless_frame(flawless_report *r, const char *path, const char *function,
                                 int line_number, const char *text);

/* A variable of the last frame that was given. The value of a secret name ("password", "api_key",
 * ...) is sent as [Filtered], here and in everything that has a name below. */
FLAWLESS_API void flawless_variable(flawless_report *r, const char *name, const char *value);

/* The request that was being handled: "method", "url", "query_string", "data", "cookies". */
FLAWLESS_API void flawless_request(flawless_report *r, const char *name, const char *value);
FLAWLESS_API void flawless_request_header(flawless_report *r, const char *name, const char *value);

/* A word about the report, such as ("queue", "mail"). */
FLAWLESS_API void flawless_tag(flawless_report *r, const char *name, const char *value);

/* Whom it happened to: "id", "username", "email", "ip_address". */
FLAWLESS_API void flawless_user(flawless_report *r, const char *name, const char *value);

/* Occurrences before a letter is written, in place of the server's setting; from 1. */
FLAWLESS_API void flawless_threshold(flawless_report *r, int64_t occurrences);

/* Takes the report and puts it into the queue, which holds 1,000 reports and 16 MiB; what does not
 * fit is dropped and counted, and its occurrences go into the next report of the same error. */
FLAWLESS_API void flawless_send(flawless_report *r);

/* Takes the report; its occurrences go into the next report of the same error. */
FLAWLESS_API void flawless_discard(flawless_report *r);

/* All in one: an error of this type at this line, with a message. */
#define FLAWLESS_RECORD(type, message)                                                             \
    flawless_record((type), (message), __FILE__, __func__, __LINE__)
FLAWLESS_API void flawless_record(const char *type, const char *message, const char *path,
                                  const char *function, int line_number);

/* ---- sending --------------------------------------------------------------------------------- */

/* Sends what waits and what was only counted so far, and waits for it: timeout_ms at most, less
 * when it is clear that no server can be reached by then. True when nothing is left but
 * what lies in the spool. */
FLAWLESS_API bool flawless_flush(int timeout_ms);

/* The same, and ends the thread; exit() does it by itself. Later reports are dropped and counted.
 * Takes 200 ms more at most. */
FLAWLESS_API bool flawless_shutdown(int timeout_ms);

/*
 * What became of it all since the start of the process. name is static:
 *
 *     occurrences             begun while a server was set
 *     sent                    reports that a server accepted
 *     waiting                 reports in the queue or on their way
 *     retried                 attempts that failed and were or will be repeated
 *     spooled                 times that a report was put into the spool
 *     dropped_queue_full      reports: no room in the queue
 *     dropped_refused         reports: a server said no for good, or failed at it three times
 *     dropped_too_old         reports: no server took them for an hour
 *     dropped_at_exit         reports: the process ended first
 *     dropped_no_memory       reports
 *     forgotten_occurrences   counted, but no report could carry the number
 *
 * Fills at most n of *counters and gives how many there are.
 */
struct flawless_counter {
    const char *name;
    uint64_t value;
};
FLAWLESS_API size_t flawless_counters(struct flawless_counter *counters, size_t n);

/* What stands in the way, in one sentence for a log: no answer, a certificate that is not trusted,
 * a key that is not known, a server that refuses. NULL when the newest report arrived, and before
 * the first. Static. */
FLAWLESS_API const char *flawless_trouble(void);

/* "0.1.0", of the library that is running. */
FLAWLESS_API const char *flawless_version(void);

#ifdef __cplusplus
}
#endif
#endif
