// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "io/smtp.h"
#include "smtp_server.h"

static struct outbox_letter make_letter(const char *to)
{
    return (struct outbox_letter){
        .id = 1,
        .message_id = TEXT("0123456789abcdef@example.com"),
        .thread_id = TEXT("error-7.project-1@example.com"),
        .from = TEXT("flawless@example.com"),
        .to = text_of(to),
        .subject = TEXT("Error on web-3 in shop/basket.py"),
        .text = TEXT("ValueError: sch\xc3\xb6n\n.\nlast line\n"),
        .html = TEXT("<p>ValueError</p>\n"),
        .written_at_ms = INT64_C(1767323045000),
    };
}

static enum smtp_outcome send_one(struct smtp_server *server, const struct outbox_letter *letter,
                                  struct error *error)
{
    struct smtp_settings settings = {.url = smtp_server_url(server)};
    struct smtp *smtp = smtp_open(&settings);
    *error = (struct error){0};
    enum smtp_outcome outcome = smtp_send(smtp, letter, error);
    smtp_close(smtp);
    return outcome;
}

static void expect_heard(struct smtp_server *server, const char *words)
{
    char *heard = smtp_server_heard(server);
    if (!strstr(heard, words))
        fail_msg("\"%s\" was not heard in:\n%s", words, heard);
    free(heard);
}

