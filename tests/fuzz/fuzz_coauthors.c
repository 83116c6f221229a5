// SPDX-License-Identifier: MIT
// A commit object: every co-author is one line of valid text.
#include "fuzz.h"

#include "base/error.h"
#include "base/utf8.h"
#include "core/coauthors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct text commit = {(const char *)data, size}, person;
    struct text list = coauthors_read(commit, TEXT("ada@example.com"), &arena);
    int n = 0;
    check(utf8_is_valid(list));
    for (; text_cut(&list, '\n', &person); n++)
        check(person.len > 0);
    check(n <= COAUTHOR_MAX);
    arena_release(&arena);
    return 0;
}
