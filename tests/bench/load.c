// SPDX-License-Identifier: MIT
// A load generator for one machine: N connections over loopback, each sends its next request when
// the answer to the last one is there (closed loop). It ends after --seconds or --count and then
// waits for the answers that are still out, so that what it counted is what the server answered.
// One thread, epoll; prints JSON.
#include "histogram.h"
#include "request.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 1024,
    FILES_MAX = 256,
    SECONDS_MAX = 600,
    ANSWER_MAX = 64 * 1024,
    LOST_MAX = 1000,        // connections that broke; more ends the run
    LAST_ANSWERS_MS = 30000 // wait for answers after the end
};

struct connection {
    int socket;      // -1: none
    bool is_waiting; // a request is out
    const struct request *request;
    char *bytes; // this connection's copy of the request, with its own id
    size_t sent;
    char answer[ANSWER_MAX];
    size_t answer_len;
    int64_t began_us;
};

struct load {
    struct sockaddr_in address;
    bool is_framed; // framed Thrift instead of HTTP
    int connection_n;
    int64_t duration_us;
    uint64_t count_max;
    struct request requests[FILES_MAX];
    size_t request_n;

    struct connection *connections;
    int epoll;
    uint64_t series;
    uint64_t begun_n, answered_n, lost_n;
    uint64_t statuses[600]; // framed: every answer counts as 200
    struct histogram latency;
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

// ---- answers ----

// Length of the answer at the start of bytes, 0 when it is not all there, -1 when it is none.
static long http_answer_len(const char *bytes, size_t len, int *status)
{
    const char *head_end = memmem(bytes, len, "\r\n\r\n", 4);
    if (!head_end)
        return len < ANSWER_MAX ? 0 : -1;
    if (strncmp(bytes, "HTTP/1.1 ", 9) != 0)
        return -1;
    *status = (int)strtol(bytes + 9, NULL, 10);
    long body_len = -1;
    for (const char *line = bytes; line < head_end; line = strstr(line, "\r\n") + 2)
        if (strncasecmp(line, "Content-Length:", 15) == 0)
            body_len = strtol(line + 15, NULL, 10);
    long whole = head_end + 4 - bytes + body_len;
    if (body_len < 0 || whole > ANSWER_MAX || *status < 200 || *status > 599)
        return -1;
    return (size_t)whole <= len ? whole : 0;
}

static long framed_answer_len(const char *bytes, size_t len, int *status)
{
    uint32_t frame_len;
    if (len < sizeof(frame_len))
        return 0;
    memcpy(&frame_len, bytes, sizeof(frame_len));
    frame_len = ntohl(frame_len);
    if (frame_len > ANSWER_MAX - sizeof(frame_len))
        return -1;
    *status = 200;
    return len >= sizeof(frame_len) + frame_len ? (long)(sizeof(frame_len) + frame_len) : 0;
}

// ---- one connection ----

static void open_connection(struct load *l, struct connection *c)
{
    int on = 1;
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&l->address, sizeof(l->address)))
        fail("cannot connect");
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    fcntl(c->socket, F_SETFL, O_NONBLOCK);
    c->answer_len = 0;
    c->is_waiting = false;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->socket, &event))
        fail("epoll_ctl");
}

static void watch(struct load *l, struct connection *c, unsigned events)
{
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->socket, &event))
        fail("epoll_ctl");
}

static void close_connection(struct load *l, struct connection *c)
{
    if (c->is_waiting)
        l->lost_n++;
    close(c->socket);
    c->socket = -1;
    c->is_waiting = false;
}

static void send_rest(struct load *l, struct connection *c)
{
    bool was_partial = c->sent > 0;
    while (c->sent < c->request->len) {
        ssize_t n = send(c->socket, c->bytes + c->sent, c->request->len - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            watch(l, c, EPOLLIN | EPOLLOUT);
            return;
        }
        if (n < 0) {
            close_connection(l, c);
            return;
        }
        c->sent += (size_t)n;
    }
    if (was_partial)
        watch(l, c, EPOLLIN);
}

