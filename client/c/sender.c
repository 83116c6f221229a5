// SPDX-License-Identifier: MIT
// One lock guards everything in `sender`; the thread gives it up while it posts, seals or asks for
// more. Reports are posted one at a time in the order they came; one that fails goes back to the
// front, and the next server (or the same one, after its back-off) gets it. So order is kept, and a
// server that is down costs no more than the queue's bound.
#include "sender.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "pace.h"
#include "post.h"
#include "spool.h"

enum { STACK_SIZE = 512 * 1024, NOBODY = -1, STOP_GRACE_MS = 200 };
enum fate { SENT, REFUSED, AGAIN };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t work;    // something to do; monotonic clock
    pthread_cond_t settled; // something came to an end; monotonic clock
    bool is_set_up;

    struct fl_report *first, *last; // the queue
    size_t waiting_n, waiting_bytes;
    bool is_posting; // one more is on its way
    bool is_posting_spooled;

    struct fl_servers servers;
    struct fl_pace pace[FL_SERVER_MAX];
    struct fl_servers new_servers; // taken over by the thread between two posts
    bool has_new_servers;
    int64_t timeout_ms;
    fl_sender_more *more;
    fl_sender_forgotten *forgotten;
    int64_t more_at_ms;
    const struct clock *clock;
    uint64_t (*random)(void);

    pthread_t thread;
    bool has_thread; // that nobody has joined or let go yet
    bool is_running, is_closed;
    _Atomic bool stop;
    struct fl_post *post;

    uint64_t flush_n, stuck_n; // flushes asked for; the last of them that was found to be in vain
    bool hurry;
    int64_t flush_until_ms;
    struct fl_sent_counts counts;
    enum fl_trouble trouble;
    struct fl_spool spool; // the thread's alone, like servers
    int64_t spool_at_ms;   // when to look into it
    char stumbler[64];     // the spooled report that the server fell over last; the thread's alone
    unsigned stumble_n;    // how often in a row
    struct fl_lost told;   // of what was lost: a server knows it
} sender = {.lock = PTHREAD_MUTEX_INITIALIZER,
            .timeout_ms = FL_TIMEOUT_MS,
            .clock = &clock_system,
            .random = fl_random};

static void set_up_conditions(void)
{
    clock_condition_init(&sender.work);
    clock_condition_init(&sender.settled);
    sender.is_set_up = true;
}

static void enter(void)
{
    pthread_mutex_lock(&sender.lock);
    if (!sender.is_set_up)
        set_up_conditions();
}

static void leave(void)
{
    pthread_mutex_unlock(&sender.lock);
}

static int64_t now_ms(void)
{
    return clock_mono_ms(sender.clock);
}

// False when the moment has come.
static bool wait_until(pthread_cond_t *condition, int64_t moment_ms)
{
    if (moment_ms == INT64_MAX)
        return pthread_cond_wait(condition, &sender.lock) == 0;
    int64_t wait_ms = moment_ms - now_ms();
    struct timespec deadline = clock_deadline(wait_ms > 0 ? wait_ms : 0);
    return pthread_cond_timedwait(condition, &sender.lock, &deadline) != ETIMEDOUT;
}

// ---- the queue

static void push_back(struct fl_report *r)
{
    r->next = NULL;
    if (sender.last)
        sender.last->next = r;
    else
        sender.first = r;
    sender.last = r;
    sender.waiting_n++;
    sender.waiting_bytes += fl_report_size(r);
}

static void push_front(struct fl_report *r)
{
    r->next = sender.first;
    sender.first = r;
    if (!sender.last)
        sender.last = r;
    sender.waiting_n++;
    sender.waiting_bytes += fl_report_size(r);
}

static struct fl_report *pop(void)
{
    struct fl_report *r = sender.first;
    sender.first = r->next;
    if (!sender.first)
        sender.last = NULL;
    sender.waiting_n--;
    sender.waiting_bytes -= fl_report_size(r);
    return r;
}

static void drop(struct fl_report *r, enum fl_loss why)
{
    fl_report_free(r);
    sender.counts.lost.n[why]++;
}

