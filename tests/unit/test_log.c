// SPDX-License-Identifier: MIT
// The log in a directory of its own, with a clock that the test turns.
#include "test.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

enum { THREAD_N = 4, LINE_N = 200, DAY_MS = 24 * 60 * 60 * 1000 };

static const int64_t evening_ms = 1780271990000; // 2026-05-31T23:59:50Z
static atomic_llong now_ms;

static int64_t told_ms(const struct clock *c)
{
    (void)c;
    return atomic_load(&now_ms);
}

static const struct clock test_clock = {told_ms, told_ms};

struct fixture {
    char dir[64], path[80];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/flawless-log-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof f->path, "%s/x.log", f->dir);
    atomic_store(&now_ms, evening_ms);
    *state = f;
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    log_close();
    nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

static void touch(const struct fixture *f, const char *suffix, const char *content)
{
    char path[128];
    snprintf(path, sizeof path, "%s%s", f->path, suffix);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static bool exists(const struct fixture *f, const char *suffix)
{
    char path[128];
    snprintf(path, sizeof path, "%s%s", f->path, suffix);
    return access(path, F_OK) == 0;
}

// Lines with these words in PATH and suffix; -1 when there is no such file.
static int count_lines(const struct fixture *f, const char *suffix, const char *words)
{
    char path[128], line[2200];
    int count = 0;
    snprintf(path, sizeof path, "%s%s", f->path, suffix);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file))
        count += strstr(line, words) != NULL;
    fclose(file);
    return count;
}

static void the_first_line_of_a_day_begins_a_new_file(void **state)
{
    struct fixture *f = *state;
    assert_true(log_open_daily(LOG_INFO, f->path, 3, &test_clock));
    log_info("before midnight");
    atomic_store(&now_ms, evening_ms + 9999);
    log_info("just before midnight");
    assert_false(exists(f, ".2026-05-31"));
    atomic_store(&now_ms, evening_ms + 10000);
    log_info("after midnight");
    log_info("later");
    assert_int_equal(count_lines(f, ".2026-05-31", "before midnight"), 2);
    assert_int_equal(count_lines(f, ".2026-05-31", "2026-05-31T23:59:5"), 2);
    assert_int_equal(count_lines(f, "", "2026-06-01T00:00:00.000Z INFO"), 2);
}

static void days_that_are_over_for_long_enough_are_removed_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    static const char *const others[] = {
        ".2026-05-2",     ".2026-05-20.gz", ".2026-05-20.",
        ".2026-05-20.1x", "2026-05-20",     ".2026-05-20-old",
    };
    for (size_t i = 0; i < 6; i++)
        touch(f, others[i], "");
    touch(f, ".2026-05-27", "");
    touch(f, ".2026-05-28", "");
    touch(f, ".2026-05-29", "");
    touch(f, ".2026-05-28.1", "");
    assert_true(log_open_daily(LOG_INFO, f->path, 3, &test_clock)); // of the 31st
    assert_false(exists(f, ".2026-05-27"));
    assert_true(exists(f, ".2026-05-28"));
    log_info("before midnight");
    atomic_store(&now_ms, evening_ms + 10000);
    log_info("after midnight");
    assert_false(exists(f, ".2026-05-28"));
    assert_false(exists(f, ".2026-05-28.1"));
    assert_true(exists(f, ".2026-05-29"));
    assert_true(exists(f, ".2026-05-31"));
    for (size_t i = 0; i < 6; i++)
        assert_true(exists(f, others[i]));
}

static void a_file_of_an_earlier_day_is_renamed_after_a_restart(void **state)
{
    struct fixture *f = *state;
    touch(f, "", "an old line\n");
    struct timespec times[2] = {{.tv_sec = evening_ms / 1000 - 2 * DAY_MS / 1000},
                                {.tv_sec = evening_ms / 1000 - 2 * DAY_MS / 1000}};
    assert_int_equal(utimensat(AT_FDCWD, f->path, times, 0), 0);
    assert_true(log_open_daily(LOG_INFO, f->path, 3, &test_clock));
    log_info("a new line");
    assert_int_equal(count_lines(f, ".2026-05-29", "an old line"), 1);
    assert_int_equal(count_lines(f, "", "an old line"), 0);
    assert_int_equal(count_lines(f, "", "a new line"), 1);
}

static void a_day_that_has_a_file_already_gets_another(void **state)
{
    struct fixture *f = *state;
    touch(f, ".2026-05-31", "precious\n");
    assert_true(log_open_daily(LOG_INFO, f->path, 3, &test_clock));
    log_info("before midnight");
    atomic_store(&now_ms, evening_ms + 10000);
    log_info("after midnight");
    assert_int_equal(count_lines(f, ".2026-05-31", "precious"), 1);
    assert_int_equal(count_lines(f, ".2026-05-31.1", "before midnight"), 1);
}

