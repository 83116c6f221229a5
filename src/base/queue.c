// SPDX-License-Identifier: MIT
#include "base/queue.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/error.h"

void queue_init(struct queue *q, size_t max)
{
    *q = (struct queue){.max = max};
    pthread_mutex_init(&q->lock, NULL);
    clock_condition_init(&q->changed);
}

void queue_release(struct queue *q)
{
    check(q->count == 0);
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
}

static bool push(struct queue *q, struct queue_item *item, size_t max)
{
    pthread_mutex_lock(&q->lock);
    bool fits = !q->is_closed && (max == 0 || q->count < max);
    if (fits) {
        item->next = NULL;
        if (q->last)
            q->last->next = item;
        else
            q->first = item;
        q->last = item;
        q->count++;
    }
    pthread_mutex_unlock(&q->lock);
    if (fits)
        pthread_cond_signal(&q->changed);
    return fits;
}

bool queue_push(struct queue *q, struct queue_item *item)
{
    return push(q, item, q->max);
}

bool queue_push_always(struct queue *q, struct queue_item *item)
{
    return push(q, item, 0);
}

// With the lock held: until something waits, the queue closes or the time is up.
static void wait_for_items(struct queue *q, int64_t timeout_ms)
{
    struct timespec deadline = timeout_ms > 0 ? clock_deadline(timeout_ms) : (struct timespec){0};
    while (!q->first && !q->is_closed && timeout_ms != 0) {
        if (timeout_ms < 0)
            pthread_cond_wait(&q->changed, &q->lock);
        else if (pthread_cond_timedwait(&q->changed, &q->lock, &deadline) == ETIMEDOUT)
            return;
    }
}

struct queue_item *queue_take_all(struct queue *q, int64_t timeout_ms)
{
    pthread_mutex_lock(&q->lock);
    wait_for_items(q, timeout_ms);
    struct queue_item *items = q->first;
    q->first = q->last = NULL;
    q->count = 0;
    pthread_mutex_unlock(&q->lock);
    return items;
}

struct queue_item *queue_take(struct queue *q, int64_t timeout_ms)
{
    pthread_mutex_lock(&q->lock);
    wait_for_items(q, timeout_ms);
    struct queue_item *item = q->first;
    if (item) {
        q->first = item->next;
        if (!q->first)
            q->last = NULL;
        q->count--;
        item->next = NULL;
    }
    pthread_mutex_unlock(&q->lock);
    return item;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->is_closed = true;
    pthread_mutex_unlock(&q->lock);
    pthread_cond_broadcast(&q->changed);
}

bool queue_is_closed(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool is_closed = q->is_closed;
    pthread_mutex_unlock(&q->lock);
    return is_closed;
}

size_t queue_count(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t count = q->count;
    pthread_mutex_unlock(&q->lock);
    return count;
}
