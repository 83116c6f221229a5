// SPDX-License-Identifier: MIT
// One thread, one epoll. A new connection waits here until its first byte can be seen (not read):
// 0x00 begins a Thrift frame (frames are below 16 MiB, so the high byte of the length is zero),
// 0x16 a TLS handshake, all else is HTTP. Who says nothing for SILENCE_MAX_MS is closed, the
// longest waiting first; so is the oldest when WAITING_MAX wait.
#include "io/door.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/address.h"

enum { LISTENER_MAX = 4, SILENCE_MAX_MS = 30000, WAITING_MAX = 8192, BACKLOG = 4096 };

struct waiting {
    int socket;
    struct waiting *earlier, *later; // in order of arrival
    int64_t deadline_mono_ms;
    bool is_pages_only;
    struct sockaddr_storage address;
    socklen_t address_len;
};

struct listener {
    int socket;
    bool is_pages_only;
};

struct door {
    struct door_settings settings;
    struct listener listeners[LISTENER_MAX];
    int listener_n;
    int epoll, wake; // wake: an eventfd that ends the thread
    struct waiting *oldest, *newest;
    int waiting_n;
    bool is_out_of_files; // said once until it is over
    pthread_t thread;
    bool has_thread;
};

// ---- opening ----

// option: the one that set the port.
static bool explain_bind(int code, const char *host, int port, const char *option,
                         struct error *error)
{
    switch (code) {
    case EADDRINUSE:
        return error_set(error, ERROR_CONFIG,
                         "%s %d is in use by another program; stop it or set another %s in "
                         "flawless.cfg",
                         option, port, option);
    case EACCES:
        return error_set(error, ERROR_CONFIG,
                         "%s %d needs more rights; set one from 1024 on in flawless.cfg", option,
                         port);
    case EADDRNOTAVAIL:
        return error_set(error, ERROR_CONFIG,
                         "bind_address %s is not an address of this machine; correct it in "
                         "flawless.cfg",
                         host);
    default:
        return error_set(error, ERROR_CONFIG, "cannot listen on %s, %s %d: %s", host, option, port,
                         strerror(code));
    }
}

static int listen_on(const struct addrinfo *address)
{
    const int on = 1;
    int listener = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0)
        return -1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6)
        setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(listener, address->ai_addr, address->ai_addrlen) == 0 &&
        listen(listener, BACKLOG) == 0)
        return listener;
    int code = errno;
    close(listener);
    errno = code;
    return -1;
}

static void add_listener(struct door *door, int listener, bool is_pages_only)
{
    check(door->listener_n < LISTENER_MAX);
    door->listeners[door->listener_n++] = (struct listener){listener, is_pages_only};
}

static bool open_port(struct door *door, int port, bool is_pages_only, struct error *error)
{
    char host[256] = "", service[8];
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    struct text bind_address = text_until(door->settings.bind_address, sizeof host - 1);
    int before = door->listener_n, failed_with = 0;
    if (bind_address.len)
        memcpy(host, bind_address.at, bind_address.len);
    snprintf(service, sizeof service, "%d", port);
    int failed = getaddrinfo(host[0] ? host : NULL, service, &hints, &addresses);
    if (failed)
        return error_set(error, ERROR_CONFIG, "bind_address %s cannot be resolved: %s", host,
                         gai_strerror(failed));
    for (const struct addrinfo *a = addresses; a && door->listener_n < before + 2; a = a->ai_next) {
        int listener = listen_on(a);
        if (listener >= 0)
            add_listener(door, listener, is_pages_only);
        else if (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)
            failed_with = errno; // a family that this machine does not have is no failure
        else if (!failed_with && !a->ai_next && door->listener_n == before)
            failed_with = errno;
    }
    freeaddrinfo(addresses);
    return failed_with ? explain_bind(failed_with, host[0] ? host : "all addresses", port,
                                      is_pages_only ? "http_port" : "port", error)
                       : true;
}

static void watch(struct door *door, int socket, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};
    check(epoll_ctl(door->epoll, EPOLL_CTL_ADD, socket, &event) == 0);
}

static void release(struct door *door)
{
    for (int i = 0; i < door->listener_n; i++)
        close(door->listeners[i].socket);
    if (door->epoll >= 0)
        close(door->epoll);
    if (door->wake >= 0)
        close(door->wake);
    free(door);
}

bool door_open(const struct door_settings *settings, struct door **opened, struct error *error)
{
    struct door *door = must_alloc(sizeof *door);
    door->settings = *settings;
    door->epoll = epoll_create1(EPOLL_CLOEXEC);
    door->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (door->epoll < 0 || door->wake < 0) {
        error_set(error, ERROR_SYSTEM, "cannot watch sockets: %s", strerror(errno));
        release(door);
        return false;
    }
    bool has_pages_port = settings->pages_port && settings->pages_port != settings->port;
    if (!open_port(door, settings->port, false, error) ||
        (has_pages_port && !open_port(door, settings->pages_port, true, error))) {
        release(door);
        return false;
    }
    for (int i = 0; i < door->listener_n; i++)
        watch(door, door->listeners[i].socket, EPOLLIN, &door->listeners[i]);
    watch(door, door->wake, EPOLLIN, &door->wake);
    *opened = door;
    return true;
}