static void with_no_days_to_keep_the_file_stays(void **state)
{
    struct fixture *f = *state;
    assert_true(log_open_daily(LOG_INFO, f->path, 0, &test_clock));
    touch(f, ".2020-01-01", "");
    log_info("before midnight");
    atomic_store(&now_ms, evening_ms + DAY_MS);
    log_info("after midnight");
    assert_int_equal(count_lines(f, "", "midnight"), 2);
    assert_true(exists(f, ".2020-01-01"));
}

static void what_others_have_renamed_is_opened_again(void **state)
{
    struct fixture *f = *state;
    char renamed[100];
    snprintf(renamed, sizeof renamed, "%s.1", f->path);
    assert_true(log_open_daily(LOG_INFO, f->path, 3, &test_clock));
    log_info("one");
    assert_int_equal(rename(f->path, renamed), 0);
    log_info("two");
    assert_true(log_reopen());
    log_info("three");
    assert_int_equal(count_lines(f, ".1", "INFO"), 2);
    assert_int_equal(count_lines(f, "", "three"), 1);
    assert_int_equal(rename(f->path, renamed), 0); // and nobody says so before the day ends
    atomic_store(&now_ms, evening_ms + 10000);
    log_info("four");
    assert_int_equal(count_lines(f, "", "four"), 1);
    assert_false(exists(f, ".2026-05-31"));
}

static void a_file_that_cannot_be_opened_again_goes_on(void **state)
{
    struct fixture *f = *state;
    char renamed[100];
    snprintf(renamed, sizeof renamed, "%s.1", f->path);
    assert_true(log_open_daily(LOG_INFO, f->path, 3, &test_clock));
    assert_int_equal(rename(f->path, renamed), 0);
    assert_int_equal(mkdir(f->path, 0700), 0);
    assert_false(log_reopen());
    log_info("not lost");
    assert_int_equal(count_lines(f, ".1", "not lost"), 1);
}

static void a_day_that_cannot_get_a_file_goes_into_the_old_one(void **state)
{
    struct fixture *f = *state;
    char renamed[128];
    assert_true(log_open_daily(LOG_INFO, f->path, 3, &test_clock));
    log_info("before midnight");
    snprintf(renamed, sizeof renamed, "%s.1", f->path);
    assert_int_equal(rename(f->path, renamed), 0);
    assert_int_equal(mkdir(f->path, 0700), 0); // somebody's directory has taken the place
    atomic_store(&now_ms, evening_ms + 10000);
    log_info("after midnight");
    log_info("later");
    assert_int_equal(count_lines(f, ".1", "midnight"), 2);
    assert_int_equal(count_lines(f, ".1", "no new file could be begun"), 1);
    assert_int_equal(count_lines(f, ".1", "later"), 1);
}

static void a_pipe_has_no_days(void **state)
{
    (void)state;
    assert_true(log_open_daily(LOG_INFO, "/dev/null", 3, &test_clock));
    log_info("before midnight");
    atomic_store(&now_ms, evening_ms + 10000);
    log_info("after midnight");
    assert_int_equal(access("/dev/null.2026-05-31", F_OK), -1);
}

static void *write_many(void *argument)
{
    (void)argument;
    for (int i = 0; i < LINE_N; i++) {
        log_info("line of many");
        atomic_fetch_add(&now_ms, DAY_MS / 100);
    }
    return NULL;
}

static void no_line_is_lost_while_days_turn_and_others_rename(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[THREAD_N];
    char suffix[16];
    int count = 0;
    assert_true(log_open_daily(LOG_INFO, f->path, 1000, &test_clock));
    for (int i = 0; i < THREAD_N; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, NULL), 0);
    for (int i = 0; i < 20; i++)
        assert_true(log_reopen());
    for (int i = 0; i < THREAD_N; i++)
        pthread_join(threads[i], NULL);
    for (int day = 31; day <= 31 + 9; day++) {
        snprintf(suffix, sizeof suffix, ".2026-%02d-%02d", day > 31 ? 6 : 5,
                 day > 31 ? day - 31 : day);
        int lines = count_lines(f, suffix, "line of many");
        count += lines > 0 ? lines : 0;
    }
    assert_int_equal(count + count_lines(f, "", "line of many"), THREAD_N * LINE_N);
    assert_true(exists(f, ".2026-06-05"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_first_line_of_a_day_begins_a_new_file),
        TEST(days_that_are_over_for_long_enough_are_removed_and_nothing_else),
        TEST(a_file_of_an_earlier_day_is_renamed_after_a_restart),
        TEST(a_day_that_has_a_file_already_gets_another),
        TEST(with_no_days_to_keep_the_file_stays),
        TEST(what_others_have_renamed_is_opened_again),
        TEST(a_file_that_cannot_be_opened_again_goes_on),
        TEST(a_day_that_cannot_get_a_file_goes_into_the_old_one),
        TEST(a_pipe_has_no_days),
        TEST(no_line_is_lost_while_days_turn_and_others_rename),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
