// SPDX-License-Identifier: MIT
// One thread, one epoll. A new connection waits here until its first byte can be seen (not read):
// 0x00 begins a Thrift frame (frames are below 16 MiB, so the high byte of the length is zero),
// 0x16 a TLS handshake, all else is HTTP. Who says nothing for SILENCE_MAX_MS is closed, the
// longest waiting first; so is the oldest when WAITING_MAX wait.
#include "io/door.h"

#include <errno.h>
#include <fcntl.h>
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

enum { SILENCE_MAX_MS = 30000, WAITING_MAX = 8192, BACKLOG = 4096 };

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
    struct listener listeners[DOOR_LISTENER_MAX];
    int listener_n;
    int epoll, wake; // wake: an eventfd that ends the thread
    struct waiting *oldest, *newest;
    int waiting_n;
    bool is_out_of_files; // said once until it is over
    pthread_t thread;
    bool has_thread;
};

// ---- opening ----

static bool is_listening(int socket)
{
    int is_listening = 0;
    socklen_t len = sizeof is_listening;
    return getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) == 0 && is_listening;
}

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

// One that listens there already, or -1.
static int find_inherited(const struct door_settings *settings, const struct addrinfo *address)
{
    for (size_t i = 0; i < settings->inherited_n; i++) {
        struct sockaddr_storage bound = {0};
        socklen_t bound_len = sizeof bound;
        if (is_listening(settings->inherited[i]) &&
            getsockname(settings->inherited[i], (struct sockaddr *)&bound, &bound_len) == 0 &&
            bound_len == address->ai_addrlen && memcmp(&bound, address->ai_addr, bound_len) == 0)
            return fcntl(settings->inherited[i], F_DUPFD_CLOEXEC, 3);
    }
    return -1;
}

static int listen_on(const struct door_settings *settings, const struct addrinfo *address)
{
    int inherited = find_inherited(settings, address);
    if (inherited >= 0)
        return inherited;
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
    check(door->listener_n < DOOR_LISTENER_MAX);
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
        int listener = listen_on(&door->settings, a);
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
    door_take *take = first_byte == 0x00   ? door->settings.take_thrift
                      : first_byte == 0x16 ? door->settings.take_tls
                                           : door->settings.take_http;
    if (!take || (first_byte == 0x00 && w->is_pages_only)) {
        address_write(address, peer);
        log_warning("%s: connection closed: %s", peer,
                    first_byte ? "it begins with TLS, which needs tls_certificate and tls_key; use "
                                 "http://"
                               : "Thrift is not spoken on the port for pages");
        turn_away(door, w);
        return;
    }
    unlink_waiting(door, w);
    epoll_ctl(door->epoll, EPOLL_CTL_DEL, w->socket, NULL);
    take(door->settings.self, w->socket, address, w->address_len);
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

// Not looked at yet: in a door that has not started nobody could take it.
static struct waiting *add_waiting(struct door *door, int socket,
                                   const struct sockaddr_storage *address, socklen_t address_len,
                                   bool is_pages_only)
{
    struct waiting *w = must_alloc(sizeof *w);
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
    return w;
}

static void welcome(struct door *door, int socket, const struct sockaddr_storage *address,
                    socklen_t address_len, bool is_pages_only)
{
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct waiting *w = add_waiting(door, socket, address, address_len, is_pages_only);
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
           what < (const void *)(door->listeners + DOOR_LISTENER_MAX);
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

// ---- opening and closing ----

static bool is_at_pages_port(const struct door *door, int socket)
{
    struct sockaddr_storage local = {0};
    socklen_t local_len = sizeof local;
    getsockname(socket, (struct sockaddr *)&local, &local_len);
    // the port is at the same place in both families
    return ntohs(((struct sockaddr_in *)&local)->sin_port) == door->settings.pages_port &&
           door->settings.pages_port != door->settings.port;
}

// Connections that said nothing yet when the door before this one was closed.
static void welcome_inherited(struct door *door)
{
    for (size_t i = 0; i < door->settings.inherited_n; i++) {
        struct sockaddr_storage address;
        socklen_t address_len = sizeof address;
        int socket = door->settings.inherited[i];
        if (is_listening(socket) ||
            getpeername(socket, (struct sockaddr *)&address, &address_len) != 0)
            continue;
        bool is_pages_only = is_at_pages_port(door, socket);
        socket = fcntl(socket, F_DUPFD_CLOEXEC, 3);
        if (socket < 0)
            continue;
        struct waiting *w = add_waiting(door, socket, &address, address_len, is_pages_only);
        watch(door, socket, EPOLLIN | EPOLLRDHUP, w);
    }
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
    welcome_inherited(door);
    *opened = door;
    return true;
}

void door_start(struct door *door)
{
    check(pthread_create(&door->thread, NULL, run, door) == 0);
    door->has_thread = true;
}

static void stop(struct door *door)
{
    if (!door->has_thread)
        return;
    check(eventfd_write(door->wake, 1) == 0);
    pthread_join(door->thread, NULL);
    door->has_thread = false;
}

void door_hand_over(struct door *from, struct door *to)
{
    stop(from);
    while (from->oldest) {
        struct waiting *w = from->oldest;
        unlink_waiting(from, w);
        epoll_ctl(from->epoll, EPOLL_CTL_DEL, w->socket, NULL);
        struct waiting *same =
            add_waiting(to, w->socket, &w->address, w->address_len, w->is_pages_only);
        watch(to, w->socket, EPOLLIN | EPOLLRDHUP, same);
        free(w);
    }
}

size_t door_list_listeners(const struct door *door, int sockets[DOOR_LISTENER_MAX])
{
    for (int i = 0; i < door->listener_n; i++)
        sockets[i] = door->listeners[i].socket;
    return (size_t)door->listener_n;
}

size_t door_list_sockets(const struct door *door, int *sockets, size_t max)
{
    check(max >= DOOR_LISTENER_MAX);
    size_t n = door_list_listeners(door, sockets);
    for (const struct waiting *w = door->oldest; w && n < max; w = w->later)
        sockets[n++] = w->socket;
    return n;
}

void door_close(struct door *door)
{
    if (!door)
        return;
    stop(door);
    while (door->oldest)
        turn_away(door, door->oldest);
    release(door);
}
