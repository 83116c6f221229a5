// SPDX-License-Identifier: MIT
#include "io/git_url.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"

static const struct scheme {
    const char *name;
    bool is_http;
} schemes[] = {
    {"https://", true}, {"http://", true}, {"ssh://", false}, {"git://", false}, {"file://", false},
};

static const char expected[] = "expected https://, http://, ssh://, git://, file://, host:path or "
                               "an absolute path";

static bool refuse(struct error *error, const char *why)
{
    return error_set(error, ERROR_CONFIG, "repo_url: %s", why);
}

static const struct scheme *find_scheme(struct text written)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (text_starts(written, text_of(schemes[i].name)))
            return &schemes[i];
    return NULL;
}

static bool is_printable(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.at[i] <= ' ' || t.at[i] == 0x7f)
            return false;
    return true;
}

static int digit_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

// Undoes %XX. NULL when that makes a control character, which git's own protocol cannot carry.
static const char *decode(struct arena *arena, struct text written)
{
    char *out = arena_alloc(arena, written.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < written.len; i++, n++) {
        out[n] = written.at[i];
        if (written.at[i] != '%' || i + 2 >= written.len ||
            !hex_is((struct text){written.at + i + 1, 2}))
            continue;
        out[n] = (char)(digit_value(written.at[i + 1]) * 16 + digit_value(written.at[i + 2]));
        i += 2;
        if ((unsigned char)out[n] < ' ' || out[n] == 0x7f)
            return NULL;
    }
    return out;
}

// A ':' behind the host is followed by a port. Elsewhere it is a password with a bare '/', which
// must be taken for nothing that is shown.
static bool has_good_port(struct text host)
{
    size_t bracket = text_find_last(host, ']');
    struct text rest = bracket < host.len ? text_from(host, bracket) : host;
    struct text port = text_from(rest, text_find(rest, ':') + 1);
    int64_t number;
    return port.len == 0 || (text_to_int64(port, &number) && number > 0 && number < 65536);
}

// "user:password@host/path" behind the scheme. A user without a password is a token: no less
// secret.
static bool take_apart(const struct scheme *scheme, struct text rest, struct arena *arena,
                       struct git_url *url, struct error *error)
{
    struct text authority = text_until(rest, text_find(rest, '/'));
    size_t sign = text_find_last(authority, '@');
    if (authority.len == 0)
        return refuse(error, "the URL names no host");
    struct text host = sign < authority.len ? text_from(authority, sign + 1) : authority;
    struct text user = sign < authority.len ? text_until(authority, sign) : (struct text){0};
    size_t colon = text_find(user, ':');
    if (!has_good_port(host))
        return refuse(error,
                      "the URL's port is no number; '/', '@' and ':' in a password are written "
                      "%2F, %40 and %3A");
    if (host.len == 0 || host.at[0] == '-' || (user.len && user.at[0] == '-'))
        return refuse(error, "the URL's host or user is missing or begins with '-'");
    bool is_token = scheme->is_http && user.len && colon + 1 >= user.len;
    if (is_token || colon < user.len) {
        size_t secret_at = is_token ? 0 : colon + 1;
        url->secret = arena_string(arena, text_from(user, secret_at));
        url->shown = arena_printf(arena, "%s%.*s***@%.*s", scheme->name, (int)secret_at, user.at,
                                  TEXT_ARG(text_from(rest, sign + 1)))
                         .at;
    }
    if (!scheme->is_http)
        return !url->secret || refuse(error, "only http and https take a password in the URL; for "
                                             "ssh give the user Flawless runs as a key");
    url->host = arena_printf(arena, "%s%.*s", scheme->name, TEXT_ARG(host)).at;
    if (sign == authority.len)
        return true;
    url->plain =
        arena_printf(arena, "%s%.*s", scheme->name, TEXT_ARG(text_from(rest, sign + 1))).at;
    url->user = decode(arena, text_until(user, colon));
    url->password = decode(arena, text_from(user, colon + 1));
    return (url->user && url->password) ||
           refuse(error, "the user or password has a control character");
}

bool git_url_read(const char *written, struct arena *arena, struct git_url *url,
                  struct error *error)
{
    struct text whole = text_of(written);
    const struct scheme *scheme = find_scheme(whole);
    const char *plain = arena_string(arena, whole);
    *url = (struct git_url){.plain = plain, .shown = plain, .host = ""};
    if (whole.len == 0 || whole.len > GIT_URL_MAX)
        return refuse(error, "the URL is empty or too long");
    if (whole.at[0] == '-')
        return refuse(error, "the URL begins with '-'");
    if (!is_printable(scheme ? whole : (struct text){0}) || memchr(whole.at, '\n', whole.len))
        return refuse(error, "the URL has a space or a control character; write it as %XX");
    if (scheme && strcmp(scheme->name, "file://") != 0)
        return take_apart(scheme, text_from(whole, strlen(scheme->name)), arena, url, error);
    if (scheme || whole.at[0] == '/')
        return true;
    size_t colon = text_find(whole, ':'), slash = text_find(whole, '/');
    bool is_helper = colon + 1 < whole.len && whole.at[colon + 1] == ':';
    bool is_ssh = colon > 0 && colon < slash && !is_helper && is_printable(whole) &&
                  !text_contains(whole, TEXT("://"));
    return is_ssh || error_set(error, ERROR_CONFIG,
                               "repo_url: that is no address git may be given; %s", expected);
}

// Every place of what in the message becomes "***".
static void mask(struct error *error, const char *what)
{
    char *at = error->message;
    size_t len = strlen(what);
    while (len && (at = strstr(at, what))) {
        char rest[sizeof error->message];
        snprintf(rest, sizeof rest, "%s", at + len);
        snprintf(at, sizeof error->message - (size_t)(at - error->message), "***%s", rest);
        at += strlen(at) < 3 ? strlen(at) : 3;
    }
}

void git_url_mask(const struct git_url *url, struct error *error)
{
    if (!error || !url->secret)
        return;
    const char *decoded = url->password && *url->password ? url->password : url->user;
    mask(error, url->secret);
    if (decoded && strcmp(decoded, url->secret) != 0)
        mask(error, decoded);
}
