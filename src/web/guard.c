// SPDX-License-Identifier: MIT
#include "web/guard.h"

#include "web/url.h"

// "host:port" without the port, "[::1]:80" without port and brackets.
static struct text host_of(struct text authority)
{
    if (authority.len && authority.at[0] == '[') {
        struct text inner = text_from(authority, 1);
        return text_until(inner, text_find(inner, ']'));
    }
    return text_until(authority, text_find(authority, ':'));
}

static struct text port_of(struct text authority)
{
    size_t colon = text_find_last(authority, ':');
    struct text port = text_from(authority, colon + 1);
    int64_t number;
    return text_to_int64(port, &number) ? port : TEXT("9028");
}

static bool is_loopback_address(struct text host)
{
    if (text_equal(host, TEXT("::1")))
        return true;
    if (!text_starts(host, TEXT("127.")))
        return false;
    for (size_t i = 0; i < host.len; i++)
        if (host.at[i] != '.' && (host.at[i] < '0' || host.at[i] > '9'))
            return false;
    return true;
}

static bool is_local_name(struct text host)
{
    struct text ending = TEXT(".localhost");
    return text_equal_nocase(host, TEXT("localhost")) || is_loopback_address(host) ||
           (host.len > ending.len &&
            text_equal_nocase(text_from(host, host.len - ending.len), ending));
}

bool guard_is_own_host(struct text host_header, struct text base_url)
{
    struct text host = host_of(text_trim(host_header));
    return !host.len || is_local_name(host) ||
           text_equal_nocase(host, host_of(url_authority(base_url)));
}

static struct text tunnel_command(const struct web_settings *settings, struct arena *arena)
{
    struct text port = port_of(settings->report_address);
    struct text host = host_of(settings->report_address);
    if (!host.len || is_local_name(host))
        host = TEXT("user@server");
    return arena_printf(arena, "ssh -N -L %.*s:localhost:%.*s %.*s", TEXT_ARG(port), TEXT_ARG(port),
                        TEXT_ARG(host));
}

bool guard_lets_in(const struct web_settings *settings, struct http_request *request,
                   struct guard_refusal *refusal)
{
    struct text port = port_of(settings->report_address);
    bool is_forwarded =
        http_header(request, "X-Forwarded-For").len || http_header(request, "Forwarded").len;
    if (!request->is_from_loopback || is_forwarded) {
        refusal->words = arena_printf(
            request->arena,
            "Flawless runs without a login here (web_auth = none), so its pages answer only on the "
            "machine it runs on%s. From your own machine, use an SSH tunnel: leave the command "
            "below running and open http://localhost:%.*s/ there.",
            is_forwarded ? ", and not through a proxy" : "", TEXT_ARG(port));
        refusal->command = tunnel_command(settings, request->arena);
        return false;
    }
    struct text host = http_header(request, "Host");
    if (!guard_is_own_host(host, settings->base_url)) {
        refusal->words = arena_printf(
            request->arena,
            "This request asks for \"%.*s\", which is not a name of this machine. Flawless runs "
            "without a login here, so it does not let other sites' names in. Open "
            "http://localhost:%.*s/ "
            "instead.",
            TEXT_ARG(text_clip(host, 100)), TEXT_ARG(port));
        refusal->command = (struct text){0};
        return false;
    }
    return true;
}
