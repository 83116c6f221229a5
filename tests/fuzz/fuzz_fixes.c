// SPDX-License-Identifier: MIT
// A commit's message. What it names are ids, and no more of them than there is room for.
#include "base/error.h"
#include "core/fixes.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    int64_t ids[FIXES_MAX];
    size_t n = fixes_find((struct text){(const char *)bytes, len}, ids);
    check(n <= FIXES_MAX);
    for (size_t i = 0; i < n; i++)
        check(ids[i] > 0);
    return 0;
}
