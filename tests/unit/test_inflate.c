// SPDX-License-Identifier: MIT
#include "test.h"

#include <libdeflate.h>
#include <zstd.h>

#include "report/decode.h"

static struct decoder *decoder;

static int start(void **state)
{
    (void)state;
    decoder = decoder_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    decoder_free(decoder);
    return 0;
}

// "hello hello hello" by the tools that made the formats.
static const unsigned char brotli_hello[] = {0x1b, 0x10, 0x00, 0xf8, 0x8d, 0x94, 0x6e,
                                             0xde, 0x44, 0x55, 0x86, 0x96, 0x6c, 0x20,
                                             0x6f, 0x01, 0x4f, 0x1c, 0x60, 0x1c};

static struct error failure;

static struct text inflated(const char *encoding, struct text sent)
{
    struct text plain = {0};
    failure = (struct error){0};
    if (!decode_body(decoder, text_of(encoding), sent, &plain, &failure))
        return TEXT("(refused)");
    return plain;
}

typedef size_t compress_function(struct libdeflate_compressor *, const void *, size_t, void *,
                                 size_t);

// The caller frees at.
static struct text compressed(compress_function *compress, struct text plain)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
    size_t cap = plain.len + 1000;
    char *at = malloc(cap);
    size_t len = compress(c, plain.at, plain.len, at, cap);
    libdeflate_free_compressor(c);
    return (struct text){at, len};
}

static void bodies_without_encoding_are_passed_on(void **state)
{
    (void)state;
    struct text sent = TEXT("{\"a\":1}");
    assert_ptr_equal(inflated("", sent).at, sent.at);
    assert_ptr_equal(inflated("identity", sent).at, sent.at);
    assert_ptr_equal(inflated("UTF-8", sent).at, sent.at);
    assert_int_equal(inflated("", (struct text){0}).len, 0);
}

static void every_encoding_is_undone(void **state)
{
    (void)state;
    struct text hello = TEXT("hello hello hello");
    struct text gzip = compressed(libdeflate_gzip_compress, hello),
                zlib = compressed(libdeflate_zlib_compress, hello),
                raw = compressed(libdeflate_deflate_compress, hello);
    assert_text_equal(inflated("gzip", gzip), "hello hello hello");
    assert_text_equal(inflated("X-GZIP", gzip), "hello hello hello");
    assert_text_equal(inflated("", gzip), "hello hello hello");
    assert_text_equal(inflated("deflate", zlib), "hello hello hello");
    assert_text_equal(inflated(" deflate ", raw), "hello hello hello");
    assert_text_equal(
        inflated("br", (struct text){(const char *)brotli_hello, sizeof brotli_hello}),
        "hello hello hello");
    char zstd[100];
    size_t len = ZSTD_compress(zstd, sizeof zstd, hello.at, hello.len, 3);
    assert_text_equal(inflated("zstd", (struct text){zstd, len}), "hello hello hello");
    free((char *)gzip.at);
    free((char *)zlib.at);
    free((char *)raw.at);
}

static void gzip_may_have_members_and_padding(void **state)
{
    (void)state;
    struct text one = compressed(libdeflate_gzip_compress, TEXT("one")),
                two = compressed(libdeflate_gzip_compress, TEXT("two"));
    struct buffer b = {0};
    buffer_add(&b, one);
    buffer_add(&b, two);
    buffer_add(&b, TEXT("\0\0\0\0"));
    assert_text_equal(inflated("gzip", buffer_text(&b)), "onetwo");
    free((char *)one.at);
    free((char *)two.at);
    buffer_release(&b);
}

static void what_is_cut_short_or_damaged_is_refused(void **state)
{
    (void)state;
    static const char *const encodings[] = {"gzip", "deflate", "br", "zstd"};
    for (size_t i = 0; i < 4; i++) {
        assert_text_equal(inflated(encodings[i], TEXT("\x1f\x8bgarbage")), "(refused)");
        assert_int_equal(failure.kind, ERROR_INPUT);
        assert_text_equal(inflated(encodings[i], (struct text){0}), "(refused)");
    }
    struct text gzip = compressed(libdeflate_gzip_compress, TEXT("hello hello hello"));
    for (size_t len = 2; len < gzip.len; len++)
        assert_text_equal(inflated("gzip", text_until(gzip, len)), "(refused)");
    free((char *)gzip.at);
    for (size_t len = 0; len < sizeof brotli_hello; len++)
        assert_text_equal(inflated("br", (struct text){(const char *)brotli_hello, len}),
                          "(refused)");
}

static char *zeros(size_t len)
{
    char *at = calloc(1, len);
    assert_non_null(at);
    return at;
}

static void a_bomb_is_refused_and_a_large_body_is_not(void **state)
{
    (void)state;
    char *plain = zeros(BODY_MAX + 1);
    struct text fits = {plain, BODY_MAX}, over = {plain, BODY_MAX + 1};
    struct text gzip = compressed(libdeflate_gzip_compress, fits),
                bomb = compressed(libdeflate_gzip_compress, over),
                raw_bomb = compressed(libdeflate_deflate_compress, over);
    assert_int_equal(inflated("gzip", gzip).len, BODY_MAX);
    assert_text_equal(inflated("gzip", bomb), "(refused)");
    assert_int_equal(failure.kind, ERROR_TOO_LARGE);
    assert_text_equal(inflated("deflate", raw_bomb), "(refused)");
    assert_int_equal(failure.kind, ERROR_TOO_LARGE);
    char *zstd = malloc(ZSTD_compressBound(BODY_MAX + 1));
    size_t len = ZSTD_compress(zstd, ZSTD_compressBound(BODY_MAX + 1), plain, BODY_MAX, 1);
    assert_int_equal(inflated("zstd", (struct text){zstd, len}).len, BODY_MAX);
    len = ZSTD_compress(zstd, ZSTD_compressBound(BODY_MAX + 1), plain, BODY_MAX + 1, 1);
    assert_text_equal(inflated("zstd", (struct text){zstd, len}), "(refused)");
    assert_int_equal(failure.kind, ERROR_TOO_LARGE);
    free(zstd);
    free((char *)gzip.at);
    free((char *)bomb.at);
    free((char *)raw_bomb.at);
    decoder_reset(decoder);
    assert_text_equal(
        inflated("br", (struct text){(const char *)brotli_hello, sizeof brotli_hello}),
        "hello hello hello");
    free(plain);
}

static void too_large_a_body_is_refused_as_it_came(void **state)
{
    (void)state;
    char *plain = zeros(BODY_SENT_MAX + 1);
    assert_text_equal(inflated("", (struct text){plain, BODY_SENT_MAX + 1}), "(refused)");
    assert_int_equal(failure.kind, ERROR_TOO_LARGE);
    free(plain);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bodies_without_encoding_are_passed_on),
        TEST(every_encoding_is_undone),
        TEST(gzip_may_have_members_and_padding),
        TEST(what_is_cut_short_or_damaged_is_refused),
        TEST(a_bomb_is_refused_and_a_large_body_is_not),
        TEST(too_large_a_body_is_refused_as_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
