// SPDX-License-Identifier: MIT
// The reference of the benchmark: libmicrohttpd with the thread pool that Flawless has (epoll, 2
// threads), which reads a request's body, throws it away, and answers what an accepted report is
// answered. It prints its port on 127.0.0.1 and serves until standard input ends.
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 2, CONNECTIONS_MAX = 10000 };

static struct MHD_Response *answer;

static enum MHD_Result handle(void *self, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_len, void **extra)
{
    (void)self, (void)url, (void)method, (void)version, (void)upload;
    if (!*extra) { // the head is there, the body comes
        *extra = connection;
        return MHD_YES;
    }
    if (*upload_len) {
        *upload_len = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, answer);
}

int main(void)
{
    static char body[] = "{\"id\":\"0123456789abcdef0123456789abcdef\"}";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    answer = MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_PERSISTENT);
    if (!answer)
        return 1;
    MHD_add_response_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handle, NULL, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "bare: libmicrohttpd does not start\n");
        return 1;
    }
    printf("%d\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    MHD_stop_daemon(daemon);
    MHD_destroy_response(answer);
    return 0;
}
