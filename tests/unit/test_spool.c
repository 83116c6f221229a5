// SPDX-License-Identifier: MIT
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client/c/report.h"
#include "client/c/spool.h"
#include "folder.h"

static const char id_a[] = "0123456789abcdef0123456789abcdef";
static const char id_b[] = "fedcba9876543210fedcba9876543210";
static const struct text envelope_a = {"envelope a", 10};
static char directory[512]; // of the test, empty at its start

static bool put(const char *id, struct text envelope)
{
    struct fl_spool spool = {.directory = directory};
    return fl_spool_put(&spool, id, envelope);
}

// As a process does that has just started. The bytes are to be released.
static bool take(struct fl_spooled *taken, struct buffer *bytes)
{
    struct fl_spool spool = {.directory = directory};
    uint64_t too_old_n = 0;
    bool is_taken = fl_spool_take(&spool, time(NULL), bytes, taken, &too_old_n);
    assert_int_equal(too_old_n, 0);
    return is_taken;
}

static bool take_nothing(void)
{
    struct fl_spooled taken;
    struct buffer bytes = {0};
    bool is_taken = take(&taken, &bytes);
    buffer_release(&bytes);
    return !is_taken;
}

static void give_up(struct fl_spooled *taken, bool is_done)
{
    struct fl_spool spool = {.directory = directory};
    fl_spool_give_up(&spool, taken, is_done);
}

static const char *path_of(const char *id, const char *end)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s%s", directory, id, end);
    return path;
}

