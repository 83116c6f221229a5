// SPDX-License-Identifier: MIT
// The first byte chooses the encoding, the rest is the body.
#include "fuzz.h"
#include "report/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const encodings[] = {"", "gzip", "deflate", "br", "zstd"};
    static struct decoder *decoder;
    struct text plain;
    decoder = decoder ? decoder : decoder_new();
    if (len > 0 && decode_body(decoder, text_of(encodings[bytes[0] % 5]),
                               (struct text){(const char *)bytes + 1, len - 1}, &plain, NULL))
        check(plain.len <= BODY_MAX);
    decoder_reset(decoder);
    return 0;
}
