// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "core/options_address.h"
#include "core/options_project.h"

struct heard {
    char warnings[40][512], mistakes[40][512];
    int warning_n, mistake_n;
};

static void hear_warning(void *self, const char *message)
{
    struct heard *heard = self;
    snprintf(heard->warnings[heard->warning_n++], 512, "%s", message);
}

static void hear_mistake(void *self, const char *message)
{
    struct heard *heard = self;
    snprintf(heard->mistakes[heard->mistake_n++], 512, "%s", message);
}

static void read_good(struct options *o, const char *content)
{
    struct error error = {0};
    options_init(o);
    if (!options_read(o, "flawless.cfg", text_of(content), (struct options_warnings){0}, &error))
        fail_msg("%s", error.message);
    options_inherit(o);
}

static void expect_refusal(const char *content, const char *message)
{
    struct options o;
    struct error error = {0};
    options_init(&o);
    assert_false(
        options_read(&o, "flawless.cfg", text_of(content), (struct options_warnings){0}, &error));
    assert_int_equal(error.kind, ERROR_CONFIG);
    assert_string_equal(error.message, message);
    options_release(&o);
}

static void a_project_inherits_what_it_does_not_set_wherever_its_section_stands(void **state)
{
    (void)state;
    struct options o;
    read_good(&o, "[project till]\n"
                  "project_id = 2\n"
                  "report_error_threshold = 9\n"
                  "default_contact = none\n"
                  "[flawless]\n"
                  "hostname = errors.example.com\n"
                  "report_error_threshold = 5\n"
                  "report_only_after_minimum_date = 2024-02-29\n"
                  "report_runtime_package_directory_names = a, b\n"
                  "ignore_vcs_email_domain = true\n"
                  "default_contact = boss@example.com\n");
    assert_int_equal(o.project_n, 1);
    const struct options *till = &options_find_project(&o, TEXT("Till"))->options;
    assert_int_equal(till->report_error_threshold, 9);
    assert_int_equal(till->default_contact.len, 0);
    assert_int_equal(till->report_only_after_minimum_date, INT64_C(1709164800000));
    assert_int_equal(till->report_runtime_package_directory_names.item_n, 2);
    assert_true(till->ignore_vcs_email_domain);
    assert_text_equal(till->hostname, "errors.example.com");
    assert_int_equal(o.report_error_threshold, 5);
    assert_null(options_find_project(&o, TEXT("till2")));
    options_release(&o);
}

static void a_project_has_a_repository_rules_number_and_key_of_its_own(void **state)
{
    (void)state;
    struct options o;
    struct buffer dsn = {0};
    read_good(&o, "[flawless]\n"
                  "repo_dir = /srv/shop\n"
                  "repo_url = https://git.example.com/shop\n"
                  "config_dir_path = /etc/flawless\n"
                  "project_id = 4\n"
                  "project_key = 0123456789abcdef0123456789abcdef\n"
                  "[project till]\n"
                  "project_id = 7\n");
    const struct options *till = &o.projects[0].options;
    assert_int_equal(till->repo_dir.len, 0);
    assert_int_equal(till->repo_url.len, 0);
    assert_int_equal(till->config_dir_path.len, 0);
    assert_int_equal(till->project_key.len, 0);
    options_dsn(till, "abc", &dsn);
    assert_text_equal(buffer_text(&dsn), "http://abc@localhost:9028/7");
    buffer_release(&dsn);
    options_release(&o);
}

static void a_project_needs_a_number_that_nobody_else_has(void **state)
{
    (void)state;
    expect_refusal("[flawless]\nproject_id = 4\n[project till]\nrepo_dir = /srv/till\n",
                   "flawless.cfg:3: [project till] needs a number that no other project has had: "
                   "add project_id = 5");
    expect_refusal("[project till]\nproject_id = 1\n",
                   "flawless.cfg:2: project_id: 1 is the number of [flawless] already; the next "
                   "free one is 2");
    expect_refusal("[project till]\nproject_id = 7\n[project web]\n\nproject_id = 7\n",
                   "flawless.cfg:5: project_id: 7 is the number of till already; the next free one "
                   "is 8");
}

static void two_projects_cannot_have_one_key(void **state)
{
    (void)state;
    expect_refusal("[flawless]\nproject_key = 0123456789abcdef0123456789abcdef\n"
                   "[project till]\nproject_id = 2\n"
                   "project_key = 0123456789ABCDEF0123456789abcdef\n",
                   "flawless.cfg:5: project_key: [flawless] has the same one already; leave it "
                   "out, and one is made");
}

