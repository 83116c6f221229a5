// SPDX-License-Identifier: MIT
// libmicrohttpd calls its handler several times for one request: once with the head, once for each
// piece of the body, once at the end, and once more after a suspended connection is resumed. struct
// request remembers where it stands; everybody else sees one call for a whole request and one
// answer. The connections come from outside (io/door.h).
#include "io/http.h"

#include <limits.h>
#include <microhttpd.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "io/address.h"
#include "io/forwarded.h"
#include "io/tls.h"

enum {
    // Bounds the head of a request; libmicrohttpd answers 431 itself. It clears all of it after
    // each request.
    CONNECTION_MEMORY = 32 * 1024,
    CONNECTION_MAX = 10000,
    IDLE_TIMEOUT_S = 75,
    // Of a body that is over its bound, so much is still read, so that the client hears why before
    // the end.
    EXCESS_MAX = 128 * 1024 * 1024,
    // Of all bodies together, without those that are small: many strangers who send slowly must not
    // fill the memory, and must not keep small reports out either.
    BODIES_MAX = 256 * 1024 * 1024,
    SMALL_BODY = 64 * 1024,
    NO_MORE = INT_MIN / 2, // in_flight of a server that has stopped
    FRESH_MS = 300,        // a stop waits so long for the first requests of new connections
    CROWD_N = 4096,
};

struct http_server {
    struct http_settings settings;
    struct MHD_Daemon *plain, *secure; // secure: NULL without TLS
    atomic_int in_flight;      // requests between their first byte and the end of their answer
    atomic_size_t bodies_size; // of bodies that are not small
    atomic_int fresh;          // connections that were handed over and have asked nothing yet
    atomic_bool is_stopping;
    // Connections by a hash of their address: no list has to be kept, and with a random key
    // nobody can choose whom to share a number with.
    atomic_int crowd[CROWD_N];
    unsigned char crowd_key[crypto_shorthash_KEYBYTES];
};

// Libmicrohttpd's socket context.
struct connection {
    bool is_on_pages_port;
    bool has_asked;
    atomic_int *crowd; // where it counts; NULL: nowhere
};

struct request {
    struct http_request face; // first: a face is its request
    struct http_server *server;
    struct MHD_Connection *connection;
    struct arena arena;
    struct buffer body;
    size_t body_max;
    size_t body_seen;  // bytes that came, kept or not
    size_t body_share; // of bodies_size
    bool is_out_of_room;
    bool is_handled; // the handler has it or had it
    bool is_deferred;
    struct MHD_Response *response; // set once, by the thread that answers
    int status;
    struct sockaddr_storage client;
    char peer[ADDRESS_TEXT_MAX];
};

struct text http_header(struct http_request *request, const char *name)
{
    struct request *r = (struct request *)request;
    struct text value = text_of(MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name));
    return utf8_mended(&r->arena, value);
}

struct text http_parameter(struct http_request *request, const char *name)
{
    struct request *r = (struct request *)request;
    const char *value = NULL;
    size_t len = 0;
    enum MHD_Result found = MHD_lookup_connection_value_n(r->connection, MHD_GET_ARGUMENT_KIND,
                                                          name, strlen(name), &value, &len);
    if (found != MHD_YES)
        return (struct text){0};
    if (!value) // "?name" without a value
        return TEXT("");
    return utf8_mended(&r->arena, (struct text){value, len});
}

struct parameter_listener {
    struct request *request;
    void *self;
    void (*tell)(void *self, struct text name, struct text value);
};

static enum MHD_Result tell_parameter(void *self, enum MHD_ValueKind kind, const char *name,
                                      size_t name_len, const char *value, size_t value_len)
{
    struct parameter_listener *listener = self;
    struct arena *arena = &listener->request->arena;
    (void)kind;
    listener->tell(listener->self, utf8_mended(arena, (struct text){name, name_len}),
                   utf8_mended(arena, (struct text){value ? value : "", value ? value_len : 0}));
    return MHD_YES;
}

void http_list_parameters(struct http_request *request, void *self,
                          void (*tell)(void *self, struct text name, struct text value))
{
    struct request *r = (struct request *)request;
    struct parameter_listener listener = {r, self, tell};
    MHD_get_connection_values_n(r->connection, MHD_GET_ARGUMENT_KIND, tell_parameter, &listener);
}

void http_defer(struct http_request *request)
{
    struct request *r = (struct request *)request;
    check(!r->is_deferred && !r->response);
    r->is_deferred = true;
    MHD_suspend_connection(r->connection);
}

