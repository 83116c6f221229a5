// SPDX-License-Identifier: MIT
// One thread owns all connections. Others speak to it through two queues (new sockets, answered
// calls) and an eventfd. What a stranger can cost: a connection buffers at most one frame
// (THRIFT_FRAME_MAX) and only what has arrived of it; all connections together at most
// BUFFERED_MAX; CALL_MAX calls of one connection wait for their answers, then it is not read; who
// sends nothing for IDLE_MAX_MS is closed. Who leaves UNREAD_MAX of replies unread is not read.
#include "io/thrift_server.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/queue.h"

enum {
    CONNECTION_MAX = 4096,
    CALL_MAX = 64,
    BUFFERED_MAX = 256 * 1024 * 1024,
    IDLE_MAX_MS = 10 * 60 * 1000,
    READ_SIZE = 64 * 1024,
    DECODER_KEPT_MAX = 64,
    UNREAD_MAX = 64 * 1024, // bytes of replies a peer leaves unread before it is not read either
};

struct connection;

// A call from its frame to its reply.
struct call {
    struct thrift_request request; // first: a request is its call
    struct queue_item item;        // in the queue of answered calls
    struct connection *connection;
    struct call *next; // of the same connection, in order of arrival
    const char *refusal;
    bool is_answered;
};

struct connection {
    struct queue_item item; // in the queue of new connections
    int socket;             // -1 once closed; the struct lives until its calls are answered
    char peer[ADDRESS_TEXT_MAX];
    struct connection *earlier, *later; // in order of activity
    int64_t deadline_mono_ms;
    struct buffer in;  // bytes of frames that are not decoded yet
    struct buffer out; // replies that are not written yet
    size_t written;    // of out
    struct call *first, *last;
    int call_n;
    uint32_t watched; // epoll events
};

struct thrift_server {
    struct thrift_server_settings settings;
    int epoll, wake;
    struct queue arrived, answered;
    struct connection *oldest, *newest;
    int connection_n;
    int awaited_n;   // calls that others have
    size_t buffered; // bytes in all connections' in
    struct decoder *decoders[DECODER_KEPT_MAX];
    int decoder_n;
    pthread_t thread;
    bool is_stopping;              // as the thread has seen it
    int64_t stop_deadline_mono_ms; // 0 until the server stops; under arrived's lock
};

static void wake(struct thrift_server *server)
{
    eventfd_write(server->wake, 1);
}

static int64_t now_mono_ms(void)
{
    return clock_mono_ms(&clock_system);
}

// ---- decoders, used again ----

static struct decoder *take_decoder(struct thrift_server *server)
{
    return server->decoder_n ? server->decoders[--server->decoder_n] : decoder_new();
}

static void give_decoder(struct thrift_server *server, struct decoder *decoder)
{
    decoder_reset(decoder);
    if (server->decoder_n < DECODER_KEPT_MAX)
        server->decoders[server->decoder_n++] = decoder;
    else
        decoder_free(decoder);
}

// ---- connections ----

static void unlink_connection(struct thrift_server *server, struct connection *c)
{
    *(c->earlier ? &c->earlier->later : &server->oldest) = c->later;
    *(c->later ? &c->later->earlier : &server->newest) = c->earlier;
}

static void link_newest(struct thrift_server *server, struct connection *c)
{
    c->earlier = server->newest;
    c->later = NULL;
    *(server->newest ? &server->newest->later : &server->oldest) = c;
    server->newest = c;
    c->deadline_mono_ms = now_mono_ms() + IDLE_MAX_MS;
}

static void forget_call(struct thrift_server *server, struct call *call)
{
    give_decoder(server, call->request.decoder);
    free(call);
}

// Frees the connection once no call of it is with others.
static void release_if_done(struct thrift_server *server, struct connection *c)
{
    if (c->socket >= 0)
        return;
    while (c->first && c->first->is_answered) {
        struct call *call = c->first;
        c->first = call->next;
        forget_call(server, call);
    }
    if (c->first)
        return;
    buffer_release(&c->in);
    buffer_release(&c->out);
    free(c);
}

static void close_connection(struct thrift_server *server, struct connection *c)
{
    unlink_connection(server, c);
    server->connection_n--;
    server->buffered -= c->in.len;
    buffer_release(&c->in);
    // closing alone would leave the entry, and so events for a connection that is freed, behind
    // while a child that is being started has the socket too
    epoll_ctl(server->epoll, EPOLL_CTL_DEL, c->socket, NULL);
    close(c->socket);
    c->socket = -1;
}

static bool may_take_calls(const struct connection *c)
{
    return c->call_n < CALL_MAX && c->out.len - c->written < UNREAD_MAX;
}

static void watch(struct thrift_server *server, struct connection *c)
{
    bool may_call = may_take_calls(c) && !server->is_stopping;
    uint32_t wanted = (may_call ? EPOLLIN : 0) | (c->written < c->out.len ? EPOLLOUT : 0);
    if (wanted == c->watched)
        return;
    struct epoll_event event = {.events = wanted, .data.ptr = c};
    epoll_ctl(server->epoll, EPOLL_CTL_MOD, c->socket, &event);
    c->watched = wanted;
}

