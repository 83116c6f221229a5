// SPDX-License-Identifier: MIT
// The source around an error's line, as the repository has it. Inside src/web only.
#ifndef FLAWLESS_WEB_SOURCE_H
#define FLAWLESS_WEB_SOURCE_H

#include "web/page.h"

// Sets the fact "source", for scripts and for the template "source", from what the store keeps of
// the error; null when the line was never studied. False when the store fails.
bool source_show(const struct page *page, int64_t error_id, struct error *error);

#endif
