// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "core/options.h"
#include "core/options_address.h"

struct heard {
    char messages[40][512];
    int message_n;
};

static void hear(void *self, const char *message)
{
    struct heard *heard = self;
    assert_true(heard->message_n < 40);
    snprintf(heard->messages[heard->message_n++], 512, "%s", message);
}

// Reads content over the defaults; the caller releases.
static bool read_text(struct options *o, struct heard *heard, struct error *error,
                      struct text content)
{
    struct options_warnings warnings = {.self = heard, .tell = hear};
    *heard = (struct heard){0};
    *error = (struct error){0};
    options_init(o);
    return options_read(o, "flawless.cfg", content, warnings, error);
}

static void expect_refusal(const char *content, const char *message)
{
    struct options o;
    static struct heard heard;
    struct error error;
    assert_false(read_text(&o, &heard, &error, text_of(content)));
    assert_int_equal(error.kind, ERROR_CONFIG);
    assert_string_equal(error.message, message);
    options_release(&o);
}

static void expect_shown(const char *content, const char *name, const char *value)
{
    struct options o;
    static struct heard heard;
    struct error error;
    struct buffer out = {0};
    if (!read_text(&o, &heard, &error, text_of(content)))
        fail_msg("%s", error.message);
    option_show(&o, option_find(text_of(name)), &out);
    assert_text_equal(buffer_text(&out), value);
    buffer_release(&out);
    options_release(&o);
}

static void every_option_has_its_documented_default(void **state)
{
    (void)state;
    struct options o;
    struct buffer shown = {0};
    options_init(&o);
    assert_int_equal(o.port, 9028);
    assert_int_equal(o.http_port, 8080);
    assert_text_equal(o.hostname, "localhost");
    assert_text_equal(o.email_domain_name, "example.com");
    assert_false(o.ignore_vcs_email_domain);
    assert_int_equal(o.smtp_host.len, 0);
    assert_non_null(o.smtp_host.at); // a C string even when none
    assert_int_equal(o.report_error_threshold, 3);
    assert_int_equal(o.report_only_after_minimum_date, 0);
    assert_int_equal(o.only_blame_filepaths_matching.item_n, 1);
    assert_text_equal(o.only_blame_filepaths_matching.items[0], "^(?!.*\\.egg).*$");
    assert_text_equal(o.report_runtime_package_directory_names.items[0], "site-packages");
    assert_int_equal(o.max_concurrent_git_blames, 10);
    assert_text_equal(o.git_cli_path, "git");
    assert_int_equal(o.log_level, 1);
    assert_int_equal(o.client_timeout, 10);
    for (const struct option_row *row = option_table; row->name; row++) {
        buffer_clear(&shown);
        option_show(&o, row, &shown);
        assert_text_equal(buffer_text(&shown), row->value);
        assert_true((row->value[0] == '\0') == (row->unset != NULL));
        assert_true(option_find(text_of(row->name)) == row);
    }
    buffer_release(&shown);
    options_release(&o);
}

static void a_file_with_mark_crlf_comments_and_odd_values_is_read(void **state)
{
    (void)state;
    struct options o;
    static struct heard heard;
    struct error error;
    const char *content = "\xef\xbb\xbf# Flawless\r\n"
                          "; more\r\n"
                          "\r\n"
                          "[flawless]\r\n"
                          "port=19028\r\n"
                          "  http_port : 0\r\n"
                          "smtp_user = a=b;c#d:e\r\n"
                          "smtp_password = \tp=;#ss \r\n"
                          "smtp_host = smtps://mail.example.com\r\n"
                          "only_blame_filepaths_matching = ^src/.{1\\,3}$, ^lib/ ,\r\n"
                          "report_only_after_minimum_date = 2024-02-29\r\n"
                          "ignore_vcs_email_domain = Yes\r\n"
                          "log_level = warning\r\n"
                          "default_contact = none";
    if (!read_text(&o, &heard, &error, text_of(content)))
        fail_msg("%s", error.message);
    assert_int_equal(heard.message_n, 0);
    assert_int_equal(o.port, 19028);
    assert_int_equal(o.http_port, 0);
    assert_string_equal(o.smtp_user.at, "a=b;c#d:e");
    assert_string_equal(o.smtp_password.at, "p=;#ss");
    assert_int_equal(o.only_blame_filepaths_matching.item_n, 2);
    assert_string_equal(o.only_blame_filepaths_matching.items[0].at, "^src/.{1,3}$");
    assert_string_equal(o.only_blame_filepaths_matching.items[1].at, "^lib/");
    assert_int_equal(o.report_only_after_minimum_date, INT64_C(1709164800000));
    assert_true(o.ignore_vcs_email_domain);
    assert_int_equal(o.log_level, 2);
    assert_int_equal(o.default_contact.len, 0);
    options_release(&o);
}

