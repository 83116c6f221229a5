// SPDX-License-Identifier: MIT
// Borrowed text: a pointer and a length, passed by value. Never owns, never needs a final NUL.
#ifndef FLAWLESS_BASE_TEXT_H
#define FLAWLESS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Past the border (decoding) the bytes are valid UTF-8. at may be NULL when len is 0.
struct text {
    const char *at;
    size_t len; // bytes
};

// A text from a string literal, at compile time.
#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})
// For printf's "%.*s".
#define TEXT_ARG(t) (int)(t).len, (t).at

struct text text_of(const char *string); // NULL gives the empty text
bool text_equal(struct text a, struct text b);
bool text_equal_nocase(struct text a, struct text b); // ASCII letters only
int text_compare(struct text a, struct text b);       // like memcmp, shorter first
bool text_starts(struct text t, struct text prefix);
bool text_ends(struct text t, struct text suffix);
bool text_contains(struct text t, struct text needle); // the empty needle is always contained
struct text text_trim(struct text t);                  // ASCII white space at both ends

// The first or last position of c, or t.len when absent.
size_t text_find(struct text t, char c);
size_t text_find_last(struct text t, char c);
struct text text_from(struct text t, size_t start);  // start beyond the end gives empty
struct text text_until(struct text t, size_t limit); // at most limit bytes

// Cuts the piece before the next separator off *rest. False when nothing is left:
//     while (text_cut(&rest, ',', &piece)) ...
// "a,,b" gives "a", "", "b"; the empty text gives no piece; a separator at the end begins none, so
// lines are cut as people count them.
bool text_cut(struct text *rest, char separator, struct text *piece);

// At most limit bytes, never ending inside a UTF-8 sequence.
struct text text_clip(struct text t, size_t limit);

// The whole text as a decimal number, with an optional minus. False if it is anything else or too
// big.
bool text_to_int64(struct text t, int64_t *number);

#endif
