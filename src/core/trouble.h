// SPDX-License-Identifier: MIT
// When default_contact hears of what is wrong with Flawless itself, and in which words. Pure.
#ifndef FLAWLESS_CORE_TROUBLE_H
#define FLAWLESS_CORE_TROUBLE_H

#include "core/letter.h"

enum {
    TROUBLE_PATIENCE_MS = 10 * 60 * 1000, // what passes sooner is nobody's business
    TROUBLE_SPAN_MS = 60 * 60 * 1000,     // between two letters
    TROUBLE_DAY_MS = 24 * TROUBLE_SPAN_MS,
    TROUBLE_MAX = 32, // at a time; others wait until one has passed
    TROUBLE_WHAT_MAX = 160,
    TROUBLE_WHY_MAX = 600,
};

struct trouble {
    struct text what; // in plain words, the same for as long as it lasts
    struct text why;  // may change meanwhile
};
struct trouble_list {
    struct trouble at[TROUBLE_MAX];
    size_t n;
};
// Copies into the arena; what is too much is left out.
void trouble_add(struct trouble_list *list, struct text what, struct text why, struct arena *arena);

// What is remembered of the troubles there are. Zero before the first look.
struct trouble_watch {
    struct watched_trouble {
        char what[TROUBLE_WHAT_MAX + 1], why[TROUBLE_WHY_MAX + 1];
        int64_t since_ms;
        bool is_there, is_told;
    } all[TROUBLE_MAX];
    size_t n;
    int64_t begun_at_ms, told_at_ms;
};

// What there is now. What has gone is forgotten: when it comes back, it is new.
void trouble_see(struct trouble_watch *watch, const struct trouble_list *list, int64_t now_ms);
// Whether a letter is to be written now. One trouble is told once, several at a time in one letter.
bool trouble_is_due(const struct trouble_watch *watch, int64_t now_ms);
void trouble_write(const struct trouble_watch *watch, struct text host, struct text base_url,
                   int64_t now_ms, struct arena *arena, struct letter *letter);
// That letter has been written.
void trouble_told(struct trouble_watch *watch, int64_t now_ms);
// A letter's text that was written in the day before the first look: what it told, if it is about
// to be told, is not told again.
void trouble_recall(struct trouble_watch *watch, struct text letter, int64_t written_at_ms,
                    int64_t now_ms);

#endif