void http_answer(struct http_request *request, const struct http_answer *answer)
{
    struct request *r = (struct request *)request;
    check(!r->response);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.len, (void *)answer->body.at, MHD_RESPMEM_MUST_COPY);
    if (!response)
        fatal_out_of_memory();
    if (answer->content_type)
        MHD_add_response_header(response, "Content-Type", answer->content_type);
    for (size_t i = 0; i < sizeof answer->headers / sizeof *answer->headers; i += 2) {
        if (!answer->headers[i])
            break;
        check(MHD_add_response_header(response, answer->headers[i], answer->headers[i + 1]) ==
              MHD_YES);
    }
    if (atomic_load_explicit(&r->server->is_stopping, memory_order_relaxed))
        MHD_add_response_header(response, "Connection", "close");
    r->status = answer->status;
    r->response = response;
    if (r->is_deferred) // from here on the request may be gone
        MHD_resume_connection(r->connection);
}

static void refuse_too_large(struct request *r)
{
    struct buffer body = {0};
    buffer_printf(&body, "{\"detail\":\"the body is over the bound of %zu bytes\"}", r->body_max);
    log_warning("%s: %.*s: body over the bound of %zu bytes refused", r->peer,
                TEXT_ARG(text_clip(r->face.path, 200)), r->body_max);
    r->is_handled = true;
    http_answer(&r->face, &(struct http_answer){
                              .status = 413,
                              .content_type = "application/json",
                              .body = buffer_text(&body),
                              .headers = {"Access-Control-Allow-Origin", "*", "X-Sentry-Error",
                                          "body too large"},
                          });
    buffer_release(&body);
}

static void refuse_for_now(struct request *r)
{
    static const struct text body = TEXT("{\"detail\":\"too much is being sent at the moment\"}");
    log_warning("%s: %.*s: refused: all bodies together are over the bound of %d bytes", r->peer,
                TEXT_ARG(text_clip(r->face.path, 200)), BODIES_MAX);
    r->is_handled = true;
    http_answer(&r->face, &(struct http_answer){
                              .status = 503,
                              .content_type = "application/json",
                              .body = body,
                              .headers = {"Access-Control-Allow-Origin", "*", "Retry-After", "5"},
                          });
}

// Repeated slashes are one: proxies and SDKs produce them, and a redirect would lose the body.
static struct text collapse_slashes(struct arena *arena, struct text url)
{
    char *path = arena_alloc(arena, url.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < url.len; i++)
        if (url.at[i] != '/' || len == 0 || path[len - 1] != '/')
            path[len++] = url.at[i];
    return (struct text){path, len};
}

static enum MHD_Result add_value(void *self, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct buffer *values = self;
    (void)kind;
    if (text_equal_nocase(text_of(name), TEXT("X-Forwarded-For"))) {
        buffer_add_string(values, values->len ? "," : "");
        buffer_add_string(values, value ? value : "");
    }
    return MHD_YES;
}

// Some proxies add a header line of their own behind those of others, so all of them count.
static void find_client(struct request *r)
{
    const struct http_settings *settings = &r->server->settings;
    struct sockaddr *client = (struct sockaddr *)&r->client;
    struct buffer values = {0};
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = peer->client_addr;
    bool is_proxy = network_has(settings->proxies, settings->proxy_n, address);
    if (is_proxy)
        MHD_get_connection_values(r->connection, MHD_HEADER_KIND, add_value, &values);
    forwarded_client(settings->proxies, settings->proxy_n, address, buffer_text(&values),
                     &r->client);
    struct text scheme = is_proxy ? http_header(&r->face, "X-Forwarded-Proto") : (struct text){0};
    address_write(client, r->peer);
    r->face.peer = text_of(r->peer);
    r->face.peer_address = client;
    r->face.is_from_loopback = address_is_loopback(address) && !values.len && !scheme.len;
    r->face.is_secure =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION) ||
        forwarded_is_https(scheme);
    buffer_release(&values);
}

static struct request *begin_request(struct http_server *server, struct MHD_Connection *connection,
                                     const char *url, const char *method)
{
    struct request *r = must_alloc(sizeof *r);
    const union MHD_ConnectionInfo *context =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *c = context ? context->socket_context : NULL;
    if (c && !c->has_asked)
        atomic_fetch_sub(&server->fresh, 1);
    if (c)
        c->has_asked = true;
    r->server = server;
    r->connection = connection;
    r->face = (struct http_request){
        .method = text_of(method),
        .path = utf8_mended(&r->arena, collapse_slashes(&r->arena, text_of(url))),
        .is_on_pages_port = c && c->is_on_pages_port,
        .arena = &r->arena,
    };
    find_client(r);
    return r;
}