static bool enqueue(struct fl_report *r)
{
    bool has_room = sender.waiting_n < FL_QUEUE_MAX &&
                    sender.waiting_bytes + fl_report_size(r) <= FL_QUEUE_BYTES_MAX;
    if (!has_room || sender.is_closed) {
        drop(r, has_room ? FL_LOST_AT_EXIT : FL_LOST_QUEUE_FULL);
        return false;
    }
    r->queued_mono_ms = now_ms();
    push_back(r);
    return true;
}

// ---- the thread; every function is entered and left with the lock held

static void take_new_servers(void)
{
    fl_servers_release(&sender.servers);
    sender.servers = sender.new_servers;
    sender.new_servers = (struct fl_servers){0};
    sender.has_new_servers = false;
    for (size_t i = 0; i < FL_SERVER_MAX; i++)
        sender.pace[i] = (struct fl_pace){0};
    fl_post_trust(sender.post, sender.servers.ca_file);
    sender.spool = (struct fl_spool){.directory = sender.servers.spool};
    sender.spool_at_ms = sender.spool.directory ? 0 : INT64_MAX;
}

static void take_more(void)
{
    struct fl_report *r;
    fl_sender_more *more = sender.more;
    if (!more || now_ms() < sender.more_at_ms)
        return;
    do {
        int64_t next_at_ms = INT64_MAX;
        sender.more_at_ms = INT64_MAX; // a nudge while we ask is not lost
        leave();
        r = more(now_ms(), &next_at_ms);
        enter();
        if (r)
            enqueue(r);
        if (next_at_ms < sender.more_at_ms)
            sender.more_at_ms = next_at_ms;
    } while (r);
}

static void drop_the_old(void)
{
    while (sender.first && now_ms() - sender.first->queued_mono_ms > FL_REPORT_AGE_MAX_MS)
        drop(pop(), FL_LOST_TOO_OLD);
}

// One of the servers that may be tried now, at random; NOBODY when there is none, and then
// *ready_at_ms is when there will be.
static int choose_server(int64_t *ready_at_ms)
{
    int64_t now = now_ms();
    size_t ready_n = 0, ready[FL_SERVER_MAX];
    *ready_at_ms = INT64_MAX;
    for (size_t i = 0; i < sender.servers.n; i++) {
        int64_t at = fl_pace_ready_at(&sender.pace[i]);
        if (at <= now)
            ready[ready_n++] = i;
        else if (at < *ready_at_ms)
            *ready_at_ms = at;
    }
    return ready_n ? (int)ready[sender.random() % ready_n] : NOBODY;
}

static bool is_success(int status)
{
    return status >= 200 && status < 300;
}

static bool is_refusal_for_good(int status)
{
    return status >= 300 && status < 500 && status != 408 && status != 425 && status != 429;
}

static enum fl_trouble trouble_of(const struct fl_answer *answer)
{
    if (answer->is_untrusted)
        return FL_UNTRUSTED;
    if (answer->status == 0)
        return FL_UNREACHABLE;
    if (answer->status == 401 || answer->status == 403)
        return FL_WRONG_KEY;
    return is_success(answer->status) ? FL_WELL : FL_REFUSING;
}

static void heed(struct fl_pace *pace, struct fl_answer answer)
{
    // Who answers that this report is malformed or too large is well; who does not know us is not.
    bool is_well = is_success(answer.status) || answer.status == 400 || answer.status == 413;
    if (is_well)
        fl_pace_succeeded(pace);
    else if (answer.wait_s <= 0)
        fl_pace_failed(pace, now_ms(), (uint32_t)sender.random());
    fl_pace_asked(pace, now_ms(), answer.wait_s);
    if (!sender.has_new_servers) // else nobody asks about these any more
        sender.trouble = trouble_of(&answer);
}

// The server fell over this report. Any other 5xx says that it is away, and who is before it.
static bool is_stumble(int status)
{
    return status == 500;
}

// What becomes of a report; *r's count of stumbles grows.
static enum fate fate_of(struct fl_report *r, struct fl_answer answer)
{
    if (is_success(answer.status))
        return SENT;
    bool stumbled = is_stumble(answer.status) && ++r->refused_n >= FL_REFUSED_MAX;
    return stumbled || is_refusal_for_good(answer.status) ? REFUSED : AGAIN;
}

