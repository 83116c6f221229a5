// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "io/files.h"
#include "server/config.h"

static char room[64]; // a directory of this test's own

static void write_file(const char *name, const char *content)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", room, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(content, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(room, sizeof room, "/tmp/flawless-config-XXXXXX");
    return mkdtemp(room) && setenv("HOME", room, 1) == 0 && unsetenv("XDG_DATA_HOME") == 0 &&
                   chdir(room) == 0
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char *arguments[] = {(char *)"rm", (char *)"-rf", room, NULL};
    if (chdir("/") != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        execvp(arguments[0], arguments);
        _exit(127);
    }
    return child > 0 && waitpid(child, NULL, 0) == child ? 0 : -1;
}

static bool load(struct config *config, struct error *error, const char *argument,
                 const char *value)
{
    char *arguments[] = {(char *)"start", (char *)argument, (char *)value, NULL};
    *error = (struct error){0};
    return config_load(argument ? value ? 3 : 2 : 1, arguments, config, error);
}

static void expect_failure(const char *argument, const char *value, enum error_kind kind,
                           const char *words)
{
    struct config config;
    struct error error;
    assert_false(load(&config, &error, argument, value));
    assert_int_equal(error.kind, kind);
    if (!strstr(error.message, words))
        fail_msg("\"%s\" does not say \"%s\"", error.message, words);
    config_release(&config);
}

