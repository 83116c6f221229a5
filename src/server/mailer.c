// SPDX-License-Identifier: MIT
// Everything that waits is one batch, sent over one connection. When the mail server cannot be
// talked to at all, the rest of the batch is put off without trying, so that a dead server costs
// one time-out and not one for each letter. The wait after a failure depends on the letter's
// attempts alone, which the store keeps, so it outlives a restart.
#include "server/mailer.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/queue.h"

enum {
    WAITING_MAX = 64, // letters taken and not yet tried; each may have 256 kB
    WAIT_MS = 60000,
    MINUTE_MS = 60000,
    HOUR_MS = 60 * MINUTE_MS,
    PATIENCE_MS = 3 * 24 * HOUR_MS,
    FINISH_S = 2, // for the letter under way when it is time to stop
    CANCEL_S = 1, // for libcurl to let go after that
};

struct parcel {
    struct queue_item item; // first
    struct arena arena;
    struct outbox_letter letter;
};

struct mailer {
    struct mailer_settings settings;
    struct queue queue;
    pthread_t thread;
    atomic_bool is_stopping, cancel;
    pthread_mutex_t lock; // of facts
    struct mailer_facts facts;
};

int64_t mailer_delay_ms(int64_t attempts)
{
    int64_t delay_ms = MINUTE_MS, waited_ms = 0;
    for (int64_t i = 1; i < attempts && waited_ms < PATIENCE_MS; i++) {
        waited_ms += delay_ms;
        delay_ms = delay_ms * 2 < HOUR_MS ? delay_ms * 2 : HOUR_MS;
    }
    return waited_ms < PATIENCE_MS ? delay_ms : -1;
}

// ---- taking ----

static void free_parcels(struct queue_item *items)
{
    for (struct queue_item *next; items; items = next) {
        struct parcel *parcel = (struct parcel *)items;
        next = items->next;
        arena_release(&parcel->arena);
        free(parcel);
    }
}

bool mailer_take(struct mailer *mailer, const struct outbox_letter *letter)
{
    struct parcel *parcel = must_alloc(sizeof *parcel);
    parcel->letter = *letter;
    struct text *texts[] = {&parcel->letter.message_id, &parcel->letter.thread_id,
                            &parcel->letter.from,       &parcel->letter.to,
                            &parcel->letter.subject,    &parcel->letter.text,
                            &parcel->letter.html,       &parcel->letter.last_error};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = arena_copy(&parcel->arena, *texts[i]);
    if (queue_push(&mailer->queue, &parcel->item))
        return true;
    free_parcels(&parcel->item);
    return false;
}

// ---- sending ----

static void note(struct mailer *mailer, bool is_sent, const char *failure)
{
    pthread_mutex_lock(&mailer->lock);
    mailer->facts.sent += is_sent;
    mailer->facts.failed += !is_sent;
    snprintf(mailer->facts.failure, sizeof mailer->facts.failure, "%.255s", failure);
    pthread_mutex_unlock(&mailer->lock);
}

static void settle(struct mailer *mailer, struct parcel *parcel, enum smtp_outcome outcome,
                   const char *failure)
{
    struct outbox_letter *letter = &parcel->letter;
    int64_t now_ms = clock_wall_ms(mailer->settings.clock);
    long long id = (long long)letter->id;
    letter->attempts++;
    letter->last_error = arena_copy(&parcel->arena, text_of(failure));
    int64_t delay_ms = mailer_delay_ms(letter->attempts);
    if (outcome == SMTP_SENT) {
        letter->state = OUTBOX_SENT;
        letter->sent_at_ms = now_ms;
        log_info("letter %lld was sent to %.*s", id, TEXT_ARG(letter->to));
    } else if (outcome == SMTP_REFUSED || delay_ms < 0) {
        letter->state = outcome == SMTP_REFUSED ? OUTBOX_REFUSED : OUTBOX_FAILED;
        log_error("letter %lld to %.*s is given up: %s", id, TEXT_ARG(letter->to), failure);
    } else {
        letter->next_try_at_ms = now_ms + delay_ms;
        log_warning("letter %lld to %.*s waits, next try in %lld s: %s", id, TEXT_ARG(letter->to),
                    (long long)(delay_ms / 1000), failure);
    }
    note(mailer, outcome == SMTP_SENT, failure);
    mailer->settings.settled(mailer->settings.self, letter);
}

static void send_batch(struct mailer *mailer, struct queue_item *items)
{
    struct smtp *smtp = smtp_open(&mailer->settings.smtp);
    struct error error = {0};
    enum smtp_outcome outcome = SMTP_SENT;
    for (struct queue_item *item = items; item; item = item->next) {
        struct parcel *parcel = (struct parcel *)item;
        if (atomic_load(&mailer->is_stopping))
            break; // the store still has it waiting
        if (outcome != SMTP_AWAY) {
            error = (struct error){0};
            outcome = smtp_send(smtp, &parcel->letter, &error);
        }
        if (outcome != SMTP_AWAY || !atomic_load(&mailer->cancel))
            settle(mailer, parcel, outcome, error.message);
    }
    smtp_close(smtp);
}

static void *run(void *self)
{
    struct mailer *mailer = self;
    while (!atomic_load(&mailer->is_stopping)) {
        struct queue_item *items = queue_take_all(&mailer->queue, WAIT_MS);
        if (items)
            send_batch(mailer, items);
        free_parcels(items);
    }
    return NULL;
}

// ---- life ----

struct mailer *mailer_start(const struct mailer_settings *settings)
{
    struct mailer *mailer = must_alloc(sizeof *mailer);
    mailer->settings = *settings;
    mailer->settings.smtp.cancel = &mailer->cancel;
    queue_init(&mailer->queue, WAITING_MAX);
    pthread_mutex_init(&mailer->lock, NULL);
    int result = pthread_create(&mailer->thread, NULL, run, mailer);
    if (result != 0)
        fatal_out_of_memory(); // there is nothing else it fails for
    return mailer;
}

static bool wait_for_end(struct mailer *mailer, int seconds)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += seconds;
    return pthread_timedjoin_np(mailer->thread, NULL, &deadline) == 0;
}

bool mailer_stop(struct mailer *mailer)
{
    atomic_store(&mailer->is_stopping, true);
    queue_close(&mailer->queue);
    if (!wait_for_end(mailer, FINISH_S)) {
        atomic_store(&mailer->cancel, true);
        if (!wait_for_end(mailer, CANCEL_S)) {
            log_warning("a letter is still being sent; it is left to itself");
            return false;
        }
    }
    return true;
}

void mailer_free(struct mailer *mailer)
{
    if (!mailer)
        return;
    free_parcels(queue_take_all(&mailer->queue, 0));
    queue_release(&mailer->queue);
    pthread_mutex_destroy(&mailer->lock);
    free(mailer);
}

void mailer_look(struct mailer *mailer, struct mailer_facts *facts)
{
    pthread_mutex_lock(&mailer->lock);
    *facts = mailer->facts;
    pthread_mutex_unlock(&mailer->lock);
}