static void settle(struct fl_report *r, enum fate fate, bool is_spooled)
{
    sender.counts.sent += fate == SENT;
    sender.counts.retried += fate == AGAIN;
    sender.counts.spooled += is_spooled;
    if (fate == REFUSED)
        drop(r, FL_LOST_REFUSED);
    else if (fate == SENT || is_spooled)
        fl_report_free(r);
    else
        push_front(r);
}

// What was lost is told by a report that arrives, not by one that may arrive in a week.
static bool spool(const struct fl_report *r, struct buffer *envelope)
{
    static const struct fl_lost nothing;
    if (!sender.spool.directory)
        return false;
    buffer_clear(envelope);
    fl_report_seal(r, &nothing, envelope);
    return !envelope->failed && fl_spool_put(&sender.spool, r->event_id, buffer_text(envelope));
}

static bool is_another_ready(int server)
{
    int64_t now = now_ms();
    for (size_t i = 0; i < sender.servers.n; i++)
        if ((int)i != server && fl_pace_ready_at(&sender.pace[i]) <= now)
            return true;
    return false;
}

static void post_first(int server, struct buffer *envelope)
{
    struct fl_report *r = pop();
    int64_t timeout_ms = sender.timeout_ms;
    fl_sender_forgotten *forgotten = sender.forgotten;
    bool is_spoolable = !is_another_ready(server);
    struct fl_lost lost = fl_lost_since(&sender.counts.lost, &sender.told);
    uint64_t told_forgotten_n = sender.told.n[FL_LOST_FORGOTTEN];
    sender.is_posting = true;
    leave();
    if (forgotten)
        lost.n[FL_LOST_FORGOTTEN] = forgotten() - told_forgotten_n;
    buffer_clear(envelope);
    fl_report_seal(r, &lost, envelope);
    bool is_sealed = !envelope->failed;
    struct fl_answer answer = {0};
    if (is_sealed) // only this thread changes the servers
        answer = fl_post_send(sender.post, &sender.servers.at[server], buffer_text(envelope),
                              timeout_ms, &sender.stop);
    enum fate fate = fate_of(r, answer);
    bool is_spooled =
        is_sealed && fate == AGAIN && is_spoolable && !sender.stop && spool(r, envelope);
    enter();
    sender.is_posting = false;
    pthread_cond_broadcast(&sender.settled); // before the spool, which nobody waits for
    if (is_spooled)
        sender.spool_at_ms = 0; // as soon as a server is ready
    if (is_success(answer.status))
        fl_lost_add(&sender.told, &lost);
    if (!is_sealed)
        drop(r, FL_LOST_NO_MEMORY);
    else if (answer.status == 0 && sender.stop && !is_spooled)
        push_front(r);
    else
        settle(r, fate, is_spooled);
    if (answer.status != 0 || !sender.stop)
        heed(&sender.pace[server], answer);
}

// One that always does would keep all behind it from being sent: the same comes first each time.
static bool stumbles_for_good(const char *name, int status)
{
    if (!is_stumble(status))
        return false;
    if (strcmp(sender.stumbler, name) != 0)
        sender.stumble_n = 0;
    snprintf(sender.stumbler, sizeof sender.stumbler, "%s", name);
    return ++sender.stumble_n >= FL_REFUSED_MAX;
}

static void post_spooled(int server, struct buffer *envelope)
{
    struct fl_spooled taken;
    struct fl_answer answer = {0};
    uint64_t too_old_n = 0;
    int64_t timeout_ms = sender.timeout_ms;
    sender.is_posting_spooled = true;
    leave();
    bool is_taken = fl_spool_take(&sender.spool, clock_wall_ms(sender.clock) / 1000, envelope,
                                  &taken, &too_old_n);
    if (is_taken)
        answer = fl_post_send(sender.post, &sender.servers.at[server], buffer_text(envelope),
                              timeout_ms, &sender.stop);
    bool is_refused = is_taken && (is_refusal_for_good(answer.status) ||
                                   stumbles_for_good(taken.name, answer.status));
    if (is_taken)
        fl_spool_give_up(&sender.spool, &taken, is_success(answer.status) || is_refused);
    enter();
    sender.is_posting_spooled = false;
    pthread_cond_broadcast(&sender.settled);
    sender.counts.lost.n[FL_LOST_TOO_OLD] += too_old_n;
    if (!is_taken) {
        sender.spool_at_ms = now_ms() + FL_SPOOL_LOOK_MS;
        return;
    }
    sender.counts.sent += is_success(answer.status);
    sender.counts.lost.n[FL_LOST_REFUSED] += is_refused;
    if (answer.status != 0 || !sender.stop)
        heed(&sender.pace[server], answer);
}

