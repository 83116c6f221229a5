// SPDX-License-Identifier: MIT
#include "core/week.h"

#include <stdio.h>
#include <time.h>

enum { DAY_MS = 24 * 3600 * 1000 };

int64_t week_start_ms(int64_t moment_ms)
{
    // 1970-01-04 was the first Sunday
    const int64_t first_sunday_ms = 3 * (int64_t)DAY_MS;
    int64_t into_week = (moment_ms - first_sunday_ms) % WEEK_MS;
    if (into_week < 0)
        into_week += WEEK_MS;
    return moment_ms - into_week;
}

void date_write(int64_t moment_ms, char *out)
{
    const int64_t year_0_ms = -62167219200000, year_9999_end_ms = 253402300799999;
    if (moment_ms < year_0_ms)
        moment_ms = year_0_ms;
    if (moment_ms > year_9999_end_ms)
        moment_ms = year_9999_end_ms;
    int64_t seconds = moment_ms / 1000 - (moment_ms % 1000 < 0);
    time_t when = (time_t)seconds;
    struct tm utc;
    gmtime_r(&when, &utc);
    snprintf(out, 11, "%04u-%02u-%02u", (unsigned)(utc.tm_year + 1900) % 10000,
             (unsigned)(utc.tm_mon + 1) % 100, (unsigned)utc.tm_mday % 100);
}
