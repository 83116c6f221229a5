// SPDX-License-Identifier: MIT
// A change whose sender waits for it.
#include <semaphore.h>

#include "server/ledger.h"

struct waiting_change {
    struct ledger_change change; // first
    sem_t is_done;
};

static void wake(struct ledger_change *change)
{
    sem_post(&((struct waiting_change *)change)->is_done);
}

bool ledger_change_now(struct ledger *ledger,
                       bool (*apply)(void *data, struct store *store, struct error *error),
                       void *data, struct error *error)
{
    struct waiting_change waiting = {.change = {.data = data, .apply = apply, .done = wake}};
    sem_init(&waiting.is_done, 0, 0);
    bool is_taken = ledger_submit_change(ledger, &waiting.change);
    while (is_taken && sem_wait(&waiting.is_done) != 0)
        continue; // a signal
    sem_destroy(&waiting.is_done);
    if (!is_taken)
        return error_set(error, ERROR_BUSY,
                         "too much waits to be stored at the moment; try again in a few seconds");
    if (error)
        *error = waiting.change.refusal;
    return waiting.change.refusal.kind == ERROR_NONE;
}
