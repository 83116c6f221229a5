// SPDX-License-Identifier: MIT
#include "core/trouble.h"

#include <stdio.h>

#include "core/letter_part.h"

void trouble_add(struct trouble_list *list, struct text what, struct text why, struct arena *arena)
{
    if (list->n < TROUBLE_MAX)
        list->at[list->n++] = (struct trouble){arena_copy(arena, what), arena_copy(arena, why)};
}

// ---- when ----

static struct watched_trouble *find(struct trouble_watch *watch, struct text what)
{
    for (size_t i = 0; i < watch->n; i++)
        if (text_equal(text_of(watch->all[i].what), what))
            return &watch->all[i];
    return NULL;
}

static void see_one(struct trouble_watch *watch, const struct trouble *trouble, int64_t now_ms)
{
    struct text what = text_clip(trouble->what, TROUBLE_WHAT_MAX);
    struct text why = text_clip(trouble->why, TROUBLE_WHY_MAX);
    struct watched_trouble *watched = find(watch, what);
    if (!watched) {
        if (watch->n == TROUBLE_MAX)
            return;
        watched = &watch->all[watch->n++];
        *watched = (struct watched_trouble){.since_ms = now_ms};
        snprintf(watched->what, sizeof watched->what, "%.*s", TEXT_ARG(what));
    }
    snprintf(watched->why, sizeof watched->why, "%.*s", TEXT_ARG(why));
    watched->is_there = true;
    if (watched->since_ms > now_ms) // the clock was set back
        watched->since_ms = now_ms;
}

void trouble_see(struct trouble_watch *watch, const struct trouble_list *list, int64_t now_ms)
{
    if (!watch->begun_at_ms)
        watch->begun_at_ms = now_ms;
    for (size_t i = 0; i < watch->n; i++)
        watch->all[i].is_there = false;
    for (size_t i = 0; i < list->n; i++)
        see_one(watch, &list->at[i], now_ms);
    size_t kept = 0;
    for (size_t i = 0; i < watch->n; i++)
        if (watch->all[i].is_there)
            watch->all[kept++] = watch->all[i];
    watch->n = kept;
    if (watch->told_at_ms > now_ms)
        watch->told_at_ms = now_ms;
}

static bool is_news(const struct watched_trouble *watched, int64_t now_ms)
{
    return !watched->is_told && now_ms - watched->since_ms >= TROUBLE_PATIENCE_MS;
}

bool trouble_is_due(const struct trouble_watch *watch, int64_t now_ms)
{
    if (watch->told_at_ms && now_ms - watch->told_at_ms < TROUBLE_SPAN_MS)
        return false;
    for (size_t i = 0; i < watch->n; i++)
        if (is_news(&watch->all[i], now_ms))
            return true;
    return false;
}

void trouble_told(struct trouble_watch *watch, int64_t now_ms)
{
    watch->told_at_ms = now_ms;
    for (size_t i = 0; i < watch->n; i++)
        watch->all[i].is_told |= is_news(&watch->all[i], now_ms);
}

// ---- words ----

static const char advice[] =
    "What to do: put right what is named above. The page\n"
    "%.*s/check_health\n"
    "shows whether Flawless has noticed, and the log says more. Until then, reports are counted as "
    "ever, but letters may wait or go to the wrong person. About this there will be no other "
    "letter until it has been gone.\n";

// How a trouble's paragraph begins: by this it is known again.
static void add_head(struct buffer *out, const struct watched_trouble *watched)
{
    buffer_add_string(out, "* ");
    plain_add(out, text_of(watched->what), TROUBLE_WHAT_MAX, PLAIN_ONE_LINE);
    buffer_add_string(out, ", since ");
}

void trouble_write(const struct trouble_watch *watch, struct text host, struct text base_url,
                   int64_t now_ms, struct arena *arena, struct letter *letter)
{
    struct buffer text = {0};
    size_t n = 0;
    for (size_t i = 0; i < watch->n; i++) {
        if (!is_news(&watch->all[i], now_ms))
            continue;
        n++;
        add_head(&text, &watch->all[i]);
        plain_add_moment(&text, watch->all[i].since_ms);
        buffer_add_string(&text, ":\n\n    ");
        plain_add(&text, text_of(watch->all[i].why), TROUBLE_WHY_MAX, PLAIN_ONE_LINE);
        buffer_add_string(&text, "\n\n");
    }
    buffer_printf(&text, advice, TEXT_ARG(base_url));
    struct text subject =
        n == 1 ? arena_printf(arena, "Flawless on %.*s has a problem", TEXT_ARG(host))
               : arena_printf(arena, "Flawless on %.*s has %zu problems", TEXT_ARG(host), n);
    prose_write(subject, buffer_text(&text), arena, letter);
    buffer_release(&text);
}

void trouble_recall(struct trouble_watch *watch, struct text letter, int64_t written_at_ms,
                    int64_t now_ms)
{
    bool is_recent =
        written_at_ms < watch->begun_at_ms && written_at_ms >= watch->begun_at_ms - TROUBLE_DAY_MS;
    for (size_t i = 0; i < watch->n; i++) {
        struct buffer head = {0};
        add_head(&head, &watch->all[i]);
        if (is_recent && is_news(&watch->all[i], now_ms) &&
            text_contains(letter, buffer_text(&head)))
            watch->all[i].is_told = true;
        buffer_release(&head);
    }
}
