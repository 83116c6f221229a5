// SPDX-License-Identifier: MIT
// Scrubbing what was scrubbed changes nothing.
#include "fuzz.h"

#include "base/error.h"
#include "report/scrub.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    struct text once = scrub_text(&arena, (struct text){(const char *)bytes, len});
    check(text_equal(scrub_text(&arena, once), once));
    once = scrub_shapes(&arena, (struct text){(const char *)bytes, len});
    check(text_equal(scrub_shapes(&arena, once), once));
    arena_release(&arena);
    return 0;
}