static void an_unknown_option_is_named_with_the_nearest_known_one(void **state)
{
    (void)state;
    struct options o;
    static struct heard heard;
    struct error error;
    assert_true(read_text(&o, &heard, &error,
                          text_of("[flawless]\nprot = 1\nsmtp_hots = x\nreport_threshold = 2\n"
                                  "[other]\nport = 7\n[flawless]\nport = 5\nport = 6\n")));
    assert_int_equal(heard.message_n, 5);
    assert_string_equal(heard.messages[0], "flawless.cfg:2: there is no option \"prot\", it is not "
                                           "read; the nearest known one is \"port\"");
    assert_string_equal(heard.messages[1],
                        "flawless.cfg:3: there is no option \"smtp_hots\", it is "
                        "not read; the nearest known one is \"smtp_host\"");
    assert_non_null(strstr(heard.messages[2], "\"report_error_threshold\""));
    assert_string_equal(heard.messages[3],
                        "flawless.cfg:5: section [other] is not read, options are "
                        "in [flawless] and [project NAME]");
    assert_string_equal(heard.messages[4],
                        "flawless.cfg:9: port was set in line 8 already, this line wins");
    assert_int_equal(o.port, 6);
    options_release(&o);
}

static void a_wrong_value_is_refused_with_file_line_option_and_what_was_expected(void **state)
{
    (void)state;
    expect_refusal("[flawless]\n\nport = abc\n",
                   "flawless.cfg:3: port: expected a whole number from 1 to 65535, not \"abc\"");
    expect_refusal("[flawless]\nport = 65536",
                   "flawless.cfg:2: port: expected a whole number from 1 to 65535, not \"65536\"");
    expect_refusal("[flawless]\nport =\n",
                   "flawless.cfg:2: port: expected a whole number from 1 to 65535, not \"\"");
    expect_refusal("[flawless]\nsmtp_use_tls = maybe\n",
                   "flawless.cfg:2: smtp_use_tls: expected true or false, not \"maybe\"");
    expect_refusal("[flawless]\nclient_timeout = 10s\n",
                   "flawless.cfg:2: client_timeout: expected a whole number of seconds from 1 to "
                   "3600, not \"10s\"");
    expect_refusal("[flawless]\nreport_only_after_minimum_date = 2026-02-30\n",
                   "flawless.cfg:2: report_only_after_minimum_date: expected a day such as "
                   "2026-01-31, not before 1970-01-01, not \"2026-02-30\"");
    expect_refusal("[flawless]\nrepo_branch_pattern = release-(\n",
                   "flawless.cfg:2: repo_branch_pattern: expected a regular expression (missing "
                   "closing parenthesis at character 9), not \"release-(\"");
    expect_refusal("[flawless]\nonly_blame_filepaths_matching = ok, [a\n",
                   "flawless.cfg:2: only_blame_filepaths_matching: expected a regular expression "
                   "(missing terminating ] for character class at character 2), not \"ok, [a\"");
    expect_refusal("[flawless]\nrepo_type = hg\n",
                   "flawless.cfg:2: repo_type: expected git, not \"hg\"");
    expect_refusal("[flawless]\nbind_address = localhost\n",
                   "flawless.cfg:2: bind_address: expected an IPv4 or IPv6 address, not "
                   "\"localhost\"");
    expect_refusal("[flawless]\ndefault_contact = Dev <d@example.com>\n",
                   "flawless.cfg:2: default_contact: expected one email address such as "
                   "dev@example.com, not \"Dev <d@example.com>\"");
    expect_refusal("[flawless]\nsmtp_host = user@host:25\n",
                   "flawless.cfg:2: smtp_host: expected host:port or smtps://host:port, not "
                   "\"user@host:25\"");
    expect_refusal("[flawless]\nthrift_networks = 10.0.0.0/33\n",
                   "flawless.cfg:2: thrift_networks: expected networks such as 10.0.0.0/8, "
                   "fd00::/8, loopback or private, with commas between them, not "
                   "\"10.0.0.0/33\"");
    expect_refusal("[flawless]\nproject_key = 12\n",
                   "flawless.cfg:2: project_key: expected 32 hexadecimal digits");
}

