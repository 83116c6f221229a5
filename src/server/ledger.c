// SPDX-License-Identifier: MIT
// Why one thread: a batch is added up without locks, and one commit (one wait for the disk) serves
// everything that arrived while the last one was under way. There is no timer: under load batches
// grow by themselves, and a lone report is committed at once.
//
// A batch is one transaction, in this order: blame's answers (they may merge errors), the reports
// added up per line, what became of letters, then for every error that was touched the question
// whether a letter is due. Only after the commit is anybody answered or told. A batch that fails is
// rolled back and tried again message by message, so that one that cannot be stored takes no other
// with it.
//
// What is remembered in memory (struct error_note, what is in flight) only saves questions to the
// store: it is thrown away whenever a batch fails.
#include "server/ledger.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/map.h"
#include "core/evidence.h"
#include "io/store_lineage.h"
#include "report/decode.h"
#include "server/offers.h"
#include "server/post.h"
#include "server/settle.h"
#include "server/tally.h"

enum {
    WAITING_MAX = 16384,                   // messages
    WAITING_BYTES_MAX = 256 * 1024 * 1024, // of memory held by submissions
    NOTE_MAX = 100000,                     // errors remembered
    KEEP_ALWAYS = 50,     // so many first occurrences of an error are kept whatever their pace ...
    KEEP_EVERY_MS = 1000, // ... then at most one in this time
    NEWEST_KEPT = 50,
    DIGEST_MAX = 32,      // written in one transaction
    LOOK_AGAIN_MS = 1000, // for work whose time comes by itself
};

static const int64_t batch_report_bounds[] = {0,   1,   2,   5,    10,   20,   50,
                                              100, 200, 500, 1000, 2000, 5000, 10000};
static const int64_t commit_us_bounds[] = {100,    250,    500,     1000,    2500,
                                           5000,   10000,  25000,   50000,   100000,
                                           250000, 500000, 1000000, 2500000, 10000000};

// What the ledger remembers of an error.
struct error_note {
    int64_t kept_at_ms; // the newest occurrence that was kept
    bool has_letter;
};

struct ledger {
    struct ledger_settings settings;
    struct queue queue;
    pthread_t thread;
    atomic_llong waiting_bytes;

    struct map notes; // error id -> struct error_note
    struct offers offers;
    struct queue_item *unrecorded; // outcomes of letters that could not be recorded yet
    int64_t look_again_mono_ms;
    struct trouble_watch troubles;
    struct buffer body;

    atomic_llong reports, occurrences, refused, batches, last_commit_us;
    atomic_llong seen_mono_ms; // when the thread was last at work
    struct histogram batch_reports, commit_us;
    pthread_mutex_t failure_lock;
    bool is_failing;
    char failure[256];
};

// ---- messages ----

struct blame_answer *blame_answer_new(int64_t site_id)
{
    struct blame_answer *answer = must_alloc(sizeof *answer);
    answer->message.subject = LEDGER_BLAME;
    answer->site_id = site_id;
    return answer;
}

struct letter_outcome *letter_outcome_new(const struct outbox_letter *letter)
{
    struct letter_outcome *outcome = must_alloc(sizeof *outcome);
    outcome->message.subject = LEDGER_LETTER;
    outcome->letter = *letter;
    struct text *texts[] = {&outcome->letter.message_id, &outcome->letter.thread_id,
                            &outcome->letter.from,       &outcome->letter.to,
                            &outcome->letter.subject,    &outcome->letter.text,
                            &outcome->letter.html,       &outcome->letter.last_error};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_copy(&outcome->arena, *texts[i]);
    return outcome;
}

static void free_message(struct ledger_message *message)
{
    if (message->subject == LEDGER_BLAME)
        arena_release(&((struct blame_answer *)message)->arena);
    if (message->subject == LEDGER_LETTER)
        arena_release(&((struct letter_outcome *)message)->arena);
    if (message->subject == LEDGER_BLAME || message->subject == LEDGER_LETTER)
        free(message); // the others are their sender's
}

// ---- ids in flight, notes ----

static struct text id_key(const int64_t *id)
{
    return (struct text){(const char *)id, sizeof *id};
}

