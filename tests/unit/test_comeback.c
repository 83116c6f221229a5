// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/comeback.h"

#define COMMIT "1111111111111111111111111111111111111111"

static const struct {
    const char *what, *commit, *revision;
    int64_t fixed_at_ms, seen_at_ms, count;
    enum fix_age age;
    enum comeback expected;
} cases[] = {
    {"not marked", COMMIT, "v2", 0, 6, 1, FIX_CONTAINED, COMEBACK_NO},
    {"no report since", COMMIT, "v2", 5, 0, 0, FIX_CONTAINED, COMEBACK_NO},
    {"git not asked yet", COMMIT, "v2", 5, 6, 1, FIX_NOT_ASKED, COMEBACK_ASK},
    {"an older release", COMMIT, "v1", 5, 6, 1000, FIX_OLDER, COMEBACK_NO},
    {"a release with the fix", COMMIT, "v2", 5, 6, 1, FIX_CONTAINED, COMEBACK_YES},
    {"the same, seen before", COMMIT, "v2", 5, 5, 1, FIX_CONTAINED, COMEBACK_NO},
    {"a release nobody knows", COMMIT, "live", 5, 6, 1, FIX_UNKNOWN, COMEBACK_YES},
    {"the same, seen before", COMMIT, "live", 5, 5, 1, FIX_UNKNOWN, COMEBACK_NO},
    {"no release", COMMIT, "", 5, 6, 1, FIX_NOT_ASKED, COMEBACK_YES},
    {"no release, seen before", COMMIT, "", 5, 4, 1, FIX_NOT_ASKED, COMEBACK_NO},
    {"no repository", "", "v1", 5, 6, 1, FIX_NOT_ASKED, COMEBACK_YES},
    {"no repository, seen before", "", "v1", 5, 5, 1, FIX_NOT_ASKED, COMEBACK_NO},
};

static void what_comes_back_is_told_by_time_and_release(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error_record record = {.fixed_at_ms = cases[i].fixed_at_ms,
                                      .fixed_commit = text_of(cases[i].commit)};
        struct seen_again seen = {.revision = text_of(cases[i].revision),
                                  .age = cases[i].age,
                                  .count = cases[i].count,
                                  .seen_at_ms = cases[i].seen_at_ms};
        if (comeback_decide(&record, &seen) != cases[i].expected)
            fail_msg("%s (case %zu)", cases[i].what, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_back_is_told_by_time_and_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
