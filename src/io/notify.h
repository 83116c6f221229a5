// SPDX-License-Identifier: MIT
// Tells a service manager (systemd, or whoever speaks its protocol) how the process is: datagrams
// to the socket that NOTIFY_SOCKET names. Without one all of this does nothing.
#ifndef FLAWLESS_IO_NOTIFY_H
#define FLAWLESS_IO_NOTIFY_H

#include <stdint.h>

// state: lines such as "READY=1", "STOPPING=1", "WATCHDOG=1". What cannot be sent is lost: there is
// nobody to tell.
void notify_send(const char *state);

// How often "WATCHDOG=1" has to be sent: half of what the manager waits, in milliseconds; 0 when it
// does not wait for any from this process.
int64_t notify_watchdog_ms(void);

#endif