static void forget_notes(struct ledger *ledger)
{
    for (struct map_entry *e = map_first(&ledger->notes); e; e = map_after(&ledger->notes, e))
        free(e->value);
    map_release(&ledger->notes);
}

static struct error_note *note_of(struct ledger *ledger, int64_t error_id)
{
    struct error_note *note = map_find(&ledger->notes, id_key(&error_id));
    if (note)
        return note;
    if (ledger->notes.count >= NOTE_MAX)
        forget_notes(ledger);
    note = must_alloc(sizeof *note);
    map_put(&ledger->notes, id_key(&error_id), note);
    return note;
}

// ---- one batch ----

// An error that the batch touched.
struct touched {
    struct touched *next;
    struct unsettled what;
    bool is_known; // the newest report's line is: there may be a letter after the first
    bool is_fixed; // or it was marked as fixed: the same
};

struct batch {
    struct arena arena;
    struct batch_tally tally;
    struct map touched_by_id;
    struct touched *touched;
    int64_t now_ms;
};

static struct touched *touch(struct batch *batch, int64_t error_id)
{
    struct touched *touched = map_find(&batch->touched_by_id, id_key(&error_id));
    if (!touched) {
        touched = arena_alloc(&batch->arena, sizeof *touched);
        touched->what.error_id = error_id;
        touched->next = batch->touched;
        batch->touched = touched;
        map_put(&batch->touched_by_id, id_key(&error_id), touched);
    }
    return touched;
}

static void touch_by_reports(struct batch *batch, int64_t error_id, const struct tally_entry *entry)
{
    struct touched *touched = touch(batch, error_id);
    int64_t *added = &touched->what.added;
    if (__builtin_add_overflow(*added, entry->count, added))
        *added = INT64_MAX;
    touched->what.report = &entry->newest->report;
    touched->is_known = entry->newest->verdict.is_known;
}

static bool keep_occurrence(struct ledger *ledger, const struct batch *batch, int64_t error_id,
                            struct report *report, struct error *error)
{
    buffer_clear(&ledger->body);
    report_complete(report);
    report_write(report, &ledger->body);
    if (ledger->body.failed)
        fatal_out_of_memory();
    struct occurrence occurrence = {
        .error_id = error_id,
        .at_ms = batch->now_ms,
        .event_id = report->event_id,
        .body = buffer_text(&ledger->body),
    };
    return store_keep_occurrence(ledger->settings.store, &occurrence, NEWEST_KEPT, error);
}

// Decides which few reports of a line are kept in full, and keeps them.
static bool keep_some(struct ledger *ledger, const struct batch *batch, const struct site_row *row,
                      const struct tally_entry *entry, struct error *error)
{
    struct error_note *note = note_of(ledger, row->error_id);
    if (row->is_new && entry->first != entry->newest &&
        !keep_occurrence(ledger, batch, row->error_id, &entry->first->report, error))
        return false;
    bool is_young = row->error_count < KEEP_ALWAYS;
    if (!is_young && batch->now_ms - note->kept_at_ms < KEEP_EVERY_MS &&
        batch->now_ms >= note->kept_at_ms)
        return true;
    note->kept_at_ms = batch->now_ms;
    return keep_occurrence(ledger, batch, row->error_id, &entry->newest->report, error);
}

// Of an error that is marked as fixed: each report may bring it back.
static bool record_since_fix(struct ledger *ledger, struct batch *batch, const struct site_row *row,
                             int64_t count, struct error *error)
{
    touch(batch, row->error_id)->is_fixed = true;
    return store_count_since_fix(ledger->settings.store, row->site_id, count, batch->now_ms, error);
}

// The lines around the guilty one help to find it in the repository's history.
static bool keep_context(struct ledger *ledger, struct judged *newest, int64_t site_id,
                         struct error *error)
{
    const struct frame *frame = newest->verdict.frame;
    if (!frame)
        return true;
    struct arena scratch = {0};
    report_complete(&newest->report);
    struct text before = context_before(frame->pre_context, frame->pre_context_n, &scratch);
    struct text after = context_after(frame->post_context, frame->post_context_n, &scratch);
    bool ok = (!before.len && !after.len) ||
              store_keep_context(ledger->settings.store, site_id, before, after, error);
    arena_release(&scratch);
    return ok;
}