static void a_project_is_named_by_letters_digits_and_few_marks_and_once(void **state)
{
    (void)state;
    const char *const wrong[] = {"", "a b", "2", "a/b", "..", "caf\xc3\xa9", "a]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char content[100], message[300];
        snprintf(content, sizeof content, "[project %s]\nproject_id = 2\n", wrong[i]);
        snprintf(message, sizeof message,
                 "flawless.cfg:1: expected [project NAME] with at most 64 letters, digits, - _ and "
                 ". (one letter at least), not \"%s\"",
                 wrong[i]);
        expect_refusal(content, message);
    }
    expect_refusal("[project till]\nproject_id = 2\n[project Till]\nproject_id = 3\n",
                   "flawless.cfg:3: [project till] began in line 1 already; keep one of the two");
}

static void an_option_of_the_server_cannot_stand_in_a_project(void **state)
{
    (void)state;
    expect_refusal("[project till]\nproject_id = 2\nport = 9000\n",
                   "flawless.cfg:3: port cannot differ between projects; move it to [flawless]");
    expect_refusal(
        "[project till]\nproject_id = 2\nreport_error_threshold = 0\n",
        "flawless.cfg:3: report_error_threshold: expected a whole number from 1 to 1000000000, "
        "not \"0\"");
}

static void what_is_odd_in_a_project_is_told_and_all_its_mistakes_are(void **state)
{
    (void)state;
    struct options o;
    struct error error = {0};
    static struct heard heard;
    struct options_warnings warnings = {&heard, hear_warning, hear_mistake};
    options_init(&o);
    assert_false(options_read(&o, "flawless.cfg",
                              TEXT("[project till]\n"
                                   "project_id = 2\n"
                                   "project_id = 3\n"
                                   "repo_dri = /srv/till\n"
                                   "port = 1\n"
                                   "[project till]\n"
                                   "port = 2\n" // not read, so no mistake of its own
                                   "[projects]\n"
                                   "[project web]\n"),
                              warnings, &error));
    assert_int_equal(heard.warning_n, 3);
    assert_string_equal(heard.warnings[0],
                        "flawless.cfg:3: project_id was set in line 2 already, this line wins");
    assert_string_equal(heard.warnings[1],
                        "flawless.cfg:4: there is no option \"repo_dri\", it is not read; the "
                        "nearest known one is \"repo_dir\"");
    assert_string_equal(heard.warnings[2],
                        "flawless.cfg:8: section [projects] is not read, options "
                        "are in [flawless] and [project NAME]");
    assert_int_equal(heard.mistake_n, 3);
    assert_string_equal(
        heard.mistakes[0],
        "flawless.cfg:5: port cannot differ between projects; move it to [flawless]");
    assert_string_equal(
        heard.mistakes[1],
        "flawless.cfg:6: [project till] began in line 1 already; keep one of the two");
    assert_string_equal(heard.mistakes[2],
                        "flawless.cfg:9: [project web] needs a number that no other project has "
                        "had: add project_id = 4");
    options_release(&o);
}

static void there_is_a_bound_on_projects(void **state)
{
    (void)state;
    struct options o;
    struct error error = {0};
    struct buffer content = {0};
    for (int i = 0; i <= PROJECT_MAX; i++)
        buffer_printf(&content, "[project p%d]\nproject_id = %d\n", i, i + 2);
    options_init(&o);
    assert_false(options_read(&o, "flawless.cfg", buffer_text(&content),
                              (struct options_warnings){0}, &error));
    assert_string_equal(
        error.message,
        "flawless.cfg:401: more than 200 projects; another server can have the rest");
    options_release(&o);
    buffer_release(&content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_project_inherits_what_it_does_not_set_wherever_its_section_stands),
        cmocka_unit_test(a_project_has_a_repository_rules_number_and_key_of_its_own),
        cmocka_unit_test(a_project_needs_a_number_that_nobody_else_has),
        cmocka_unit_test(two_projects_cannot_have_one_key),
        cmocka_unit_test(a_project_is_named_by_letters_digits_and_few_marks_and_once),
        cmocka_unit_test(an_option_of_the_server_cannot_stand_in_a_project),
        cmocka_unit_test(what_is_odd_in_a_project_is_told_and_all_its_mistakes_are),
        cmocka_unit_test(there_is_a_bound_on_projects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
