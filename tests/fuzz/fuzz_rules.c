// SPDX-License-Identifier: MIT
// Any bytes as each of the rule files, and as a rule in the store. What is accepted can be asked;
// what is not is told with its place.
#include <string.h>

#include "core/rules.h"
#include "fuzz.h"

static void ignore_rule(void *self, const struct rule *rule)
{
    (void)self;
    check(rule->source.len > 0);
}

static void ask(const struct rules *rules)
{
    struct text path = TEXT("shop/cart.py"), email = TEXT("ada@example.com");
    for (int file = RULES_BUILDING_BLOCKS; file <= RULES_KNOWN_ERRORS; file++)
        rules_find_line(rules, (enum rule_file)file, path, TEXT("total"), TEXT("return a / b"));
    rules_ignore_exception(rules, TEXT("builtins"), TEXT("KeyError"));
    rules_remap(rules, email);
    rules_find_designated(rules, email, path);
    rules_list_watchers(rules, path, NULL, ignore_rule);
}

static void add_stored(enum rule_file file, struct text body)
{
    struct rules *rules = rules_new(), *both = rules_new();
    struct error error = {0};
    if (rules_add_stored(rules, file, body, 1, TEXT("fuzz"), (struct rules_warnings){0}, &error))
        rules_add_all(both, rules);
    else
        check(error.kind == ERROR_CONFIG && rules_count(rules, file) == 0);
    rules_drop(rules);
    ask(both);
    rules_drop(both);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct rules_warnings nobody = {0};
    for (int file = 0; file < RULE_FILE_N; file++) {
        struct rules *rules = rules_new();
        struct error error = {0};
        if (rules_add_file(rules, (enum rule_file)file, (struct text){(const char *)bytes, len},
                           "fuzz", nobody, &error))
            ask(rules);
        else
            check(error.kind == ERROR_CONFIG && strncmp(error.message, "fuzz:", 5) == 0);
        rules_drop(rules);
        add_stored((enum rule_file)file, (struct text){(const char *)bytes, len});
    }
    return 0;
}