static bool record_entry(struct ledger *ledger, struct batch *batch,
                         const struct tally_entry *entry, struct error *error)
{
    struct store *store = ledger->settings.store;
    struct report *report = &entry->newest->report;
    const struct site *site = &entry->newest->verdict.site;
    const struct exception *exception = entry->newest->verdict.exception;
    struct site_row row;
    if (!store_keep_site(store, site, batch->now_ms, &row, error) ||
        (row.is_new && !keep_context(ledger, entry->newest, row.site_id, error)))
        return false;
    struct tally tally = {
        .error_id = row.error_id,
        .site_id = row.site_id,
        .count = entry->count,
        .now_ms = batch->now_ms,
        .site = site,
        .exception_type = text_clip(exception->type, REPORT_NAME_MAX),
        .message = text_clip(exception->message, REPORT_NAME_MAX),
        .caller = entry->newest->caller,
        .threshold = report->error_threshold,
    };
    if (!store_tally(store, &tally, error) || !keep_some(ledger, batch, &row, entry, error))
        return false;
    if (row.awaits_blame)
        offers_expect_job(&ledger->offers, row.site_id);
    touch_by_reports(batch, row.error_id, entry);
    return !row.is_fixed || record_since_fix(ledger, batch, &row, entry->count, error);
}

static bool record_blame(struct ledger *ledger, struct batch *batch,
                         const struct blame_answer *answer, struct error *error)
{
    struct store *store = ledger->settings.store;
    int64_t error_id = 0;
    if (answer->retry_after_ms)
        return store_postpone_blame(store, answer->site_id, batch->now_ms + answer->retry_after_ms,
                                    answer->was_tried, error);
    if (answer->fixed_commit.len) {
        if (!store_answer_about_fix(store, answer->site_id, answer->fixed_commit, answer->age,
                                    &error_id, error))
            return false;
        touch(batch, error_id)->what.is_blamed = true;
        return true;
    }
    if (answer->path.len && !store_map_site(store, answer->site_id, answer->path, error))
        return false;
    if (!store_settle_site(store, answer->site_id, &answer->line, &answer->ownership, &error_id,
                           error))
        return false;
    if (answer->predecessor_id &&
        !store_set_predecessor(store, error_id, answer->predecessor_id, error))
        return false;
    touch(batch, error_id)->what.is_blamed = true;
    return true;
}

// Somebody's mistake concerns nobody else in the batch.
static bool record_change(struct ledger *ledger, struct ledger_change *change, struct error *error)
{
    change->refusal = (struct error){0};
    if (change->apply(change->data, ledger->settings.store, &change->refusal))
        return true;
    if (change->refusal.kind != ERROR_SYSTEM && change->refusal.kind != ERROR_CONFIG)
        return true;
    *error = change->refusal;
    return false;
}

static bool settle_touched(struct ledger *ledger, struct batch *batch, struct error *error)
{
    for (const struct touched *touched = batch->touched; touched; touched = touched->next) {
        struct error_note *note = note_of(ledger, touched->what.error_id);
        if (note->has_letter && !touched->is_known && !touched->is_fixed &&
            !touched->what.is_blamed)
            continue;
        enum settled settled =
            settle_error(&ledger->settings, &touched->what, &batch->arena, error);
        if (settled == SETTLED_FAILED)
            return false;
        note->has_letter = settled == SETTLED_WITH_LETTER || settled == SETTLED_FOR_EVER;
        ledger->offers.may_have_letters |= settled == SETTLED_WITH_LETTER;
        ledger->offers.may_have_jobs |= settled == SETTLED_ASKING;
    }
    return true;
}

static bool record_letter(struct ledger *ledger, struct batch *batch,
                          const struct outbox_letter *letter, struct error *error)
{
    if (letter->state == OUTBOX_REFUSED &&
        !post_refusal(&ledger->settings, letter, &batch->arena, error))
        return false;
    ledger->offers.may_have_letters |= letter->state == OUTBOX_REFUSED;
    return store_mark_letter(ledger->settings.store, letter, error);
}

