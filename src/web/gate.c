// SPDX-License-Identifier: MIT
#include "web/gate.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/attempts.h"

struct gate {
    struct seal_key key; // lives as long as the process
    char setup_token[33];
    pthread_mutex_t lock; // of attempts
    struct attempts attempts;
};

struct gate *gate_new(void)
{
    struct gate *gate = must_alloc(sizeof *gate);
    seal_key_make(&gate->key);
    hex_random(16, gate->setup_token);
    pthread_mutex_init(&gate->lock, NULL);
    attempts_init(&gate->attempts, &gate->key);
    return gate;
}

void gate_free(struct gate *gate)
{
    if (gate)
        pthread_mutex_destroy(&gate->lock);
    free(gate);
}

struct text gate_setup_token(const struct gate *gate)
{
    return text_of(gate->setup_token);
}

// Seals of both are compared, so the time says nothing about the token.
bool gate_is_setup_token(const struct gate *gate, struct text token)
{
    struct text right = gate_setup_token(gate);
    char seal[SEAL_LEN + 1];
    seal_write(&gate->key, "setup", &right, 1, seal);
    return seal_fits(&gate->key, "setup", &token, 1, text_of(seal));
}

// Whoever has one IPv6 address has the network of 64 bits around it.
static struct text place_of(struct http_request *request)
{
    struct in6_addr address;
    const char *peer = arena_string(request->arena, request->peer);
    if (inet_pton(AF_INET6, peer, &address) != 1)
        return arena_printf(request->arena, "address %s", peer);
    char network[17];
    hex_write(address.s6_addr, 8, network);
    return arena_printf(request->arena, "network %s", network);
}

static struct text name_of(struct http_request *request, struct text name)
{
    return arena_printf(request->arena, "name %.*s", TEXT_ARG(name));
}

int64_t gate_take_attempt(struct gate *gate, struct http_request *request, struct text name,
                          int64_t now_ms)
{
    struct text place = place_of(request);
    pthread_mutex_lock(&gate->lock);
    int64_t wait_ms = attempts_take(&gate->attempts, place, now_ms);
    if (!wait_ms) {
        wait_ms = attempts_take(&gate->attempts, name_of(request, name), now_ms);
        if (wait_ms)
            attempts_give_back(&gate->attempts, place, now_ms);
    }
    pthread_mutex_unlock(&gate->lock);
    return wait_ms;
}

void gate_forgive(struct gate *gate, struct http_request *request, struct text name, int64_t now_ms)
{
    struct text place = place_of(request);
    pthread_mutex_lock(&gate->lock);
    attempts_give_back(&gate->attempts, place, now_ms);
    attempts_forgive(&gate->attempts, name_of(request, name));
    pthread_mutex_unlock(&gate->lock);
}