// ---- replies ----

static bool write_replies(struct connection *c)
{
    while (c->written < c->out.len) {
        ssize_t n = send(c->socket, c->out.at + c->written, c->out.len - c->written, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        c->written += (size_t)n;
    }
    buffer_clear(&c->out);
    c->written = 0;
    return true;
}

// Appends the replies of answered calls as far as they are next in order, and writes. False when
// the peer is gone.
static bool settle_calls(struct thrift_server *server, struct connection *c)
{
    while (c->first && c->first->is_answered) {
        struct call *call = c->first;
        c->first = call->next;
        if (!c->first)
            c->last = NULL;
        c->call_n--;
        if (call->request.call.is_oneway)
            ;
        else if (call->refusal)
            thrift_refuse(&call->request.call, text_of(call->refusal), &c->out);
        else
            thrift_reply(&call->request.call, &c->out);
        forget_call(server, call);
    }
    return write_replies(c);
}

// ---- calls ----

static bool take_frame(struct thrift_server *server, struct connection *c, struct text frame)
{
    struct error error = {0};
    struct call *call = must_alloc(sizeof *call);
    call->connection = c;
    call->request.decoder = take_decoder(server);
    memcpy(call->request.peer, c->peer, sizeof c->peer);
    if (!thrift_decode(call->request.decoder, frame, &call->request.call, &error)) {
        log_warning("%s: Thrift connection closed: %s", c->peer, error.message);
        forget_call(server, call);
        return false;
    }
    *(c->last ? &c->last->next : &c->first) = call;
    c->last = call;
    c->call_n++;
    if (call->request.call.method == THRIFT_RECORD_ERROR) {
        server->awaited_n++;
        server->settings.take(server->settings.self, &call->request);
    } else {
        call->is_answered = true;
    }
    return true;
}

static size_t frame_len(const struct connection *c, size_t at)
{
    const unsigned char *b = (const unsigned char *)c->in.at + at;
    return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

// Decodes every whole frame, as long as calls may wait. False: close.
static bool take_frames(struct thrift_server *server, struct connection *c)
{
    size_t at = 0;
    bool is_fine = true;
    while (is_fine && c->in.len - at >= 4 && may_take_calls(c)) {
        size_t len = frame_len(c, at);
        if (len > THRIFT_FRAME_MAX) {
            log_warning(
                "%s: Thrift connection closed: a frame of %zu bytes is over the bound of %d",
                c->peer, len, THRIFT_FRAME_MAX);
            return false;
        }
        if (c->in.len - at - 4 < len)
            break;
        is_fine = take_frame(server, c, (struct text){c->in.at + at + 4, len});
        at += 4 + len;
    }
    if (at) {
        memmove(c->in.at, c->in.at + at, c->in.len - at);
        c->in.len -= at;
        server->buffered -= at;
        if (c->in.len == 0 && c->in.cap > 4 * READ_SIZE)
            buffer_release(&c->in);
    }
    return is_fine;
}

// Reads what is there. False: the connection is over.
static bool read_some(struct thrift_server *server, struct connection *c)
{
    if (server->buffered > BUFFERED_MAX) {
        log_warning("%s: Thrift connection closed: all connections together hold over %d bytes",
                    c->peer, BUFFERED_MAX);
        return false;
    }
    char *room = buffer_reserve(&c->in, READ_SIZE);
    if (!room)
        return false;
    ssize_t n = recv(c->socket, room, READ_SIZE, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    c->in.len += (size_t)n;
    server->buffered += (size_t)n;
    unlink_connection(server, c);
    link_newest(server, c);
    return true;
}

static void serve(struct thrift_server *server, struct connection *c, uint32_t events)
{
    bool is_fine = true;
    if (events & EPOLLIN)
        is_fine = read_some(server, c);
    else if (events & (EPOLLERR | EPOLLHUP))
        is_fine = false;
    // settling makes room for calls that wait in the buffer, which may be answered at once (ping)
    while (is_fine && settle_calls(server, c)) {
        int before = c->call_n;
        is_fine = take_frames(server, c);
        if (c->call_n == before || !c->first || !c->first->is_answered)
            break;
    }
    if (!is_fine || !settle_calls(server, c)) {
        close_connection(server, c);
        release_if_done(server, c);
        return;
    }
    watch(server, c);
}

// ---- messages from other threads ----

static void welcome(struct thrift_server *server, struct connection *c)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    link_newest(server, c);
    server->connection_n++;
    c->watched = EPOLLIN;
    if (server->connection_n > CONNECTION_MAX ||
        epoll_ctl(server->epoll, EPOLL_CTL_ADD, c->socket, &event) != 0) {
        log_warning("%s: Thrift connection closed: there are %d already", c->peer, CONNECTION_MAX);
        close_connection(server, c);
        release_if_done(server, c);
    }
}

static void take_messages(struct thrift_server *server)
{
    eventfd_t ignored;
    eventfd_read(server->wake, &ignored);
    for (struct queue_item *item = queue_take_all(&server->arrived, 0), *next; item; item = next) {
        next = item->next;
        welcome(server, (struct connection *)item);
    }
    for (struct queue_item *item = queue_take_all(&server->answered, 0), *next; item; item = next) {
        next = item->next;
        struct call *call = (struct call *)((char *)item - offsetof(struct call, item));
        struct connection *c = call->connection;
        server->awaited_n--;
        call->is_answered = true;
        if (c->socket >= 0)
            serve(server, c, 0);
        else
            release_if_done(server, c);
    }
}

static int ms_until_next(struct thrift_server *server)
{
    int64_t now = now_mono_ms();
    while (server->oldest && server->oldest->deadline_mono_ms <= now) {
        struct connection *c = server->oldest;
        if (c->first) { // its answers are still due
            unlink_connection(server, c);
            link_newest(server, c);
            continue;
        }
        close_connection(server, c);
        release_if_done(server, c);
    }
    return server->oldest ? (int)(server->oldest->deadline_mono_ms - now) + 1 : -1;
}

static int64_t stop_deadline(struct thrift_server *server)
{
    pthread_mutex_lock(&server->arrived.lock);
    int64_t deadline = server->stop_deadline_mono_ms;
    pthread_mutex_unlock(&server->arrived.lock);
    return deadline;
}

static void *run(void *self)
{
    struct thrift_server *server = self;
    for (;;) {
        struct epoll_event event; // one at a time: serving one connection may end another
        int timeout_ms = ms_until_next(server);
        int64_t stop_at = stop_deadline(server);
        server->is_stopping = stop_at != 0;
        if (stop_at) {
            int64_t left = stop_at - now_mono_ms();
            if (server->awaited_n == 0 || left <= 0)
                return NULL;
            timeout_ms = timeout_ms < 0 || left < timeout_ms ? (int)left : timeout_ms;
        }
        if (epoll_wait(server->epoll, &event, 1, timeout_ms) <= 0)
            continue;
        if (event.data.ptr == server)
            take_messages(server);
        else if (!stop_at || !(event.events & EPOLLIN))
            serve(server, event.data.ptr, event.events);
        else // no more calls
            watch(server, event.data.ptr);
    }
}

// ---- the face ----

struct thrift_server *thrift_server_start(const struct thrift_server_settings *settings,
                                          struct error *error)
{
    struct thrift_server *server = must_alloc(sizeof *server);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = server};
    server->settings = *settings;
    queue_init(&server->arrived, 0);
    queue_init(&server->answered, 0);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->epoll < 0 || server->wake < 0 ||
        epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->wake, &event) != 0 ||
        pthread_create(&server->thread, NULL, run, server) != 0) {
        error_set(error, ERROR_SYSTEM, "cannot start the Thrift server: %s", strerror(errno));
        free(server);
        return NULL;
    }
    return server;
}