// Linked messages to one transaction's worth of changes.
static bool record_all(struct ledger *ledger, struct batch *batch, struct queue_item *items,
                       struct error *error)
{
    for (struct queue_item *item = items; item; item = item->next) {
        const struct ledger_message *message = (const struct ledger_message *)item;
        if (message->subject == LEDGER_BLAME &&
            !record_blame(ledger, batch, (const struct blame_answer *)message, error))
            return false;
        if (message->subject == LEDGER_LETTER &&
            !record_letter(ledger, batch, &((const struct letter_outcome *)message)->letter, error))
            return false;
        if (message->subject == LEDGER_CHANGE &&
            !record_change(ledger, (struct ledger_change *)item, error))
            return false;
        if (message->subject == LEDGER_SUBMISSION) {
            const struct submission *submission = (const struct submission *)message;
            for (size_t i = 0; i < submission->judged_n; i++)
                batch_tally_add(&batch->tally, &submission->judged[i]);
        }
    }
    for (struct tally_entry *entry = batch->tally.first; entry; entry = entry->next)
        if (!record_entry(ledger, batch, entry, error))
            return false;
    return settle_touched(ledger, batch, error);
}

static int64_t mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void show_life(struct ledger *ledger)
{
    atomic_store(&ledger->seen_mono_ms, clock_mono_ms(ledger->settings.clock));
}

static void count_batch(struct ledger *ledger, const struct batch_tally *tally, int64_t took_us)
{
    atomic_fetch_add(&ledger->reports, tally->report_n);
    atomic_fetch_add(&ledger->occurrences, tally->occurrence_n);
    atomic_fetch_add(&ledger->batches, 1);
    atomic_store(&ledger->last_commit_us, took_us);
    histogram_add(&ledger->batch_reports, tally->report_n);
    histogram_add(&ledger->commit_us, took_us);
}

// *is_away: not even a transaction could be begun.
static bool commit_batch(struct ledger *ledger, struct queue_item *items, bool *is_away,
                         struct error *error)
{
    struct store *store = ledger->settings.store;
    struct batch batch = {.now_ms = clock_wall_ms(ledger->settings.clock)};
    int64_t begun_us = mono_us();
    show_life(ledger);
    batch.tally.arena = &batch.arena;
    *is_away = !store_begin(store, error);
    bool is_committed =
        !*is_away && record_all(ledger, &batch, items, error) && store_commit(store, error);
    if (is_committed) {
        count_batch(ledger, &batch.tally, mono_us() - begun_us);
    } else {
        store_rollback(store);
        forget_notes(ledger);
        offers_look_again(&ledger->offers);
    }
    batch_tally_release(&batch.tally);
    map_release(&batch.touched_by_id);
    arena_release(&batch.arena);
    return is_committed;
}

// ---- after the commit ----

static void finish_submission(struct ledger *ledger, struct submission *submission,
                              const char *refusal)
{
    atomic_fetch_sub(&ledger->waiting_bytes, (long long)submission->size);
    if (refusal)
        atomic_fetch_add(&ledger->refused, 1);
    submission->answer(submission, refusal);
}

static void finish_change(struct ledger_change *change, const char *refusal)
{
    if (refusal)
        error_set(&change->refusal, ERROR_BUSY, "%s", refusal);
    change->done(change);
}

static void finish_message(struct ledger *ledger, struct ledger_message *message,
                           const char *refusal)
{
    if (message->subject == LEDGER_SUBMISSION) {
        finish_submission(ledger, (struct submission *)message, refusal);
    } else if (message->subject == LEDGER_CHANGE) {
        finish_change((struct ledger_change *)message, refusal);
    } else if (message->subject == LEDGER_BLAME) {
        // when it could not be recorded, the site still waits in the store and is offered again
        struct blame_answer *answer = (struct blame_answer *)message;
        offers_end_job(&ledger->offers, answer->site_id);
        free_message(message);
    } else if (refusal) {
        // a letter that was sent must not be sent again because that could not be recorded: try
        // again later
        message->item.next = ledger->unrecorded;
        ledger->unrecorded = &message->item;
    } else {
        struct letter_outcome *outcome = (struct letter_outcome *)message;
        offers_end_letter(&ledger->offers, outcome->letter.id);
        free_message(message);
    }
}

