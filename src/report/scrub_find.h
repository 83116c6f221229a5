// SPDX-License-Identifier: MIT
// Where in a text a secret is; for those who hide them, into an arena (scrub.c) or, in the client,
// into what is sent.
#ifndef FLAWLESS_REPORT_SCRUB_FIND_H
#define FLAWLESS_REPORT_SCRUB_FIND_H

#include "base/text.h"

struct span {
    size_t start, end; // end is one past the last byte
};

// What is hidden can have kept something else from being recognized: look again, so often at most.
enum { SCRUB_PASS_MAX = 8 };

// The first secret that begins at or after from and is not hidden already: by shape and, if by_name
// is set, by a name before it. *span is only set when there is one.
bool find_secret(struct text t, size_t from, bool by_name, struct span *span);

// A letter, digit or underscore.
static inline bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The parts of find_secret. Each looks at one place that can begin a secret and gives the bytes to
// hide.
//
// What begins with the word that begins at at: a token or a card number.
bool find_token(struct text t, size_t at, struct span *span);
bool find_card(struct text t, size_t at, struct span *span);
// A private key in PEM whose "-----BEGIN" begins at at. One that is cut off ends with the text.
bool find_private_key(struct text t, size_t at, struct span *span);
// The password in "://user:password@" whose first colon is at at.
bool find_url_password(struct text t, size_t at, struct span *span);
// The value whose secret name stands before the ':' or '=' at at, but not before from.
bool find_named(struct text t, size_t from, size_t at, struct span *span);

#endif
