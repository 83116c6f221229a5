// SPDX-License-Identifier: MIT
#include "server/offers.h"

enum { OFFER_MAX = 256 }; // jobs or letters looked up at once

void offers_init(struct offers *offers, const struct ledger_settings *settings)
{
    *offers = (struct offers){.settings = settings};
    offers_look_again(offers);
}

void offers_release(struct offers *offers)
{
    map_release(&offers->jobs);
    map_release(&offers->letters);
}

static struct text id_key(const int64_t *id)
{
    return (struct text){(const char *)id, sizeof *id};
}

static void offer_jobs(struct offers *offers, int64_t now_ms, struct arena *arena)
{
    const struct ledger_settings *settings = offers->settings;
    struct blame_job *jobs;
    size_t job_n = 0, job_max = OFFER_MAX + offers->jobs.count;
    offers->may_have_jobs =
        !store_list_blame_jobs(settings->store, now_ms, job_max, arena, &jobs, &job_n, NULL);
    for (size_t i = 0; i < job_n; i++) {
        if (map_find(&offers->jobs, id_key(&jobs[i].site_id)))
            continue;
        offers->is_blamer_full = !settings->take_job(settings->self, &jobs[i]);
        if (offers->is_blamer_full)
            break;
        map_put(&offers->jobs, id_key(&jobs[i].site_id), offers);
    }
    offers->may_have_jobs |= job_n == job_max || offers->is_blamer_full;
}

static void offer_letters(struct offers *offers, int64_t now_ms, struct arena *arena)
{
    const struct ledger_settings *settings = offers->settings;
    struct outbox_letter *letters;
    size_t letter_n = 0, letter_max = OFFER_MAX + offers->letters.count;
    offers->may_have_letters = !store_list_letters_to_send(settings->store, now_ms, letter_max,
                                                           arena, &letters, &letter_n, NULL);
    for (size_t i = 0; i < letter_n; i++) {
        if (map_find(&offers->letters, id_key(&letters[i].id)))
            continue;
        offers->is_mailer_full = !settings->take_letter(settings->self, &letters[i]);
        if (offers->is_mailer_full)
            break;
        map_put(&offers->letters, id_key(&letters[i].id), offers);
    }
    offers->may_have_letters |= letter_n == letter_max || offers->is_mailer_full;
}

void offers_make(struct offers *offers)
{
    struct arena arena = {0};
    int64_t now_ms = clock_wall_ms(offers->settings->clock);
    if (offers->may_have_jobs && !offers->is_blamer_full)
        offer_jobs(offers, now_ms, &arena);
    if (offers->settings->has_smtp && offers->may_have_letters && !offers->is_mailer_full)
        offer_letters(offers, now_ms, &arena);
    arena_release(&arena);
}

void offers_look_again(struct offers *offers)
{
    offers->may_have_jobs = offers->may_have_letters = true;
}

void offers_expect_job(struct offers *offers, int64_t site_id)
{
    if (!map_find(&offers->jobs, id_key(&site_id)))
        offers->may_have_jobs = true;
}

void offers_end_job(struct offers *offers, int64_t site_id)
{
    map_take(&offers->jobs, id_key(&site_id));
    offers->is_blamer_full = false;
}

void offers_end_letter(struct offers *offers, int64_t letter_id)
{
    map_take(&offers->letters, id_key(&letter_id));
    offers->is_mailer_full = false;
}