static void make_file(const char *id, const char *end, off_t size)
{
    int fd = open(path_of(id, end), O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

static void wait_for(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

// ---- putting and taking

static void what_a_process_puts_another_one_takes_until_it_is_done(void **state)
{
    struct fl_spooled taken;
    struct buffer bytes = {0};
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(!put(id_a, envelope_a));
    wait_for(child);
    assert_true(take(&taken, &bytes));
    assert_text_equal(buffer_text(&bytes), "envelope a");
    give_up(&taken, false);
    assert_true(take(&taken, &bytes));
    assert_text_equal(buffer_text(&bytes), "envelope a");
    give_up(&taken, true);
    assert_int_equal(folder_count(directory), 0);
    assert_false(take(&taken, &bytes));
    buffer_release(&bytes);
}

static void the_same_event_is_kept_once(void **state)
{
    struct fl_spooled taken;
    struct buffer bytes = {0};
    (void)state;
    assert_true(put(id_a, TEXT("first attempt")));
    assert_true(put(id_a, TEXT("second")));
    assert_int_equal(folder_count(directory), 1);
    assert_true(take(&taken, &bytes));
    assert_text_equal(buffer_text(&bytes), "second");
    give_up(&taken, true);
    buffer_release(&bytes);
}

static void without_a_directory_nothing_is_kept(void **state)
{
    struct fl_spool none = {0};
    struct fl_spooled taken;
    struct buffer bytes = {0};
    uint64_t too_old_n = 0;
    (void)state;
    assert_false(fl_spool_put(&none, id_a, envelope_a));
    assert_false(fl_spool_take(&none, time(NULL), &bytes, &taken, &too_old_n));
}

// Takes one, says so, and dies with it when it hears something.
static void hold_one(int said, int heard)
{
    struct fl_spooled taken;
    struct buffer bytes = {0};
    char c = take(&taken, &bytes) ? 'y' : 'n';
    bool is_told = write(said, &c, 1) == 1 && read(heard, &c, 1) == 1;
    _exit(!is_told);
}

static void what_one_process_sends_is_left_alone_until_it_dies(void **state)
{
    struct fl_spooled taken;
    struct buffer bytes = {0};
    int said[2], heard[2];
    char c;
    (void)state;
    assert_true(put(id_a, envelope_a));
    assert_int_equal(pipe(said), 0);
    assert_int_equal(pipe(heard), 0);
    pid_t child = fork();
    if (child == 0)
        hold_one(said[1], heard[0]);
    assert_int_equal(read(said[0], &c, 1), 1);
    assert_int_equal(c, 'y');
    assert_true(take_nothing());
    assert_true(put(id_b, TEXT("b")));
    assert_true(take(&taken, &bytes)); // the other one is free
    assert_string_equal(taken.name, "fedcba9876543210fedcba9876543210.envelope");
    give_up(&taken, true);
    assert_int_equal(write(heard[1], "x", 1), 1);
    wait_for(child);
    assert_true(take(&taken, &bytes));
    assert_text_equal(buffer_text(&bytes), "envelope a");
    give_up(&taken, true);
    buffer_release(&bytes);
    for (int i = 0; i < 2; i++) {
        close(said[i]);
        close(heard[i]);
    }
}

static void drain(int to)
{
    struct fl_spooled taken;
    struct buffer bytes = {0};
    bool is_well = true;
    while (is_well && take(&taken, &bytes)) {
        is_well = write(to, bytes.at, 1) == 1;
        give_up(&taken, true);
    }
    _exit(!is_well);
}

static void processes_that_drain_at_once_take_each_one_once(void **state)
{
    enum { FILE_N = 60, PROCESS_N = 3 };
    int pipes[2], seen[256] = {0};
    unsigned char c;
    pid_t children[PROCESS_N];
    (void)state;
    for (int i = 0; i < FILE_N; i++) {
        char id[33];
        c = (unsigned char)(i + 1);
        snprintf(id, sizeof id, "%032d", i);
        assert_true(put(id, (struct text){(char *)&c, 1}));
    }
    assert_int_equal(pipe(pipes), 0);
    for (int i = 0; i < PROCESS_N; i++)
        if ((children[i] = fork()) == 0)
            drain(pipes[1]);
    close(pipes[1]);
    while (read(pipes[0], &c, 1) == 1)
        seen[c]++;
    close(pipes[0]);
    for (int i = 0; i < PROCESS_N; i++)
        wait_for(children[i]);
    for (int i = 0; i < FILE_N; i++)
        assert_int_equal(seen[i + 1], 1);
    assert_int_equal(folder_count(directory), 0);
}

// ---- bounds

static void two_thousand_files_are_the_most(void **state)
{
    struct fl_spool spool = {.directory = directory};
    struct fl_spooled taken;
    struct buffer bytes = {0};
    uint64_t too_old_n = 0;
    char id[33];
    (void)state;
    for (int i = 0; i < FL_SPOOL_FILE_MAX; i++) {
        snprintf(id, sizeof id, "%032d", i);
        make_file(id, ".envelope", 1);
    }
    assert_false(put(id_b, envelope_a));
    assert_true(fl_spool_take(&spool, time(NULL), &bytes, &taken, &too_old_n));
    fl_spool_give_up(&spool, &taken, true);
    assert_true(fl_spool_take(&spool, time(NULL), &bytes, &taken, &too_old_n));
    fl_spool_give_up(&spool, &taken, false);
    assert_true(fl_spool_put(&spool, id_b, envelope_a));
    assert_false(fl_spool_put(&spool, id_a, envelope_a));
    buffer_release(&bytes);
}

// It counts now and then only, so it is to notice what others put as well as what it took.
static void a_long_drain_knows_how_much_room_there_is(void **state)
{
    struct fl_spool spool = {.directory = directory};
    struct fl_spooled taken;
    struct buffer bytes = {0};
    uint64_t too_old_n = 0;
    char id[33];
    (void)state;
    for (int i = 0; i < FL_SPOOL_FILE_MAX; i++) {
        snprintf(id, sizeof id, "%032d", i);
        make_file(id, ".envelope", 1);
    }
    for (int i = 0; i < 300; i++) {
        assert_true(fl_spool_take(&spool, time(NULL), &bytes, &taken, &too_old_n));
        fl_spool_give_up(&spool, &taken, true);
        assert_in_range(spool.file_n, FL_SPOOL_FILE_MAX - i - 1, FL_SPOOL_FILE_MAX - i + 100);
    }
    spool.in_haste = true;
    for (int i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "%031da", i);
        assert_true(fl_spool_put(&spool, id, envelope_a));
    }
    assert_false(fl_spool_put(&spool, id_a, envelope_a));
    assert_int_equal(folder_count(directory), FL_SPOOL_FILE_MAX);
    buffer_release(&bytes);
}

static void sixty_four_mebibytes_are_the_most_to_the_byte(void **state)
{
    struct fl_spool spool = {.directory = directory};
    (void)state;
    make_file(id_b, ".envelope", FL_SPOOL_BYTES_MAX - 10);
    assert_false(fl_spool_put(&spool, id_a, TEXT("eleven byte")));
    assert_int_equal(folder_count(directory), 1);
    assert_true(fl_spool_put(&spool, id_a, TEXT("ten bytes.")));
    assert_false(fl_spool_put(&spool, "00000000000000000000000000000000", TEXT("1")));
}

static void what_is_older_than_a_week_is_thrown_away_and_counted(void **state)
{
    struct fl_spool spool = {.directory = directory};
    struct fl_spooled taken;
    struct buffer bytes = {0};
    uint64_t too_old_n = 0;
    time_t now = time(NULL), week_ago = now - FL_SPOOL_AGE_MAX_S;
    (void)state;
    assert_true(put(id_a, envelope_a));
    assert_true(put(id_b, TEXT("b")));
    const struct timespec at[] = {{week_ago - 1, 0}, {week_ago - 1, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path_of(id_a, ".envelope"), at, 0), 0);
    assert_true(fl_spool_take(&spool, now, &bytes, &taken, &too_old_n));
    assert_text_equal(buffer_text(&bytes), "b");
    assert_int_equal(too_old_n, 1);
    fl_spool_give_up(&spool, &taken, false);
    assert_int_equal(folder_count(directory), 1);
    buffer_release(&bytes);
}

static void a_disk_without_room_keeps_nothing_half(void **state)
{
    static char big[100 * 1000];
    struct rlimit before;
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit little = {.rlim_cur = 10 * 1000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    bool is_put = put(id_a, (struct text){big, sizeof big});
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(is_put);
    assert_int_equal(folder_count(directory), 0);
}

// ---- what else may lie there

static void foreign_files_are_neither_sent_nor_removed(void **state)
{
    static const char *const names[] = {
        ".envelope",
        "notes.envelope",
        "0123456789ABCDEF0123456789ABCDEF.envelope",
        "0123456789abcdef0123456789abcde.envelope",
        "0123456789abcdef0123456789abcdef0.envelope",
        "0123456789abcdef0123456789abcdef.envelope.gz",
        "0123456789abcdef0123456789abcdef",
        "x0123456789abcdef0123456789abcde.envelope",
        "0123456789abcdef\n123456789abcdef.envelope",
        "%s%n%s%n0123456789abcdef01234567.envelope",
        "draft.new",
    };
    const size_t n = sizeof names / sizeof *names;
    struct fl_spool spool = {.directory = directory};
    struct fl_spooled taken;
    struct buffer bytes = {0};
    uint64_t too_old_n = 0;
    (void)state;
    for (size_t i = 0; i < n; i++)
        make_file(names[i], "", 100);
    assert_true(take_nothing());
    time_t later = time(NULL) + FL_SPOOL_AGE_MAX_S + 100;
    assert_false(fl_spool_take(&spool, later, &bytes, &taken, &too_old_n));
    assert_int_equal(too_old_n, 0);
    assert_int_equal(folder_count(directory), n);
    assert_int_equal(spool.file_n, 0);
}

static void only_whole_plain_files_are_sent(void **state)
{
    struct fl_spool spool = {.directory = directory};
    struct fl_spooled taken;
    struct buffer bytes = {0};
    uint64_t too_old_n = 0;
    char secret[600];
    (void)state;
    snprintf(secret, sizeof secret, "%s/secret", directory);
    make_file("secret", "", 100);
    assert_int_equal(symlink(secret, path_of(id_a, ".envelope")), 0);
    assert_int_equal(mkfifo(path_of(id_b, ".envelope"), 0600), 0);
    assert_int_equal(mkdir(path_of("00000000000000000000000000000001", ".envelope"), 0700), 0);
    make_file("00000000000000000000000000000002", ".envelope", 0);
    make_file("00000000000000000000000000000003", ".envelope", FL_EVENT_MAX + 8193);
    assert_true(take_nothing());
    assert_int_equal(folder_count(directory), 6);
    time_t later = time(NULL) + FL_SPOOL_AGE_MAX_S + 100;
    assert_false(fl_spool_take(&spool, later, &bytes, &taken, &too_old_n));
    assert_int_equal(too_old_n, 4); // all but the directory
    assert_int_equal(access(secret, F_OK), 0);
    assert_int_equal(folder_count(directory), 2);
}

static void the_largest_envelope_comes_back_whole(void **state)
{
    enum { SIZE = FL_EVENT_MAX + 8192 };
    struct fl_spooled taken;
    struct buffer bytes = {0}, big = {0};
    (void)state;
    assert_non_null(buffer_reserve(&big, SIZE));
    memset(big.at, 'x', SIZE);
    big.len = SIZE;
    assert_true(put(id_a, buffer_text(&big)));
    assert_true(take(&taken, &bytes));
    assert_true(text_equal(buffer_text(&bytes), buffer_text(&big)));
    give_up(&taken, true);
    buffer_release(&bytes);
    buffer_release(&big);
}

static void what_a_dying_process_left_half_written_is_not_sent_and_goes_after_a_week(void **state)
{
    struct fl_spool spool = {.directory = directory};
    struct fl_spooled taken;
    struct buffer bytes = {0};
    uint64_t too_old_n = 0;
    (void)state;
    make_file(id_a, ".new", 100);
    assert_false(fl_spool_take(&spool, time(NULL), &bytes, &taken, &too_old_n));
    assert_int_equal(spool.bytes, 100); // it takes room
    assert_int_equal(folder_count(directory), 1);
    time_t later = time(NULL) + FL_SPOOL_AGE_MAX_S + 100;
    assert_false(fl_spool_take(&spool, later, &bytes, &taken, &too_old_n));
    assert_int_equal(too_old_n, 0); // it never was in the spool
    assert_int_equal(folder_count(directory), 0);
}

static void a_planted_draft_is_not_written_through(void **state)
{
    char victim[600];
    struct stat s;
    (void)state;
    snprintf(victim, sizeof victim, "%s/victim", directory);
    make_file("victim", "", 5);
    assert_int_equal(symlink(victim, path_of(id_a, ".new")), 0);
    assert_false(put(id_a, envelope_a));
    assert_int_equal(stat(victim, &s), 0);
    assert_int_equal(s.st_size, 5);
}

// ---- the directory

static bool is_fit(const char *path, const char *complaint)
{
    struct error error = {0};
    if (fl_spool_check(path, &error))
        return true;
    assert_int_equal(error.kind, ERROR_CONFIG);
    assert_non_null(strstr(error.message, path));
    if (!strstr(error.message, complaint))
        fail_msg("%s", error.message);
    return false;
}

static void what_it_makes_is_for_its_user_only(void **state)
{
    struct stat s;
    char path[600];
    (void)state;
    snprintf(path, sizeof path, "%s", path_of("made", ""));
    mode_t before = umask(0);
    bool is_made = is_fit(path, "");
    struct fl_spool spool = {.directory = path};
    bool is_put = fl_spool_put(&spool, id_a, envelope_a);
    umask(before);
    assert_true(is_made && is_put);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 07777, 0700);
    snprintf(path, sizeof path, "%s/made/%s.envelope", directory, id_a);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 07777, 0600);
    assert_int_equal(unlink(path), 0);
}

static void a_directory_that_cannot_be_used_is_named(void **state)
{
    (void)state;
    assert_false(is_fit(path_of("missing/spool", ""), "cannot be made: No such file"));
    make_file("file", "", 5);
    assert_false(is_fit(path_of("file", ""), "is no directory"));
    assert_int_equal(symlink("/nowhere/at/all", path_of("dangling", "")), 0);
    assert_false(is_fit(path_of("dangling", ""), "is no directory"));
    assert_int_equal(chmod(directory, 0770), 0);
    assert_false(is_fit(directory, "others may write there"));
    assert_int_equal(chmod(directory, 0702), 0);
    assert_false(is_fit(directory, "others may write there"));
    assert_int_equal(chmod(directory, 0755), 0); // others may look: files are 0600
    assert_true(is_fit(directory, ""));
    if (geteuid() != 0) { // for whom a mode means nothing
        assert_int_equal(chmod(directory, 0500), 0);
        assert_false(is_fit(directory, "is no directory that can be written"));
    }
}

static void a_directory_of_somebody_else_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_true(put(id_a, envelope_a));
    assert_int_equal(chown(directory, 65534, 65534), 0);
    assert_false(is_fit(directory, "others may write there"));
    assert_false(put(id_b, envelope_a));
    assert_true(take_nothing());
}