// ---- letting in ----

static void unlink_waiting(struct door *door, struct waiting *w)
{
    *(w->earlier ? &w->earlier->later : &door->oldest) = w->later;
    *(w->later ? &w->later->earlier : &door->newest) = w->earlier;
    door->waiting_n--;
}

static void turn_away(struct door *door, struct waiting *w)
{
    unlink_waiting(door, w);
    // closing alone would leave the entry behind while a child that is being started has the socket
    epoll_ctl(door->epoll, EPOLL_CTL_DEL, w->socket, NULL);
    close(w->socket);
    free(w);
}

static void hand_on(struct door *door, struct waiting *w, unsigned char first_byte)
{
    const struct sockaddr *address = (const struct sockaddr *)&w->address;
    char peer[ADDRESS_TEXT_MAX];
    bool is_thrift = first_byte == 0x00 && !w->is_pages_only;
    if (first_byte == 0x16 || (first_byte == 0x00 && w->is_pages_only)) {
        address_write(address, peer);
        log_warning("%s: connection closed: %s", peer,
                    first_byte ? "it begins with TLS, which this port does not speak; use http://"
                               : "Thrift is not spoken on the port for pages");
        turn_away(door, w);
        return;
    }
    unlink_waiting(door, w);
    epoll_ctl(door->epoll, EPOLL_CTL_DEL, w->socket, NULL);
    (is_thrift ? door->settings.take_thrift
               : door->settings.take_http)(door->settings.self, w->socket, address, w->address_len);
    free(w);
}

// Looks at the first byte; false when it is not there yet.
static bool look(struct door *door, struct waiting *w)
{
    unsigned char first_byte;
    ssize_t seen = recv(w->socket, &first_byte, 1, MSG_PEEK);
    if (seen < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (seen <= 0)
        turn_away(door, w);
    else
        hand_on(door, w, first_byte);
    return true;
}

static void welcome(struct door *door, int socket, const struct sockaddr_storage *address,
                    socklen_t address_len, bool is_pages_only)
{
    const int on = 1;
    struct waiting *w = must_alloc(sizeof *w);
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    *w = (struct waiting){.socket = socket,
                          .earlier = door->newest,
                          .deadline_mono_ms = clock_mono_ms(&clock_system) + SILENCE_MAX_MS,
                          .is_pages_only = is_pages_only,
                          .address = *address,
                          .address_len = address_len};
    *(door->newest ? &door->newest->later : &door->oldest) = w;
    door->newest = w;
    if (++door->waiting_n > WAITING_MAX)
        turn_away(door, door->oldest);
    if (!look(door, w))
        watch(door, socket, EPOLLIN | EPOLLRDHUP, w);
}

static void accept_all(struct door *door, const struct listener *listener)
{
    for (int i = 0; i < 256; i++) { // then others have their turn
        struct sockaddr_storage address;
        socklen_t address_len = sizeof address;
        int socket = accept4(listener->socket, (struct sockaddr *)&address, &address_len,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            door->is_out_of_files = false;
            welcome(door, socket, &address, address_len, listener->is_pages_only);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE) {
            if (!door->is_out_of_files)
                log_error("cannot accept connections: too many open files; raise the limit");
            door->is_out_of_files = true;
            if (door->oldest)
                turn_away(door, door->oldest);
            else // nothing here can be closed: let the others end something
                nanosleep(&(struct timespec){.tv_nsec = 50 * 1000000}, NULL);
        }
        if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
}

static int ms_until_silence_ends(struct door *door)
{
    int64_t now = clock_mono_ms(&clock_system);
    while (door->oldest && door->oldest->deadline_mono_ms <= now)
        turn_away(door, door->oldest);
    return door->oldest ? (int)(door->oldest->deadline_mono_ms - now) + 1 : -1;
}

static bool is_listener(const struct door *door, const void *what)
{
    return what >= (const void *)door->listeners &&
           what < (const void *)(door->listeners + LISTENER_MAX);
}

static void *run(void *self)
{
    struct door *door = self;
    for (;;) {
        // one event at a time: handling one may turn away the subject of another
        struct epoll_event event;
        int count = epoll_wait(door->epoll, &event, 1, ms_until_silence_ends(door));
        if (count <= 0)
            continue;
        if (event.data.ptr == &door->wake)
            return NULL;
        if (is_listener(door, event.data.ptr))
            accept_all(door, event.data.ptr);
        else
            look(door, event.data.ptr);
    }
}

void door_start(struct door *door)
{
    check(pthread_create(&door->thread, NULL, run, door) == 0);
    door->has_thread = true;
}

void door_close(struct door *door)
{
    if (!door)
        return;
    if (door->has_thread) {
        check(eventfd_write(door->wake, 1) == 0);
        pthread_join(door->thread, NULL);
    }
    while (door->oldest)
        turn_away(door, door->oldest);
    release(door);
}
