// SPDX-License-Identifier: MIT
#include "smtp_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"

enum { WAIT_S = 10 };

struct smtp_server {
    int listener, stop_pipe[2];
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t heard_more;
    struct buffer heard;
    int connection_n;
};

static bool is_readable(struct smtp_server *server, int socket)
{
    struct pollfd wanted[] = {{.fd = socket, .events = POLLIN},
                              {.fd = server->stop_pipe[0], .events = POLLIN}};
    return poll(wanted, 2, -1) > 0 && wanted[1].revents == 0;
}

static void say(int socket, const char *words)
{
    size_t len = strlen(words);
    while (len > 0) {
        ssize_t sent = send(socket, words, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        words += sent;
        len -= (size_t)sent;
    }
}

static bool begins(struct text line, const char *words)
{
    return text_starts(line, text_of(words));
}

// False: the conversation is over.
static bool answer(struct smtp_server *server, int socket, struct text line, bool *is_data)
{
    if (*is_data) {
        *is_data = !begins(line, ".\r");
        if (!*is_data)
            say(socket, "250 taken\r\n");
    } else if (begins(line, "EHLO")) {
        say(socket, "250-test\r\n250 SMTPUTF8\r\n");
    } else if (begins(line, "MAIL FROM:<refused")) {
        say(socket, "550 5.7.1 not you\r\n");
    } else if (begins(line, "RCPT TO:<gone")) {
        say(socket, "550 5.1.1 no such person\r\n");
    } else if (begins(line, "RCPT TO:<busy")) {
        say(socket, "451 4.3.0 come back later\r\n");
    } else if (begins(line, "RCPT TO:<slow")) {
        return is_readable(server, socket);
    } else if (begins(line, "DATA")) {
        *is_data = true;
        say(socket, "354 go on\r\n");
    } else if (begins(line, "QUIT")) {
        say(socket, "221 bye\r\n");
        return false;
    } else {
        say(socket, "250 fine\r\n");
    }
    return true;
}

static void note(struct smtp_server *server, struct text line)
{
    pthread_mutex_lock(&server->lock);
    buffer_add(&server->heard, line);
    pthread_cond_broadcast(&server->heard_more);
    pthread_mutex_unlock(&server->lock);
}

static void talk(struct smtp_server *server, int socket)
{
    struct buffer unread = {0};
    bool is_data = false, goes_on = true;
    say(socket, "220 test\r\n");
    while (goes_on && is_readable(server, socket)) {
        char piece[4096];
        ssize_t got = recv(socket, piece, sizeof piece, 0);
        if (got <= 0)
            break;
        buffer_add(&unread, (struct text){piece, (size_t)got});
        size_t end;
        while (goes_on && (end = text_find(buffer_text(&unread), '\n')) < unread.len) {
            struct text line = {unread.at, end + 1};
            note(server, line);
            goes_on = answer(server, socket, line, &is_data);
            memmove(unread.at, unread.at + line.len, unread.len - line.len);
            unread.len -= line.len;
        }
    }
    buffer_release(&unread);
}

static void *serve(void *self)
{
    struct smtp_server *server = self;
    while (is_readable(server, server->listener)) {
        int socket = accept(server->listener, NULL, NULL);
        if (socket < 0)
            continue;
        pthread_mutex_lock(&server->lock);
        server->connection_n++;
        pthread_mutex_unlock(&server->lock);
        talk(server, socket);
        close(socket);
    }
    return NULL;
}

struct smtp_server *smtp_server_start(void)
{
    struct smtp_server *server = must_alloc(sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(server->listener >= 0);
    check(bind(server->listener, (struct sockaddr *)&address, len) == 0);
    check(listen(server->listener, 8) == 0);
    check(getsockname(server->listener, (struct sockaddr *)&address, &len) == 0);
    check(pipe(server->stop_pipe) == 0);
    snprintf(server->url, sizeof server->url, "smtp://127.0.0.1:%d", ntohs(address.sin_port));
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->heard_more, NULL);
    check(pthread_create(&server->thread, NULL, serve, server) == 0);
    return server;
}

const char *smtp_server_url(const struct smtp_server *server)
{
    return server->url;
}

void smtp_server_stop(struct smtp_server *server)
{
    close(server->stop_pipe[1]); // the other end becomes readable
    pthread_join(server->thread, NULL);
    close(server->stop_pipe[0]);
    close(server->listener);
    pthread_mutex_destroy(&server->lock);
    pthread_cond_destroy(&server->heard_more);
    buffer_release(&server->heard);
    free(server);
}

static bool has_line(struct text heard, struct text words)
{
    struct text line;
    while (text_cut(&heard, '\n', &line))
        if (text_starts(line, words))
            return true;
    return false;
}

bool smtp_server_wait(struct smtp_server *server, const char *words)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += WAIT_S;
    pthread_mutex_lock(&server->lock);
    bool is_there;
    int result = 0;
    while (!(is_there = has_line(buffer_text(&server->heard), text_of(words))) && result == 0)
        result = pthread_cond_timedwait(&server->heard_more, &server->lock, &deadline);
    pthread_mutex_unlock(&server->lock);
    return is_there;
}

char *smtp_server_heard(struct smtp_server *server)
{
    pthread_mutex_lock(&server->lock);
    char *copy = must_copy(server->heard.at ? server->heard.at : "");
    pthread_mutex_unlock(&server->lock);
    return copy;
}

int smtp_server_connections(struct smtp_server *server)
{
    pthread_mutex_lock(&server->lock);
    int count = server->connection_n;
    pthread_mutex_unlock(&server->lock);
    return count;
}
