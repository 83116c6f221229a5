// SPDX-License-Identifier: MIT
// What can be decoded, as an envelope or as an old client's bare event, survives being written and
// read again.
#include "fuzz.h"
#include "same_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct decoder *decoder, *again;
    struct text body = {(const char *)bytes, len};
    struct report_list list;
    decoder = decoder ? decoder : decoder_new();
    again = again ? again : decoder_new();
    for (int is_store = 0; is_store < 2; is_store++) {
        bool (*decode)(struct decoder *, struct text, struct report_list *, struct error *) =
            is_store ? decode_store : decode_envelope;
        if (decode(decoder, body, &list, NULL))
            for (size_t i = 0; i < list.report_n; i++)
                check(survives_writing(&list.reports[i], again));
        decoder_reset(decoder);
    }
    return 0;
}