static void begin_request(struct load *l, struct connection *c)
{
    const struct request *next = &l->requests[l->begun_n % l->request_n];
    if (next != c->request)
        memcpy(c->bytes, next->bytes, next->len);
    request_renew(next, c->bytes, l->series, l->begun_n++);
    c->request = next;
    c->sent = 0;
    c->is_waiting = true;
    c->began_us = now_us();
    send_rest(l, c);
}

// Reads what is there. True when the answer is complete.
static bool read_answer(struct load *l, struct connection *c)
{
    ssize_t n = recv(c->socket, c->answer + c->answer_len, ANSWER_MAX - 1 - c->answer_len, 0);
    if (n < 0 && errno == EAGAIN)
        return false;
    if (n > 0)
        c->answer_len += (size_t)n;
    c->answer[c->answer_len] = '\0';
    int status = 0;
    long whole = l->is_framed ? framed_answer_len(c->answer, c->answer_len, &status)
                              : http_answer_len(c->answer, c->answer_len, &status);
    if (whole == 0 && n > 0)
        return false;
    if (whole <= 0 || !c->is_waiting) {
        close_connection(l, c);
        return false;
    }
    l->statuses[status]++;
    l->answered_n++;
    histogram_add(&l->latency, (uint64_t)(now_us() - c->began_us));
    c->answer_len = 0;
    c->is_waiting = false;
    return true;
}

// ---- the run ----

static bool is_over(const struct load *l, int64_t started_us)
{
    if (l->count_max && l->begun_n >= l->count_max)
        return true;
    return now_us() - started_us >= l->duration_us;
}

static bool is_quiet(const struct load *l)
{
    for (int i = 0; i < l->connection_n; i++)
        if (l->connections[i].is_waiting)
            return false;
    return true;
}

static void serve_events(struct load *l, int timeout_ms, bool is_ending, int64_t started_us)
{
    struct epoll_event events[CONNECTIONS_MAX];
    int event_n = epoll_wait(l->epoll, events, CONNECTIONS_MAX, timeout_ms);
    if (event_n < 0 && errno != EINTR)
        fail("epoll_wait");
    for (int i = 0; i < event_n; i++) {
        struct connection *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT)
            send_rest(l, c);
        bool is_answered = c->socket >= 0 && (events[i].events & ~EPOLLOUT) && read_answer(l, c);
        if (is_ending || is_over(l, started_us))
            continue;
        if (c->socket < 0)
            open_connection(l, c);
        else if (!is_answered)
            continue;
        begin_request(l, c);
    }
}

// Gives the microseconds from the first request to the last answer.
static int64_t run(struct load *l)
{
    for (int i = 0; i < l->connection_n; i++)
        open_connection(l, &l->connections[i]);
    int64_t started_us = now_us();
    for (int i = 0; i < l->connection_n && !is_over(l, started_us); i++)
        begin_request(l, &l->connections[i]);
    while (!is_over(l, started_us) && l->lost_n < LOST_MAX)
        serve_events(l, 100, false, started_us);
    int64_t give_up_us = now_us() + LAST_ANSWERS_MS * 1000LL;
    while (!is_quiet(l) && now_us() < give_up_us)
        serve_events(l, 100, true, started_us);
    int64_t lasted_us = now_us() - started_us;
    for (int i = 0; i < l->connection_n; i++)
        if (l->connections[i].socket >= 0)
            close_connection(l, &l->connections[i]);
    return lasted_us;
}

static void print_result(const struct load *l, int64_t lasted_us)
{
    double seconds = (double)lasted_us / 1e6;
    printf("{\"sent\": %llu, \"answered\": %llu, \"lost\": %llu, \"seconds\": %.3f, "
           "\"per_second\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"p999_ms\": %.3f, "
           "\"statuses\": {",
           (unsigned long long)l->begun_n, (unsigned long long)l->answered_n,
           (unsigned long long)l->lost_n, seconds, (double)l->answered_n / seconds,
           (double)histogram_part(&l->latency, 0.5) / 1e3,
           (double)histogram_part(&l->latency, 0.99) / 1e3,
           (double)histogram_part(&l->latency, 0.999) / 1e3);
    const char *comma = "";
    for (int status = 0; status < 600; status++) {
        if (!l->statuses[status])
            continue;
        printf("%s\"%d\": %llu", comma, status, (unsigned long long)l->statuses[status]);
        comma = ", ";
    }
    printf("}}\n");
}