static void hurry(void)
{
    sender.hurry = false;
    for (size_t i = 0; i < sender.servers.n; i++)
        fl_pace_hurry(&sender.pace[i]);
}

// One turn: posts a report, or waits for something to do.
static void turn(struct buffer *envelope)
{
    if (sender.has_new_servers)
        take_new_servers();
    if (sender.hurry)
        hurry();
    take_more();
    drop_the_old();
    int64_t ready_at_ms = INT64_MAX;
    if (sender.first || (now_ms() >= sender.spool_at_ms && !sender.is_closed)) {
        int server = choose_server(&ready_at_ms);
        if (server != NOBODY) {
            (sender.first ? post_first : post_spooled)(server, envelope);
            return;
        }
    } else if (!sender.is_closed) {
        ready_at_ms = sender.spool_at_ms;
    }
    if (sender.first) {
        if (ready_at_ms > sender.flush_until_ms && !sender.hurry)
            sender.stuck_n = sender.flush_n;
    }
    pthread_cond_broadcast(&sender.settled);
    if (!sender.stop && !sender.has_new_servers && !sender.hurry)
        wait_until(&sender.work, ready_at_ms < sender.more_at_ms ? ready_at_ms : sender.more_at_ms);
}

static void *run(void *context)
{
    struct buffer envelope = {.max = FL_EVENT_MAX + 8192};
    enter();
    while (!sender.stop)
        turn(&envelope);
    leave();
    buffer_release(&envelope);
    enter();
    sender.is_running = false;
    pthread_cond_broadcast(&sender.settled);
    leave();
    return context;
}

// ---- the face

static bool start_thread(void)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    if (sender.is_running || sender.is_closed)
        return true;
    if (!sender.post)
        sender.post = fl_post_new();
    if (!sender.post)
        return false;
    fl_post_trust(sender.post, sender.servers.ca_file);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    sigfillset(&all); // the program's signals are for the program's threads
    pthread_sigmask(SIG_SETMASK, &all, &before);
    sender.is_running = pthread_create(&sender.thread, &attributes, run, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    sender.has_thread = sender.is_running;
    return sender.is_running;
}

void fl_sender_configure(struct fl_servers *servers, int64_t timeout_ms, fl_sender_more *more,
                         fl_sender_forgotten *forgotten)
{
    enter();
    fl_servers_release(&sender.new_servers);
    sender.new_servers = *servers;
    sender.has_new_servers = true;
    sender.trouble = FL_WELL;
    sender.timeout_ms = timeout_ms;
    sender.more = more;
    sender.forgotten = forgotten;
    *servers = (struct fl_servers){0};
    pthread_cond_signal(&sender.work);
    leave();
}

bool fl_sender_put(struct fl_report *report)
{
    enter();
    bool is_queued = false;
    if (start_thread())
        is_queued = enqueue(report);
    else
        drop(report, FL_LOST_NO_MEMORY);
    leave();
    if (is_queued) // after the lock, which the thread wants when it wakes
        pthread_cond_signal(&sender.work);
    return is_queued;
}

void fl_sender_nudge(void)
{
    enter();
    sender.more_at_ms = 0;
    if (start_thread())
        pthread_cond_signal(&sender.work);
    leave();
}

