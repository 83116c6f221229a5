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

// About a.py, where the lines around the line are known as well.
static struct blame_finding ask_around(const char *release, struct evidence evidence)
{
    struct repository *repository = opened_at(box.repo, NULL);
    struct blame_query query = {
        .release = text_of(release), .path = TEXT("a.py"), .evidence = evidence};
    struct blame_finding finding = ask_with(repository, &query);
    repository_close(repository);
    return finding;
}

static void the_lines_around_tell_which_version_ran(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "a = 1\nrun()\nb = 2\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "c = 3\nrun()\na = 1\nrun()\nb = 2\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    struct evidence evidence = {2, TEXT("run()"), TEXT("a = 1\n"), TEXT("b = 2\n")};
    assert_finding(ask_around("", evidence), ADA, first, CONFIDENCE_MEDIUM);
    evidence.before = TEXT("c = 3\n");
    evidence.after = TEXT("a = 1\n");
    assert_finding(ask_around("", evidence), BOB, second, CONFIDENCE_MEDIUM);
    // without them it could only be the newest with the text
    evidence.before = evidence.after = (struct text){0};
    assert_finding(ask_around("", evidence), BOB, second, CONFIDENCE_MEDIUM);
}

static void a_version_with_most_of_the_lines_around_is_taken_when_none_has_all(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "a = 1\nb = 2\nrun()\nc = 3\nd = 4\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "e = 1\nf = 2\nrun()\ng = 3\nd = 4\nrun()\nc = 3\n");
    sandbox_commit(&box, BOB, "two");
    struct evidence evidence = {3, TEXT("run()"), TEXT("a = 1\nb = 2\n"),
                                TEXT("c = 3\nd = patched()\n")};
    assert_finding(ask_around("", evidence), ADA, first, CONFIDENCE_MEDIUM);
    evidence.before = TEXT("q = 1\nr = 2\n");
    evidence.after = TEXT("s = 3\nd = 4\n");
    struct blame_finding finding = ask_around("", evidence);
    assert_true(finding.is_found);
    assert_int_equal(finding.confidence, CONFIDENCE_LOW);
}

static void a_release_is_not_believed_when_the_lines_around_are_others(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "a = 1\nb = 2\nrun()\nc = 3\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.py", "d = 1\ne = 2\nrun()\nf = 3\na = 1\nb = 2\nrun()\nc = 3\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    struct evidence evidence = {3, TEXT("run()"), TEXT("a = 1\nb = 2\n"), TEXT("c = 3\n")};
    assert_finding(ask_around(second, evidence), ADA, first, CONFIDENCE_MEDIUM);
    assert_finding(ask_around(first, evidence), ADA, first, CONFIDENCE_HIGH);
    evidence.after = TEXT("c = 4\n"); // a small patch on the server
    assert_finding(ask_around(first, evidence), ADA, first, CONFIDENCE_HIGH);
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

static void texts_that_clients_cut_still_agree(void **state)
{
    (void)state;
    char minified[2001];
    memset(minified, 'x', 2000);
    memcpy(minified + 500, "function total(cart){return cart.sum}", 37);
    minified[2000] = '\0';
    sandbox_write(&box, "a.js", arena_printf(&arena, "%s\n", minified).at);
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_write(&box, "a.js", arena_printf(&arena, "//\n%s\n", minified).at);
    const char *second = sandbox_commit(&box, BOB, "two");
    assert_finding(ask_box("", "a.js", 1, arena_printf(&arena, "%.*s", 140, minified).at), ADA,
                   first, CONFIDENCE_MEDIUM);
    assert_finding(ask_box("", "a.js", 1, "{snip} function total(cart){return cart.sum} {snip}"),
                   ADA, first, CONFIDENCE_MEDIUM);
    assert_finding(ask_box("", "a.js", 1, "{snip} x {snip}"), BOB, second, CONFIDENCE_LOW);
}

#define IN_BOX(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(a_text_that_other_lines_have_is_little_proof),
        IN_BOX(the_lines_around_tell_which_version_ran),
        IN_BOX(a_version_with_most_of_the_lines_around_is_taken_when_none_has_all),
        IN_BOX(a_release_is_not_believed_when_the_lines_around_are_others),
        IN_BOX(texts_that_clients_cut_still_agree),
        IN_BOX(a_line_is_found_behind_many_changes_of_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
