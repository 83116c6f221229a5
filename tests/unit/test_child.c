// SPDX-License-Identifier: MIT
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/child.h"

static const char *const environment[] = {"PATH=/usr/bin:/bin", "GREETING=hello", NULL};

// Runs a few lines of sh, which is as good a program as any.
static bool run_script(const char *script, const char *input, int64_t timeout_ms,
                       struct buffer *output, struct error *error)
{
    const char *const arguments[] = {"sh", "-c", script, NULL};
    struct child_job job = {.name = "script",
                            .arguments = arguments,
                            .environment = environment,
                            .timeout_ms = timeout_ms};
    return child_run(&job, text_of(input), output, error);
}

static void assert_no_children_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    struct buffer output = {0};
    struct error error = {0};
    assert_true(
        run_script("cat; echo $GREETING; echo $HOME", "some input\n", 10000, &output, &error));
    assert_text_equal(buffer_text(&output), "some input\nhello\n\n");
    buffer_release(&output);
    assert_no_children_left();
}

static void much_goes_through_both_ways_at_once(void **state)
{
    (void)state;
    struct buffer output = {0}, input = {0};
    struct error error = {0};
    for (int i = 0; i < 300000; i++)
        buffer_printf(&input, "%d\n", i);
    assert_true(run_script("cat; cat /dev/null >&2", input.at, 30000, &output, &error));
    assert_int_equal(output.len, input.len);
    assert_memory_equal(output.at, input.at, input.len);
    buffer_release(&output);
    buffer_release(&input);
}

