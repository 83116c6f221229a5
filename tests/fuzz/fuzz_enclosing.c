// SPDX-License-Identifier: MIT
// A file's path up to the first line feed, then the file: the function around each of its first
// lines and around one that is far away.
#include "fuzz.h"

#include "base/error.h"
#include "core/enclosing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text content = {(const char *)data, size}, path = {0};
    text_cut(&content, '\n', &path);
    for (int64_t number = 0; number < 20; number++) {
        struct line_range range = enclosing_function(content, path, number);
        check((range.first == 0 && range.last == 0) ||
              (range.first >= 1 && range.first <= number && range.last >= number &&
               range.last - number <= ENCLOSING_AROUND_MAX));
    }
    enclosing_function(content, path, INT64_MAX);
    return 0;
}
