// SPDX-License-Identifier: MIT
#include "request.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_file(const char *file, char *into, size_t *len)
{
    FILE *in = fopen(file, "rb");
    if (!in) {
        perror(file);
        return false;
    }
    *len = fread(into, 1, REQUEST_MAX, in);
    bool is_whole = *len < REQUEST_MAX && !ferror(in);
    fclose(in);
    if (!is_whole)
        fprintf(stderr, "%s: cannot be read, or is not smaller than %d bytes\n", file, REQUEST_MAX);
    return is_whole;
}

static bool is_id(const char *at, size_t left)
{
    if (left <= ID_LEN || at[ID_LEN] != '"')
        return false;
    for (size_t i = 0; i < ID_LEN; i++)
        if (!isxdigit((unsigned char)at[i]))
            return false;
    return true;
}

// The id of the first "event_id" member that has 32 digits; NULL when there is none.
static const char *find_id(const char *body, size_t len)
{
    static const char name[] = "\"event_id\":";
    const char *end = body + len;
    for (const char *at = body; (at = memmem(at, (size_t)(end - at), name, sizeof(name) - 1));) {
        at += sizeof(name) - 1;
        while (at < end && *at == ' ')
            at++;
        if (at < end && *at == '"' && is_id(at + 1, (size_t)(end - at - 1)))
            return at + 1;
    }
    return NULL;
}

// An event has its id in the envelope's header and in the event: all places have to agree.
static void note_places(struct request *r, size_t head_len)
{
    const char *id = find_id(r->bytes + head_len, r->len - head_len);
    if (!id)
        return;
    const char *end = r->bytes + r->len;
    const char *at = r->bytes + head_len;
    while (r->id_n < ID_PLACES_MAX && (at = memmem(at, (size_t)(end - at), id, ID_LEN))) {
        r->id_places[r->id_n++] = (size_t)(at - r->bytes);
        at += ID_LEN;
    }
}

bool request_load(struct request *r, const char *file, const struct request_target *target)
{
    *r = (struct request){0};
    char *body = malloc(REQUEST_MAX);
    char head[1024] = "";
    size_t body_len, head_len = 0;
    if (!body || !read_file(file, body, &body_len)) {
        free(body);
        return false;
    }
    if (target)
        head_len = (size_t)snprintf(head, sizeof(head),
                                    "POST %s HTTP/1.1\r\nHost: %s\r\n"
                                    "X-Sentry-Auth: Sentry sentry_version=7, sentry_key=%s, "
                                    "sentry_client=bench/1\r\n"
                                    "Content-Type: application/x-sentry-envelope\r\n"
                                    "Content-Length: %zu\r\n\r\n",
                                    target->path, target->host, target->key, body_len);
    r->len = head_len + body_len;
    r->bytes = malloc(r->len + 1);
    if (!r->bytes || head_len >= sizeof(head)) {
        fprintf(stderr, "%s: the request's head is too long\n", file);
        free(body);
        return false;
    }
    memcpy(r->bytes, head, head_len);
    memcpy(r->bytes + head_len, body, body_len);
    free(body);
    if (target)
        note_places(r, head_len);
    return true;
}

static void write_hex(uint64_t number, char *digits)
{
    for (int i = 15; i >= 0; i--, number >>= 4)
        digits[i] = "0123456789abcdef"[number & 15];
}

void request_renew(const struct request *r, char *bytes, uint64_t series, uint64_t number)
{
    char id[ID_LEN];
    write_hex(series, id);
    write_hex(number, id + 16);
    for (size_t i = 0; i < r->id_n; i++)
        memcpy(bytes + r->id_places[i], id, ID_LEN);
}
