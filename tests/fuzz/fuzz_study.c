// SPDX-License-Identifier: MIT
// The same bytes as a file, as what git log says and as a study that was kept: what is made of them
// is written and read again as it was.
#include "fuzz.h"

#include "base/utf8.h"
#include "io/git_touching.h"

static void expect_same_again(const struct study *study, struct arena *arena)
{
    struct buffer once = {0}, twice = {0};
    struct study read;
    study_write(study, &once);
    check(utf8_is_valid(buffer_text(&once)));
    check(study_read(buffer_text(&once), arena, &read, NULL));
    study_write(&read, &twice);
    check(text_equal(buffer_text(&once), buffer_text(&twice)));
    buffer_release(&once);
    buffer_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text bytes = {(const char *)data, size};
    struct arena arena = {0};
    struct study study = {.line_number = size ? data[0] % 64 : 0}, read;
    study_take_lines(&study, bytes, &arena);
    touching_parse(bytes, &arena, &study);
    expect_same_again(&study, &arena);
    if (study_read(bytes, &arena, &read, NULL))
        expect_same_again(&read, &arena);
    arena_release(&arena);
    return 0;
}