static enum MHD_Result queue_answer(struct request *r)
{
    return MHD_queue_response(r->connection, (unsigned)r->status, r->response);
}

static enum MHD_Result take_head(struct request *r)
{
    r->body_max = r->server->settings.handler.body_max(r->server->settings.handler.self, &r->face);
    int64_t announced = 0;
    struct text length = http_header(&r->face, "Content-Length");
    if (length.len && text_to_int64(length, &announced)) {
        // Whoever waits for a word before sending gets it now. Others are heard out up to a bound:
        // a client that is cut off while it sends sees a broken connection rather than the reason.
        bool waits = http_header(&r->face, "Expect").len > 0;
        if (announced > (int64_t)(r->body_max + (waits ? 0 : EXCESS_MAX))) {
            refuse_too_large(r);
            return queue_answer(r);
        }
        // a promise is no reason to give memory: only modest bodies get it in one piece
        if (announced > 0 && announced <= 256 * 1024)
            buffer_reserve(&r->body, (size_t)announced);
    }
    return MHD_YES;
}

static void drop_body(struct request *r)
{
    buffer_release(&r->body);
    atomic_fetch_sub_explicit(&r->server->bodies_size, r->body_share, memory_order_relaxed);
    r->body_share = 0;
}

// False when all bodies together are too much with len bytes more of this one.
static bool has_room(struct request *r, size_t len)
{
    if (r->body_seen <= SMALL_BODY)
        return true;
    r->body_share += len;
    return atomic_fetch_add_explicit(&r->server->bodies_size, len, memory_order_relaxed) + len <=
           BODIES_MAX;
}

static enum MHD_Result take_piece(struct request *r, const char *piece, size_t *piece_len)
{
    r->body_seen += *piece_len;
    if (r->body_seen <= r->body_max && !r->is_out_of_room)
        r->is_out_of_room = !has_room(r, *piece_len);
    if (r->body_seen <= r->body_max && !r->is_out_of_room)
        buffer_add(&r->body, (struct text){piece, *piece_len});
    else
        drop_body(r);
    if (r->body.failed)
        fatal_out_of_memory();
    *piece_len = 0;
    return r->body_seen > r->body_max + EXCESS_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_len, void **context)
{
    struct http_server *server = self;
    struct request *r = *context;
    (void)version;
    if (!r) {
        if (atomic_fetch_add_explicit(&server->in_flight, 1, memory_order_relaxed) < 0)
            return MHD_NO;
        *context = r = begin_request(server, connection, url, method);
        return take_head(r);
    }
    if (*piece_len)
        return take_piece(r, piece, piece_len);
    if (!r->is_handled) {
        if (r->body_seen > r->body_max) {
            refuse_too_large(r);
            return queue_answer(r);
        }
        if (r->is_out_of_room) {
            refuse_for_now(r);
            return queue_answer(r);
        }
        r->is_handled = true;
        r->face.body = buffer_text(&r->body);
        server->settings.handler.handle(server->settings.handler.self, &r->face);
        if (r->is_deferred)
            return MHD_YES; // may be answered already; r lives on, as only this thread would end it
        check(r->response != NULL);
    }
    return queue_answer(r);
}

static void on_end(void *self, struct MHD_Connection *connection, void **context,
                   enum MHD_RequestTerminationCode code)
{
    struct http_server *server = self;
    struct request *r = *context;
    (void)connection;
    (void)code;
    if (!r)
        return;
    if (server->settings.handler.finish)
        server->settings.handler.finish(server->settings.handler.self, &r->face);
    if (r->response)
        MHD_destroy_response(r->response);
    drop_body(r);
    arena_release(&r->arena);
    free(r);
    *context = NULL;
    atomic_fetch_sub_explicit(&server->in_flight, 1, memory_order_release);
}

static bool is_on_port(struct MHD_Connection *connection, int port)
{
    struct sockaddr_storage local;
    socklen_t local_len = sizeof local;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    // the port is at the same place in both families
    return port && getsockname(info->connect_fd, (struct sockaddr *)&local, &local_len) == 0 &&
           ntohs(((struct sockaddr_in *)&local)->sin_port) == port;
}

// Where connections from this address are counted; NULL when they are not.
static atomic_int *crowd_of(struct http_server *server, const struct sockaddr *address)
{
    const struct http_settings *settings = &server->settings;
    unsigned char bytes[16], hash[crypto_shorthash_BYTES];
    if (!settings->per_address_max || address_is_loopback(address) ||
        network_has(settings->proxies, settings->proxy_n, address) ||
        !address_bytes(address, bytes))
        return NULL;
    size_t len = address_is_ipv4(bytes) ? 16 : 8; // who has one IPv6 address has a /64
    crypto_shorthash(hash, bytes, len, server->crowd_key);
    return &server->crowd[(hash[0] | hash[1] << 8) % CROWD_N];
}

