// SPDX-License-Identifier: MIT
// Which version ran, when the text of the line is all that is known.
#include "test.h"

#include "blame_sandbox.h"

static const char ADA[] = "ada@shop.example", BOB[] = "bob@shop.example";

static void a_text_that_other_lines_have_is_little_proof(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "run()\nx = f()\nrun()\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    assert_finding(ask_box("", "a.py", 3, "run()"), ADA, first, CONFIDENCE_MEDIUM);
    sandbox_write(&box, "a.py", "new()\nrun()\nx = f()\nrun()\n");
    sandbox_commit(&box, BOB, "two");
    assert_finding(ask_box("", "a.py", 3, "run()"), ADA, first, CONFIDENCE_LOW);
    assert_finding(ask_box("", "a.py", 2, "x = f()"), ADA, first, CONFIDENCE_MEDIUM);
}

static void a_line_is_found_behind_many_changes_of_its_file(void **state)
{
    (void)state;
    struct buffer import = {0}, output = {0};
    for (int i = 1; i <= 1200; i++) {
        const char *line = i <= 5 ? "old_line()" : "new_line()";
        buffer_printf(&import,
                      "commit refs/heads/main\ncommitter %s <%s> %d +0000\ndata 1\n.\n"
                      "M 100644 inline a.py\ndata %zu\n%s\n# %04d\n\n",
                      i <= 5 ? "ada" : "bob", i <= 5 ? ADA : BOB, 1600000000 + i, strlen(line) + 8,
                      line, i);
    }
    struct child_job job = {
        .name = "git fast-import",
        .arguments = (const char *const[]){"git", "fast-import", "--quiet", NULL},
        .environment =
            (const char *const[]){"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", NULL},
        .directory = box.repo,
        .timeout_ms = 60000};
    struct error error = {0};
    if (!child_run(&job, buffer_text(&import), &output, &error))
        fail_msg("%s", error.message);
    struct blame_finding f = ask_box("", "a.py", 1, "old_line()");
    assert_text_equal(f.author_email, ADA);
    assert_int_equal(f.confidence, CONFIDENCE_MEDIUM);
    buffer_release(&import);
    buffer_release(&output);
}

#define IN_BOX(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(a_text_that_other_lines_have_is_little_proof),
        IN_BOX(a_line_is_found_behind_many_changes_of_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