void thrift_server_add(struct thrift_server *server, int socket, const struct sockaddr *address,
                       socklen_t address_len)
{
    struct connection *c = must_alloc(sizeof *c);
    (void)address_len;
    c->socket = socket;
    address_write(address, c->peer);
    if (!network_has(server->settings.networks, server->settings.network_n, address)) {
        log_warning("%s: Thrift connection closed: the address is in none of thrift_networks",
                    c->peer);
        close(socket);
        free(c);
        return;
    }
    check(queue_push_always(&server->arrived, &c->item));
    wake(server);
}

void thrift_server_answer(struct thrift_server *server, struct thrift_request *request,
                          const char *refusal)
{
    struct call *call = (struct call *)request;
    call->refusal = refusal;
    check(queue_push_always(&server->answered, &call->item));
    wake(server);
}

bool thrift_server_stop(struct thrift_server *server, int64_t timeout_ms)
{
    if (!server)
        return true;
    pthread_mutex_lock(&server->arrived.lock);
    server->stop_deadline_mono_ms = now_mono_ms() + timeout_ms + 1;
    pthread_mutex_unlock(&server->arrived.lock);
    wake(server);
    pthread_join(server->thread, NULL);
    if (server->awaited_n) {
        log_warning("%d Thrift calls were still under way when the server stopped",
                    server->awaited_n);
        return false;
    }
    for (struct queue_item *item = queue_take_all(&server->arrived, 0), *next; item; item = next) {
        next = item->next;
        close(((struct connection *)item)->socket);
        free(item);
    }
    while (server->oldest) {
        struct connection *c = server->oldest;
        close_connection(server, c);
        release_if_done(server, c);
    }
    while (server->decoder_n)
        decoder_free(server->decoders[--server->decoder_n]);
    queue_release(&server->arrived);
    queue_release(&server->answered);
    close(server->epoll);
    close(server->wake);
    free(server);
    return true;
}
