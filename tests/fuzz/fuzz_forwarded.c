// SPDX-License-Identifier: MIT
// Lines: X-Forwarded-For, X-Forwarded-Proto. Asked through a proxy that is trusted, as all of 10/8.
#include "fuzz.h"
#include "io/forwarded.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct text rest = {(const char *)bytes, len}, chain = {0}, scheme = {0};
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000001)};
    struct sockaddr_storage client;
    struct network trusted[NETWORK_WORD_MAX];
    size_t n;
    text_cut(&rest, '\n', &chain);
    text_cut(&rest, '\n', &scheme);
    check(network_parse(TEXT("10.0.0.0/8"), trusted, &n, NULL));
    forwarded_client(trusted, n, (struct sockaddr *)&peer, chain, &client);
    check(chain.len || client.ss_family == AF_INET);
    return forwarded_is_https(scheme) && !scheme.len;
}
