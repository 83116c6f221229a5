// SPDX-License-Identifier: MIT
// Lines: the signature, the page, its parameters in order. No signature that is made up fits.
#include "base/error.h"
#include "core/link.h"
#include "fuzz.h"

static struct text next_line(const void *self, const char *name)
{
    struct text line = {0};
    (void)name;
    text_cut(*(struct text *const *)self, '\n', &line);
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct seal_key key = {{9}};
    struct text rest = {(const char *)bytes, len}, signature = {0}, path = {0}, *at = &rest;
    char right[SEAL_LEN + 1];
    text_cut(&rest, '\n', &signature);
    text_cut(&rest, '\n', &path);
    struct text saved = rest;
    bool fits = link_is_signed(&key, 1, path, (struct link_parameters){&at, next_line}, signature);
    rest = saved;
    bool is_signed = link_sign(&key, 1, path, (struct link_parameters){&at, next_line}, right);
    check(fits == (is_signed && text_equal(signature, text_of(right))));
    return 0;
}