// ---- arguments ----

static void usage(void)
{
    fprintf(stderr, "usage: load --port PORT [--address 127.0.0.1] [--connections 64]\n"
                    "            [--seconds 5] [--count N] (--key KEY [--path /api/1/envelope/] | "
                    "--framed) FILE...\n"
                    "Sends the files, Sentry envelopes or framed Thrift calls, one after the "
                    "other, and prints JSON.\n");
    exit(2);
}

static long number(const char *text, long low, long high)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*text && !*end && value >= low && value <= high)
        return value;
    fprintf(stderr, "load: %s is not a number from %ld to %ld\n", text, low, high);
    exit(2);
}

static void set_address(struct load *l, const char *text)
{
    l->address.sin_family = AF_INET;
    if (inet_pton(AF_INET, text, &l->address.sin_addr) == 1 &&
        ntohl(l->address.sin_addr.s_addr) >> 24 == 127)
        return;
    fprintf(stderr, "load: %s is not a loopback address (127.x.x.x), others are refused\n", text);
    exit(2);
}

static void read_arguments(struct load *l, int argc, char **argv)
{
    static const struct option options[] = {{"port", required_argument, NULL, 'p'},
                                            {"address", required_argument, NULL, 'a'},
                                            {"key", required_argument, NULL, 'k'},
                                            {"connections", required_argument, NULL, 'c'},
                                            {"seconds", required_argument, NULL, 's'},
                                            {"count", required_argument, NULL, 'n'},
                                            {"path", required_argument, NULL, 'u'},
                                            {"framed", no_argument, NULL, 'f'},
                                            {NULL, 0, NULL, 0}};
    struct request_target target = {.host = "127.0.0.1", .path = "/api/1/envelope/"};
    set_address(l, target.host);
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'p': l->address.sin_port = htons((uint16_t)number(optarg, 1, 65535)); break;
        case 'a': set_address(l, optarg); break;
        case 'k': target.key = optarg; break;
        case 'c': l->connection_n = (int)number(optarg, 1, CONNECTIONS_MAX); break;
        case 's': l->duration_us = number(optarg, 1, SECONDS_MAX) * 1000000; break;
        case 'n': l->count_max = (uint64_t)number(optarg, 1, 1000000000); break;
        case 'u': target.path = optarg; break;
        case 'f': l->is_framed = true; break;
        default: usage();
        }
    }
    l->request_n = (size_t)(argc - optind);
    if (!l->address.sin_port || !l->request_n || l->request_n > FILES_MAX ||
        l->is_framed == (target.key != NULL))
        usage();
    for (size_t i = 0; i < l->request_n; i++)
        if (!request_load(&l->requests[i], argv[optind + (int)i], l->is_framed ? NULL : &target))
            exit(1);
}

static void *need(void *memory)
{
    if (!memory)
        fail("load");
    return memory;
}

int main(int argc, char **argv)
{
    static struct load load = {.connection_n = 64, .duration_us = 5000000};
    struct load *l = &load;
    read_arguments(l, argc, argv);
    size_t largest = 0;
    for (size_t i = 0; i < l->request_n; i++)
        if (l->requests[i].len > largest)
            largest = l->requests[i].len;
    l->connections = need(calloc((size_t)l->connection_n, sizeof(*l->connections)));
    for (int i = 0; i < l->connection_n; i++)
        l->connections[i].bytes = need(malloc(largest));
    l->series = (uint64_t)time(NULL) << 20 | (uint64_t)(getpid() & 0xfffff);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0)
        fail("epoll_create1");
    print_result(l, run(l));
    return 0;
}
