// SPDX-License-Identifier: MIT
#include "post.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "gzip.h"
#include "pace.h"
#include "version.h"

enum { WAIT_MAX_MS = 1000 };

struct fl_post {
    CURLM *multi; // keeps the connections; can be woken, which an easy handle cannot
    CURL *easy;
    int64_t limit_s; // X-Sentry-Rate-Limits of the answer being read
    struct buffer packed;
};

static size_t ignore_body(char *bytes, size_t size, size_t n, void *context)
{
    (void)bytes;
    (void)context;
    return size * n;
}

static size_t read_header(char *bytes, size_t size, size_t n, void *context)
{
    static const struct text name = {"x-sentry-rate-limits:", 21};
    struct fl_post *p = context;
    struct text line = {bytes, size * n};
    if (line.len > name.len && text_equal_nocase(text_until(line, name.len), name)) {
        int64_t limit_s = fl_rate_limit_s(text_trim(text_from(line, name.len)));
        p->limit_s = limit_s > p->limit_s ? limit_s : p->limit_s;
    }
    return line.len;
}

static void set_up(struct fl_post *p)
{
    CURL *easy = p->easy;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L); // we are a guest: no signal handlers
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)FL_CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, FL_CLIENT);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, read_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, p);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    // A name server that does not answer must not hold up the end of the process.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

void fl_post_prepare(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct fl_post *fl_post_new(void)
{
    struct fl_post *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
        p->multi = curl_multi_init();
        p->easy = curl_easy_init();
    }
    if (!p->multi || !p->easy) {
        fl_post_free(p);
        return NULL;
    }
    set_up(p);
    return p;
}

void fl_post_free(struct fl_post *p)
{
    if (!p)
        return;
    curl_easy_cleanup(p->easy);
    curl_multi_cleanup(p->multi);
    buffer_release(&p->packed);
    free(p);
}

void fl_post_trust(struct fl_post *p, const char *ca_file)
{
    const char *systems = NULL;
#if LIBCURL_VERSION_NUM >= 0x074600
    systems = curl_version_info(CURLVERSION_NOW)->cainfo;
#endif
    curl_easy_setopt(p->easy, CURLOPT_CAINFO, ca_file ? ca_file : systems);
}

void fl_post_wake(struct fl_post *p)
{
    curl_multi_wakeup(p->multi);
}

// True when the transfer came to its end by itself, well or not.
static bool transfer(struct fl_post *p, const _Atomic bool *stop)
{
    int running = 1;
    while (!*stop) {
        if (curl_multi_perform(p->multi, &running) != CURLM_OK)
            return false;
        if (!running)
            return true;
        if (curl_multi_poll(p->multi, NULL, 0, WAIT_MAX_MS, NULL) != CURLM_OK)
            return false;
    }
    return false;
}

static CURLcode result_of(struct fl_post *p)
{
    int left;
    CURLMsg *message = curl_multi_info_read(p->multi, &left);
    return message && message->msg == CURLMSG_DONE ? message->data.result : CURLE_RECV_ERROR;
}

static struct fl_answer read_answer(struct fl_post *p)
{
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(p->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    int64_t wait_s = retry_after_s > p->limit_s ? (int64_t)retry_after_s : p->limit_s;
    return (struct fl_answer){.status = (int)status, .wait_s = wait_s};
}

static struct curl_slist *make_headers(const struct fl_server *server, bool is_packed)
{
    // An empty Expect turns off "100-continue", which costs a round trip. Who we are lets servers
    // accept reports without a key from networks they trust: no web page can send that header.
    const char *const lines[] = {"Content-Type: application/x-sentry-envelope",
                                 "Expect:", "X-Flawless-Client: " FL_CLIENT, server->auth,
                                 is_packed ? "Content-Encoding: gzip" : NULL};
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *line = lines[i];
        struct curl_slist *longer = line ? curl_slist_append(headers, line) : headers;
        if (!longer) {
            curl_slist_free_all(headers);
            return NULL;
        }
        headers = longer;
    }
    return headers;
}

struct fl_answer fl_post_send(struct fl_post *p, const struct fl_server *server,
                              struct text envelope, int64_t timeout_ms, const _Atomic bool *stop)
{
    struct fl_answer answer = {0};
    bool is_packed = fl_gzip(envelope, &p->packed);
    struct text body = is_packed ? buffer_text(&p->packed) : envelope;
    struct curl_slist *headers = make_headers(server, is_packed);
    if (!headers)
        return answer;
    p->limit_s = 0;
    curl_easy_setopt(p->easy, CURLOPT_URL, server->url);
    curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, body.at);
    curl_easy_setopt(p->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    // Elsewhere the usual environment (https_proxy, no_proxy) decides.
    curl_easy_setopt(p->easy, CURLOPT_PROXY, server->is_near ? "" : NULL);
    if (curl_multi_add_handle(p->multi, p->easy) == CURLM_OK) {
        CURLcode result = transfer(p, stop) ? result_of(p) : CURLE_ABORTED_BY_CALLBACK;
        if (result == CURLE_OK)
            answer = read_answer(p);
        answer.is_untrusted =
            result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE;
        curl_multi_remove_handle(p->multi, p->easy);
    }
    curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return answer;
}
