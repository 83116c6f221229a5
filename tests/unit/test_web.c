// SPDX-License-Identifier: MIT
// Pages as HTTP sees them: a real HTTP server on socket pairs, a real store behind it.
#include "test.h"

#include <arpa/inet.h>
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "io/store.h"
#include "web/web.h"

enum { DEADLINE_MS = 10000, STOP_MS = 5000 };

struct fixture {
    char dir[64];
    struct store *store;
    struct web_settings settings;
    struct web_project project;
    struct web *web;
    struct http_server *http;
    struct buffer answer;
    bool blocks; // health waits until gate is opened
    sem_t gate;
};

static size_t body_max(void *self, struct http_request *request)
{
    (void)self, (void)request;
    return 1000;
}

static void handle(void *self, struct http_request *request)
{
    struct fixture *f = self;
    web_handle(f->web, request);
}

static void tell_health(void *self, int64_t project_id, struct arena *arena, struct value *object,
                        bool *is_well)
{
    struct fixture *f = self;
    struct timespec deadline;
    (void)project_id, (void)arena, (void)object, (void)is_well;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += DEADLINE_MS / 1000;
    if (f->blocks)
        sem_timedwait(&f->gate, &deadline);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct arena arena = {0};
    struct project project;
    struct error error = {0};
    snprintf(f->dir, sizeof f->dir, "/tmp/flawless-web-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    sem_init(&f->gate, 0, 0);
    f->project = (struct web_project){.id = 1, .dsn = TEXT("http://key@errors.example.com:9028/1")};
    f->settings = (struct web_settings){
        .store_address = f->dir,
        .projects = &f->project,
        .project_n = 1,
        .clock = &clock_system,
        .version = TEXT("1.2.3"),
        .base_url = TEXT("http://errors.example.com:9028"),
        .report_address = TEXT("errors.example.com:9028"),
        .self = f,
        .health = tell_health,
    };
    const struct http_handler handler = {.self = f, .body_max = body_max, .handle = handle};
    bool is_good =
        store_open(f->dir, STORE_WRITE, &f->store, &error) &&
        store_keep_project(f->store, 1, TEXT("shop"), (struct text){0}, &arena, &project, &error) &&
        (f->web = web_start(&f->settings, &error)) &&
        (f->http =
             http_server_start(&(struct http_settings){.handler = handler, .thread_n = 2}, &error));
    arena_release(&arena);
    if (!is_good)
        fail_msg("%s", error.message);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const files[] = {"flawless.db", "flawless.db-wal", "flawless.db-shm"};
    struct fixture *f = *state;
    assert_true(http_server_stop(f->http, STOP_MS));
    web_stop(f->web);
    store_close(f->store);
    buffer_release(&f->answer);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", f->dir, files[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(f->dir), 0);
    sem_destroy(&f->gate);
    free(f);
    return 0;
}

// Sends one request as if from peer; gives the socket to read the answer from.
static int send_request(struct fixture *f, const char *peer, const char *line, const char *headers)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(1234)};
    char request[1024];
    int sockets[2];
    assert_int_equal(inet_pton(AF_INET, peer, &address.sin_addr), 1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets), 0);
    int len = snprintf(request, sizeof request, "%s HTTP/1.1\r\n%sConnection: close\r\n\r\n", line,
                       headers);
    assert_int_equal(write(sockets[0], request, (size_t)len), len);
    http_server_add(f->http, sockets[1], (struct sockaddr *)&address, sizeof address, false);
    return sockets[0];
}

static struct text read_answer(struct fixture *f, int socket)
{
    struct pollfd wait = {.fd = socket, .events = POLLIN};
    buffer_clear(&f->answer);
    for (;;) {
        if (poll(&wait, 1, DEADLINE_MS) != 1)
            fail_msg("no answer in time");
        char *room = buffer_reserve(&f->answer, 65536);
        ssize_t got = read(socket, room, 65536);
        assert_true(got >= 0);
        if (got == 0)
            break;
        f->answer.len += (size_t)got;
    }
    close(socket);
    return buffer_text(&f->answer);
}

