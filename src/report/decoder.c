// SPDX-License-Identifier: MIT
// The life of a decoder. It is used for request after request by one thread, so everything in it is
// kept and used again, except what one huge request made far larger than requests usually need.
#include "report/decoder.h"

#include <stdlib.h>
#include <string.h>

struct decoder *decoder_new(void)
{
    struct decoder *d = must_alloc(sizeof *d);
    d->plain.max = BODY_MAX;
    d->unwrapped.max = EVENT_MAX;
    return d;
}

void decoder_free(struct decoder *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->doc_n; i++)
        json_doc_free(d->docs[i].doc);
    free(d->docs);
    json_doc_free(d->header);
    inflaters_free(d->inflaters);
    buffer_release(&d->plain);
    buffer_release(&d->unwrapped);
    buffer_release(&d->scratch);
    buffer_release(&d->lines);
    arena_release(&d->arena);
    free(d);
}

static void shrink_buffer(struct buffer *b)
{
    if (b->cap > DECODER_KEPT_MAX)
        buffer_release(b);
    else
        buffer_clear(b);
}

// A parsed document keeps about 14 bytes of memory for a byte of JSON, and room for a small one
// from the start.
enum { DOC_GROWTH = 14, DOC_SIZE_MIN = 32 * 1024 };

// Keeps the documents that together parsed little enough to fit DECODER_KEPT_MAX.
static void shrink_docs(struct decoder *d)
{
    size_t kept_n = 0, kept_size = 0;
    for (size_t i = 0; i < d->doc_n; i++) {
        struct decoder_doc doc = d->docs[i];
        size_t size = doc.parsed_max > DOC_SIZE_MIN ? doc.parsed_max : DOC_SIZE_MIN;
        if (kept_size + size > DECODER_KEPT_MAX / DOC_GROWTH) {
            json_doc_free(doc.doc);
            continue;
        }
        kept_size += size;
        d->docs[kept_n++] = doc;
    }
    d->doc_n = kept_n;
    d->doc_used = 0;
}

void decoder_reset(struct decoder *d)
{
    arena_reset(&d->arena);
    shrink_buffer(&d->plain);
    shrink_buffer(&d->unwrapped);
    shrink_buffer(&d->scratch);
    shrink_buffer(&d->lines);
    shrink_docs(d);
    inflaters_shrink(d);
}

void decoder_defer_rest(struct decoder *d)
{
    d->defers_rest = true;
}

struct arena *decoder_arena(struct decoder *d)
{
    return &d->arena;
}

size_t decoder_held(const struct decoder *d)
{
    size_t held = d->arena.used + d->plain.len + d->unwrapped.len;
    for (size_t i = 0; i < d->doc_used; i++)
        held += d->docs[i].parsed * DOC_GROWTH;
    return held;
}

static struct decoder_doc *next_doc(struct decoder *d)
{
    if (d->doc_used == d->doc_n) {
        if (d->doc_n == d->doc_cap) {
            size_t cap = d->doc_cap ? d->doc_cap * 2 : 4;
            struct decoder_doc *docs = realloc(d->docs, cap * sizeof *docs);
            if (!docs)
                fatal_out_of_memory();
            d->docs = docs;
            d->doc_cap = cap;
        }
        d->docs[d->doc_n++] = (struct decoder_doc){.doc = json_doc_new()};
    }
    return &d->docs[d->doc_used++];
}

bool decoder_parse(struct decoder *d, struct text bytes, struct json *root, struct error *error)
{
    struct decoder_doc *doc = next_doc(d);
    doc->parsed = bytes.len;
    if (doc->parsed_max < bytes.len)
        doc->parsed_max = bytes.len;
    if (json_parse(doc->doc, bytes, root, error))
        return true;
    decoder_unparse(d);
    return false;
}

void decoder_unparse(struct decoder *d)
{
    check(d->doc_used > 0);
    d->doc_used--;
}
