// SPDX-License-Identifier: MIT
// A frame without its length word. What can be decoded is answered, and survives being written as
// an event.
#include "fuzz.h"
#include "report/thrift.h"
#include "same_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct decoder *decoder, *again;
    struct thrift_call call;
    struct buffer reply = {0};
    decoder = decoder ? decoder : decoder_new();
    again = again ? again : decoder_new();
    if (thrift_decode(decoder, (struct text){(const char *)bytes, len}, &call, NULL)) {
        thrift_reply(&call, &reply);
        if (call.method == THRIFT_RECORD_ERROR)
            check(survives_writing(&call.report, again));
    }
    buffer_release(&reply);
    decoder_reset(decoder);
    return 0;
}