static void paths_count_from_the_directory_of_the_file(void **state)
{
    (void)state;
    struct config config;
    struct error error;
    char expected[200];
    write_file("flawless.cfg", "[flawless]\ndata_dir_path = data/deep\nrepo_dir = ~/code/app.git\n"
                               "log_file = /var/log/flawless.log\ngit_cli_path = git\n");
    if (!load(&config, &error, "-conf", "flawless.cfg"))
        fail_msg("%s", error.message);
    snprintf(expected, sizeof expected, "%s/data/deep", room);
    assert_string_equal(config.options.data_dir_path.at, expected);
    assert_string_equal(config.options.store.at, expected);
    struct stat status;
    assert_int_equal(stat(expected, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    snprintf(expected, sizeof expected, "%s/code/app.git", room);
    assert_string_equal(config.options.repo_dir.at, expected);
    assert_string_equal(config.options.config_dir_path.at, room);
    assert_string_equal(config.options.log_file.at, "/var/log/flawless.log");
    assert_string_equal(config.options.git_cli_path.at, "git");
    assert_text_equal(buffer_text(&config.project_name), "app");
    snprintf(expected, sizeof expected, "%s/flawless.cfg", room);
    assert_string_equal(config.file_name.at, expected);
    config_release(&config);
}

static void a_work_tree_is_found_and_has_data_of_its_own(void **state)
{
    (void)state;
    struct config config;
    struct error error;
    char expected[200];
    assert_int_equal(mkdir("shop", 0700), 0);
    assert_int_equal(mkdir("shop/.git", 0700), 0);
    assert_int_equal(mkdir("shop/lib", 0700), 0);
    assert_int_equal(chdir("shop/lib"), 0);
    bool is_loaded = load(&config, &error, NULL, NULL);
    assert_int_equal(chdir(room), 0);
    if (!is_loaded)
        fail_msg("%s", error.message);
    snprintf(expected, sizeof expected, "%s/shop", room);
    assert_string_equal(config.options.repo_dir.at, expected);
    snprintf(expected, sizeof expected, "%s/.local/share/flawless/shop-", room);
    assert_true(text_starts(config.options.data_dir_path, text_of(expected)));
    assert_int_equal(access(config.options.data_dir_path.at, W_OK), 0);
    assert_text_equal(buffer_text(&config.project_name), "shop");
    assert_int_equal(config.file_name.len, 0);
    config_release(&config);
}

static void outside_of_a_work_tree_a_configuration_is_asked_for(void **state)
{
    (void)state;
    expect_failure(NULL, NULL, ERROR_INPUT, "not inside a git work tree");
}

static void a_wrong_command_line_is_told_from_a_wrong_file(void **state)
{
    (void)state;
    expect_failure("-conf", NULL, ERROR_INPUT, "-conf needs the path");
    expect_failure("--port", NULL, ERROR_INPUT, "there is no argument \"--port\"");
    expect_failure("--conf=missing.cfg", NULL, ERROR_CONFIG, "cannot open missing.cfg");
    expect_failure("--conf", ".", ERROR_CONFIG, "is not a file");
    write_file("bad.cfg", "[flawless]\nport = none\n");
    expect_failure("-conf=bad.cfg", NULL, ERROR_CONFIG, "bad.cfg:2: port: expected");
    write_file("odd.cfg", "[flawless]\ndata_dir_path = bad.cfg/data\n");
    expect_failure("-conf", "odd.cfg", ERROR_CONFIG, "data_dir_path: cannot make the directory");
}

static void the_password_file_is_one_line(void **state)
{
    (void)state;
    struct config config;
    struct error error;
    write_file("pass.cfg", "[flawless]\ndata_dir_path = d\nsmtp_user = u\n"
                           "smtp_password_file = password\n");
    expect_failure("-conf", "pass.cfg", ERROR_CONFIG, "smtp_password_file: cannot open");
    write_file("password", "s3cret word\r\n");
    assert_true(load(&config, &error, "-conf", "pass.cfg"));
    assert_string_equal(config.options.smtp_password.at, "s3cret word");
    config_release(&config);
    write_file("password", "one\ntwo\n");
    expect_failure("-conf", "pass.cfg", ERROR_CONFIG, "on one line");
    write_file("password", "\n");
    expect_failure("-conf", "pass.cfg", ERROR_CONFIG, "on one line");
}

static void a_file_over_the_bound_leaves_the_buffer_as_it_was(void **state)
{
    (void)state;
    struct buffer content = {0};
    struct error error;
    write_file("ten", "0123456789");
    buffer_add_string(&content, "kept");
    assert_false(files_read("ten", 9, &content, &error));
    assert_text_equal(buffer_text(&content), "kept");
    assert_true(files_read("ten", 10, &content, &error));
    assert_text_equal(buffer_text(&content), "kept0123456789");
    buffer_release(&content);
}

static void the_sample_with_every_comment_taken_off_is_the_defaults(void **state)
{
    (void)state;
    struct buffer sample = {0}, content = {0}, now = {0};
    struct error error;
    struct options o;
    struct text rest, line;
    assert_true(
        files_read(SOURCE_ROOT "/docs/flawless.cfg.sample", OPTIONS_SIZE_MAX, &sample, &error));
    rest = buffer_text(&sample);
    while (text_cut(&rest, '\n', &line)) {
        if (text_starts(line, TEXT("#")) && !text_starts(line, TEXT("# ")))
            line = text_from(line, 1);
        buffer_add(&content, line);
        buffer_add_char(&content, '\n');
    }
    options_init(&o);
    if (!options_read(&o, "sample", buffer_text(&content), (struct options_warnings){0}, &error))
        fail_msg("%s", error.message);
    for (const struct option_row *row = option_table; row->name; row++) {
        buffer_clear(&now);
        buffer_printf(&now, "\n%s =", row->name);
        assert_true(text_contains(buffer_text(&content), buffer_text(&now)));
        buffer_clear(&now);
        option_show(&o, row, &now);
        assert_text_equal(buffer_text(&now), row->value);
    }
    options_release(&o);
    buffer_release(&sample);
    buffer_release(&content);
    buffer_release(&now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_count_from_the_directory_of_the_file),
        cmocka_unit_test(a_work_tree_is_found_and_has_data_of_its_own),
        cmocka_unit_test(outside_of_a_work_tree_a_configuration_is_asked_for),
        cmocka_unit_test(a_wrong_command_line_is_told_from_a_wrong_file),
        cmocka_unit_test(the_password_file_is_one_line),
        cmocka_unit_test(a_file_over_the_bound_leaves_the_buffer_as_it_was),
        cmocka_unit_test(the_sample_with_every_comment_taken_off_is_the_defaults),
    };
    log_open(LOG_ERROR, NULL);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