static void note_failure(struct ledger *ledger, const struct error *error)
{
    pthread_mutex_lock(&ledger->failure_lock);
    bool is_news = ledger->is_failing != (error != NULL);
    ledger->is_failing = error != NULL;
    snprintf(ledger->failure, sizeof ledger->failure, "%.255s", error ? error->message : "");
    pthread_mutex_unlock(&ledger->failure_lock);
    if (is_news && error)
        log_error("the store failed, reports are refused until it works again: %s", error->message);
    else if (is_news)
        log_info("the store works again");
}

static void finish_all(struct ledger *ledger, struct queue_item *items, const char *refusal)
{
    for (struct queue_item *item = items, *next; item; item = next) {
        next = item->next; // the message may be gone, or in the queue again, afterwards
        finish_message(ledger, (struct ledger_message *)item, refusal);
    }
}

static void process(struct ledger *ledger, struct queue_item *items)
{
    struct error error = {0};
    bool is_away;
    if (commit_batch(ledger, items, &is_away, &error)) {
        note_failure(ledger, NULL);
        finish_all(ledger, items, NULL);
        return;
    }
    bool has_others = items->next != NULL;
    bool is_failing = !has_others;
    for (struct queue_item *item = items, *next; item; item = next) {
        next = item->next;
        item->next = NULL;
        // a store that is away is waited for once, not once a message
        bool is_committed = has_others && !is_away && commit_batch(ledger, item, &is_away, &error);
        is_failing |= !is_committed;
        finish_all(ledger, item, is_committed ? NULL : "the store does not work at the moment");
    }
    note_failure(ledger, is_failing ? &error : NULL);
}

// ---- the thread ----

static bool write_digests(struct ledger *ledger, const struct text *addresses, size_t address_n,
                          struct arena *arena, struct error *error)
{
    struct store *store = ledger->settings.store;
    bool is_written = store_begin(store, error);
    for (size_t i = 0; i < address_n && is_written; i++)
        is_written = post_digest(&ledger->settings, addresses[i], arena, error);
    if (is_written && store_commit(store, error))
        return true;
    store_rollback(store);
    return false;
}

// What is held back for longer than its hour; a failure is met again the next time.
static void look_for_digests(struct ledger *ledger)
{
    struct arena arena = {0};
    struct error error = {0};
    struct text *addresses;
    size_t address_n = 0;
    if (store_list_digests(ledger->settings.store, clock_wall_ms(ledger->settings.clock),
                           DIGEST_MAX, &arena, &addresses, &address_n, &error) &&
        address_n > 0 && !write_digests(ledger, addresses, address_n, &arena, &error))
        log_warning("digests cannot be written: %s", error.message);
    arena_release(&arena);
}

static bool write_troubles(struct ledger *ledger, int64_t now_ms, struct arena *arena,
                           struct error *error)
{
    struct store *store = ledger->settings.store;
    if (store_begin(store, error) &&
        post_troubles(&ledger->settings, &ledger->troubles, now_ms, arena, error) &&
        store_commit(store, error)) {
        trouble_told(&ledger->troubles, now_ms);
        return true;
    }
    store_rollback(store);
    return false;
}

// What is wrong with Flawless itself; a failure is met again the next time.
static void look_for_troubles(struct ledger *ledger)
{
    const struct ledger_settings *settings = &ledger->settings;
    struct trouble_watch *troubles = &ledger->troubles;
    int64_t now_ms = clock_wall_ms(settings->clock);
    struct arena arena = {0};
    struct error error = {0};
    struct trouble_list list = {.n = 0};
    settings->list_troubles(settings->self, &arena, &list);
    trouble_see(troubles, &list, now_ms);
    if (settings->default_contact.len && trouble_is_due(troubles, now_ms) &&
        (!post_recall(settings, troubles, now_ms, &arena, &error) ||
         (trouble_is_due(troubles, now_ms) && !write_troubles(ledger, now_ms, &arena, &error))))
        log_warning("default_contact cannot be told what is wrong: %s", error.message);
    arena_release(&arena);
}

// Now and then: work whose time comes by itself, and what could not be recorded.
static void look_again(struct ledger *ledger)
{
    int64_t now = clock_mono_ms(ledger->settings.clock);
    if (now < ledger->look_again_mono_ms)
        return;
    ledger->look_again_mono_ms = now + LOOK_AGAIN_MS;
    look_for_digests(ledger);
    look_for_troubles(ledger);
    offers_look_again(&ledger->offers);
    for (struct queue_item *item = ledger->unrecorded, *next; item; item = next) {
        next = item->next;
        if (!queue_push_always(&ledger->queue, item))
            free_message((struct ledger_message *)item);
    }
    ledger->unrecorded = NULL;
}

