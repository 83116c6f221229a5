// SPDX-License-Identifier: MIT
#include "core/alert.h"

bool alert_is_due(const struct alert_settings *settings, const struct error_record *record)
{
    const struct ownership *who = &record->ownership;
    int64_t threshold = record->threshold > 0 ? record->threshold : settings->threshold;
    if (record->letter_at_ms != 0)
        return false;
    if (who->state != OWNER_FOUND && who->state != OWNER_DEFAULT)
        return false;
    if (who->owner_email.len == 0)
        return false;
    if (who->changed_at_ms != 0 && who->changed_at_ms < settings->minimum_date_ms)
        return false;
    return record->count >= threshold;
}
