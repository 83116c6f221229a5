// SPDX-License-Identifier: MIT
#include "core/comeback.h"

enum comeback comeback_decide(const struct error_record *record, const struct seen_again *seen)
{
    static const enum comeback by_age[] = {[FIX_NOT_ASKED] = COMEBACK_ASK,
                                           [FIX_OLDER] = COMEBACK_NO,
                                           [FIX_CONTAINED] = COMEBACK_YES,
                                           [FIX_UNKNOWN] = COMEBACK_YES};
    if (!record->fixed_at_ms || seen->count == 0 || seen->seen_at_ms <= record->fixed_at_ms)
        return COMEBACK_NO;
    if (!record->fixed_commit.len || !seen->revision.len)
        return COMEBACK_YES;
    return by_age[seen->age];
}
