// SPDX-License-Identifier: MIT
// Does an error deserve a letter now? Pure.
#ifndef FLAWLESS_CORE_ALERT_H
#define FLAWLESS_CORE_ALERT_H

#include "core/error_record.h"

struct alert_settings {
    int64_t threshold;       // report_error_threshold
    int64_t minimum_date_ms; // report_only_after_minimum_date
};

// Once for ever: not mailed yet, owner known and with an address, line changed on or after the
// minimum date (a line of which nobody knows when it was changed is not held back), and count at or
// over the newest report's own threshold or else the configured one.
bool alert_is_due(const struct alert_settings *settings, const struct error_record *record);

#endif
