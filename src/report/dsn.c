// SPDX-License-Identifier: MIT
#include "report/dsn.h"

static bool refuse(struct error *error, const char *what)
{
    return error_set(error, ERROR_INPUT,
                     "not a DSN: %s (expected scheme://key@host[:port][/path]/project)", what);
}

static bool cut_scheme(struct text *rest, struct dsn *dsn)
{
    dsn->is_tls = text_starts(*rest, TEXT("https://"));
    if (!dsn->is_tls && !text_starts(*rest, TEXT("http://")))
        return false;
    *rest = text_from(*rest, dsn->is_tls ? 8 : 7);
    return true;
}

// "host", "host:port", "[::1]", "[::1]:port"
static bool read_address(struct text address, struct dsn *dsn)
{
    dsn->port = dsn->is_tls ? 443 : 80;
    size_t end = text_find(address, ':');
    dsn->is_ipv6 = text_starts(address, TEXT("["));
    if (dsn->is_ipv6) {
        size_t bracket = text_find(address, ']');
        if (bracket == address.len)
            return false;
        dsn->host = text_until(text_from(address, 1), bracket - 1);
        end = bracket + 1;
    } else {
        dsn->host = text_until(address, end);
    }
    struct text after = text_from(address, end);
    int64_t port = dsn->port;
    if (after.len && (after.at[0] != ':' || !text_to_int64(text_from(after, 1), &port)))
        return after.len == 1 && after.at[0] == ':' && dsn->host.len; // "host:" says no port
    dsn->port = (int)port;
    return dsn->host.len && port > 0 && port < 65536;
}

bool dsn_parse(struct text text, struct dsn *dsn, struct error *error)
{
    *dsn = (struct dsn){0};
    struct text rest = text_trim(text);
    if (!cut_scheme(&rest, dsn))
        return refuse(error, "it does not begin with http:// or https://");
    size_t slash = text_find(rest, '/');
    struct text authority = text_until(rest, slash), path = text_from(rest, slash);
    size_t sign = text_find_last(authority, '@');
    if (sign == authority.len)
        return refuse(error, "there is no key before the host");
    struct text keys = text_until(authority, sign);
    dsn->key = text_until(keys, text_find(keys, ':'));
    if (!dsn->key.len)
        return refuse(error, "the key is empty");
    if (!read_address(text_from(authority, sign + 1), dsn))
        return refuse(error, "the host or port is wrong");
    path = text_until(path, text_find(path, '?'));
    path = text_until(path, text_find(path, '#'));
    while (text_ends(path, TEXT("/")))
        path = text_until(path, path.len - 1);
    size_t last = text_find_last(path, '/');
    dsn->project = text_from(path, last + 1);
    dsn->path = text_until(path, last);
    return dsn->project.len || refuse(error, "there is no project at its end");
}

// sentry_key out of "Sentry sentry_version=7, sentry_key=..., ...".
static bool find_in_header(struct text header, struct text *key)
{
    struct text part;
    header = text_trim(header);
    struct text word = text_until(header, 6), parameters = text_from(header, 6);
    if (!text_equal_nocase(word, TEXT("sentry")) || !parameters.len ||
        (parameters.at[0] != ' ' && parameters.at[0] != '\t'))
        return false;
    while (text_cut(&parameters, ',', &part)) {
        size_t equals = text_find(part, '=');
        if (!text_equal(text_trim(text_until(part, equals)), TEXT("sentry_key")))
            continue;
        *key = text_trim(text_from(part, equals + 1));
        if (key->len)
            return true;
    }
    return false;
}

bool auth_find_key(struct text x_sentry_auth, struct text authorization,
                   struct text query_sentry_key, struct text envelope_dsn_key, struct text *key)
{
    if (find_in_header(x_sentry_auth, key) || find_in_header(authorization, key))
        return true;
    *key = text_trim(query_sentry_key);
    if (!key->len)
        *key = envelope_dsn_key;
    return key->len > 0;
}
