// SPDX-License-Identifier: MIT
// Does an error deserve a letter now? Pure.
#ifndef FLAWLESS_CORE_ALERT_H
#define FLAWLESS_CORE_ALERT_H

#include "core/error_record.h"
#include "core/rules.h"

struct alert_settings {
    int64_t threshold;       // report_error_threshold
    int64_t minimum_date_ms; // report_only_after_minimum_date
};

// Whoever is to be told, no letter is due before blame has said whose the line is, or that nobody
// can be determined; and none for errors without a frame of ours, or while somebody's mark says
// that the error is fixed. After it came back all is as for a new error, counted from then on.
//
// Unknown (known NULL): once for ever. Not mailed yet, line changed on or after the minimum date (a
// line of which nobody knows when it was changed is not held back), and count at or over the newest
// report's own threshold or else the configured one.
//
// Known: when the count has reached min_alert_threshold or a multiple of alert_every_n_occurrences
// since it was told_count, the count for which this was decided before; never over
// max_alert_threshold.
bool alert_is_due(const struct alert_settings *settings, const struct error_record *record,
                  const struct rule *known, int64_t told_count);

#endif
