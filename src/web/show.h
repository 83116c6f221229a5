// SPDX-License-Identifier: MIT
// Numbers and times as people read them.
#ifndef FLAWLESS_WEB_SHOW_H
#define FLAWLESS_WEB_SHOW_H

#include "base/value.h"

enum { SHORT_HASH = 12 }; // digits of a commit's hash that are shown

// Times are milliseconds since 1970 UTC.
struct text show_moment(struct arena *arena, int64_t at_ms); // "2024-05-06 07:08:09", UTC
struct text show_age(struct arena *arena, int64_t now_ms,
                     int64_t at_ms); // "3 minutes ago", "in 2 hours"
struct text show_duration(struct arena *arena, int64_t duration_ms); // "3 minutes"
struct text show_count(struct arena *arena, int64_t count);          // "10,000"
struct text show_counted(struct arena *arena, int64_t count,
                         const char *noun); // "1 error", "2 errors"

// A member with iso, text and age, for the template "time"; null when at_ms is 0.
void show_time(struct arena *arena, struct value *object, const char *name, int64_t now_ms,
               int64_t at_ms);

// A member that is null when there is no text.
void show_text_or_null(struct arena *arena, struct value *object, const char *name, struct text t);

#endif