static void a_broken_line_is_refused_with_its_number(void **state)
{
    (void)state;
    expect_refusal("[flawless]\nport 80\n", "flawless.cfg:2: expected option = value, [flawless] "
                                            "or a comment after #");
    expect_refusal("port = 80\n", "flawless.cfg:1: expected [flawless] on a line of its own before "
                                  "this option");
    expect_refusal(
        "[flawless\n",
        "flawless.cfg:1: a section is written [flawless] or [project NAME], the ] is missing");
    expect_refusal("[flawless]\nsmtp_user = a\x1b[2J\n",
                   "flawless.cfg:2: there is a control character in this line; remove it");
    expect_refusal("[flawless]\nsmtp_user = M\xfcller\n",
                   "flawless.cfg:2: these bytes are not UTF-8; save the file as UTF-8");
}

static void options_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    expect_refusal("[flawless]\nweb_auth = none\n",
                   "flawless.cfg:2: web_auth: none shows every error to everybody; it needs "
                   "bind_address = 127.0.0.1 (or ::1)");
    expect_shown("[flawless]\nweb_auth = none\nbind_address = 127.0.0.1\n", "web_auth", "none");
    expect_refusal("[flawless]\nsmtp_user = u\nsmtp_password = p\nsmtp_password_file = f\n",
                   "flawless.cfg:4: smtp_password_file: smtp_password is set too; keep one of "
                   "them");
    expect_refusal("[flawless]\nsmtp_password = p\n",
                   "flawless.cfg:2: there is a password for smtp_host, but no smtp_user to log in "
                   "as");
    expect_refusal("[flawless]\ntls_key = key.pem\n",
                   "flawless.cfg:2: tls_key: TLS needs a certificate too; set tls_certificate");
    expect_refusal("[flawless]\ntls_certificate = a.pem\n",
                   "flawless.cfg:2: tls_certificate: TLS needs its private key too; set tls_key");
}

static void a_file_that_is_far_too_large_is_refused(void **state)
{
    (void)state;
    struct options o;
    static struct heard heard;
    struct error error;
    struct buffer large = {0};
    for (size_t i = 0; i <= OPTIONS_SIZE_MAX; i++)
        buffer_add_char(&large, '\n');
    assert_false(read_text(&o, &heard, &error, buffer_text(&large)));
    assert_int_equal(error.kind, ERROR_CONFIG);
    options_release(&o);
    large.len--;
    assert_true(read_text(&o, &heard, &error, buffer_text(&large)));
    options_release(&o);
    buffer_release(&large);
}

static void warnings_stop_after_the_first_few(void **state)
{
    (void)state;
    struct options o;
    static struct heard heard;
    struct error error;
    struct buffer content = {0};
    buffer_add_string(&content, "[flawless]\n");
    for (int i = 0; i < 1000; i++)
        buffer_add_string(&content, "nothing_of_ours = 1\n");
    assert_true(read_text(&o, &heard, &error, buffer_text(&content)));
    assert_int_equal(heard.message_n, 21);
    assert_string_equal(heard.messages[20], "flawless.cfg:22: and more of the kind");
    options_release(&o);
    buffer_release(&content);
}

