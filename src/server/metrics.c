// SPDX-License-Identifier: MIT
#include "server/metrics.h"

#include <stdio.h>
#include <unistd.h>

#include "base/metrics.h"

static void tell_reports(const struct health_rooms *rooms, struct buffer *out)
{
    struct ledger_facts ledger;
    struct intake_facts intake;
    ledger_look(rooms->ledger, &ledger);
    intake_look(rooms->intake, &intake);
    metrics_single(out, "flawless_reports_accepted_total", "counter",
                   "Reports that were committed and answered.", ledger.reports);
    metrics_single(out, "flawless_occurrences_total", "counter",
                   "Occurrences that accepted reports stood for.", ledger.occurrences);
    metrics_single(out, "flawless_requests_refused_total", "counter",
                   "Requests with reports that were told to come back: too much waited, or the "
                   "store failed.",
                   ledger.refused);
    metrics_single(out, "flawless_requests_bad_input_total", "counter",
                   "Requests that were no reports: malformed, too large, or without the key.",
                   intake.bad_input);
    metrics_single(out, "flawless_items_dropped_total", "counter",
                   "Items of envelopes that are no errors, such as transactions and sessions.",
                   intake.dropped_items);
    metrics_single(out, "flawless_reports_ignored_total", "counter",
                   "Reports that a rule file says are not worth counting.", intake.ignored);
    metrics_family(out, "flawless_client_reports_lost_total", "counter",
                   "Reports that clients say they could not send, by their reason.");
    for (int i = 0; i < LOST_REASON_N; i++)
        metrics_sample(out, "flawless_client_reports_lost_total", "reason", lost_reasons[i],
                       intake.lost.n[i]);
    metrics_histogram(out, "flawless_batch_reports", "Reports committed together.",
                      &ledger.batch_reports, 0);
    metrics_histogram(out, "flawless_commit_seconds",
                      "How long a batch took, from its first statement to the disk.",
                      &ledger.commit_us, 6);
    metrics_single(out, "flawless_ledger_waiting", "gauge", "Messages that wait for the ledger.",
                   ledger.waiting);
    metrics_single(out, "flawless_ledger_failing", "gauge",
                   "Whether the newest batch could not be committed.", ledger.is_failing);
    metrics_single(out, "flawless_ledger_silent_seconds", "gauge",
                   "Since the ledger's thread was last seen at work.", ledger.silent_ms / 1000);
}

static void tell_blames(const struct health_rooms *rooms, struct buffer *out)
{
    struct blamer_facts blamer;
    blamer_look(rooms->blamer, &blamer);
    metrics_single(out, "flawless_blames_waiting", "gauge", "Lines that wait for git.",
                   blamer.waiting);
    metrics_single(out, "flawless_blames_running", "gauge", "Lines that git is asked about now.",
                   blamer.running);
    metrics_single(out, "flawless_blames_done_total", "counter", "Lines that git answered.",
                   blamer.done);
    metrics_single(out, "flawless_blames_failed_total", "counter",
                   "Attempts that git did not answer.", blamer.failed);
}

// ---- projects ----

static int64_t paths(const struct keeper_facts *keeper)
{
    return keeper->path_n;
}

static int64_t is_failing(const struct keeper_facts *keeper)
{
    return keeper->failure[0] != '\0';
}

static int64_t are_rules_failing(const struct keeper_facts *keeper)
{
    return keeper->rules_failure[0] != '\0';
}

static int64_t fetches_done(const struct keeper_facts *keeper)
{
    return keeper->fetcher.fetched;
}

static int64_t fetches_failed(const struct keeper_facts *keeper)
{
    return keeper->fetcher.failed;
}

static int64_t is_fetch_failing(const struct keeper_facts *keeper)
{
    return keeper->fetcher.failure[0] != '\0';
}

static int64_t clone_percent(const struct keeper_facts *keeper)
{
    return keeper->fetcher.percent;
}

static int64_t fetched_at_s(const struct keeper_facts *keeper)
{
    return keeper->fetcher.fetched_at_ms / 1000;
}

static const struct project_family {
    const char *name, *type, *help;
    int64_t (*number)(const struct keeper_facts *keeper);
} project_families[] = {
    {"flawless_repository_paths", "gauge", "Paths known from the repository's history.", paths},
    {"flawless_repository_failing", "gauge", "Whether the repository cannot be read.", is_failing},
    {"flawless_rules_failing", "gauge", "Whether rules of before are in force.", are_rules_failing},
    {"flawless_fetches_done_total", "counter", "Clones and fetches of repo_url that ended well.",
     fetches_done},
    {"flawless_fetches_failed_total", "counter", "Clones and fetches of repo_url that failed.",
     fetches_failed},
    {"flawless_fetch_failing", "gauge", "Whether repo_url cannot be cloned or fetched.",
     is_fetch_failing},
    {"flawless_clone_percent", "gauge", "How much of the clone of repo_url is there.",
     clone_percent},
    {"flawless_fetched_timestamp_seconds", "gauge", "When the newest clone or fetch ended well.",
     fetched_at_s},
};

static void tell_projects(const struct served_projects *projects, struct buffer *out)
{
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof project_families / sizeof *project_families; i++) {
        const struct project_family *family = &project_families[i];
        metrics_family(out, family->name, family->type, family->help);
        for (size_t j = 0; j < projects->n; j++) {
            struct keeper_facts keeper;
            keeper_look(projects->all[j].keeper, &keeper);
            metrics_sample(out, family->name, "project",
                           arena_string(&arena, projects->all[j].project.name),
                           family->number(&keeper));
        }
    }
    arena_release(&arena);
}

static void tell_mail(const struct health_rooms *rooms, struct buffer *out)
{
    struct mailer_facts mailer = {0};
    if (rooms->mailer)
        mailer_look(rooms->mailer, &mailer);
    metrics_family(out, "flawless_letter_attempts_total", "counter",
                   "Attempts to send a letter, by what came of them.");
    metrics_sample(out, "flawless_letter_attempts_total", "outcome", "sent", mailer.sent);
    metrics_sample(out, "flawless_letter_attempts_total", "outcome", "failed", mailer.failed);
}

// 0 where there is no /proc.
static int64_t resident_bytes(void)
{
    long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%*s %lld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

void metrics_tell(const struct health_rooms *rooms, struct buffer *out)
{
    tell_reports(rooms, out);
    tell_blames(rooms, out);
    tell_projects(rooms->projects, out);
    tell_mail(rooms, out);
    metrics_single(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
                   resident_bytes());
}
