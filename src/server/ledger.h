// SPDX-License-Identifier: MIT
// The ledger: one thread owns all state that changes. What waits is committed together, then
// answered.
#ifndef FLAWLESS_SERVER_LEDGER_H
#define FLAWLESS_SERVER_LEDGER_H

#include "base/clock.h"
#include "base/metrics.h"
#include "base/queue.h"
#include "base/seal.h"
#include "core/alert.h"
#include "core/guilt.h"
#include "core/trouble.h"
#include "io/store_fixed.h"

struct ledger;

// ---- what is brought to the ledger ----

enum ledger_subject { LEDGER_SUBMISSION, LEDGER_BLAME, LEDGER_LETTER, LEDGER_CHANGE };

// First member of everything that travels to the ledger.
struct ledger_message {
    struct queue_item item;
    enum ledger_subject subject;
};

// A report that was judged; it may be incomplete (decoder_defer_rest), then its decoder is the
// ledger's until the answer. key: the same for reports that are added up together (digest of site,
// exception type and caller).
struct judged {
    struct report report;
    struct verdict verdict; // site.project_id is set
    struct text caller;     // core/caller.h
    struct digest key;
};

// What one request brought: its reports are committed together and answered once.
struct submission {
    struct ledger_message message;
    struct judged *judged; // judged_n of them; live until answer is called
    size_t judged_n;
    size_t size; // bytes of memory it holds, for the bound on what may wait
    // On the ledger's thread, exactly once: refusal is NULL when every report is durable, else says
    // why none is.
    void (*answer)(struct submission *submission, const char *refusal);
};

// What became of a blame job. Owns its texts by its arena; the ledger frees it.
struct blame_answer {
    struct ledger_message message;
    struct arena arena;
    int64_t site_id;
    int64_t retry_after_ms;    // not 0: no answer yet, ask again after so long
    bool was_tried;            // with retry_after_ms: that was an attempt, and it failed
    struct text path;          // in the repository, when it was not known before; else empty
    struct line_identity line; // empty commit: not known
    struct ownership ownership;
    int64_t predecessor_id; // the error whose line became this one; 0: not known
    struct text
        fixed_commit; // not empty: the question was the job's about a fix, and age answers it
    enum fix_age age;
};
struct blame_answer *blame_answer_new(int64_t site_id);

// What became of a letter. Owns its texts by its arena; the ledger frees it.
struct letter_outcome {
    struct ledger_message message;
    struct arena arena;
    struct outbox_letter letter;
};
struct letter_outcome *letter_outcome_new(const struct outbox_letter *letter);

// Something else that is to be changed in the store: a rule, a user. Its sender's own.
struct ledger_change {
    struct ledger_message message;
    void *data;
    // On the ledger's thread, inside the batch's transaction; again when the batch has to be tried
    // again. False: ERROR_SYSTEM or ERROR_CONFIG when the store fails, else somebody's mistake;
    // then it has changed nothing.
    bool (*apply)(void *data, struct store *store, struct error *error);
    // On the ledger's thread, exactly once: the change is durable when refusal.kind is ERROR_NONE.
    // The change may be gone afterwards.
    struct error refusal;
    void (*done)(struct ledger_change *change);
};

// ---- the ledger ----

struct ledger_settings {
    struct store *store; // open for writing; the ledger's own from start to stop
    const struct clock *clock;
    struct text base_url;            // of links in letters
    const struct seal_key *link_key; // they are signed with; NULL: not signed
    struct text sender;              // From
    struct text sender_domain;       // of Message-IDs
    struct text default_contact;     // who hears of what is wrong with Flawless; may be empty
    int64_t letters_per_hour;        // to one address; what exceeds it becomes a digest
    bool has_smtp;                   // letters wait to be sent; else they are kept in the outbox

    void *self; // of all functions below, which are called on the ledger's thread and must not wait
    struct judge *(*hold_judge)(void *self, int64_t project_id);
    const struct alert_settings *(*get_alert)(void *self, int64_t project_id);
    // Hands on copies; false when there is no room: it is offered again later.
    bool (*take_job)(void *self, const struct blame_job *job);
    bool (*take_letter)(void *self, const struct outbox_letter *letter);
    // What is wrong with Flawless itself.
    void (*list_troubles)(void *self, struct arena *arena, struct trouble_list *troubles);
};

// *started is set before the ledger's thread runs, which may call any of the functions above at
// once: whatever they need has to be there.
void ledger_start(const struct ledger_settings *settings, struct ledger **started);

// False when too much waits already or the ledger is stopping: nobody will answer then. Any thread.
bool ledger_submit(struct ledger *ledger, struct submission *submission);
// False when the ledger is stopping or too much waits: nothing was changed, and done is not called.
bool ledger_submit_change(struct ledger *ledger, struct ledger_change *change);
// The same, and waits until it is done. False fills *error. Any thread but the ledger's own.
bool ledger_change_now(struct ledger *ledger,
                       bool (*apply)(void *data, struct store *store, struct error *error),
                       void *data, struct error *error);
// Never refused; after the stop they are freed and forgotten (both are asked for again at the next
// start).
void ledger_tell_blame(struct ledger *ledger, struct blame_answer *answer);
void ledger_tell_letter(struct ledger *ledger, struct letter_outcome *outcome);

// Commits and answers what waits, then ends. ledger_free comes after everybody who might tell it
// something has ended.
void ledger_stop(struct ledger *ledger);
void ledger_free(struct ledger *ledger);

// For /check_health, /metrics and the watchdog; any thread.
struct ledger_facts {
    int64_t reports, occurrences; // since the start
    int64_t refused;              // submissions: too much waited, or the store failed
    int64_t batches;
    int64_t waiting;        // messages
    int64_t last_commit_us; // how long the newest batch took
    int64_t silent_ms;      // since its thread was last seen at work; at most about 1,000 when idle
    bool is_stuck;          // silent for longer than LEDGER_PATIENCE_MS: nobody is answered
    bool is_failing;        // the newest batch could not be committed
    char failure[256];      // why
    struct histogram_facts batch_reports; // reports in a batch that was committed
    struct histogram_facts commit_us;     // how long each took, from its first statement
};
enum { LEDGER_PATIENCE_MS = 30000 };
void ledger_look(struct ledger *ledger, struct ledger_facts *facts);

#endif
