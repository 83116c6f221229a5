// SPDX-License-Identifier: MIT
// Microseconds of one thread for each step that every report of a corpus file goes through before
// it is judged, and for writing it down again.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libdeflate.h>

#include "base/json.h"
#include "report/decode.h"

enum { FILE_MAX = 4 * 1024 * 1024, ROUND_MS = 500, GZIP_LEVEL = 9 };

struct bench {
    struct decoder *decoder;
    struct decoder *deferring; // leaves out what a counted report does not need
    struct json_doc *doc;
    struct text body;    // as it stands in the corpus
    struct text payload; // the event's JSON alone
    struct text gzipped;
    struct report report; // what decoding gave; lives in keeper
    struct decoder *keeper;
    struct buffer out;
};

// Of this thread alone, so that others on the machine change little.
static double used_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

// ---- the steps ----

static bool inflate(struct bench *b)
{
    struct text plain;
    decoder_reset(b->decoder);
    return decode_body(b->decoder, TEXT("gzip"), b->gzipped, &plain, NULL);
}

static bool parse(struct bench *b)
{
    struct json root;
    return json_parse(b->doc, b->payload, &root, NULL);
}

static bool decode(struct bench *b)
{
    struct report_list list;
    decoder_reset(b->decoder);
    return decode_envelope(b->decoder, b->body, &list, NULL) && list.report_n > 0;
}

// What the server does for a report that is only counted.
static bool decode_deferred(struct bench *b)
{
    struct report_list list;
    decoder_reset(b->deferring);
    return decode_envelope(b->deferring, b->body, &list, NULL) && list.report_n > 0;
}

static bool write_again(struct bench *b)
{
    buffer_clear(&b->out);
    report_write(&b->report, &b->out);
    return !b->out.failed;
}

static const struct {
    const char *name;
    bool (*run)(struct bench *);
} steps[] = {
    {"decode_body (gzip)", inflate},
    {"json_parse of the event", parse},
    {"decode_envelope, to be counted", decode_deferred},
    {"decode_envelope, in full", decode},
    {"report_write", write_again},
};

// ---- preparing ----

static bool read_body(struct bench *b, const char *file)
{
    FILE *in = fopen(file, "rb");
    char *bytes = must_alloc(FILE_MAX);
    if (!in) {
        perror(file);
        return false;
    }
    b->body = (struct text){bytes, fread(bytes, 1, FILE_MAX, in)};
    fclose(in);
    return true;
}

// The corpus has the event as the first item, header and payload on a line each.
static bool prepare(struct bench *b, const char *file)
{
    struct report_list list;
    struct error error;
    if (!read_body(b, file))
        return false;
    if (!decode_envelope(b->keeper, b->body, &list, &error)) {
        fprintf(stderr, "%s: %s\n", file, error.message);
        return false;
    }
    if (!list.report_n)
        return false;
    b->report = list.reports[0];
    struct text rest = text_from(b->body, text_find(b->body, '\n') + 1);
    rest = text_from(rest, text_find(rest, '\n') + 1);
    b->payload = text_until(rest, text_find(rest, '\n'));

    struct libdeflate_compressor *gzip = libdeflate_alloc_compressor(GZIP_LEVEL);
    size_t room = libdeflate_gzip_compress_bound(gzip, b->body.len);
    char *gzipped = must_alloc(room);
    size_t len = libdeflate_gzip_compress(gzip, b->body.at, b->body.len, gzipped, room);
    b->gzipped = (struct text){gzipped, len};
    libdeflate_free_compressor(gzip);
    return true;
}

static void measure(struct bench *b, size_t step)
{
    double best = 0;
    for (int round = 0; round < 3; round++) {
        double started = used_us(), lasted;
        long run_n = 0;
        do {
            for (int i = 0; i < 100; i++, run_n++)
                if (!steps[step].run(b)) {
                    printf("  %-26s fails\n", steps[step].name);
                    return;
                }
            lasted = used_us() - started;
        } while (lasted < ROUND_MS * 1e3 / 3);
        if (round == 0 || lasted / (double)run_n < best)
            best = lasted / (double)run_n;
    }
    printf("  %-26s %8.2f us\n", steps[step].name, best);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: decode ENVELOPE...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        struct bench b = {.decoder = decoder_new(),
                          .deferring = decoder_new(),
                          .keeper = decoder_new(),
                          .doc = json_doc_new()};
        decoder_defer_rest(b.deferring);
        if (prepare(&b, argv[i])) {
            printf("%s: %zu bytes, %zu gzipped, arena %zu\n", argv[i], b.body.len, b.gzipped.len,
                   decoder_arena(b.keeper)->used);
            for (size_t step = 0; step < sizeof(steps) / sizeof(steps[0]); step++)
                measure(&b, step);
        }
        free((void *)b.body.at);
        free((void *)b.gzipped.at);
        buffer_release(&b.out);
        decoder_free(b.decoder);
        decoder_free(b.deferring);
        decoder_free(b.keeper);
        json_doc_free(b.doc);
    }
    return 0;
}
