// SPDX-License-Identifier: MIT
#include "server/settle.h"

#include "core/letter.h"
#include "report/decode.h"

static bool put_into_outbox(const struct ledger_settings *settings, int64_t error_id,
                            struct text recipient, const struct letter *letter, int64_t now_ms,
                            struct arena *arena, struct error *error)
{
    char random[33];
    hex_random(16, random);
    struct outbox_letter entry = {
        .error_id = error_id,
        .message_id = arena_printf(arena, "%s@%.*s", random, TEXT_ARG(settings->sender_domain)),
        .from = settings->sender,
        .to = recipient,
        .subject = letter->subject,
        .text = letter->text,
        .html = letter->html,
        .state = settings->has_smtp ? OUTBOX_WAITING : OUTBOX_KEPT,
        .written_at_ms = now_ms,
        .next_try_at_ms = now_ms,
    };
    return store_add_letter(settings->store, &entry, error);
}

// The newest occurrence that was kept, decoded. False only when the store fails; without one found
// stays false.
static bool recall_report(const struct ledger_settings *settings, int64_t error_id,
                          struct decoder *decoder, struct report *report, bool *found,
                          struct error *error)
{
    struct kept_occurrence kept;
    struct error reason = {0};
    *found = false;
    if (!store_get_occurrence(settings->store, error_id, 0, decoder_arena(decoder), &kept,
                              &reason)) {
        if (reason.kind == ERROR_NOT_FOUND)
            return true;
        *error = reason;
        return false;
    }
    *found = decode_event(decoder, kept.body, report, NULL);
    return true;
}

enum settled settle_error(const struct ledger_settings *settings, int64_t error_id,
                          struct report *report, struct arena *arena, struct error *error)
{
    struct error_record record = {0};
    if (!store_get_error(settings->store, error_id, arena, &record, error))
        return SETTLED_FAILED;
    if (record.letter_at_ms)
        return SETTLED_FOR_EVER;
    if (!alert_is_due(&settings->alert, &record))
        return SETTLED_NOT_YET;

    struct decoder *decoder = NULL;
    struct report recalled;
    bool is_fine = true, found = false;
    if (!report) {
        decoder = decoder_new();
        is_fine = recall_report(settings, error_id, decoder, &recalled, &found, error);
        report = found ? &recalled : NULL;
    }
    if (is_fine) {
        struct judge *judge = settings->hold_judge(settings->self);
        int64_t now_ms = clock_wall_ms(settings->clock);
        struct letter letter;
        if (report)
            report_complete(report);
        letter_write(&(struct letter_facts){&record, report, judge, settings->base_url, now_ms},
                     arena, &letter);
        is_fine = put_into_outbox(settings, error_id, record.ownership.owner_email, &letter, now_ms,
                                  arena, error);
        judge_drop(judge);
    }
    decoder_free(decoder);
    return is_fine ? SETTLED_WITH_LETTER : SETTLED_FAILED;
}
