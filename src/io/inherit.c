// SPDX-License-Identifier: MIT
#include "io/inherit.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

#define VARIABLE "FLAWLESS_SOCKETS" // "PID,5,6,9": numbers of files, meant for that process only

void inherit_leave(const int *sockets, size_t n)
{
    struct buffer list = {0};
    close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    buffer_add_int64(&list, getpid());
    for (size_t i = 0; i < n && i < INHERIT_MAX; i++) {
        fcntl(sockets[i], F_SETFD, 0);
        buffer_printf(&list, ",%d", sockets[i]);
    }
    setenv(VARIABLE, list.at, 1);
    buffer_release(&list);
}

static bool is_socket(int64_t number)
{
    struct stat status;
    return number > STDERR_FILENO && number <= INT_MAX && fstat((int)number, &status) == 0 &&
           S_ISSOCK(status.st_mode);
}

size_t inherit_take(int *sockets, size_t max)
{
    const char *list = getenv(VARIABLE);
    struct text rest = text_of(list ? list : ""), word;
    int64_t number;
    size_t n = 0;
    bool is_ours =
        text_cut(&rest, ',', &word) && text_to_int64(word, &number) && number == getpid();
    while (is_ours && n < max && text_cut(&rest, ',', &word)) {
        if (!text_to_int64(word, &number) || !is_socket(number))
            continue;
        fcntl((int)number, F_SETFD, FD_CLOEXEC);
        sockets[n++] = (int)number;
    }
    unsetenv(VARIABLE);
    return n;
}
