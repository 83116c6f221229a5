// SPDX-License-Identifier: MIT
// Everything Flawless remembers, behind one table of functions that every store fills
// (store_sqlite.c). The contract is tested by tests/contract. It is one contract, so it is one
// header, longer than others.
//
// A store is opened once for writing, by the thread that owns all state that changes (the ledger),
// and any number of times for reading, once for each thread that shows pages: a reader never waits
// for the writer. All functions: false fills *error with ERROR_SYSTEM (may pass by itself: roll
// back and try the batch again) or ERROR_CONFIG (the operator has to act); ERROR_NOT_FOUND where
// the thing is named by the caller and missing. Texts that come out live in the arena that was
// handed in, as they went in (a store whose database cannot hold a NUL in a text gives U+FFFD in
// its place). Counts add up exactly and stop at INT64_MAX.
#ifndef FLAWLESS_IO_STORE_H
#define FLAWLESS_IO_STORE_H

#include "base/arena.h"
#include "base/error.h"
#include "core/error_record.h"
#include "core/site.h"

// Takes the right to be the one server that works with a store that knows only one (SQLite); held
// until *lock, a file descriptor, is closed or the process ends. A store for any number of servers
// gives -1. ERROR_CONFIG says who has it. Subcommands that open a store beside a running server do
// without.
bool store_lock(const char *address, int *lock, struct error *error);

// What is at an address, for who only wants to know; changes nothing, and may be asked while a
// server works there. False: a server could not work with it (ERROR_CONFIG or ERROR_SYSTEM).
struct store_look {
    bool exists;             // else a start makes it
    bool is_in_use;          // by a server
    int64_t version, newest; // of the schema that is there and of the one a start makes of it
};
bool store_look(const char *address, struct store_look *look, struct error *error);

struct store; // one connection; belongs to the thread that uses it

enum store_mode {
    STORE_WRITE, // makes the database when it is missing, brings its schema up to date in one
                 // transaction
    STORE_READ,  // never changes anything; the database must exist
};

// address: a directory for SQLite (the file is <directory>/flawless.db). ERROR_CONFIG when it
// cannot be read or written, is not a database, or was made by a newer Flawless.
bool store_open(const char *address, enum store_mode mode, struct store **store,
                struct error *error);
void store_close(struct store *store); // NULL is fine

// ---- projects ----

struct project {
    int64_t id;
    struct text name;
    char key[33]; // 32 lowercase hex digits, public part of the DSN
};

// The project with this id, made with the given name and key when it is missing; another name or
// key than the stored one replaces it. An empty name keeps the stored one, an empty key does, or
// makes a random one. Its own transaction.
bool store_keep_project(struct store *store, int64_t id, struct text name, struct text key,
                        struct arena *arena, struct project *project, struct error *error);
// All that ever were, by their ids.
bool store_list_projects(struct store *store, struct arena *arena, struct project **projects,
                         size_t *project_n, struct error *error);

// ---- one batch, by the writer ----

// Everything that changes something, store_keep_project apart, is called between store_begin and
// store_commit. After any failure in between, store_commit's own included, call store_rollback:
// nothing of the batch is left. A commit that failed may still be found there after a power cut, as
// if it had been answered.
bool store_begin(struct store *store, struct error *error);
bool store_commit(struct store *store, struct error *error); // durable when it returns true
void store_rollback(struct store *store);                    // nothing open is fine

// The site's row, made (with a new error, owner waiting or none) when it is missing.
struct site_row {
    int64_t site_id, error_id;
    bool is_new;         // the error was made by this call
    bool awaits_blame;   // nobody has answered for this site yet
    int64_t error_count; // of the error, before this batch's tally
    bool is_fixed;       // the error is marked as fixed (io/store_fixed.h)
};
bool store_keep_site(struct store *store, const struct site *site, int64_t now_ms,
                     struct site_row *row, struct error *error);

// Keeps the lines around a site's line (as core/evidence.h has them) for those who look for it.
// They do not count for what the site is.
bool store_keep_context(struct store *store, int64_t site_id, struct text before, struct text after,
                        struct error *error);