bool fl_sender_flush(int64_t deadline_mono_ms)
{
    enter();
    uint64_t flush = ++sender.flush_n;
    sender.hurry = true;
    if (deadline_mono_ms > sender.flush_until_ms)
        sender.flush_until_ms = deadline_mono_ms;
    pthread_cond_signal(&sender.work);
    bool is_waiting = true;
    while (is_waiting && (sender.first || sender.is_posting) && sender.is_running &&
           sender.stuck_n < flush)
        is_waiting = wait_until(&sender.settled, deadline_mono_ms);
    bool is_empty = !sender.first && !sender.is_posting;
    leave();
    return is_empty;
}

// The thread has ended: nobody else uses the spool, and whoever reports now is refused anyway. The
// process is to end now, so the disk is not waited for.
static void spool_the_rest(int64_t deadline_mono_ms)
{
    int64_t grace_ms = now_ms() + STOP_GRACE_MS;
    int64_t until_ms = deadline_mono_ms > grace_ms ? deadline_mono_ms : grace_ms;
    struct buffer envelope = {.max = FL_EVENT_MAX + 4096};
    if (sender.has_new_servers) // it ended before it came to them
        take_new_servers();
    sender.spool.in_haste = true;
    while (sender.first && now_ms() < until_ms && spool(sender.first, &envelope)) {
        fl_report_free(pop());
        sender.counts.spooled++;
    }
    buffer_release(&envelope);
}

// Several may stop at once, or once more after one who could not wait: one of them gets the thread.
void fl_sender_stop(int64_t deadline_mono_ms)
{
    enter();
    bool is_waiting = true;
    sender.is_closed = true;
    while (sender.is_posting_spooled && is_waiting) // cut off, it would be sent again
        is_waiting = wait_until(&sender.settled, deadline_mono_ms);
    if (!is_waiting)
        deadline_mono_ms = now_ms() + STOP_GRACE_MS;
    is_waiting = true;
    sender.stop = true;
    pthread_cond_signal(&sender.work);
    if (sender.post)
        fl_post_wake(sender.post);
    while (sender.is_running && is_waiting)
        is_waiting = wait_until(&sender.settled, deadline_mono_ms);
    bool is_ours = sender.has_thread, has_ended = !sender.is_running;
    pthread_t thread = sender.thread;
    struct fl_post *post = has_ended ? sender.post : NULL;
    sender.has_thread = false;
    if (post) {
        spool_the_rest(deadline_mono_ms);
        sender.post = NULL;
    }
    while (sender.first)
        drop(pop(), FL_LOST_AT_EXIT);
    leave();
    if (is_ours && has_ended)
        pthread_join(thread, NULL);
    else if (is_ours)
        pthread_detach(thread);
    fl_post_free(post);
}

struct fl_sent_counts fl_sender_counts(void)
{
    enter();
    struct fl_sent_counts counts = sender.counts;
    leave();
    return counts;
}

enum fl_trouble fl_sender_trouble(void)
{
    enter();
    enum fl_trouble trouble = sender.trouble;
    leave();
    return trouble;
}

size_t fl_sender_waiting(void)
{
    enter();
    size_t n = sender.waiting_n + sender.is_posting;
    leave();
    return n;
}

void fl_sender_inject(const struct clock *clock, uint64_t (*random)(void))
{
    sender.clock = clock;
    sender.random = random;
}

void fl_sender_before_fork(void)
{
    enter();
}

void fl_sender_after_fork_in_parent(void)
{
    leave();
}

void fl_sender_after_fork_in_child(void)
{
    while (sender.first)
        fl_report_free(pop());
    set_up_conditions(); // their old state speaks of threads that do not exist here
    for (size_t i = 0; i < FL_SERVER_MAX; i++)
        sender.pace[i] = (struct fl_pace){0};
    sender.is_posting = sender.is_posting_spooled = sender.has_thread = sender.is_running =
        sender.is_closed = sender.stop = false;
    sender.post = NULL; // its connections are the parent's: closing them would speak on them
    sender.hurry = false;
    sender.flush_n = sender.stuck_n = 0;
    sender.flush_until_ms = sender.more_at_ms = 0;
    sender.counts = (struct fl_sent_counts){0};
    sender.told = (struct fl_lost){0};
    sender.trouble = FL_WELL;
    sender.spool.is_counted = sender.spool.in_haste = false;
    leave();
}
