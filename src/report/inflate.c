// SPDX-License-Identifier: MIT
// Undoing content encodings, with a bound on what comes out. gzip and deflate are done by
// libdeflate, which wants the room for all of the output at once: it is guessed, and doubled when
// the guess was too small.
#include <brotli/decode.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zstd.h>

#include "report/decoder.h"

// RFC 9659: content coded with zstd needs no window larger than 8 MiB.
enum { ZSTD_WINDOW_LOG_MAX = 23, STEP = 64 * 1024 };

// Made when first needed, kept for the next request. (A Brotli decoder cannot be used again.)
struct inflaters {
    struct libdeflate_decompressor *deflate;
    ZSTD_DCtx *zstd;
};

typedef bool inflate_function(struct inflaters *inflaters, struct text sent, struct buffer *out,
                              struct error *error);

static bool refuse_large(const struct buffer *out, struct error *error)
{
    return error_set(error, ERROR_TOO_LARGE, "the body inflates to more than %zu bytes", out->max);
}

static bool refuse_broken(const char *encoding, struct error *error)
{
    return error_set(error, ERROR_INPUT, "the body is not valid %s: it is damaged or cut short",
                     encoding);
}

// Makes room for at least wanted bytes, or for what the bound leaves. False when it leaves nothing
// more than the room of before.
static bool make_room(struct buffer *out, size_t wanted, size_t *room)
{
    size_t left = out->max - out->len;
    size_t now = wanted < left ? wanted : left;
    if (now <= *room)
        return false;
    if (!buffer_reserve(out, now))
        fatal_out_of_memory();
    *room = out->cap - out->len - 1 < left ? out->cap - out->len - 1 : left;
    return true;
}

typedef enum libdeflate_result (*member_function)(struct libdeflate_decompressor *, const void *,
                                                  size_t, void *, size_t, size_t *, size_t *);

// One gzip member, zlib stream or raw stream at the start of *rest, which is taken off it.
static enum libdeflate_result inflate_member(struct inflaters *inflaters, member_function inflate,
                                             size_t guess, struct text *rest, struct buffer *out)
{
    if (!inflaters->deflate && !(inflaters->deflate = libdeflate_alloc_decompressor()))
        fatal_out_of_memory();
    size_t room = 0;
    for (;;) {
        // the room may be nothing (all is used up): a member can still be empty
        make_room(out, guess, &room);
        size_t taken = 0, given = 0;
        char nowhere;
        enum libdeflate_result result =
            inflate(inflaters->deflate, rest->at, rest->len, room ? out->at + out->len : &nowhere,
                    room, &taken, &given);
        if (result == LIBDEFLATE_SUCCESS) {
            out->len += given;
            *rest = text_from(*rest, taken);
            return result;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE || room == out->max - out->len)
            return result;
        guess = room * 2;
    }
}

static uint32_t little_endian_32(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static bool is_gzip(struct text t)
{
    return text_starts(t, TEXT("\x1f\x8b"));
}

// The last four bytes tell the size of the last member; believed only as far as it is likely.
static size_t guess_gzip(struct text sent)
{
    size_t likely = sent.len * 8 + 1024;
    size_t told = sent.len >= 18 ? little_endian_32(sent.at + sent.len - 4) : 0;
    return told > 0 && told < likely * 16 ? told : likely;
}

static bool inflate_gzip(struct inflaters *inflaters, struct text sent, struct buffer *out,
                         struct error *error)
{
    struct text rest = sent;
    do {
        enum libdeflate_result result =
            inflate_member(inflaters, libdeflate_gzip_decompress_ex, guess_gzip(rest), &rest, out);
        if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
            return refuse_large(out, error);
        if (result != LIBDEFLATE_SUCCESS)
            return refuse_broken("gzip", error);
    } while (is_gzip(rest)); // what else follows is padding, ignored as gzip(1) does
    return true;
}

static bool is_zlib(struct text t)
{
    if (t.len < 2)
        return false;
    unsigned first = (unsigned char)t.at[0], second = (unsigned char)t.at[1];
    return (first & 0x0f) == 8 && (first * 256 + second) % 31 == 0;
}

// "deflate" names two formats; a raw stream can begin like a zlib header, so that is tried second.
static bool inflate_deflate(struct inflaters *inflaters, struct text sent, struct buffer *out,
                            struct error *error)
{
    size_t guess = sent.len * 8 + 1024;
    struct text rest = sent;
    enum libdeflate_result result = LIBDEFLATE_BAD_DATA;
    if (is_zlib(sent))
        result = inflate_member(inflaters, libdeflate_zlib_decompress_ex, guess, &rest, out);
    if (result == LIBDEFLATE_BAD_DATA)
        result = inflate_member(inflaters, libdeflate_deflate_decompress_ex, guess, &rest, out);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
        return refuse_large(out, error);
    return result == LIBDEFLATE_SUCCESS || refuse_broken("deflate", error);
}

static bool inflate_brotli(struct inflaters *inflaters, struct text sent, struct buffer *out,
                           struct error *error)
{
    (void)inflaters;
    BrotliDecoderState *brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    if (!brotli)
        fatal_out_of_memory();
    const uint8_t *in = (const uint8_t *)sent.at;
    size_t in_left = sent.len, wanted = sent.len * 6 + 1024;
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    bool has_room = true;
    while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && has_room) {
        size_t room = 0;
        has_room = make_room(out, wanted, &room);
        if (!has_room)
            break;
        uint8_t *at = (uint8_t *)out->at + out->len;
        size_t left = room;
        result = BrotliDecoderDecompressStream(brotli, &in_left, &in, &left, &at, NULL);
        out->len += room - left;
        wanted = out->len > STEP ? out->len : STEP;
    }
    BrotliDecoderDestroyInstance(brotli);
    if (!has_room)
        return refuse_large(out, error);
    return result == BROTLI_DECODER_RESULT_SUCCESS || refuse_broken("br", error);
}

