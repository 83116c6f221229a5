// SPDX-License-Identifier: MIT
#include "core/site.h"

#include <stdio.h>

struct digest site_key(const struct site *site)
{
    char numbers[64];
    int len = snprintf(numbers, sizeof numbers, "%lld %lld %d", (long long)site->project_id,
                       (long long)site->line_number, site->is_unowned);
    const struct text parts[] = {
        {numbers, (size_t)len}, site->revision, site->path, site->function, site->text,
    };
    return digest_of(parts, sizeof parts / sizeof *parts);
}
