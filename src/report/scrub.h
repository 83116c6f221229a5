// SPDX-License-Identifier: MIT
// Hiding secrets: values whose name says that they are secret, and values that look like a secret.
// What is hidden becomes "[Filtered]". Scrubbing a scrubbed text changes nothing. Any thread.
#ifndef FLAWLESS_REPORT_SCRUB_H
#define FLAWLESS_REPORT_SCRUB_H

#include "base/arena.h"
#include "base/text.h"

#define SCRUBBED TEXT("[Filtered]")

// Whether a word of the name, or several in a row, are among the secret ones ("password",
// "api_key", "cookie", ...), however it is spelled: DB_PASSWORD, X-Api-Key, userToken,
// request.session.
bool scrub_is_secret_name(struct text name);

// Hides by shape: private keys in PEM, card numbers (of a known issuer's length, with a right check
// digit), tokens of well-known services by their prefix, JSON web tokens, the password in a URL. t
// itself when nothing is hidden, else a copy in the arena.
struct text scrub_shapes(struct arena *a, struct text t);

// The same, and hides what stands after a secret name inside the text, in whatever notation:
// password='x',
// {"password": "x"}, password=x&..., "Cookie: x" up to the end of the line.
struct text scrub_text(struct arena *a, struct text t);

#endif
