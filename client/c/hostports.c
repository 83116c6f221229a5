// SPDX-License-Identifier: MIT
#include "hostports.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "version.h"

struct parts {
    struct text scheme, key, host, port, prefix, project;
    bool is_bracketed; // an IPv6 address
    bool is_url;       // it says its scheme, and the port may be the scheme's
};

static bool is_made_of(struct text t, const char *others)
{
    for (size_t i = 0; i < t.len; i++) {
        char c = t.at[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_plain && !text_contains(text_of(others), (struct text){&c, 1}))
            return false;
    }
    return t.len > 0;
}

static bool is_number(struct text t, int64_t min, int64_t max)
{
    int64_t number;
    return text_to_int64(t, &number) && number >= min && number <= max;
}

static bool cut_scheme(struct text *rest, struct parts *p)
{
    static const struct text mark = {"://", 3};
    p->scheme = TEXT("http");
    if (!text_contains(*rest, mark))
        return true;
    p->is_url = true;
    p->scheme = text_until(*rest, text_find(*rest, ':'));
    *rest = text_from(*rest, p->scheme.len + mark.len);
    return text_equal(p->scheme, TEXT("http")) || text_equal(p->scheme, TEXT("https"));
}

// "key@", "key:secret@" or nothing. The secret is a relic and is not sent.
static bool cut_key(struct text *authority, struct parts *p)
{
    size_t end = text_find_last(*authority, '@');
    if (end == authority->len)
        return true;
    p->key = text_until(*authority, end);
    p->key = text_until(p->key, text_find(p->key, ':'));
    *authority = text_from(*authority, end + 1);
    return p->key.len <= FL_KEY_MAX && is_made_of(p->key, "_-");
}

static bool cut_host(struct text authority, struct parts *p)
{
    size_t end = text_find(authority, ':');
    if (authority.len && authority.at[0] == '[') {
        end = text_find(authority, ']');
        if (end == authority.len)
            return false;
        p->is_bracketed = true;
        p->host = text_from(text_until(authority, end), 1);
        authority = text_from(authority, end + 1);
        end = 0;
        if (authority.len && authority.at[0] != ':')
            return false;
    } else {
        p->host = text_until(authority, end);
    }
    p->port = text_from(authority, end + 1);
    return p->host.len <= 255 && is_made_of(p->host, p->is_bracketed ? ":.%" : "._-");
}

// The project is the last segment of the path, what stands before it the server's prefix.
static bool cut_path(struct text path, struct parts *p)
{
    while (path.len && path.at[path.len - 1] == '/')
        path.len--;
    size_t slash = text_find_last(path, '/');
    p->project = slash == path.len ? TEXT("1") : text_from(path, slash + 1);
    p->prefix = slash == path.len ? TEXT("") : text_until(path, slash);
    if (p->prefix.len && !is_made_of(p->prefix, "/._~-"))
        return false;
    return is_number(p->project, 1, INT64_MAX);
}

static bool is_near_host(struct text host)
{
    return text_equal_nocase(host, TEXT("localhost")) || text_starts(host, TEXT("127.")) ||
           text_equal(host, TEXT("::1"));
}

static bool build(const struct parts *p, struct text key, struct fl_server *server)
{
    struct buffer url = {0}, auth = {0};
    buffer_printf(&url, "%.*s://%s%.*s%s", TEXT_ARG(p->scheme), p->is_bracketed ? "[" : "",
                  TEXT_ARG(p->host), p->is_bracketed ? "]" : "");
    if (p->port.len)
        buffer_printf(&url, ":%.*s", TEXT_ARG(p->port));
    else if (!p->is_url)
        buffer_printf(&url, ":%d", FL_DEFAULT_PORT);
    buffer_printf(&url, "%.*s/api/%.*s/envelope/", TEXT_ARG(p->prefix), TEXT_ARG(p->project));
    if (key.len)
        buffer_printf(&auth,
                      "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=%s, sentry_key=%.*s",
                      FL_CLIENT, TEXT_ARG(key));
    if (url.failed || auth.failed) {
        buffer_release(&url);
        buffer_release(&auth);
        return false;
    }
    *server = (struct fl_server){url.at, auth.at, is_near_host(p->host)};
    return true;
}

static bool wrong(struct text spec, const char *what, struct error *error)
{
    size_t at = text_find_last(spec, '@');
    struct text shown = at == spec.len ? spec : text_from(spec, at + 1);
    return error_set(
        error, ERROR_INPUT,
        "\"%s%.*s\" is no address of a Flawless server: %s. It is written host:9028 or "
        "http://key@host:9028/1",
        at == spec.len ? "" : "...@", (int)text_clip(shown, 200).len, shown.at, what);
}

bool fl_servers_add(struct fl_servers *servers, struct text spec, struct text default_key,
                    struct error *error)
{
    struct parts p = {0};
    struct text rest = text_trim(spec);
    if (servers->n == FL_SERVER_MAX)
        return error_set(error, ERROR_INPUT, "there are more than %d Flawless servers",
                         FL_SERVER_MAX);
    if (!cut_scheme(&rest, &p))
        return wrong(spec, "the scheme is neither http nor https", error);
    size_t slash = text_find(rest, '/');
    struct text authority = text_until(rest, slash);
    if (!cut_key(&authority, &p))
        return wrong(spec, "the key has other characters than letters and digits", error);
    if (!cut_host(authority, &p))
        return wrong(spec, "the host name is missing or malformed", error);
    if (p.port.len && !is_number(p.port, 1, 65535))
        return wrong(spec, "the port is not a number from 1 to 65535", error);
    if (!cut_path(text_from(rest, slash), &p))
        return wrong(spec, "the project at its end is not a number", error);
    struct text key = p.key.len ? p.key : text_trim(default_key);
    if (key.len && (key.len > FL_KEY_MAX || !is_made_of(key, "_-")))
        return error_set(error, ERROR_INPUT,
                         "the project key has other characters than letters and digits");
    if (!build(&p, key, &servers->at[servers->n]))
        return error_set(error, ERROR_SYSTEM, "out of memory");
    servers->n++;
    return true;
}

// Whole, because the program may change its directory before the path is used.
static bool set_path(char **path, struct text value)
{
    char here[PATH_MAX];
    struct buffer whole = {0};
    free(*path);
    *path = NULL;
    if (value.len && value.at[0] != '/' && getcwd(here, sizeof here))
        buffer_printf(&whole, "%s/", here);
    buffer_add(&whole, value);
    if (whole.failed || value.len == 0)
        buffer_release(&whole);
    *path = whole.at;
    return *path || value.len == 0;
}

bool fl_servers_trust(struct fl_servers *servers, struct text ca_file)
{
    return set_path(&servers->ca_file, ca_file);
}

bool fl_servers_spool(struct fl_servers *servers, struct text directory)
{
    return set_path(&servers->spool, directory);
}

void fl_servers_release(struct fl_servers *servers)
{
    free(servers->ca_file);
    free(servers->spool);
    for (size_t i = 0; i < servers->n; i++) {
        free(servers->at[i].url);
        free(servers->at[i].auth);
    }
    *servers = (struct fl_servers){0};
}
