// SPDX-License-Identifier: MIT
// The HTTP server without a door: sockets of which this test says whose they are.
#include "test.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "io/http.h"

enum { DEADLINE_MS = 60000, STOP_MS = 10000, PER_ADDRESS = 3 };

static size_t body_max(void *self, struct http_request *request)
{
    (void)self, (void)request;
    return 0;
}

// Answers whom it takes the client for.
static void handle(void *self, struct http_request *request)
{
    char words[200];
    (void)self;
    snprintf(words, sizeof words, "%.*s%s%s", TEXT_ARG(request->peer),
             request->is_from_loopback ? " loopback" : "", request->is_secure ? " secure" : "");
    http_answer(request, &(struct http_answer){.status = 200, .body = text_of(words)});
}

struct fixture {
    struct http_server *http;
    struct network proxies[NETWORK_WORD_MAX];
};

static int set_up(void **state)
{
    struct fixture *f = must_alloc(sizeof *f);
    struct http_settings settings = {
        .handler = {.body_max = body_max, .handle = handle},
        .thread_n = 2,
        .proxies = f->proxies,
        .per_address_max = PER_ADDRESS,
    };
    assert_true(network_parse(TEXT("10.0.0.0/8"), f->proxies, &settings.proxy_n, NULL));
    assert_true(network_parse(TEXT("127.0.0.9"), f->proxies + 1, &settings.proxy_n, NULL));
    settings.proxy_n = 2;
    f->http = http_server_start(&settings, NULL);
    *state = f;
    return f->http ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    assert_true(http_server_stop(f->http, STOP_MS));
    free(f);
    return 0;
}

static int connect_as(struct fixture *f, const char *peer)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(1234)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(1234)};
    int sockets[2];
    bool is_four = inet_pton(AF_INET, peer, &four.sin_addr) == 1;
    assert_true(is_four || inet_pton(AF_INET6, peer, &six.sin6_addr) == 1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets), 0);
    http_server_add(f->http, sockets[1],
                    is_four ? (struct sockaddr *)&four : (struct sockaddr *)&six,
                    is_four ? sizeof four : sizeof six, false);
    return sockets[0];
}

static void read_until(int socket, const char *wanted, char *answer, size_t size)
{
    struct pollfd wait = {.fd = socket, .events = POLLIN};
    size_t len = 0;
    answer[0] = '\0';
    while (!strstr(answer, wanted)) {
        if (poll(&wait, 1, DEADLINE_MS) != 1)
            fail_msg("no answer in time: %s", answer);
        ssize_t got = read(socket, answer + len, size - len - 1);
        if (got <= 0)
            fail_msg("closed after: %s", answer);
        answer[len += (size_t)got] = '\0';
    }
}

// The socket stays open.
static void ask(int socket, const char *headers, const char *wanted)
{
    char request[500], answer[1000];
    int len = snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", headers);
    assert_int_equal(write(socket, request, (size_t)len), len);
    read_until(socket, wanted, answer, sizeof answer);
    const char *body = strstr(answer, "\r\n\r\n");
    assert_non_null(body);
    assert_string_equal(body + 4, wanted);
}

static void assert_closed(int socket)
{
    struct pollfd wait = {.fd = socket, .events = POLLIN};
    char byte;
    assert_int_equal(poll(&wait, 1, DEADLINE_MS), 1);
    assert_int_equal(read(socket, &byte, 1), 0);
    close(socket);
}

static void only_trusted_proxies_say_who_asks_and_how(void **state)
{
    static const struct {
        const char *peer, *headers, *client;
    } cases[] = {
        {"127.0.0.1", "", "127.0.0.1 loopback"},
        {"127.0.0.1", "X-Forwarded-For: 8.8.8.8\r\nX-Forwarded-Proto: https\r\n",
         "127.0.0.1 loopback"},
        {"8.8.4.4", "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n", "8.8.4.4"},
        {"10.1.1.1", "X-Forwarded-For: 8.8.8.8\r\n", "8.8.8.8"},
        {"10.1.1.1", "X-Forwarded-For: 8.8.8.8\r\nX-Forwarded-Proto: https\r\n", "8.8.8.8 secure"},
        // the second line is the proxy's own
        {"10.1.1.1", "X-Forwarded-For: 127.0.0.1\r\nx-forwarded-for: 8.8.8.8\r\n", "8.8.8.8"},
        {"10.1.1.1", "X-Forwarded-For: 127.0.0.1\r\n", "127.0.0.1"}, // and not loopback
        {"127.0.0.9", "", "127.0.0.9 loopback"},
        {"127.0.0.9", "X-Forwarded-For: 8.8.8.8\r\n", "8.8.8.8"},
        {"10.1.1.1", "X-Forwarded-For: who knows\r\n", "?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int socket = connect_as(*state, cases[i].peer);
        ask(socket, cases[i].headers, cases[i].client);
        close(socket);
    }
}

static void fill(struct fixture *f, const char *peer, int *sockets, int n)
{
    for (int i = 0; i < n; i++) {
        sockets[i] = connect_as(f, peer);
        ask(sockets[i], "", peer);
    }
}

static void one_address_has_so_many_connections_and_others_have_theirs(void **state)
{
    int sockets[2 * PER_ADDRESS];
    fill(*state, "8.8.8.8", sockets, PER_ADDRESS);
    assert_closed(connect_as(*state, "8.8.8.8"));
    fill(*state, "2001:db8::1", sockets + PER_ADDRESS, PER_ADDRESS);
    assert_closed(connect_as(*state, "2001:db8::2")); // of the same /64
    for (int i = 0; i < 2 * PER_ADDRESS; i++)
        ask(sockets[i], "", i < PER_ADDRESS ? "8.8.8.8" : "2001:db8::1");
    for (int i = 0; i < 2 * PER_ADDRESS; i++)
        close(sockets[i]);
}

static void this_machine_and_proxies_have_any_number(void **state)
{
    int sockets[4 * PER_ADDRESS];
    for (int i = 0; i < 4 * PER_ADDRESS; i++) {
        bool is_proxy = i % 2;
        sockets[i] = connect_as(*state, is_proxy ? "10.0.0.1" : "127.0.0.1");
        ask(sockets[i], "", is_proxy ? "10.0.0.1" : "127.0.0.1 loopback");
    }
    for (int i = 0; i < 4 * PER_ADDRESS; i++)
        close(sockets[i]);
}

static void a_place_that_was_left_is_free_again(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 4 * PER_ADDRESS; round++) {
        int socket = connect_as(f, "8.8.8.8");
        ask(socket, "Connection: close\r\n", "8.8.8.8");
        assert_closed(socket);
    }
}

static void a_stop_answers_connections_whose_first_request_is_on_the_way(void **state)
{
    enum { N = 50 };
    struct fixture *f = *state;
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    int sockets[N];
    for (int i = 0; i < N; i++) {
        sockets[i] = connect_as(f, "127.0.0.1");
        assert_int_equal(write(sockets[i], request, strlen(request)), strlen(request));
    }
    assert_true(http_server_stop(f->http, STOP_MS));
    for (int i = 0; i < N; i++) {
        char answer[1000];
        read_until(sockets[i], "loopback", answer, sizeof answer);
        close(sockets[i]);
    }
    free(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_trusted_proxies_say_who_asks_and_how),
        TEST(one_address_has_so_many_connections_and_others_have_theirs),
        TEST(this_machine_and_proxies_have_any_number),
        TEST(a_place_that_was_left_is_free_again),
        cmocka_unit_test_setup(a_stop_answers_connections_whose_first_request_is_on_the_way,
                               set_up),
    };
    log_open(LOG_ERROR, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
