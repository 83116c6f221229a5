// SPDX-License-Identifier: MIT
// Bounded queue between threads. Many may push, many may take.
#ifndef FLAWLESS_BASE_QUEUE_H
#define FLAWLESS_BASE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// First member of whatever travels through a queue.
struct queue_item {
    struct queue_item *next;
};

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct queue_item *first, *last;
    size_t count, max;
    bool is_closed;
};

void queue_init(struct queue *q, size_t max); // max 0: no bound
void queue_release(struct queue *q);          // must be empty

// False when the queue is full or closed: the item stays the caller's.
bool queue_push(struct queue *q, struct queue_item *item);
// Ignores the bound; for messages that must not be refused (answers to work that was accepted).
// False only when closed.
bool queue_push_always(struct queue *q, struct queue_item *item);

// Everything that waits, oldest first, linked by next. Waits up to timeout_ms (-1: for ever) for
// something to come; NULL on time-out, and NULL at once when the queue is closed and empty.
struct queue_item *queue_take_all(struct queue *q, int64_t timeout_ms);
// The same for one item.
struct queue_item *queue_take(struct queue *q, int64_t timeout_ms);

void queue_close(struct queue *q); // what waits can still be taken; wakes everybody
bool queue_is_closed(struct queue *q);
size_t queue_count(struct queue *q);

#endif
