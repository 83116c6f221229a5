/* SPDX-License-Identifier: MIT */
/*
 * report WHAT [N]: does one thing with libflawless, for the tests. The server is FLAWLESS_DSN's.
 * Other options are NAME=VALUE in the environment's REPORT_SET, with spaces between. Prints the
 * counters in the end, unless WHAT ends the process otherwise.
 */
#include <flawless.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void print_counters(void)
{
    printf("trouble %s\n", flawless_trouble() ? flawless_trouble() : "none");
    struct flawless_counter counters[32];
    size_t n = flawless_counters(counters, 32);
    for (size_t i = 0; i < n; i++)
        printf("%s %llu\n", counters[i].name, (unsigned long long)counters[i].value);
}

/* Everything that a report can have. */
static void full(long n)
{
    flawless_report *r = FLAWLESS_BEGIN("Full");
    (void)n;
    flawless_message(r, "login of \"ann\" failed, password=hunter2x \xff");
    flawless_frame(r, "src/main.c", "main", 10, "    run();");
    flawless_variable(r, "argc", "1");
    flawless_frame(r, "src/login.c", "login", 20, NULL);
    flawless_variable(r, "password", "hunter2x");
    flawless_variable(r, "tentacles", "eight");
    flawless_request(r, "method", "POST");
    flawless_request(r, "url", "http://shop/login?token=abcdefgh12345");
    flawless_request_header(r, "User-Agent", "curl");
    flawless_request_header(r, "Authorization", "Bearer abc");
    flawless_tag(r, "queue", "mail");
    flawless_user(r, "id", "17");
    flawless_threshold(r, 3);
    flawless_send(r);
}

/* The same error n times. */
static void same(long n)
{
    for (long i = 0; i < n; i++)
        FLAWLESS_RECORD("Same", "again");
}

/* The same, and by how many kB that made the process grow after its first thousand. */
static void growth(long n)
{
    same(1000);
    long before = peak_kb();
    same(n - 1000);
    printf("grown_kb %ld\n", peak_kb() - before);
}

/* n errors at as many places. */
static void many(long n)
{
    for (long i = 0; i < n; i++)
        flawless_record("Many", "one of many", "many.c", "many", (int)i + 1);
}

/* Reports one, and asks whether it went. */
static void flush(long n)
{
    FLAWLESS_RECORD("Flushed", "once");
    printf("flushed %d\n", flawless_flush((int)n));
}

/* Ends with a report waiting, without a word. */
static void leave(long n)
{
    FLAWLESS_RECORD("Left", "once");
    _exit((int)n);
}

/* Fills the queue while no server answers, then reports to the one that REPORT_THEN names. */
static void lose(long n)
{
    many(n);
    flawless_init(getenv("REPORT_THEN"), NULL);
    printf("flushed %d\n", flawless_flush(20000));
    FLAWLESS_RECORD("Last", "after the trouble");
    printf("flushed %d\n", flawless_flush(20000));
}

static volatile int is_over;

static void *report_until_over(void *context)
{
    for (int i = 1; !is_over; i++)
        flawless_record("Thread", "x", "thread.c", "run", i % 5000 + 1);
    return context;
}

/* Forks n times while four threads report; each child reports once and flushes. */
static void forks(long n)
{
    pthread_t threads[4];
    int failed = 0;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, report_until_over, NULL);
    for (long i = 0; i < n; i++) {
        int status = 1;
        pid_t child = fork();
        if (child == 0) {
            flawless_record("Child", "x", "child.c", "run", (int)i + 1);
            _exit(flawless_flush(20000) ? 0 : 1);
        }
        waitpid(child, &status, 0);
        failed += status != 0;
    }
    is_over = 1;
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    printf("failed %d\n", failed);
}

/* Reports once, and waits until the process has sent n reports, a minute at most. */
static void drain(long n)
{
    struct flawless_counter counters[2];
    const struct timespec pause = {0, 10000000};
    FLAWLESS_RECORD("Drain", "once");
    for (int i = 0; i < 6000; i++) {
        flawless_counters(counters, 2);
        if (counters[1].value >= (uint64_t)n)
            return;
        nanosleep(&pause, NULL);
    }
}

static void set_options(void)
{
    const char *list = getenv("REPORT_SET");
    char name[64], value[512];
    struct flawless_error error;
    int len = 0;
    for (; list && sscanf(list, " %63[^=]=%511s%n", name, value, &len) == 2; list += len)
        if (!flawless_set(name, value, &error))
            printf("error %s\n", error.message);
}

static const struct {
    const char *name;
    void (*run)(long n);
} things[] = {
    {"full", full},   {"same", same},   {"growth", growth}, {"many", many}, {"flush", flush},
    {"leave", leave}, {"drain", drain}, {"forks", forks},   {"lose", lose},
};

int main(int argc, char **argv)
{
    struct flawless_error error;
    set_options();
    if (!flawless_init(NULL, &error))
        printf("error %s\n", error.message);
    for (size_t i = 0; i < sizeof things / sizeof *things; i++)
        if (argc > 1 && strcmp(argv[1], things[i].name) == 0)
            things[i].run(argc > 2 ? strtol(argv[2], NULL, 10) : 1);
    print_counters();
    return 0;
}
