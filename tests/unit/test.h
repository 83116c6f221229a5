// SPDX-License-Identifier: MIT
// What every unit test includes: cmocka in the order it wants, and asserts on text.
#ifndef FLAWLESS_TESTS_UNIT_TEST_H
#define FLAWLESS_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define assert_text_equal(actual, expected)                                                        \
    assert_text((actual), text_of(expected), __FILE__, __LINE__)

static inline void assert_text(struct text actual, struct text expected, const char *file, int line)
{
    if (text_equal(actual, expected))
        return;
    print_error("\"%.*s\" is not \"%.*s\"\n", TEXT_ARG(actual), TEXT_ARG(expected));
    _fail(file, line);
}

#endif
