// SPDX-License-Identifier: MIT
// A sentence about what is wrong, left by one thread for /check_health to find. Any thread.
#ifndef FLAWLESS_SERVER_NOTICE_H
#define FLAWLESS_SERVER_NOTICE_H

#include <pthread.h>

enum { NOTICE_MAX = 600 }; // bytes with the NUL

struct notice {
    pthread_mutex_t lock;
    char words[NOTICE_MAX]; // empty: all is well
};

void notice_init(struct notice *notice);
void notice_set(struct notice *notice, const char *words); // cut when too long
void notice_copy(struct notice *notice, char words[NOTICE_MAX]);

#endif
