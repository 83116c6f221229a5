// SPDX-License-Identifier: MIT
// An event that can be decoded survives being written and read again.
#include "fuzz.h"
#include "same_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct decoder *decoder, *again;
    struct report report;
    decoder = decoder ? decoder : decoder_new();
    again = again ? again : decoder_new();
    if (decode_event(decoder, (struct text){(const char *)bytes, len}, &report, NULL))
        check(survives_writing(&report, again));
    decoder_reset(decoder);
    return 0;
}