static void secrets_and_passwords_in_urls_are_never_shown(void **state)
{
    (void)state;
    expect_shown("[flawless]\nsmtp_user = u\nsmtp_password = hunter2\n", "smtp_password", "***");
    expect_shown("[flawless]\nproject_key = 0123456789abcdef0123456789abcdef\n", "project_key",
                 "***");
    expect_shown("[flawless]\n", "smtp_password", "");
    expect_shown("[flawless]\nrepo_url = https://me:hunter2@git.example.com/a:b@c\n", "repo_url",
                 "https://me:***@git.example.com/a:b@c");
    expect_shown("[flawless]\nrepo_url = https://token@git.example.com/a\n", "repo_url",
                 "https://***@git.example.com/a");
    expect_shown("[flawless]\nrepo_url = https://token:@git.example.com/a\n", "repo_url",
                 "https://***@git.example.com/a");
    expect_shown("[flawless]\nrepo_url = ssh://git@git.example.com/a\n", "repo_url",
                 "ssh://git@git.example.com/a");
    expect_shown("[flawless]\nrepo_url = git@git.example.com:app.git\n", "repo_url",
                 "git@git.example.com:app.git");
}

static void count_shown(void *self, const char *name, struct text value)
{
    assert_non_null(name);
    assert_false(text_contains(value, TEXT("hunter2")));
    ++*(int *)self;
}

static void the_list_has_every_option_once(void **state)
{
    (void)state;
    struct options o;
    static struct heard heard;
    struct error error;
    int count = 0, expected = 0;
    assert_true(read_text(&o, &heard, &error,
                          text_of("[flawless]\nsmtp_user = u\nsmtp_password = hunter2\n")));
    options_list(&o, count_shown, &count);
    while (option_table[expected].name)
        expected++;
    assert_int_equal(count, expected);
    options_release(&o);
}

static void expect_address(const char *option,
                           void (*write)(const struct options *, struct buffer *),
                           const char *expected)
{
    struct options o;
    static struct heard heard;
    struct error error;
    struct buffer content = {0}, out = {0};
    buffer_printf(&content, "[flawless]\nport = 9000\n%s\n", option);
    if (!read_text(&o, &heard, &error, buffer_text(&content)))
        fail_msg("%s", error.message);
    write(&o, &out);
    assert_text_equal(buffer_text(&out), expected);
    options_release(&o);
    buffer_release(&content);
    buffer_release(&out);
}

static void write_dsn(const struct options *o, struct buffer *out)
{
    options_dsn(o, "0123456789abcdef0123456789abcdef", out);
}

static void a_bare_host_gets_scheme_and_port(void **state)
{
    (void)state;
    expect_address("", options_base_url, "http://localhost:9000");
    expect_address("hostname = errors.example.com", options_base_url,
                   "http://errors.example.com:9000");
    expect_address("hostname = errors:80", options_base_url, "http://errors:80");
    expect_address("hostname = ::1", options_base_url, "http://[::1]:9000");
    expect_address("hostname = [::1]:81", options_base_url, "http://[::1]:81");
    expect_address("hostname = errors/flawless/", options_base_url, "http://errors:9000/flawless");
    expect_address("hostname = https://errors.example.com/", options_base_url,
                   "https://errors.example.com");
    expect_address("hostname = https://[::1]:4430/x", options_base_url, "https://[::1]:4430/x");
    expect_address("hostname = https://e.example.com\nproject_id = 7", write_dsn,
                   "https://0123456789abcdef0123456789abcdef@e.example.com/7");
    expect_refusal("[flawless]\nhostname = http://\n",
                   "flawless.cfg:2: hostname: expected http://host:port, https://host:port or a "
                   "host, not \"http://\"");
    expect_refusal("[flawless]\nhostname = ftp://x\n",
                   "flawless.cfg:2: hostname: expected http://host:port, https://host:port or a "
                   "host, not \"ftp://x\"");
    expect_refusal("[flawless]\nhostname = [::1\n",
                   "flawless.cfg:2: hostname: expected http://host:port, https://host:port or a "
                   "host, not \"[::1\"");
}