static void a_letter_arrives_with_its_headers_and_both_forms(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    struct outbox_letter letter = make_letter("ada@example.com");
    struct error error;
    assert_int_equal(send_one(server, &letter, &error), SMTP_SENT);
    assert_string_equal(error.message, "");
    expect_heard(server, "MAIL FROM:<flawless@example.com>");
    expect_heard(server, "RCPT TO:<ada@example.com>\r\n");
    expect_heard(server, "From: Flawless <flawless@example.com>\r\n");
    expect_heard(server, "To: ada@example.com\r\n");
    expect_heard(server, "Subject: Error on web-3 in shop/basket.py\r\n");
    expect_heard(server, "Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n");
    expect_heard(server, "Message-ID: <0123456789abcdef@example.com>\r\n");
    expect_heard(server, "In-Reply-To: <error-7.project-1@example.com>\r\n"
                         "References: <error-7.project-1@example.com>\r\n");
    expect_heard(server, "Auto-Submitted: auto-generated\r\n"
                         "X-Auto-Response-Suppress: All\r\n");
    expect_heard(server, "List-Id: Flawless <flawless.example.com>\r\n");
    expect_heard(server, "X-Mailer: Flawless\r\n");
    expect_heard(server, "Mime-Version: 1.0\r\n");
    expect_heard(server, "Content-Type: multipart/alternative; boundary=");
    expect_heard(server, "Content-Type: text/plain; charset=utf-8\r\n"
                         "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                         "ValueError: sch=C3=B6n\r\n..\r\nlast line\r\n");
    expect_heard(server, "Content-Type: text/html; charset=utf-8\r\n"
                         "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                         "<p>ValueError</p>\r\n");
    smtp_server_stop(server);
}

static void letters_of_one_batch_share_a_connection(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    struct smtp_settings settings = {.url = smtp_server_url(server)};
    struct smtp *smtp = smtp_open(&settings);
    struct error error = {0};
    struct outbox_letter first = make_letter("ada@example.com");
    struct outbox_letter second = make_letter("bob@example.com");
    second.subject = TEXT("another");
    assert_int_equal(smtp_send(smtp, &first, &error), SMTP_SENT);
    assert_int_equal(smtp_send(smtp, &second, &error), SMTP_SENT);
    smtp_close(smtp);
    assert_int_equal(smtp_server_connections(server), 1);
    expect_heard(server, "Subject: another\r\n");
    smtp_server_stop(server);
}

static void refusal_delay_and_absence_are_told_apart(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    struct error error;
    struct outbox_letter letter = make_letter("gone@example.com");
    assert_int_equal(send_one(server, &letter, &error), SMTP_REFUSED);
    assert_non_null(strstr(error.message, "550 5.1.1 no such person"));
    letter.to = TEXT("busy@example.com");
    assert_int_equal(send_one(server, &letter, &error), SMTP_LATER);
    assert_non_null(strstr(error.message, "451 4.3.0 come back later"));
    letter.to = TEXT("ada@example.com");
    letter.from = TEXT("refused@example.com");
    assert_int_equal(send_one(server, &letter, &error), SMTP_AWAY);
    assert_non_null(strstr(error.message, "550 5.7.1 not you"));
    char url[64];
    snprintf(url, sizeof url, "%s", smtp_server_url(server));
    smtp_server_stop(server);

    struct smtp_settings settings = {.url = url}; // nobody listens there any more
    struct smtp *smtp = smtp_open(&settings);
    letter = make_letter("ada@example.com");
    assert_int_equal(smtp_send(smtp, &letter, &error), SMTP_AWAY);
    assert_int_equal(error.kind, ERROR_SYSTEM);
    smtp_close(smtp);
}

static void without_starttls_nothing_is_sent_when_it_is_asked_for(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    struct smtp_settings settings = {.url = smtp_server_url(server),
                                     .use_starttls = true,
                                     .user = "flawless",
                                     .password = "hunter2"};
    struct smtp *smtp = smtp_open(&settings);
    struct error error = {0};
    struct outbox_letter letter = make_letter("ada@example.com");
    assert_int_equal(smtp_send(smtp, &letter, &error), SMTP_AWAY);
    assert_null(strstr(error.message, "hunter2"));
    smtp_close(smtp);
    char *heard = smtp_server_heard(server);
    assert_null(strstr(heard, "MAIL"));
    assert_null(strstr(heard, "AUTH"));
    free(heard);
    smtp_server_stop(server);
}

static void nothing_gets_into_the_headers_by_a_line_break(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    static const char *const recipients[] = {
        "ada@example.com\r\nRCPT TO:<eve@example.com>",
        "ada@example.com>\nBcc: eve@example.com",
        "ada@example.com> SIZE=1",
        "\"a b\"@example.com",
        "ada@@example.com",
        "@example.com",
        "ada@",
        "",
        "ada@example.com, bob@example.com",
    };
    struct error error;
    for (size_t i = 0; i < sizeof recipients / sizeof recipients[0]; i++) {
        struct outbox_letter letter = make_letter(recipients[i]);
        assert_int_equal(send_one(server, &letter, &error), SMTP_REFUSED);
        assert_int_equal(error.kind, ERROR_INPUT);
    }
    struct outbox_letter letter = make_letter("ada@example.com");
    letter.subject = TEXT("a\r\nBcc: eve@example.com");
    assert_int_equal(send_one(server, &letter, &error), SMTP_REFUSED);
    letter = make_letter("ada@example.com");
    letter.from = TEXT("a@b\nX: y");
    assert_int_equal(send_one(server, &letter, &error), SMTP_REFUSED);
    letter = make_letter("ada@example.com");
    letter.message_id = TEXT("a@b>\r\nX: y");
    assert_int_equal(send_one(server, &letter, &error), SMTP_REFUSED);
    assert_int_equal(smtp_server_connections(server), 0);
    smtp_server_stop(server);
}

static void expect_words(const char *words, const char *expected)
{
    struct buffer out = {0};
    smtp_add_header_words(&out, text_of(words));
    assert_text_equal(buffer_text(&out), expected);
    buffer_release(&out);
}

static void a_subject_that_is_not_ascii_becomes_encoded_words(void **state)
{
    (void)state;
    expect_words("Error in a.py", "Error in a.py");
    expect_words("sch\xc3\xb6n", "=?UTF-8?B?c2Now7Zu?=");
    expect_words("=?UTF-8?B?c2Now7Zu?=", "=?UTF-8?B?PT9VVEYtOD9CP2MyTm93N1p1Pz0=?=");
    // no word ends inside a character
    expect_words("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xb6"
                 "b",
                 "=?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=?=\r\n"
                 " =?UTF-8?B?w7Zi?=");
    expect_words("\x80\x80", "=?UTF-8?B?gIA=?=");
}

static void an_international_address_is_sent_as_it_is(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    struct outbox_letter letter = make_letter("j\xc3\xb6rg@example.com");
    struct error error;
    letter.subject = TEXT("\xc3\xa4");
    assert_int_equal(send_one(server, &letter, &error), SMTP_SENT);
    expect_heard(server, "SMTPUTF8\r\n");
    expect_heard(server, "RCPT TO:<j\xc3\xb6rg@example.com>");
    expect_heard(server, "Subject: =?UTF-8?B?w6Q=?=\r\n");
    smtp_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_arrives_with_its_headers_and_both_forms),
        cmocka_unit_test(letters_of_one_batch_share_a_connection),
        cmocka_unit_test(refusal_delay_and_absence_are_told_apart),
        cmocka_unit_test(without_starttls_nothing_is_sent_when_it_is_asked_for),
        cmocka_unit_test(nothing_gets_into_the_headers_by_a_line_break),
        cmocka_unit_test(a_subject_that_is_not_ascii_becomes_encoded_words),
        cmocka_unit_test(an_international_address_is_sent_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
