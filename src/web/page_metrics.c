// SPDX-License-Identifier: MIT
// The server's numbers for Prometheus. What the rooms know is told even when the store is away:
// that is when somebody looks.
#include "base/metrics.h"
#include "web/page.h"

static void tell_store(struct page *page, struct buffer *out)
{
    struct store_counts counts;
    struct error error;
    bool works = store_count(page->store, &counts, &error);
    metrics_single(out, "flawless_store_readable", "gauge", "Whether the store can be read.",
                   works);
    if (!works)
        return;
    metrics_single(out, "flawless_errors", "gauge", "Errors that the store has.", counts.errors);
    metrics_single(out, "flawless_sites_awaiting_blame", "gauge",
                   "Lines that git has not been asked about or could not answer yet.",
                   counts.sites_awaiting_blame);
    metrics_single(out, "flawless_studies_waiting", "gauge",
                   "Errors whose source git is still to be asked for.", counts.studies_waiting);
    metrics_family(out, "flawless_letters", "gauge", "Letters in the outbox, by state.");
    metrics_sample(out, "flawless_letters", "state", "waiting", counts.letters_waiting);
    metrics_sample(out, "flawless_letters", "state", "kept", counts.letters_kept);
    metrics_sample(out, "flawless_letters", "state", "sent", counts.letters_sent);
    metrics_sample(out, "flawless_letters", "state", "failed", counts.letters_failed);
    metrics_sample(out, "flawless_letters", "state", "refused", counts.letters_refused);
    metrics_single(out, "flawless_letters_held", "gauge",
                   "Errors that wait for a digest, each counted once for each address.",
                   counts.letters_held);
}

bool page_metrics(struct page *page, struct error *error)
{
    struct buffer out = {0};
    (void)error;
    metrics_family(&out, "flawless_build_info", "gauge", "Always 1; the version is a label.");
    metrics_sample(&out, "flawless_build_info", "version",
                   arena_string(page->arena, page->settings->version), 1);
    metrics_single(&out, "flawless_uptime_seconds", "gauge", "Time since the start.",
                   page->uptime_ms / 1000);
    metrics_single(&out, "flawless_pages_waiting", "gauge", "Requests that wait for a page.",
                   (int64_t)page->waiting_n);
    if (page->settings->metrics)
        page->settings->metrics(page->settings->self, &out);
    tell_store(page, &out);
    page->plain = arena_copy(page->arena, buffer_text(&out));
    page->plain_type = METRICS_CONTENT_TYPE;
    buffer_release(&out);
    return true;
}
