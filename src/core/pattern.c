// SPDX-License-Identifier: MIT
#include "core/pattern.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

// Steps of one match. A sane pattern on a path needs some hundred; this is a few milliseconds at
// most.
enum { MATCH_LIMIT = 100000, HEAP_LIMIT_KIB = 1024, EXPRESSION_MAX = 4096 };

struct pattern {
    pcre2_code *code;
    pcre2_match_context *limits;
};

bool pattern_new(struct text expression, struct pattern **pattern, struct error *error)
{
    int code = 0;
    PCRE2_SIZE at = 0;
    *pattern = NULL;
    if (expression.len > EXPRESSION_MAX)
        return error_set(error, ERROR_CONFIG, "the pattern \"%.*s...\" is over %d bytes long", 60,
                         expression.at, EXPRESSION_MAX);
    struct text source = expression.at ? expression : TEXT("");
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)source.at, source.len, PCRE2_UTF, &code, &at, NULL);
    if (!compiled) {
        PCRE2_UCHAR reason[160];
        pcre2_get_error_message(code, reason, sizeof reason);
        return error_set(error, ERROR_CONFIG, "the pattern \"%.*s\" is wrong at character %zu: %s",
                         TEXT_ARG(text_clip(source, 200)), (size_t)at + 1, (const char *)reason);
    }
    // without JIT (not every processor has it) matching is slower, not different
    pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    struct pattern *made = must_alloc(sizeof *made);
    made->code = compiled;
    made->limits = pcre2_match_context_create(NULL);
    if (!made->limits)
        fatal_out_of_memory();
    pcre2_set_match_limit(made->limits, MATCH_LIMIT);
    pcre2_set_heap_limit(made->limits, HEAP_LIMIT_KIB);
    *pattern = made;
    return true;
}

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_match_context_free(pattern->limits);
    pcre2_code_free(pattern->code);
    free(pattern);
}

bool pattern_matches(const struct pattern *pattern, struct text subject)
{
    if (!subject.at)
        subject = TEXT("");
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (!data)
        fatal_out_of_memory();
    int found = pcre2_match(pattern->code, (PCRE2_SPTR)subject.at, subject.len, 0, 0, data,
                            pattern->limits);
    pcre2_match_data_free(data);
    return found >= 0;
}
