// SPDX-License-Identifier: MIT
// A path up to the first line feed, then a CODEOWNERS file in both syntaxes.
#include "fuzz.h"

#include "base/error.h"
#include "core/codeowners.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text content = {(const char *)data, size}, path = {0};
    struct arena arena = {0};
    text_cut(&content, '\n', &path);
    for (int is_gitlab = 0; is_gitlab <= 1; is_gitlab++) {
        struct codeowners_answer answer;
        codeowners_find(codeowners_read(content, is_gitlab, &arena), path, &answer);
        check(answer.owner_n <= CODEOWNERS_OWNER_MAX);
        check((answer.owner_n == 0) == (answer.line_number == 0));
    }
    arena_release(&arena);
    return 0;
}
