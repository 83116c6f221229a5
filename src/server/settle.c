// SPDX-License-Identifier: MIT
#include "server/settle.h"

#include "io/store_lineage.h"
#include "report/decode.h"
#include "server/post.h"

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

// ---- who is told ----

enum { RECIPIENT_MAX = 100 }; // told of one error; the developer comes first

struct recipients {
    struct text emails[RECIPIENT_MAX];
    size_t n;
};

static void add_recipient(struct recipients *recipients, struct text email)
{
    if (!email.len || recipients->n == RECIPIENT_MAX)
        return;
    for (size_t i = 0; i < recipients->n; i++)
        if (text_equal_nocase(recipients->emails[i], email))
            return;
    recipients->emails[recipients->n++] = email;
}

static void add_watcher(void *self, const struct rule *rule)
{
    add_recipient(self, rule->email);
}

static void add_watcher_of_all(void *self, const struct rule *rule)
{
    if (rule->watch_all_errors)
        add_recipient(self, rule->email);
}

// The developer, the watchers, and whom the known error names; each once.
static void choose_recipients(const struct judge *judge, const struct error_record *record,
                              const struct report *report, const struct rule *known,
                              struct arena *arena, struct recipients *recipients)
{
    const struct rules *rules = judge_rules(judge);
    add_recipient(recipients, record->ownership.owner_email);
    rules_list_watchers(rules, record->path, recipients, add_watcher);
    if (report && rules_count(rules, RULES_WATCHED_FILES)) {
        struct text *paths;
        size_t path_n;
        judge_list_blamable(judge, report, arena, &paths, &path_n);
        for (size_t i = 0; i < path_n; i++)
            rules_list_watchers(rules, paths[i], recipients, add_watcher_of_all);
    }
    for (size_t i = 0; known && i < known->email_recipient_n; i++)
        add_recipient(recipients, known->email_recipients[i]);
}

// ---- errors that were fixed ----

enum mark { MARK_FAILED, MARK_STAYS, MARK_ASKS, MARK_GONE };

// Whether reports since the mark bring the error back; then it is.
static enum mark look_at_mark(const struct ledger_settings *settings,
                              const struct error_record *record, struct arena *arena,
                              struct error *error)
{
    int64_t now_ms = clock_wall_ms(settings->clock), back_n = 0;
    enum mark mark = MARK_STAYS;
    struct seen_again *seen;
    size_t seen_n;
    if (!store_list_seen_again(settings->store, record->id, arena, &seen, &seen_n, error))
        return MARK_FAILED;
    for (size_t i = 0; i < seen_n; i++) {
        enum comeback comeback = comeback_decide(record, &seen[i]);
        if (comeback == COMEBACK_YES && __builtin_add_overflow(back_n, seen[i].count, &back_n))
            back_n = INT64_MAX;
        if (comeback != COMEBACK_ASK)
            continue;
        if (!store_ask_about_fix(settings->store, seen[i].site_id, now_ms, error))
            return MARK_FAILED;
        mark = MARK_ASKS;
    }
    if (!back_n)
        return mark;
    return store_bring_back(settings->store, record->id, back_n, now_ms, error) ? MARK_GONE
                                                                                : MARK_FAILED;
}

// ---- what a line was before, and became ----

struct lineage {
    struct error_record before; // id 0: not known
    struct error_record *after;
    size_t after_n;
};

static bool find_lineage(struct store *store, const struct error_record *record,
                         struct arena *arena, struct lineage *lineage, struct error *error)
{
    struct error reason = {0};
    if (record->predecessor_id &&
        !store_get_error(store, record->predecessor_id, arena, &lineage->before, &reason) &&
        reason.kind != ERROR_NOT_FOUND) {
        *error = reason;
        return false;
    }
    return store_list_successors(store, record->id, arena, &lineage->after, &lineage->after_n,
                                 error);
}

// ---- settling ----

static enum settled tell(const struct ledger_settings *settings, const struct judge *judge,
                         const struct error_record *record, const struct rule *known,
                         struct report *report, struct arena *arena, struct error *error)
{
    struct recipients recipients = {0};
    struct lineage lineage = {0};
    choose_recipients(judge, record, report, known, arena, &recipients);
    if (!recipients.n)
        return SETTLED_NOT_YET;
    if (!find_lineage(settings->store, record, arena, &lineage, error))
        return SETTLED_FAILED;
    if (report)
        report_complete(report);
    struct letter_facts facts = {
        .record = record,
        .report = report,
        .judge = judge,
        .predecessor = lineage.before.id ? &lineage.before : NULL,
        .successors = lineage.after,
        .successor_n = lineage.after_n,
        .home = {settings->base_url, settings->link_key},
        .now_ms = clock_wall_ms(settings->clock),
        .header = known ? known->email_header : (struct text){0},
    };
    struct letter letter = {0};
    for (size_t i = 0; i < recipients.n; i++) {
        bool is_to_owner = text_equal_nocase(recipients.emails[i], record->ownership.owner_email);
        if (i == 0 || is_to_owner != facts.is_to_owner) { // all others get the same words
            facts.is_to_owner = is_to_owner;
            letter_write(&facts, arena, &letter);
        }
        if (!post_letter(settings, record, recipients.emails[i], &letter, arena, error))
            return SETTLED_FAILED;
    }
    return SETTLED_WITH_LETTER;
}

static enum settled tell_by_judge(const struct ledger_settings *settings, const struct judge *judge,
                                  const struct unsettled *unsettled,
                                  const struct error_record *record, struct arena *arena,
                                  struct error *error)
{
    const struct rule *known = rules_find_line(judge_rules(judge), RULES_KNOWN_ERRORS, record->path,
                                               record->function, record->text);
    if (record->letter_at_ms && !known)
        return SETTLED_FOR_EVER;
    int64_t told_count = record->letter_count, before = record->count - unsettled->added;
    if (!unsettled->is_blamed && before > told_count)
        told_count = before;
    const struct alert_settings *alert = settings->get_alert(settings->self, record->project_id);
    if (!alert_is_due(alert, record, known, told_count))
        return SETTLED_NOT_YET;
    if (unsettled->report)
        return tell(settings, judge, record, known, unsettled->report, arena, error);

    struct decoder *decoder = decoder_new();
    struct report recalled;
    bool found;
    enum settled settled = SETTLED_FAILED;
    if (recall_report(settings, unsettled->error_id, decoder, &recalled, &found, error))
        settled = tell(settings, judge, record, known, found ? &recalled : NULL, arena, error);
    decoder_free(decoder);
    return settled;
}

enum settled settle_error(const struct ledger_settings *settings, const struct unsettled *unsettled,
                          struct arena *arena, struct error *error)
{
    static const enum settled by_mark[] = {[MARK_FAILED] = SETTLED_FAILED,
                                           [MARK_STAYS] = SETTLED_NOT_YET,
                                           [MARK_ASKS] = SETTLED_ASKING};
    struct error_record record = {0};
    if (!store_get_error(settings->store, unsettled->error_id, arena, &record, error))
        return SETTLED_FAILED;
    if (record.fixed_at_ms) {
        enum mark mark = look_at_mark(settings, &record, arena, error);
        if (mark != MARK_GONE)
            return by_mark[mark];
        if (!store_get_error(settings->store, unsettled->error_id, arena, &record, error))
            return SETTLED_FAILED;
    }
    struct judge *judge = settings->hold_judge(settings->self, record.project_id);
    enum settled settled = tell_by_judge(settings, judge, unsettled, &record, arena, error);
    judge_drop(judge);
    return settled;
}
