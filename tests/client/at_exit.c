/* SPDX-License-Identifier: MIT */
/*
 * at_exit SPOOL N: reports N errors and ends, with a slow disk and a libcurl that is taken down at
 * exit, as OpenSSL takes itself down. Prints what had been sent and spooled by then.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <flawless.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fdatasync(int fd)
{
    (void)fd;
    return usleep(50000);
}

static void take_down(void)
{
    struct flawless_counter counters[32];
    size_t n = flawless_counters(counters, 32);
    for (size_t i = 0; i < n; i++)
        printf("%s %llu\n", counters[i].name, (unsigned long long)counters[i].value);
}

CURLcode curl_global_init(long flags)
{
    static int is_registered;
    CURLcode (*real)(long) = (CURLcode(*)(long))dlsym(RTLD_NEXT, "curl_global_init");
    if (!is_registered)
        atexit(take_down);
    is_registered = 1;
    return real(flags);
}

int main(int argc, char **argv)
{
    flawless_set("spool", argc > 1 ? argv[1] : "", NULL);
    flawless_init("", NULL);
    if (!flawless_init(NULL, NULL))
        return 1;
    long n = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
    for (long i = 0; i < n; i++)
        flawless_send(flawless_begin_as((unsigned long)i, "Error"));
    return 0;
}
