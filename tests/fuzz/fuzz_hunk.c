// SPDX-License-Identifier: MIT
// The first byte is a line's number, the rest a diff.
#include "base/error.h"
#include "core/hunk.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    struct old_line lines[OLD_LINE_MAX];
    if (!len)
        return 0;
    check(hunk_old_lines((struct text){(const char *)bytes + 1, len - 1}, bytes[0], &arena,
                         lines) <= OLD_LINE_MAX);
    arena_release(&arena);
    return 0;
}
