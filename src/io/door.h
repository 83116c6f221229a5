// SPDX-License-Identifier: MIT
// The door: accepts connections on all ports and hands each to who speaks its language, known by
// the first byte.
#ifndef FLAWLESS_IO_DOOR_H
#define FLAWLESS_IO_DOOR_H

#include <sys/socket.h>

#include "base/error.h"
#include "base/text.h"

struct door;

enum { DOOR_LISTENER_MAX = 4 };

// Takes a connected, non-blocking socket of which nothing was read yet. Called on the door's
// thread.
typedef void door_take(void *self, int socket, const struct sockaddr *address,
                       socklen_t address_len);

struct door_settings {
    struct text bind_address; // empty: all addresses of both families
    int port;                 // for everything
    int pages_port;           // for HTTP only; 0: none
    // Sockets of a door before this one, borrowed. Those that listen where this one will serve it
    // too, so that nobody is refused meanwhile; connections are let in.
    const int *inherited;
    size_t inherited_n;
    void *self;
    door_take *take_http;
    door_take *take_tls; // NULL: TLS is not spoken
    door_take *take_thrift;
};

// Listens at once: when this returns true, connections wait at most in the kernel. ERROR_CONFIG for
// a port in use, an address that is not this machine's, or a port that needs more rights.
bool door_open(const struct door_settings *settings, struct door **door, struct error *error);
void door_start(struct door *door); // begins to let connections in, on a thread of its own
// Lets nobody in any more; connections that said nothing yet are closed.
void door_close(struct door *door);

// For a door that follows on another, in this process or, after an execve, in the next program.
// Before it starts, it gets the connections that said nothing yet of the one that ends.
void door_hand_over(struct door *from, struct door *to);
size_t door_list_listeners(const struct door *door, int sockets[DOOR_LISTENER_MAX]);
// Those and the connections that wait, at most max.
size_t door_list_sockets(const struct door *door, int *sockets, size_t max);

#endif