static struct text ask_from(struct fixture *f, const char *peer, const char *line,
                            const char *headers)
{
    return read_answer(f, send_request(f, peer, line, headers));
}

static struct text ask(struct fixture *f, const char *line)
{
    return ask_from(f, "127.0.0.1", line, "Host: localhost:9028\r\n");
}

static void assert_status(struct text answer, int status)
{
    char start[32];
    snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
    if (!text_starts(answer, text_of(start)))
        fail_msg("not %d: %.*s", status, TEXT_ARG(answer));
}

static void assert_has(struct text answer, const char *needle)
{
    if (!text_contains(answer, text_of(needle)))
        fail_msg("\"%s\" is not in: %.*s", needle, TEXT_ARG(answer));
}

static struct text body_of(struct text answer)
{
    const char *end = memmem(answer.at, answer.len, "\r\n\r\n", 4);
    assert_non_null(end);
    return text_from(answer, (size_t)(end - answer.at) + 4);
}

static void every_page_forbids_scripts_frames_and_caches(void **state)
{
    static const char *const lines[] = {
        "GET /",        "GET /get_weekly_error_report", "GET /outbox", "GET /check_health",
        "GET /no_such", "GET /view_traceback",          "POST /outbox"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct text answer = ask(*state, lines[i]);
        assert_has(answer, "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src "
                           "'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri "
                           "'none'\r\n");
        assert_has(answer, "X-Content-Type-Options: nosniff\r\n");
        assert_has(answer, "Referrer-Policy: same-origin\r\n");
        assert_has(answer, "X-Frame-Options: DENY\r\n");
        assert_has(answer, "Cache-Control: no-store\r\n");
        assert_has(answer, "Content-Type: text/html; charset=utf-8\r\n");
        assert_has(answer, "<title>");
    }
}

static void pages_have_the_status_of_what_they_say(void **state)
{
    assert_status(ask(*state, "GET /"), 200);
    assert_status(ask(*state, "GET /check_health"), 200);
    assert_status(ask(*state, "GET /no_such_page"), 404);
    assert_status(ask(*state, "GET /?timestamp=soon"), 400);
    assert_status(ask(*state, "GET /view_traceback"), 400);
    assert_status(ask(*state, "GET /view_traceback?filename=a.py"), 404);
    struct text answer = ask(*state, "DELETE /outbox");
    assert_status(answer, 405);
    assert_has(answer, "Allow: GET, HEAD\r\n");
}

static void head_gives_the_headers_alone(void **state)
{
    struct text answer = ask(*state, "HEAD /outbox");
    assert_status(answer, 200);
    assert_has(answer, "Content-Length: ");
    assert_int_equal(body_of(answer).len, 0);
}