// Somebody removes ours and makes one that all may write: what lies there would be sent with our
// key.
static void a_directory_that_was_opened_to_others_is_used_no_more(void **state)
{
    struct fl_spool spool = {.directory = directory};
    (void)state;
    assert_true(fl_spool_put(&spool, id_a, envelope_a));
    assert_int_equal(chmod(directory, 0777), 0);
    assert_false(fl_spool_put(&spool, id_b, envelope_a));
    assert_true(take_nothing());
    assert_int_equal(folder_count(directory), 1);
    assert_int_equal(chmod(directory, 0700), 0);
    assert_false(take_nothing());
}

static void a_directory_that_vanished_keeps_nothing_and_does_not_come_back(void **state)
{
    struct fl_spool spool = {.directory = directory};
    (void)state;
    assert_true(fl_spool_put(&spool, id_a, envelope_a));
    folder_remove(directory);
    assert_false(fl_spool_put(&spool, id_b, envelope_a));
    assert_true(take_nothing());
    assert_int_equal(access(directory, F_OK), -1);
}

static void what_was_sent_and_cannot_be_removed_is_not_sent_again(void **state)
{
    char elsewhere[600];
    struct fl_spooled taken;
    struct buffer bytes = {0};
    (void)state;
    snprintf(elsewhere, sizeof elsewhere, "%s-elsewhere", directory);
    assert_true(put(id_a, envelope_a));
    assert_true(take(&taken, &bytes));
    assert_int_equal(rename(directory, elsewhere), 0);
    give_up(&taken, true);
    assert_int_equal(rename(elsewhere, directory), 0);
    assert_int_equal(folder_count(directory), 1);
    assert_true(take_nothing());
    buffer_release(&bytes);
}

