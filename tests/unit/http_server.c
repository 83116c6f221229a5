// SPDX-License-Identifier: MIT
#include "http_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"

enum { CLIENT_MAX = 16, SCRIPT_MAX = 64, REQUEST_MAX = 4096, WAIT_MS = 10 * 1000 };

const char http_later[] = "later", http_close[] = "close";

struct client {
    int socket;
    struct buffer unread;
    bool is_waiting;
};

struct http_server {
    int listener, control[2]; // 'g': let go; closed: the end
    char address[32];
    pthread_t thread;
    bool is_open;
    struct client clients[CLIENT_MAX]; // the thread's alone
    size_t client_n;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    const char *script[SCRIPT_MAX], *always;
    size_t script_n, script_at;
    struct text bodies[REQUEST_MAX];
    size_t body_n;
    int connection_n;
};

static void say(int socket, struct text words)
{
    while (words.len) {
        ssize_t n = send(socket, words.at, words.len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        words = text_from(words, (size_t)n);
    }
}

static void hang_up(struct http_server *server, size_t i)
{
    close(server->clients[i].socket);
    buffer_release(&server->clients[i].unread);
    server->clients[i] = server->clients[--server->client_n];
}

// ---- requests

static size_t body_len(struct text head)
{
    static const struct text name = {"Content-Length:", 15};
    struct text line;
    int64_t len = 0;
    while (text_cut(&head, '\n', &line))
        if (text_equal_nocase(text_until(line, name.len), name))
            check(text_to_int64(text_trim(text_from(line, name.len)), &len));
    return (size_t)len;
}

// Cuts a whole request off; false when there is none yet.
static bool cut_request(struct buffer *unread, struct text *body)
{
    struct text all = buffer_text(unread);
    const char *end = all.len ? strstr(all.at, "\r\n\r\n") : NULL;
    if (!end)
        return false;
    size_t head_len = (size_t)(end - all.at) + 4;
    size_t len = body_len(text_until(all, head_len));
    if (all.len < head_len + len)
        return false;
    char *copy = malloc(len + 1);
    check(copy);
    memcpy(copy, all.at + head_len, len);
    copy[len] = '\0';
    *body = (struct text){copy, len};
    memmove(unread->at, all.at + head_len + len, all.len - head_len - len + 1);
    unread->len -= head_len + len;
    return true;
}

static const char *note(struct http_server *server, struct text body)
{
    pthread_mutex_lock(&server->lock);
    check(server->body_n < REQUEST_MAX);
    server->bodies[server->body_n++] = body;
    bool is_scripted = server->script_at < server->script_n;
    const char *answer = is_scripted ? server->script[server->script_at++] : server->always;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    return answer;
}

// False: the connection is over.
static bool serve(struct http_server *server, struct client *client)
{
    char piece[16 * 1024];
    struct text body;
    ssize_t n = recv(client->socket, piece, sizeof piece, 0);
    if (n <= 0)
        return false;
    buffer_add(&client->unread, (struct text){piece, (size_t)n});
    check(!client->unread.failed);
    while (cut_request(&client->unread, &body)) {
        const char *answer = note(server, body);
        if (answer == http_close)
            return false;
        if (answer == http_later)
            client->is_waiting = true;
        else
            say(client->socket, text_of(answer));
    }
    return true;
}

// ---- the thread

static void let_go(struct http_server *server)
{
    for (size_t i = 0; i < server->client_n; i++) {
        if (server->clients[i].is_waiting)
            say(server->clients[i].socket, TEXT(HTTP_OK));
        server->clients[i].is_waiting = false;
    }
}

static void welcome(struct http_server *server)
{
    int socket = accept(server->listener, NULL, NULL);
    check(socket >= 0 && server->client_n < CLIENT_MAX);
    server->clients[server->client_n++] = (struct client){.socket = socket};
    pthread_mutex_lock(&server->lock);
    server->connection_n++;
    pthread_mutex_unlock(&server->lock);
}

static void *run(void *context)
{
    struct http_server *server = context;
    for (;;) {
        struct pollfd wanted[CLIENT_MAX + 2] = {{.fd = server->control[0], .events = POLLIN},
                                                {.fd = server->listener, .events = POLLIN}};
        for (size_t i = 0; i < server->client_n; i++)
            wanted[i + 2] = (struct pollfd){.fd = server->clients[i].socket, .events = POLLIN};
        char order;
        if (poll(wanted, server->client_n + 2, -1) < 0)
            continue;
        if (wanted[0].revents && read(server->control[0], &order, 1) != 1)
            return NULL;
        if (wanted[0].revents)
            let_go(server);
        for (size_t i = server->client_n; i-- > 0;) // from the end: the last takes a free place
            if (wanted[i + 2].revents && !serve(server, &server->clients[i]))
                hang_up(server, i);
        if (wanted[1].revents)
            welcome(server);
    }
}

// ---- the face

struct http_server *http_server_new(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof name;
    struct http_server *server = calloc(1, sizeof *server);
    check(server && pipe(server->control) == 0);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(bind(server->listener, (struct sockaddr *)&name, len) == 0);
    check(getsockname(server->listener, (struct sockaddr *)&name, &len) == 0);
    snprintf(server->address, sizeof server->address, "127.0.0.1:%d", ntohs(name.sin_port));
    server->always = HTTP_OK;
    pthread_mutex_init(&server->lock, NULL);
    clock_condition_init(&server->changed);
    return server;
}

void http_server_open(struct http_server *server)
{
    check(listen(server->listener, CLIENT_MAX) == 0);
    server->is_open = pthread_create(&server->thread, NULL, run, server) == 0;
    check(server->is_open);
}

struct http_server *http_server_start(void)
{
    struct http_server *server = http_server_new();
    http_server_open(server);
    return server;
}

void http_server_free(struct http_server *server)
{
    close(server->control[1]);
    if (server->is_open)
        pthread_join(server->thread, NULL);
    close(server->control[0]);
    close(server->listener);
    while (server->client_n)
        hang_up(server, 0);
    for (size_t i = 0; i < server->body_n; i++)
        free((char *)server->bodies[i].at);
    pthread_mutex_destroy(&server->lock);
    pthread_cond_destroy(&server->changed);
    free(server);
}

const char *http_server_address(const struct http_server *server)
{
    return server->address;
}

void http_server_answer(struct http_server *server, const char *answer)
{
    pthread_mutex_lock(&server->lock);
    check(server->script_n < SCRIPT_MAX);
    server->script[server->script_n++] = answer;
    pthread_mutex_unlock(&server->lock);
}

void http_server_always(struct http_server *server, const char *answer)
{
    pthread_mutex_lock(&server->lock);
    server->always = answer;
    pthread_mutex_unlock(&server->lock);
}

void http_server_let_go(struct http_server *server)
{
    check(write(server->control[1], "g", 1) == 1);
}

bool http_server_wait(struct http_server *server, size_t n)
{
    struct timespec deadline = clock_deadline(WAIT_MS);
    int problem = 0;
    pthread_mutex_lock(&server->lock);
    while (server->body_n < n && problem == 0)
        problem = pthread_cond_timedwait(&server->changed, &server->lock, &deadline);
    bool is_there = server->body_n >= n;
    pthread_mutex_unlock(&server->lock);
    return is_there;
}

size_t http_server_requests(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t n = server->body_n;
    pthread_mutex_unlock(&server->lock);
    return n;
}

int http_server_connections(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    int n = server->connection_n;
    pthread_mutex_unlock(&server->lock);
    return n;
}

struct text http_server_body(struct http_server *server, size_t i)
{
    pthread_mutex_lock(&server->lock);
    check(i < server->body_n);
    struct text body = server->bodies[i];
    pthread_mutex_unlock(&server->lock);
    return body;
}