static void a_failure_says_the_status_and_the_last_words(void **state)
{
    (void)state;
    struct buffer output = {0};
    struct error error = {0};
    assert_false(run_script("seq 1 100000 >&2; printf 'bad\\001 \\377 thing\\n' >&2; exit 3", "",
                            10000, &output, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_non_null(strstr(error.message, "script failed with status 3: "));
    assert_non_null(strstr(error.message, "100000 bad  ? thing"));
    assert_false(run_script("kill -9 $$", "", 10000, &output, &error));
    assert_string_equal(error.message, "script was killed by signal 9");
    buffer_release(&output);
    assert_no_children_left();
}

static void a_program_that_is_not_there_is_the_operators_business(void **state)
{
    (void)state;
    const char *const arguments[] = {"/nonexistent/git", NULL};
    struct child_job job = {
        .name = "git", .arguments = arguments, .environment = environment, .timeout_ms = 1000};
    struct buffer output = {0};
    struct error error = {0};
    assert_false(child_run(&job, (struct text){0}, &output, &error));
    assert_int_equal(error.kind, ERROR_CONFIG);
    assert_non_null(strstr(error.message, "/nonexistent/git"));
    assert_no_children_left();
}

static void the_deadline_ends_the_whole_group(void **state)
{
    (void)state;
    struct buffer output = {0};
    struct error error = {0};
    int64_t start = clock_mono_ms(&clock_system);
    // the grandchild holds the pipe open, too
    assert_false(run_script("sleep 60 & echo $!; sleep 60", "", 300, &output, &error));
    assert_true(clock_mono_ms(&clock_system) - start < 10000);
    assert_non_null(strstr(error.message, "took longer than 1 s"));
    int64_t grandchild = 0;
    assert_true(text_to_int64(text_trim(buffer_text(&output)), &grandchild));
    // killed; it is gone once its new parent has waited for it
    for (int i = 0; i < 1000 && kill((pid_t)grandchild, 0) == 0; i++) {
        char path[64], line[256] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", (int)grandchild);
        FILE *file = fopen(path, "r");
        bool is_zombie = file && fgets(line, sizeof line, file) && strstr(line, ") Z");
        if (file)
            fclose(file);
        if (is_zombie)
            break;
        assert_true(i < 999);
        usleep(10000);
    }
    buffer_release(&output);
    assert_no_children_left();
}

static void a_program_that_closes_its_output_and_stays_is_stopped(void **state)
{
    (void)state;
    struct buffer output = {0};
    struct error error = {0};
    assert_false(run_script("exec >&- 2>&-; exec sleep 60", "", 300, &output, &error));
    assert_non_null(strstr(error.message, "was stopped"));
    assert_no_children_left();
}

static void too_much_output_is_refused(void **state)
{
    (void)state;
    struct buffer output = {.max = 1000};
    struct error error = {0};
    assert_false(run_script("while :; do echo 0123456789; done", "", 10000, &output, &error));
    assert_int_equal(error.kind, ERROR_TOO_LARGE);
    assert_true(output.len <= 1000);
    buffer_release(&output);
    assert_no_children_left();
}

static void a_program_that_does_not_read_raises_no_signal(void **state)
{
    (void)state;
    struct buffer output = {0}, input = {0};
    struct error error = {0};
    for (int i = 0; i < 100000; i++)
        buffer_add_string(&input, "0123456789");
    signal(SIGPIPE, SIG_DFL); // would end this process
    assert_true(run_script("exec 0<&-; echo done", input.at, 10000, &output, &error));
    assert_text_equal(buffer_text(&output), "done\n");
    sigset_t pending;
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
    buffer_release(&output);
    buffer_release(&input);
}

static void only_three_descriptors_are_handed_on(void **state)
{
    (void)state;
    struct buffer output = {0};
    struct error error = {0};
    int leaked = open("/dev/null", O_RDONLY);
    assert_true(leaked > 2);
    char script[80];
    snprintf(script, sizeof script, "test -e /proc/$$/fd/2 && ! test -e /proc/$$/fd/%d", leaked);
    assert_true(run_script(script, "", 10000, &output, &error));
    close(leaked);
    buffer_release(&output);
}

static void a_conversation_is_held_line_by_line(void **state)
{
    (void)state;
    const char *const arguments[] = {"sh", "-c", "while read x; do echo \"<$x>\"; done", NULL};
    struct child_job job = {
        .name = "script", .arguments = arguments, .environment = environment, .timeout_ms = 10000};
    struct child child;
    struct buffer output = {0};
    struct error error = {0};
    bool is_end = false;
    assert_true(child_start(&job, &child, &error));
    for (int i = 0; i < 100; i++) {
        buffer_clear(&output);
        assert_true(child_write(&child, TEXT("ping\n"), &output, &error));
        while (output.len < 7)
            assert_true(child_read(&child, &output, &is_end, &error));
        assert_false(is_end);
        assert_text_equal(buffer_text(&output), "<ping>\n");
    }
    assert_true(child_finish(&child, NULL, &error));
    child_kill(&child);
    buffer_release(&output);
    assert_no_children_left();
}

static void *run_many(void *unused)
{
    (void)unused;
    for (int i = 0; i < 20; i++) {
        struct buffer output = {0};
        struct error error = {0};
        char input[64];
        snprintf(input, sizeof input, "%lu %d", (unsigned long)pthread_self(), i);
        bool ok = run_script("cat", input, 20000, &output, &error) &&
                  text_equal(buffer_text(&output), text_of(input));
        buffer_release(&output);
        if (!ok)
            return (void *)1;
    }
    return NULL;
}

static void many_run_at_once(void **state)
{
    (void)state;
    pthread_t threads[8];
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_many, NULL), 0);
    for (size_t i = 0; i < 8; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_null(result);
    }
    assert_no_children_left();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(much_goes_through_both_ways_at_once),
        cmocka_unit_test(a_failure_says_the_status_and_the_last_words),
        cmocka_unit_test(a_program_that_is_not_there_is_the_operators_business),
        cmocka_unit_test(the_deadline_ends_the_whole_group),
        cmocka_unit_test(a_program_that_closes_its_output_and_stays_is_stopped),
        cmocka_unit_test(too_much_output_is_refused),
        cmocka_unit_test(a_program_that_does_not_read_raises_no_signal),
        cmocka_unit_test(only_three_descriptors_are_handed_on),
        cmocka_unit_test(a_conversation_is_held_line_by_line),
        cmocka_unit_test(many_run_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
