// SPDX-License-Identifier: MIT
// Any bytes, cut at line ends, as the fields of each form. What is taken is a rule that the reader
// takes, and says the same when it is typed again.
#include "base/utf8.h"
#include "core/rule_typed.h"
#include "fuzz.h"

static void check_taken(enum rule_file file, struct rule_typed *typed, struct arena *arena)
{
    struct rules *rules = rules_new();
    struct rules_warnings nobody = {0};
    struct rule_typed again;
    struct text body = rule_write(file, typed, arena);
    check(rules_add_stored(rules, file, body, 1, TEXT("fuzz"), nobody, NULL));
    check(rules_count(rules, file) == 1);
    rule_type(file, rules_first(rules, file), arena, &again);
    check(rule_check(file, &again, arena));
    rules_drop(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = {0};
    struct text input = utf8_mended(&arena, (struct text){(const char *)bytes, len});
    for (int file = 0; file < RULE_FILE_N; file++) {
        struct rule_typed typed = {0};
        struct text rest = input;
        for (size_t i = 0; rule_fields[file][i].name; i++)
            text_cut(&rest, '\n', &typed.values[i]);
        if (rule_check((enum rule_file)file, &typed, &arena))
            check_taken((enum rule_file)file, &typed, &arena);
    }
    arena_release(&arena);
    return 0;
}
