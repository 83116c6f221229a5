// SPDX-License-Identifier: MIT
#include "io/forwarded.h"

#include <arpa/inet.h>
#include <string.h>

static void copy_address(const struct sockaddr *address, struct sockaddr_storage *copy)
{
    *copy = (struct sockaddr_storage){0};
    if (address->sa_family == AF_INET)
        memcpy(copy, address, sizeof(struct sockaddr_in));
    else if (address->sa_family == AF_INET6)
        memcpy(copy, address, sizeof(struct sockaddr_in6));
}

// "192.0.2.7", "192.0.2.7:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80"
static struct text without_port(struct text spelled)
{
    if (spelled.len && spelled.at[0] == '[')
        return text_until(text_from(spelled, 1), text_find(spelled, ']') - 1);
    size_t colon = text_find(spelled, ':');
    bool is_only_one = colon == text_find_last(spelled, ':');
    return is_only_one ? text_until(spelled, colon) : spelled;
}

static bool read_address(struct text spelled, struct sockaddr_storage *address)
{
    char host[ADDRESS_TEXT_MAX];
    spelled = without_port(spelled);
    if (spelled.len == 0 || spelled.len >= sizeof host)
        return false;
    memcpy(host, spelled.at, spelled.len);
    host[spelled.len] = '\0';
    *address = (struct sockaddr_storage){.ss_family = AF_INET};
    if (inet_pton(AF_INET, host, &((struct sockaddr_in *)address)->sin_addr) == 1)
        return true;
    address->ss_family = AF_INET6;
    return inet_pton(AF_INET6, host, &((struct sockaddr_in6 *)address)->sin6_addr) == 1;
}

// Takes the part behind the last comma off the list.
static struct text take_last(struct text *list)
{
    size_t start = list->len;
    while (start > 0 && list->at[start - 1] != ',')
        start--;
    struct text last = text_trim(text_from(*list, start));
    *list = text_until(*list, start ? start - 1 : 0);
    return last;
}

void forwarded_client(const struct network *trusted, size_t trusted_n, const struct sockaddr *peer,
                      struct text header, struct sockaddr_storage *client)
{
    copy_address(peer, client);
    while (header.len && network_has(trusted, trusted_n, (const struct sockaddr *)client)) {
        if (!read_address(take_last(&header), client)) {
            *client = (struct sockaddr_storage){.ss_family = AF_UNSPEC};
            return;
        }
    }
}

bool forwarded_is_https(struct text header)
{
    return text_equal_nocase(take_last(&header), TEXT("https"));
}