// Adds n occurrences to an error: total, hour of now_ms, variant of this exception type and
// caller (of more than VARIANT_MAX, the rest is one); sets what
// the newest report says (place, type, message, threshold) and last seen.
struct tally {
    int64_t error_id;
    int64_t site_id; // whose path is shown: git may have found it; 0: the path in site
    int64_t count;   // at least 1, else ERROR_INPUT
    int64_t now_ms;
    const struct site *site;             // the newest report's
    struct text exception_type, message; // clipped by who calls
    struct text caller;                  // core/caller.h; may be empty
    int64_t threshold;                   // 0: none
};
bool store_tally(struct store *store, const struct tally *tally, struct error *error);

// Keeps an occurrence in full. body: compressed by the store (zstd). Of an error's occurrences
// stay: the first, the newest newest_max, and the first of each hour for a week; what is neither
// goes in the same call.
struct occurrence {
    int64_t error_id;
    int64_t at_ms;
    const char *event_id;
    struct text body; // a Sentry event, as report_write gives it
};
bool store_keep_occurrence(struct store *store, const struct occurrence *occurrence,
                           int64_t newest_max, struct error *error);

bool store_get_error(struct store *store, int64_t error_id, struct arena *arena,
                     struct error_record *record, struct error *error); // ERROR_NOT_FOUND

// ---- blame ----

struct blame_job {
    int64_t site_id, error_id;
    struct site site;
    struct text before, after; // store_keep_context's
    int64_t attempts;          // that failed so far
    // Not empty: the owner is known, and the question is whether the site's revision contains this
    // commit (io/store_fixed.h).
    struct text fixed_commit;
};
// Sites that wait for an owner and whose time has come, the one due longest first, at most job_max.
// A site's time comes when it is made.
bool store_list_blame_jobs(struct store *store, int64_t now_ms, size_t job_max, struct arena *arena,
                           struct blame_job **jobs, size_t *job_n, struct error *error);
// Another try not before retry_at_ms; was_tried: one more attempt has failed. A site that was
// settled stays settled.
bool store_postpone_blame(struct store *store, int64_t site_id, int64_t retry_at_ms, bool was_tried,
                          struct error *error);
// Where a site lies in the repository, for one that was judged before that was known: its error is
// shown there.
bool store_map_site(struct store *store, int64_t site_id, struct text path, struct error *error);
// The answer for one site. When the line's identity is known and another error of the project has
// it, the site's error is merged into that one (counts, hours, variants, occurrences, sites;
// earliest first seen; the letter's time of whichever has one, both letters' counts; the later
// mark as fixed, unless that error came back after it; that error's ownership stays) and *error_id
// is the surviving error; else it is the site's own. The first answer for a site counts: a second
// one changes nothing.
bool store_settle_site(struct store *store, int64_t site_id, const struct line_identity *line,
                       const struct ownership *ownership, int64_t *error_id, struct error *error);

// ---- letters ----

enum outbox_state {
    OUTBOX_KEPT,    // there is no SMTP server: it stays here to be read
    OUTBOX_WAITING, // to be sent
    OUTBOX_SENT,
    OUTBOX_FAILED,  // given up after days; last_error says why
    OUTBOX_REFUSED, // the mail server will never take it; last_error has its words
};

struct outbox_letter {
    int64_t id, error_id; // error_id 0: about no error
    // without angle brackets; never changes, so that a repeated letter is recognised
    struct text message_id;
    struct text thread_id; // the same for letters about one error, as message_id; empty: none
    struct text from, to;  // one address each
    struct text subject, text, html;
    enum outbox_state state;
    int64_t written_at_ms, sent_at_ms, next_try_at_ms;
    int64_t attempts;
    struct text last_error;
};

// Puts the letter into the outbox and remembers on its error when it was written (letter_at_ms) and
// at which count (letter_count), in the current transaction. Sets letter->id.
bool store_add_letter(struct store *store, struct outbox_letter *letter, struct error *error);

