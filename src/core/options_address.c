// SPDX-License-Identifier: MIT
#include "core/options_address.h"

#include "core/options_value.h"

static void add_host(struct buffer *b, struct text host)
{
    bool is_ipv6 = text_find(host, ':') < host.len;
    buffer_add_string(b, is_ipv6 ? "[" : "");
    buffer_add(b, host);
    buffer_add_string(b, is_ipv6 ? "]" : "");
}

void options_base_url(const struct options *o, struct buffer *url)
{
    struct text rest = o->hostname, host;
    int64_t port;
    while (text_ends(rest, TEXT("/")))
        rest.len--;
    if (text_starts(rest, TEXT("http://")) || text_starts(rest, TEXT("https://"))) {
        buffer_add(url, rest);
        return;
    }
    size_t slash = text_find(rest, '/');
    host_port_split(text_until(rest, slash), &host, &port);
    buffer_add_string(url, o->tls_certificate.len ? "https://" : "http://");
    add_host(url, host);
    buffer_printf(url, ":%lld", (long long)(port ? port : o->port));
    buffer_add(url, text_from(rest, slash));
}

void options_dsn(const struct options *o, const char *key, struct buffer *dsn)
{
    struct buffer base = {0};
    options_base_url(o, &base);
    size_t start = text_find(buffer_text(&base), '/') + 2;
    buffer_add(dsn, text_until(buffer_text(&base), start));
    buffer_printf(dsn, "%s@", key);
    buffer_add(dsn, text_from(buffer_text(&base), start));
    buffer_printf(dsn, "/%lld", (long long)o->project_id);
    buffer_release(&base);
}

void options_smtp_url(const struct options *o, struct buffer *url)
{
    struct text rest = o->smtp_host, host;
    bool is_tls = text_starts(rest, TEXT("smtps://"));
    int64_t port;
    if (is_tls || text_starts(rest, TEXT("smtp://")))
        rest = text_from(rest, text_find(rest, '/') + 2);
    if (rest.len == 0 || !host_port_split(rest, &host, &port))
        return;
    buffer_add_string(url, is_tls ? "smtps://" : "smtp://");
    add_host(url, host);
    buffer_printf(url, ":%lld", (long long)(port ? port : is_tls ? 465 : 25));
}

void options_sender(const struct options *o, struct buffer *address)
{
    if (o->smtp_from.len) {
        buffer_add(address, o->smtp_from);
        return;
    }
    buffer_add_string(address, "flawless@");
    buffer_add(address, o->email_domain_name);
}