static void every_form_of_smtp_host_becomes_a_url(void **state)
{
    (void)state;
    expect_address("", options_smtp_url, "");
    expect_address("smtp_host = mail", options_smtp_url, "smtp://mail:25");
    expect_address("smtp_host = mail:587", options_smtp_url, "smtp://mail:587");
    expect_address("smtp_host = smtp://mail:587", options_smtp_url, "smtp://mail:587");
    expect_address("smtp_host = smtps://mail", options_smtp_url, "smtps://mail:465");
    expect_address("smtp_host = smtps://mail:2465", options_smtp_url, "smtps://mail:2465");
    expect_address("smtp_host = [2001:db8::1]:2525", options_smtp_url, "smtp://[2001:db8::1]:2525");
    expect_address("smtp_host = 2001:db8::1", options_smtp_url, "smtp://[2001:db8::1]:25");
    expect_address("smtp_host = smtps://[::1]", options_smtp_url, "smtps://[::1]:465");
}

static void the_sender_is_made_from_the_domain_unless_set(void **state)
{
    (void)state;
    expect_address("", options_sender, "flawless@example.com");
    expect_address("email_domain_name = corp.example", options_sender, "flawless@corp.example");
    expect_address("smtp_from = errors@corp.example", options_sender, "errors@corp.example");
}

static void no_two_options_share_a_field(void **state)
{
    (void)state;
    for (const struct option_row *a = option_table; a->name; a++)
        for (const struct option_row *b = a + 1; b->name; b++) {
            assert_true(a->offset != b->offset);
            assert_string_not_equal(a->name, b->name);
        }
}

static void with_a_listener_every_mistake_is_told_and_what_is_right_is_read(void **state)
{
    (void)state;
    struct options o;
    static struct heard heard;
    struct options_warnings warnings = {.self = &heard, .tell_mistake = hear};
    struct error error = {0};
    options_init(&o);
    assert_false(options_read(&o, "x.cfg",
                              TEXT("[flawless]\nport = many\nhttp_port = 81\nnonsense\n"
                                   "web_auth = none\nsmtp_password = x\n"),
                              warnings, &error));
    assert_int_equal(heard.message_n, 4);
    assert_string_equal(heard.messages[0],
                        "x.cfg:2: port: expected a whole number from 1 to 65535, not \"many\"");
    assert_non_null(strstr(heard.messages[1], "x.cfg:4: expected option = value"));
    assert_non_null(strstr(heard.messages[2], "x.cfg:5: web_auth"));
    assert_non_null(strstr(heard.messages[3], "x.cfg:6: there is a password"));
    assert_int_equal(o.port, 9028);
    assert_int_equal(o.http_port, 81);
    options_release(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_listener_every_mistake_is_told_and_what_is_right_is_read),
        cmocka_unit_test(every_option_has_its_documented_default),
        cmocka_unit_test(a_file_with_mark_crlf_comments_and_odd_values_is_read),
        cmocka_unit_test(an_unknown_option_is_named_with_the_nearest_known_one),
        cmocka_unit_test(a_wrong_value_is_refused_with_file_line_option_and_what_was_expected),
        cmocka_unit_test(a_broken_line_is_refused_with_its_number),
        cmocka_unit_test(options_that_contradict_each_other_are_refused),
        cmocka_unit_test(a_file_that_is_far_too_large_is_refused),
        cmocka_unit_test(warnings_stop_after_the_first_few),
        cmocka_unit_test(secrets_and_passwords_in_urls_are_never_shown),
        cmocka_unit_test(the_list_has_every_option_once),
        cmocka_unit_test(a_bare_host_gets_scheme_and_port),
        cmocka_unit_test(every_form_of_smtp_host_becomes_a_url),
        cmocka_unit_test(the_sender_is_made_from_the_domain_unless_set),
        cmocka_unit_test(no_two_options_share_a_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
