// SPDX-License-Identifier: MIT
// How fast a store is: measure_store [ADDRESS]. Without an address in a new directory under
// $TMPDIR, which is removed. Prints one line a measurement; nothing is judged.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "io/store.h"
#include "temporary.h"

enum {
    BATCH_SITES = 50,
    SITES = 2000,
    WEEK_ERRORS = 10000,
    BODY_SIZE = 15 * 1024,
};

static const int64_t start_ms = 1700000000000;

static void need(bool ok, const struct error *error)
{
    if (ok)
        return;
    fprintf(stderr, "measure_store: %s\n", error->message);
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct site site_of(char *path, size_t size, int index)
{
    snprintf(path, size, "application/module_%d/views.py", index);
    return (struct site){.project_id = 1,
                         .revision = TEXT("6f1ed002ab5595859014ebf0951522d9"),
                         .path = text_of(path),
                         .function = TEXT("handle_request"),
                         .text = TEXT("total = sum(order.price for order in orders) / len(orders)"),
                         .line_number = index,
                         .is_mapped = true};
}

static int64_t tally_site(struct store *store, int index, int64_t at_ms)
{
    struct error error = {0};
    char path[64];
    struct site site = site_of(path, sizeof path, index);
    struct site_row row;
    need(store_keep_site(store, &site, at_ms, &row, &error), &error);
    struct tally tally = {.error_id = row.error_id,
                          .count = 3,
                          .now_ms = at_ms,
                          .site = &site,
                          .exception_type = TEXT("ZeroDivisionError"),
                          .message = TEXT("division by zero")};
    need(store_tally(store, &tally, &error), &error);
    return row.error_id;
}

static void begin(struct store *store)
{
    struct error error = {0};
    need(store_begin(store, &error), &error);
}

static void commit(struct store *store)
{
    struct error error = {0};
    need(store_commit(store, &error), &error);
}

// First the statements alone, in one transaction; then batches with their commits.
static void measure_tallies(struct store *store)
{
    begin(store);
    for (int i = 0; i < SITES; i++)
        tally_site(store, i, start_ms);
    commit(store);
    begin(store);
    double started = now_s();
    const int n = 200000;
    for (int i = 0; i < n; i++)
        tally_site(store, i % BATCH_SITES * (SITES / BATCH_SITES), start_ms);
    double took = now_s() - started;
    commit(store);
    printf("site and tally, no commit:        %9.0f /s\n", n / took);
    const int batch_n = 2000;
    double longest = 0;
    started = now_s();
    for (int b = 0; b < batch_n; b++) {
        double batch_started = now_s();
        begin(store);
        for (int i = 0; i < BATCH_SITES; i++)
            tally_site(store, (b * 7 + i * (SITES / BATCH_SITES)) % SITES, start_ms + b * 1000);
        commit(store);
        double batch_took = now_s() - batch_started;
        longest = batch_took > longest ? batch_took : longest;
    }
    took = now_s() - started;
    printf("batches of %d sites, committed:   %9.0f /s  (%.0f sites/s, longest %.1f ms)\n",
           BATCH_SITES, batch_n / took, batch_n * BATCH_SITES / took, longest * 1000);
}

// JSON-like: words with some numbers between, so that it compresses as events do.
static struct text make_body(char *body, unsigned seed)
{
    static const char *const words[] = {
        "\"filename\": \"application/views.py\", ",
        "\"lineno\": ", "\"vars\": {\"order\": ", "\"context_line\": \"    total = sum(prices)\", ",
        "\"in_app\": true}, "};
    size_t len = 0;
    while (len < BODY_SIZE) {
        seed = seed * 1103515245 + 12345;
        int added = snprintf(body + len, BODY_SIZE + 1 - len, "%s%u",
                             words[(seed >> 16) % (sizeof words / sizeof *words)], seed >> 8);
        len += (size_t)added;
    }
    return (struct text){body, BODY_SIZE};
}

static void measure_occurrences(struct store *store)
{
    struct error error = {0};
    static char body[BODY_SIZE + 1];
    const int n = 5000;
    begin(store);
    int64_t error_id = tally_site(store, 0, start_ms);
    double started = now_s();
    for (int i = 0; i < n; i++) {
        struct occurrence occurrence = {.error_id = error_id,
                                        .at_ms = start_ms + i * 60000LL,
                                        .event_id = "0123456789abcdef0123456789abcdef",
                                        .body = make_body(body, (unsigned)i)};
        need(store_keep_occurrence(store, &occurrence, 50, &error), &error);
    }
    double took = now_s() - started;
    commit(store);
    started = now_s();
    for (int i = 0; i < n; i++)
        make_body(body, (unsigned)i);
    took -= now_s() - started;
    printf("occurrences of 15 kB kept:        %9.0f /s\n", n / took);
}

static void measure_week(struct store *store, struct store *reader)
{
    struct error error = {0};
    for (int hour = 0; hour < 20; hour++) {
        begin(store);
        for (int i = 0; i < WEEK_ERRORS; i++)
            tally_site(store, i, start_ms + 10 * 86400000LL + hour * 7 * 3600000LL);
        commit(store);
    }
    for (int i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct week_row *rows;
        size_t row_n;
        double started = now_s();
        need(store_list_week(reader, 1, start_ms + 9 * 86400000LL, start_ms + 16 * 86400000LL,
                             &arena, &rows, &row_n, &error),
             &error);
        printf("week of %zu errors in 20 hours: %9.1f ms (%.1f MB)\n", row_n,
               (now_s() - started) * 1000, (double)arena.used / 1e6);
        arena_release(&arena);
    }
    struct store_counts counts;
    double started = now_s();
    need(store_count(reader, &counts, &error), &error);
    printf("counts of %lld errors:           %9.1f ms\n", (long long)counts.errors,
           (now_s() - started) * 1000);
}

int main(int argument_n, char **arguments)
{
    struct error error = {0};
    struct arena arena = {0};
    struct project project;
    struct store *store, *reader;
    char directory[TEMPORARY_SIZE];
    temporary_make(directory);
    const char *address = argument_n > 1 ? arguments[1] : directory;
    need(store_open(address, STORE_WRITE, &store, &error), &error);
    need(store_keep_project(store, 1, TEXT("measured"), TEXT(""), &arena, &project, &error),
         &error);
    need(store_open(address, STORE_READ, &reader, &error), &error);
    measure_tallies(store);
    measure_occurrences(store);
    measure_week(store, reader);
    store_close(reader);
    store_close(store);
    arena_release(&arena);
    temporary_remove(directory);
    return 0;
}
