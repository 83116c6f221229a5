// SPDX-License-Identifier: MIT
#include "core/alert.h"

static bool is_known_due(const struct rule *known, int64_t count, int64_t told_count)
{
    int64_t least = known->min_alert_threshold, every = known->alert_every_n_occurrences;
    if (known->max_alert_threshold >= 0 && count > known->max_alert_threshold)
        return false;
    if (least > 0 && told_count < least && count >= least)
        return true;
    return every > 0 && count / every > told_count / every;
}

bool alert_is_due(const struct alert_settings *settings, const struct error_record *record,
                  const struct rule *known, int64_t told_count)
{
    const struct ownership *who = &record->ownership;
    int64_t count = record->count - record->back_count; // since it came back
    int64_t threshold = record->threshold > 0 ? record->threshold : settings->threshold;
    if (record->fixed_at_ms != 0)
        return false;
    if (who->state != OWNER_FOUND && who->state != OWNER_DEFAULT)
        return false;
    if (known)
        return is_known_due(known, count,
                            told_count > record->back_count ? told_count - record->back_count : 0);
    if (record->letter_at_ms != 0)
        return false;
    if (who->changed_at_ms != 0 && who->changed_at_ms < settings->minimum_date_ms)
        return false;
    return count >= threshold;
}
