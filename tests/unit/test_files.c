// SPDX-License-Identifier: MIT
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/files.h"

static char room[64]; // a directory of one test's own

static int set_up(void **state)
{
    (void)state;
    snprintf(room, sizeof room, "/tmp/flawless-files-XXXXXX");
    return mkdtemp(room) && chdir(room) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "link", "deep/er/a", "deep/er", "deep"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove(names[i]);
    return chdir("/") == 0 && rmdir(room) == 0 ? 0 : -1; // also: nothing else is left there
}

static void replace(const char *path, const char *content)
{
    struct error error = {0};
    if (!files_replace(path, text_of(content), 0600, (uid_t)-1, &error))
        fail_msg("%s", error.message);
}

static void expect(const char *path, const char *content, mode_t mode)
{
    struct buffer found = {0};
    struct stat status;
    assert_true(files_read(path, 100, &found, NULL));
    assert_text_equal(buffer_text(&found), content);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, mode);
    buffer_release(&found);
}

static void a_new_file_and_its_directories_are_made(void **state)
{
    (void)state;
    struct stat status;
    replace("deep/er/a", "new");
    expect("deep/er/a", "new", 0600);
    assert_int_equal(stat("deep", &status), 0);
    assert_int_equal(status.st_mode & 0700, 0700);
}

static void what_exists_keeps_its_mode(void **state)
{
    (void)state;
    replace("a", "old");
    assert_int_equal(chmod("a", 0640), 0);
    replace("a", "new");
    expect("a", "new", 0640);
}

static void a_symbolic_link_stays_one(void **state)
{
    (void)state;
    struct stat status;
    replace("a", "old");
    assert_int_equal(symlink("a", "link"), 0);
    replace("link", "new");
    expect("a", "new", 0600);
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

static void what_cannot_be_written_is_named_and_leaves_nothing(void **state)
{
    (void)state;
    struct error error = {0};
    replace("a", "a file");
    assert_false(files_replace("a/b", TEXT("x"), 0600, (uid_t)-1, &error));
    assert_int_equal(error.kind, ERROR_CONFIG);
    assert_non_null(strstr(error.message, "a/b"));
    assert_int_equal(mkdir("deep", 0755), 0);
    assert_false(files_replace("deep", TEXT("x"), 0600, (uid_t)-1, &error));
    assert_non_null(strstr(error.message, "deep"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_file_and_its_directories_are_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_exists_keeps_its_mode, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_symbolic_link_stays_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_named_and_leaves_nothing, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