static size_t guess_zstd(struct text sent)
{
    size_t likely = sent.len * 8 + 1024;
    unsigned long long told = ZSTD_getFrameContentSize(sent.at, sent.len);
    bool is_told = told != ZSTD_CONTENTSIZE_UNKNOWN && told != ZSTD_CONTENTSIZE_ERROR;
    return is_told && told > 0 && told < likely * 16 ? (size_t)told : likely;
}

static ZSTD_DCtx *zstd_context(struct inflaters *inflaters)
{
    if (!inflaters->zstd) {
        inflaters->zstd = ZSTD_createDCtx();
        if (!inflaters->zstd)
            fatal_out_of_memory();
        ZSTD_DCtx_setParameter(inflaters->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    }
    ZSTD_DCtx_reset(inflaters->zstd, ZSTD_reset_session_only);
    return inflaters->zstd;
}

static bool inflate_zstd(struct inflaters *inflaters, struct text sent, struct buffer *out,
                         struct error *error)
{
    ZSTD_DCtx *context = zstd_context(inflaters);
    ZSTD_inBuffer in = {sent.at, sent.len, 0};
    size_t wanted = guess_zstd(sent), result = 1;
    // several frames may follow each other; done when all is read, the last is complete and nothing
    // is held back
    while (in.pos < in.size || result != 0) {
        size_t room = 0;
        if (!make_room(out, wanted, &room))
            return refuse_large(out, error);
        ZSTD_outBuffer to = {out->at + out->len, room, 0};
        result = ZSTD_decompressStream(context, &to, &in);
        if (ZSTD_isError(result))
            return refuse_broken("zstd", error);
        out->len += to.pos;
        if (result != 0 && in.pos == in.size && to.pos < to.size)
            return refuse_broken("zstd", error);
        wanted = out->len > STEP ? out->len : STEP;
    }
    return true;
}

static const struct encoding {
    struct text name;
    inflate_function *inflate;
} encodings[] = {
    {{"gzip", 4}, inflate_gzip}, {{"x-gzip", 6}, inflate_gzip}, {{"deflate", 7}, inflate_deflate},
    {{"br", 2}, inflate_brotli}, {{"zstd", 4}, inflate_zstd},
};

static const struct encoding *find_encoding(struct text name)
{
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
        if (text_equal_nocase(encodings[i].name, name))
            return &encodings[i];
    return NULL;
}

bool inflate_into(struct decoder *d, struct text encoding, struct text sent, struct buffer *out,
                  struct error *error)
{
    const struct encoding *found = find_encoding(encoding);
    check(found && out->max);
    if (!d->inflaters)
        d->inflaters = must_alloc(sizeof *d->inflaters);
    buffer_clear(out);
    return found->inflate(d->inflaters, sent, out, error);
}

bool decode_body(struct decoder *d, struct text encoding, struct text sent, struct text *plain,
                 struct error *error)
{
    if (sent.len > BODY_SENT_MAX)
        return error_set(error, ERROR_TOO_LARGE, "the body has more than %d bytes", BODY_SENT_MAX);
    encoding = text_trim(encoding);
    if (!find_encoding(encoding)) {
        if (!is_gzip(sent)) {
            *plain = sent;
            return true;
        }
        encoding = TEXT("gzip");
    }
    if (!inflate_into(d, encoding, sent, &d->plain, error))
        return false;
    *plain = buffer_text(&d->plain);
    return true;
}

void inflaters_shrink(struct decoder *d)
{
    if (!d->inflaters || !d->inflaters->zstd)
        return;
    if (ZSTD_sizeof_DCtx(d->inflaters->zstd) > DECODER_KEPT_MAX) {
        ZSTD_freeDCtx(d->inflaters->zstd);
        d->inflaters->zstd = NULL;
    }
}

void inflaters_free(struct inflaters *inflaters)
{
    if (!inflaters)
        return;
    libdeflate_free_decompressor(inflaters->deflate);
    ZSTD_freeDCtx(inflaters->zstd);
    free(inflaters);
}
