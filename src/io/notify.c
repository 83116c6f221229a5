// SPDX-License-Identifier: MIT
#include "io/notify.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

// A path, or the name of an abstract socket after '@', which stands for a NUL.
static socklen_t read_address(const char *name, struct sockaddr_un *address)
{
    size_t len = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof address->sun_path)
        return 0;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, name, len);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    size_t used = len + (name[0] == '/'); // a path ends with its NUL, an abstract name does not
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + used);
}

void notify_send(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    socklen_t address_len = name ? read_address(name, &address) : 0;
    if (!address_len)
        return;
    int to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (to < 0)
        return;
    ssize_t sent = sendto(to, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
                          (const struct sockaddr *)&address, address_len);
    (void)sent;
    close(to);
}

int64_t notify_watchdog_ms(void)
{
    const char *period = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
    int64_t period_us = 0, pid = getpid();
    if (!period || !text_to_int64(text_of(period), &period_us) || period_us <= 0)
        return 0;
    if (whose && (!text_to_int64(text_of(whose), &pid) || pid != getpid()))
        return 0;
    return period_us / 2000 ? period_us / 2000 : 1;
}
