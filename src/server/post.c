// SPDX-License-Identifier: MIT
#include "server/post.h"

#include "core/bound.h"
#include "core/digest.h"
#include "core/refusal.h"

enum { RECALLED_MAX = 200 };

// Message-IDs of threads name the host that people see, so that two servers of one mail domain have
// threads of their own.
static struct text host_of(struct text base_url)
{
    struct text host = text_from(base_url, text_find(base_url, '/') + 2);
    size_t len = 0;
    while (len < host.len && (host.at[len] == '.' || host.at[len] == '-' ||
                              (host.at[len] >= '0' && host.at[len] <= '9') ||
                              (host.at[len] >= 'A' && host.at[len] <= 'Z') ||
                              (host.at[len] >= 'a' && host.at[len] <= 'z')))
        len++;
    return len ? text_until(host, len) : TEXT("localhost");
}

// record NULL: about no error.
static bool put_into_outbox(const struct ledger_settings *settings,
                            const struct error_record *record, struct text to,
                            const struct letter *letter, struct arena *arena, struct error *error)
{
    char random[33];
    hex_random(16, random);
    int64_t now_ms = clock_wall_ms(settings->clock);
    struct outbox_letter entry = {
        .message_id = arena_printf(arena, "%s@%.*s", random, TEXT_ARG(settings->sender_domain)),
        .from = settings->sender,
        .to = to,
        .subject = letter->subject,
        .text = letter->text,
        .html = letter->html,
        .state = settings->has_smtp ? OUTBOX_WAITING : OUTBOX_KEPT,
        .written_at_ms = now_ms,
        .next_try_at_ms = now_ms,
    };
    if (record) {
        entry.error_id = record->id;
        entry.thread_id =
            arena_printf(arena, "error-%lld.project-%lld@%.*s", (long long)record->id,
                         (long long)record->project_id, TEXT_ARG(host_of(settings->base_url)));
    }
    return store_add_letter(settings->store, &entry, error);
}

bool post_letter(const struct ledger_settings *settings, const struct error_record *record,
                 struct text to, const struct letter *letter, struct arena *arena,
                 struct error *error)
{
    int64_t now_ms = clock_wall_ms(settings->clock);
    struct address_facts facts;
    if (!store_look_at_address(settings->store, to, now_ms - BOUND_SPAN_MS,
                               settings->letters_per_hour, &facts, error))
        return false;
    int64_t digest_at_ms = bound_digest_at_ms(facts.nth_at_ms, facts.digest_at_ms, now_ms);
    if (digest_at_ms)
        return store_hold_letter(settings->store, to, record->id, now_ms, digest_at_ms, error);
    return put_into_outbox(settings, record, to, letter, arena, error);
}

bool post_digest(const struct ledger_settings *settings, struct text to, struct arena *arena,
                 struct error *error)
{
    struct error_record *records;
    struct digest_facts facts = {.letters_per_hour = settings->letters_per_hour,
                                 .home = {settings->base_url, settings->link_key},
                                 .now_ms = clock_wall_ms(settings->clock)};
    struct letter letter;
    if (!store_take_held(settings->store, to, DIGEST_RECORD_MAX, arena, &records, &facts.record_n,
                         &facts.error_n, error))
        return false;
    facts.records = records;
    digest_write(&facts, arena, &letter);
    return put_into_outbox(settings, NULL, to, &letter, arena, error);
}

bool post_refusal(const struct ledger_settings *settings, const struct outbox_letter *refused,
                  struct arena *arena, struct error *error)
{
    struct text contact = settings->default_contact;
    struct address_facts facts;
    struct letter letter;
    if (contact.len == 0 || text_equal_nocase(contact, refused->to))
        return true;
    if (!store_look_at_address(settings->store, refused->to, 0, 1, &facts, error))
        return false;
    if (facts.was_refused)
        return true;
    refusal_write(refused->to, refused->last_error, refused->subject, settings->base_url, arena,
                  &letter);
    return put_into_outbox(settings, NULL, contact, &letter, arena, error);
}

bool post_recall(const struct ledger_settings *settings, struct trouble_watch *troubles,
                 int64_t now_ms, struct arena *arena, struct error *error)
{
    struct outbox_letter *letters;
    size_t letter_n;
    if (!store_list_outbox(settings->store, 0, RECALLED_MAX, arena, &letters, &letter_n, error))
        return false;
    for (size_t i = 0; i < letter_n; i++)
        if (!letters[i].error_id && text_equal(letters[i].to, settings->default_contact))
            trouble_recall(troubles, letters[i].text, letters[i].written_at_ms, now_ms);
    return true;
}

bool post_troubles(const struct ledger_settings *settings, const struct trouble_watch *troubles,
                   int64_t now_ms, struct arena *arena, struct error *error)
{
    struct letter letter;
    trouble_write(troubles, host_of(settings->base_url), settings->base_url, now_ms, arena,
                  &letter);
    return put_into_outbox(settings, NULL, settings->default_contact, &letter, arena, error);
}
