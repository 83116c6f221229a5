// SPDX-License-Identifier: MIT
// The links in letters: all of them are made here.
#ifndef FLAWLESS_CORE_LETTER_LINKS_H
#define FLAWLESS_CORE_LETTER_LINKS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/seal.h"
#include "core/error_record.h"

struct letter_link {
    const char *label;
    struct text url;
};

// Each names its project by the number, which stays when the project gets another name.
// Where links lead.
struct letter_home {
    struct text base_url;       // "http://host:port" without a final slash
    const struct seal_key *key; // links open their page without a login (core/link.h); NULL: not so
};

// Parameters are clipped at 1 kB each.
struct text letter_link_error(const struct letter_home *home, const struct error_record *record,
                              struct arena *arena); // its most recent occurrence

enum { LETTER_LINK_N = 5 };
// Those at the end of an error's letter.
void letter_links(const struct letter_home *home, const struct error_record *record, int64_t now_ms,
                  struct arena *arena, struct letter_link links[LETTER_LINK_N]);
// What Flawless is; open to everybody.
struct letter_link letter_link_about(const struct letter_home *home, struct arena *arena);
// At the end of a digest: the week's errors, by developer.
struct letter_link letter_link_week(const struct letter_home *home, int64_t project_id,
                                    int64_t now_ms, struct arena *arena);

#endif