// What counts for whether another letter to an address is written now, without regard to case.
struct address_facts {
    int64_t nth_at_ms;    // when the n-th newest letter after since_ms was written; 0: there are
                          // fewer than n
    int64_t digest_at_ms; // when what is held back for it becomes a digest; 0: nothing is
    bool was_refused;     // there is a letter to it in OUTBOX_REFUSED
};
bool store_look_at_address(struct store *store, struct text address, int64_t since_ms, int64_t n,
                           struct address_facts *facts, struct error *error);
// Instead of store_add_letter: the error is to stand in the address's digest, once, and remembers
// the same as if the letter had been written.
bool store_hold_letter(struct store *store, struct text address, int64_t error_id, int64_t now_ms,
                       int64_t due_at_ms, struct error *error);
// Addresses whose digest is due, or further away than a digest can be because the clock was set
// back; the one due longest first.
bool store_list_digests(struct store *store, int64_t now_ms, size_t address_max,
                        struct arena *arena, struct text **addresses, size_t *address_n,
                        struct error *error);
// Removes what is held back for an address. *held_n: how many errors that were; records: the at
// most record_max of them with most occurrences.
bool store_take_held(struct store *store, struct text address, size_t record_max,
                     struct arena *arena, struct error_record **records, size_t *record_n,
                     int64_t *held_n, struct error *error);

// No letter waits longer for its next try; one that seems to was written before the clock was set
// back, and its time has come.
enum { STORE_TRY_PAUSE_MAX_MS = 2 * 3600 * 1000 };

// Letters in OUTBOX_WAITING whose time has come, the one due longest first.
bool store_list_letters_to_send(struct store *store, int64_t now_ms, size_t letter_max,
                                struct arena *arena, struct outbox_letter **letters,
                                size_t *letter_n, struct error *error);
// What became of an attempt: state, sent_at_ms, next_try_at_ms, attempts and last_error are stored.
bool store_mark_letter(struct store *store, const struct outbox_letter *letter,
                       struct error *error);
// For a start with an SMTP server: letters that were kept while there was none become waiting
// (gives how many), and those that wait for another try are due at once, as what was wrong may be
// mended.
bool store_release_kept_letters(struct store *store, int64_t *letter_n, struct error *error);

// ---- pages, by readers (the writer may call them too) ----

struct week_row {
    struct error_record record;
    int64_t week_count; // occurrences in the asked span
};
// Errors with occurrences in [from_ms, until_ms), most first. Spans are counted by whole hours.
bool store_list_week(struct store *store, int64_t project_id, int64_t from_ms, int64_t until_ms,
                     struct arena *arena, struct week_row **rows, size_t *row_n,
                     struct error *error);
// The error that reports of this place belong to; with line_number 0 or an empty text, or no exact
// match, the most recently seen one that matches what is given (path and function must).
// ERROR_NOT_FOUND.
bool store_find_error(struct store *store, const struct site *place, struct arena *arena,
                      struct error_record *record, struct error *error);

enum { VARIANT_MAX = 50 };
struct variant {
    bool is_rest; // all that are not told apart, together
    struct text exception_type, caller;
    int64_t count, last_seen_at_ms;
};
// Most first, the rest last.
bool store_list_variants(struct store *store, int64_t error_id, struct arena *arena,
                         struct variant **variants, size_t *variant_n, struct error *error);

// The newest kept occurrence of an error, not after until_ms (0: no bound). ERROR_NOT_FOUND.
struct kept_occurrence {
    int64_t id, at_ms;
    struct text event_id, body;
};
bool store_get_occurrence(struct store *store, int64_t error_id, int64_t until_ms,
                          struct arena *arena, struct kept_occurrence *occurrence,
                          struct error *error);

// The newest letters first, at most letter_max, older than before_id (0: from the newest on).
bool store_list_outbox(struct store *store, int64_t before_id, size_t letter_max,
                       struct arena *arena, struct outbox_letter **letters, size_t *letter_n,
                       struct error *error);

struct store_counts {
    int64_t errors, occurrences; // occurrences: the sum of all errors' counts
    int64_t sites_awaiting_blame;
    int64_t studies_waiting; // io/store_study.h
    int64_t letters_waiting, letters_kept, letters_sent, letters_failed, letters_refused;
    int64_t letters_held; // that wait for a digest
};
bool store_count(struct store *store, struct store_counts *counts, struct error *error);

#endif
