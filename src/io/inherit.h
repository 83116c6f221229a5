// SPDX-License-Identifier: MIT
// Sockets that outlive a program which starts anew in its own process (execve), named in the
// environment.
#ifndef FLAWLESS_IO_INHERIT_H
#define FLAWLESS_IO_INHERIT_H

#include <stddef.h>

enum { INHERIT_MAX = 10000 };

// Makes these sockets, and no other file above standard error, outlive the next execve.
void inherit_leave(const int *sockets, size_t n);
// What was left to this process, at most max; once. What is no socket is passed over.
size_t inherit_take(int *sockets, size_t max);

#endif
