// SPDX-License-Identifier: MIT
// The line, one line before it and one after it, then the file: held against each of its first
// lines, and looked for.
#include "fuzz.h"

#include "base/error.h"
#include "core/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text content = {(const char *)data, size}, lines[3] = {{0}};
    struct arena arena = {0};
    for (size_t i = 0; i < 3; i++)
        text_cut(&content, '\n', &lines[i]);
    struct evidence evidence = {.text = lines[0],
                                .before = context_before(&lines[1], 1, &arena),
                                .after = context_after(&lines[1], 2, &arena)};
    for (evidence.line_number = 1; evidence.line_number < 20; evidence.line_number++) {
        struct fit fit = evidence_fit(&evidence, content);
        check(fit.fitting_n <= fit.neighbour_n);
    }
    evidence.line_number = INT64_MAX;
    check(!evidence_fit(&evidence, content).has_line);
    check(evidence_find_line(&evidence, content) >= 0);
    arena_release(&arena);
    return 0;
}