static int make_directory(void **state)
{
    (void)state;
    return folder_make(directory, sizeof directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    folder_remove(directory);
    return 0;
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(what_a_process_puts_another_one_takes_until_it_is_done),
        IN_DIRECTORY(the_same_event_is_kept_once),
        IN_DIRECTORY(without_a_directory_nothing_is_kept),
        IN_DIRECTORY(what_one_process_sends_is_left_alone_until_it_dies),
        IN_DIRECTORY(processes_that_drain_at_once_take_each_one_once),
        IN_DIRECTORY(two_thousand_files_are_the_most),
        IN_DIRECTORY(a_long_drain_knows_how_much_room_there_is),
        IN_DIRECTORY(sixty_four_mebibytes_are_the_most_to_the_byte),
        IN_DIRECTORY(what_is_older_than_a_week_is_thrown_away_and_counted),
        IN_DIRECTORY(a_disk_without_room_keeps_nothing_half),
        IN_DIRECTORY(foreign_files_are_neither_sent_nor_removed),
        IN_DIRECTORY(only_whole_plain_files_are_sent),
        IN_DIRECTORY(the_largest_envelope_comes_back_whole),
        IN_DIRECTORY(what_a_dying_process_left_half_written_is_not_sent_and_goes_after_a_week),
        IN_DIRECTORY(a_planted_draft_is_not_written_through),
        IN_DIRECTORY(what_it_makes_is_for_its_user_only),
        IN_DIRECTORY(a_directory_that_cannot_be_used_is_named),
        IN_DIRECTORY(a_directory_of_somebody_else_is_refused),
        IN_DIRECTORY(a_directory_that_was_opened_to_others_is_used_no_more),
        IN_DIRECTORY(a_directory_that_vanished_keeps_nothing_and_does_not_come_back),
        IN_DIRECTORY(what_was_sent_and_cannot_be_removed_is_not_sent_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