static void scripts_get_json_and_browsers_get_pages(void **state)
{
    static const struct {
        const char *accept;
        bool is_json;
    } cases[] = {
        {"Accept: application/json\r\n", true},
        {"Accept: text/plain, Application/JSON;q=0.9\r\n", true},
        {"Accept: application/json, text/html\r\n", true},
        {"Accept: text/html, application/json\r\n", false},
        {"Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n", false},
        {"Accept: */*\r\n", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text answer = ask_from(*state, "127.0.0.1", "GET /", cases[i].accept);
        assert_status(answer, 200);
        assert_has(answer, cases[i].is_json ? "Content-Type: application/json\r\n"
                                            : "Content-Type: text/html; charset=utf-8\r\n");
        assert_true(text_starts(body_of(answer),
                                cases[i].is_json ? TEXT("{\"week\":") : TEXT("<!doctype html>")));
    }
    struct text refusal =
        ask_from(*state, "127.0.0.1", "GET /?timestamp=x", "Accept: application/json\r\n");
    assert_true(
        text_starts(body_of(refusal), TEXT("{\"error\":\"The parameter \\\"timestamp\\\"")));
}

static void the_style_sheet_is_cached_by_its_version(void **state)
{
    struct text page = ask(*state, "GET /");
    const char *link = memmem(page.at, page.len, "/static/style.css?v=", 20);
    assert_non_null(link);
    char line[128];
    snprintf(line, sizeof line, "GET %.52s", link);
    struct text answer = ask(*state, line);
    assert_status(answer, 200);
    assert_has(answer, "Content-Type: text/css; charset=utf-8\r\n");
    assert_has(answer, "Cache-Control: public, max-age=31536000, immutable\r\n");
    assert_has(ask(*state, "GET /static/style.css?v=old"), "Cache-Control: no-cache\r\n");
}

static void without_a_login_only_this_machine_is_let_in(void **state)
{
    static const struct {
        const char *peer, *headers;
        int status;
    } cases[] = {
        {"127.0.0.1", "Host: localhost\r\n", 200},
        {"127.8.9.1", "Host: 127.0.0.1:9028\r\n", 200},
        {"127.0.0.1", "Host: errors.example.com:9028\r\n", 200},
        {"192.0.2.7", "Host: localhost\r\n", 403},
        {"127.0.0.1", "Host: localhost\r\nX-Forwarded-For: 192.0.2.7\r\n", 403},
        {"127.0.0.1", "Host: localhost\r\nForwarded: for=192.0.2.7\r\n", 403},
        {"127.0.0.1", "Host: rebound.evil.example\r\n", 403},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_status(ask_from(*state, cases[i].peer, "GET /outbox", cases[i].headers),
                      cases[i].status);
    struct text refusal = ask_from(*state, "192.0.2.7", "GET /", "Host: <b>\r\n");
    assert_has(refusal, "ssh -N -L 9028:localhost:9028 errors.example.com");
    assert_status(ask_from(*state, "192.0.2.7", "GET /static/style.css", "Host: x\r\n"), 200);
}

// Slow pages hold up other pages, but only so many: the one too many hears so at once.
static void when_too_many_wait_the_next_is_told_to_come_back(void **state)
{
    enum { ASKED = 2 + 64 + 1 }; // being made, waiting, and one too many
    struct fixture *f = *state;
    struct pollfd sockets[ASKED];
    f->blocks = true;
    for (size_t i = 0; i < ASKED; i++)
        sockets[i] = (struct pollfd){.fd = send_request(f, "127.0.0.1", "GET /check_health", ""),
                                     .events = POLLIN};
    int refused = poll(sockets, ASKED, DEADLINE_MS);
    assert_true(refused >= 1);
    bool is_refused[ASKED];
    for (size_t i = 0; i < ASKED; i++)
        is_refused[i] = sockets[i].revents != 0;
    for (size_t i = 0; i < ASKED; i++)
        sem_post(&f->gate);
    for (size_t i = 0; i < ASKED; i++) {
        struct text answer = read_answer(f, sockets[i].fd);
        if (!is_refused[i] && text_starts(answer, TEXT("HTTP/1.1 200 ")))
            continue;
        assert_status(answer, 503);
        assert_has(answer, "Retry-After: 2\r\n");
    }
}

static void a_store_that_is_not_there_stops_the_start(void **state)
{
    struct fixture *f = *state;
    struct web_settings settings = f->settings;
    struct error error = {0};
    settings.store_address = "/nowhere/at/all";
    assert_null(web_start(&settings, &error));
    assert_true(text_contains(text_of(error.message), TEXT("/nowhere/at/all")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_page_forbids_scripts_frames_and_caches),
        TEST(pages_have_the_status_of_what_they_say),
        TEST(head_gives_the_headers_alone),
        TEST(scripts_get_json_and_browsers_get_pages),
        TEST(the_style_sheet_is_cached_by_its_version),
        TEST(without_a_login_only_this_machine_is_let_in),
        TEST(when_too_many_wait_the_next_is_told_to_come_back),
        TEST(a_store_that_is_not_there_stops_the_start),
    };
    log_open(LOG_WARNING, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