static void *run(void *self)
{
    struct ledger *ledger = self;
    while (!queue_is_closed(&ledger->queue) || queue_count(&ledger->queue)) {
        show_life(ledger);
        look_again(ledger);
        offers_make(&ledger->offers);
        struct queue_item *items = queue_take_all(&ledger->queue, LOOK_AGAIN_MS);
        if (items)
            process(ledger, items);
    }
    return NULL;
}

// ---- the face ----

void ledger_start(const struct ledger_settings *settings, struct ledger **started)
{
    struct ledger *ledger = must_alloc(sizeof *ledger);
    ledger->settings = *settings;
    offers_init(&ledger->offers, &ledger->settings);
    queue_init(&ledger->queue, WAITING_MAX);
    pthread_mutex_init(&ledger->failure_lock, NULL);
    ledger->batch_reports.bounds = batch_report_bounds;
    ledger->batch_reports.bound_n = sizeof batch_report_bounds / sizeof *batch_report_bounds;
    ledger->commit_us.bounds = commit_us_bounds;
    ledger->commit_us.bound_n = sizeof commit_us_bounds / sizeof *commit_us_bounds;
    show_life(ledger);
    *started = ledger;
    check(pthread_create(&ledger->thread, NULL, run, ledger) == 0);
}

bool ledger_submit(struct ledger *ledger, struct submission *submission)
{
    long long size = (long long)submission->size;
    submission->message.subject = LEDGER_SUBMISSION;
    if (atomic_fetch_add(&ledger->waiting_bytes, size) + size <= WAITING_BYTES_MAX &&
        queue_push(&ledger->queue, &submission->message.item))
        return true;
    atomic_fetch_sub(&ledger->waiting_bytes, size);
    atomic_fetch_add(&ledger->refused, 1);
    return false;
}

bool ledger_submit_change(struct ledger *ledger, struct ledger_change *change)
{
    change->message.subject = LEDGER_CHANGE;
    return queue_push(&ledger->queue, &change->message.item);
}

void ledger_tell_blame(struct ledger *ledger, struct blame_answer *answer)
{
    if (!queue_push_always(&ledger->queue, &answer->message.item))
        free_message(&answer->message);
}

void ledger_tell_letter(struct ledger *ledger, struct letter_outcome *outcome)
{
    if (!queue_push_always(&ledger->queue, &outcome->message.item))
        free_message(&outcome->message);
}

void ledger_stop(struct ledger *ledger)
{
    queue_close(&ledger->queue);
    pthread_join(ledger->thread, NULL);
}

void ledger_free(struct ledger *ledger)
{
    for (struct queue_item *item = ledger->unrecorded, *next; item; item = next) {
        next = item->next;
        free_message((struct ledger_message *)item);
    }
    forget_notes(ledger);
    offers_release(&ledger->offers);
    buffer_release(&ledger->body);
    queue_release(&ledger->queue);
    pthread_mutex_destroy(&ledger->failure_lock);
    free(ledger);
}

void ledger_look(struct ledger *ledger, struct ledger_facts *facts)
{
    *facts = (struct ledger_facts){
        .reports = atomic_load(&ledger->reports),
        .occurrences = atomic_load(&ledger->occurrences),
        .refused = atomic_load(&ledger->refused),
        .batches = atomic_load(&ledger->batches),
        .waiting = (int64_t)queue_count(&ledger->queue),
        .last_commit_us = atomic_load(&ledger->last_commit_us),
        .silent_ms = clock_mono_ms(ledger->settings.clock) - atomic_load(&ledger->seen_mono_ms),
    };
    facts->is_stuck = facts->silent_ms > LEDGER_PATIENCE_MS;
    histogram_look(&ledger->batch_reports, &facts->batch_reports);
    histogram_look(&ledger->commit_us, &facts->commit_us);
    pthread_mutex_lock(&ledger->failure_lock);
    facts->is_failing = ledger->is_failing;
    memcpy(facts->failure, ledger->failure, sizeof facts->failure);
    pthread_mutex_unlock(&ledger->failure_lock);
}