static struct connection *begin_connection(struct http_server *server,
                                           struct MHD_Connection *connection)
{
    struct connection *c = must_alloc(sizeof *c);
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    c->is_on_pages_port = is_on_port(connection, server->settings.pages_port);
    c->crowd = crowd_of(server, peer->client_addr);
    return c;
}

static void end_connection(struct http_server *server, struct connection *c)
{
    if (!c->has_asked)
        atomic_fetch_sub(&server->fresh, 1);
    if (c->crowd)
        atomic_fetch_sub(c->crowd, 1);
    free(c);
}

static void on_connection(void *self, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = self;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *socket_context = begin_connection(server, connection);
    else if (*socket_context)
        end_connection(server, *socket_context);
}

static void on_log(void *self, const char *format, va_list arguments)
{
    char message[512];
    (void)self;
    vsnprintf(message, sizeof message, format, arguments);
    log_debug("http: %s", message);
}

static struct MHD_Daemon *start_daemon(struct http_server *server, unsigned more_flags,
                                       struct MHD_OptionItem *more)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC |
            MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | more_flags,
        0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_end, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        server, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)server->settings.thread_n,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTION_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

static struct MHD_Daemon *start_secure(struct http_server *server)
{
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_callback()},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    tls_serve(server->settings.tls);
    return start_daemon(server, MHD_USE_TLS, options);
}

struct http_server *http_server_start(const struct http_settings *settings, struct error *error)
{
    struct http_server *server = must_alloc(sizeof *server);
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    server->settings = *settings;
    crypto_shorthash_keygen(server->crowd_key);
    server->plain = start_daemon(server, 0, none);
    if (server->plain && settings->tls)
        server->secure = start_secure(server);
    if (!server->plain || (settings->tls && !server->secure)) {
        if (server->plain)
            MHD_stop_daemon(server->plain);
        free(server);
        error_set(error, ERROR_SYSTEM, "cannot start the HTTP server: out of threads or files");
        return NULL;
    }
    return server;
}

void http_server_add(struct http_server *server, int socket, const struct sockaddr *address,
                     unsigned address_len, bool is_tls)
{
    struct MHD_Daemon *daemon = is_tls ? server->secure : server->plain;
    atomic_int *crowd = crowd_of(server, address);
    if (crowd && atomic_fetch_add(crowd, 1) >= server->settings.per_address_max) {
        char peer[ADDRESS_TEXT_MAX];
        address_write(address, peer);
        log_warning("%s: a connection was closed: there are %d from there already", peer,
                    server->settings.per_address_max);
        atomic_fetch_sub(crowd, 1);
        close(socket);
        return;
    }
    atomic_fetch_add(&server->fresh, 1);
    if (MHD_add_connection(daemon, socket, address, address_len) == MHD_YES)
        return;
    log_warning("a connection was closed: there are %d already", CONNECTION_MAX);
    atomic_fetch_sub(&server->fresh, 1);
    if (crowd)
        atomic_fetch_sub(crowd, 1);
}

static void nap_ms(long ms)
{
    struct timespec nap = {.tv_nsec = ms * 1000000};
    nanosleep(&nap, NULL);
}

// libmicrohttpd aborts when it is stopped while a request waits for its answer, so none may begin
// from the moment when none is in flight. False when there never was such a moment.
static bool close_gate(struct http_server *server, int64_t timeout_ms)
{
    for (; timeout_ms >= 0; timeout_ms -= 5) {
        int none = 0;
        if (atomic_compare_exchange_strong(&server->in_flight, &none, NO_MORE))
            return true;
        nap_ms(5);
    }
    return false;
}

// The first byte of these was seen, so their requests are on the way; the door let them in before
// it was closed.
static void wait_for_fresh(struct http_server *server)
{
    for (int waited_ms = 0; waited_ms < FRESH_MS && atomic_load(&server->fresh); waited_ms += 5)
        nap_ms(5);
}

bool http_server_stop(struct http_server *server, int64_t timeout_ms)
{
    atomic_store(&server->is_stopping, true);
    wait_for_fresh(server);
    if (!close_gate(server, timeout_ms)) {
        log_warning("%d requests were still under way when the server stopped",
                    atomic_load(&server->in_flight));
        return false;
    }
    MHD_stop_daemon(server->plain);
    if (server->secure)
        MHD_stop_daemon(server->secure);
    free(server);
    return true;
}
