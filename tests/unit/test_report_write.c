// SPDX-License-Identifier: MIT
#include "test.h"

#include <glob.h>
#include <stdio.h>

#include "../fuzz/same_report.h"

static struct decoder *decoder, *again, *deferring;

static int start(void **state)
{
    (void)state;
    decoder = decoder_new();
    again = decoder_new();
    deferring = decoder_new();
    decoder_defer_rest(deferring);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    decoder_free(decoder);
    decoder_free(again);
    decoder_free(deferring);
    return 0;
}

static void a_report_is_written_sorted_and_compact(void **state)
{
    (void)state;
    struct variable variable = {TEXT("v"), TEXT("1")};
    struct variable user = {TEXT("id"), TEXT("7")};
    struct variable tags[] = {{TEXT("queue"), TEXT("mail")}, {TEXT("a"), TEXT("b")}};
    struct text line = TEXT("x\n\"y\"");
    struct frame frame = {.path = TEXT("/srv/a.py"),
                          .filename = TEXT("a.py"),
                          .function = TEXT("f"),
                          .text = TEXT("g()"),
                          .module = TEXT("m"),
                          .line_number = 3,
                          .in_app = IN_APP_NO,
                          .variables = &variable,
                          .variable_n = 1,
                          .pre_context = &line,
                          .pre_context_n = 1};
    struct exception exception = {TEXT("E"), TEXT("why"), TEXT("lib"), &frame, 1};
    struct report report = {.event_id = "9ec79c33ec9942ab8353589fcb2e04dc",
                            .happened_at_ms = 1714564800250,
                            .platform = TEXT("python"),
                            .level = TEXT("error"),
                            .hostname = TEXT("web1"),
                            .release = TEXT("1"),
                            .environment = TEXT("prod"),
                            .transaction = TEXT("/t"),
                            .request = TEXT("GET /"),
                            .user = &user,
                            .user_n = 1,
                            .tags = tags,
                            .tag_n = 2,
                            .error_count = 12,
                            .error_threshold = 5,
                            .exceptions = &exception,
                            .exception_n = 1};
    struct buffer out = {0};
    report_write(&report, &out);
    assert_string_equal(out.at, "{\"contexts\":{\"flawless\":{\"error_count\":12,\"error_"
                                "threshold\":5}},\"environment\":\"prod\","
                                "\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\",\"exception\":{"
                                "\"values\":[{\"module\":\"lib\","
                                "\"stacktrace\":{\"frames\":[{\"abs_path\":\"/srv/"
                                "a.py\",\"context_line\":\"g()\",\"filename\":\"a.py\","
                                "\"function\":\"f\",\"in_app\":false,\"lineno\":3,\"module\":\"m\","
                                "\"pre_context\":[\"x\\n\\\"y\\\"\"],"
                                "\"vars\":{\"v\":\"1\"}}]},\"type\":\"E\",\"value\":\"why\"}]},"
                                "\"level\":\"error\",\"platform\":\"python\","
                                "\"release\":\"1\",\"request\":\"GET "
                                "/\",\"server_name\":\"web1\","
                                "\"tags\":{\"queue\":\"mail\",\"a\":\"b\"},"
                                "\"timestamp\":1714564800.25,\"transaction\":\"/t\","
                                "\"user\":{\"id\":\"7\"}}");
    assert_true(survives_writing(&report, again));
    buffer_release(&out);
}

static void a_message_without_exception_stays_one(void **state)
{
    (void)state;
    struct report report;
    assert_true(decode_event(
        decoder,
        TEXT("{\"message\":\"a: b\",\"threads\":[{\"stacktrace\":{\"frames\":[{\"function\":"
             "\"f\"}]}}]}"),
        &report, NULL));
    assert_text_equal(report_main(&report)->type, "");
    assert_true(survives_writing(&report, again));
}

static void awkward_reports_survive(void **state)
{
    (void)state;
    static const char *const events[] = {
        "{}",
        "{\"exception\":[{\"value\":\"only a value\"}]}",
        "{\"exception\":[{\"type\":\"A\"},{\"value\":\"same\"}],\"message\":\"same\"}",
        "{\"exception\":[{\"stacktrace\":[{\"instruction_addr\":17}]}]}",
        "{\"exception\":[{\"type\":\"A\",\"stacktrace\":[{\"abs_path\":\"http://x/"
        "a?b\"},{\"filename\":\"http://x/a\"}]}]}",
        "{\"exception\":[{\"type\":\"A\",\"stacktrace\":[{\"raw_function\":\"?\",\"package\":\"?\"}"
        "]}]}",
        "{\"message\":\"\\u0000\\ud83d\",\"request\":{\"data\":{\"password:\":\"x\",\"b\":[\"token:"
        "\",\"y\"]}}}",
        "{\"timestamp\":0.001,\"level\":10}",
        "{\"timestamp\":95617583999.999}",
        "{\"timestamp\":\"9999-12-31T23:59:59Z\"}",
    };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        struct report report;
        assert_true(decode_event(decoder, text_of(events[i]), &report, NULL));
        if (!survives_writing(&report, again))
            fail_msg("%s", events[i]);
    }
}

// The caller frees at.
static struct text read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    rewind(file);
    char *at = malloc((size_t)size + 1);
    assert_int_equal(fread(at, 1, (size_t)size, file), size);
    fclose(file);
    return (struct text){at, (size_t)size};
}

typedef bool decode_function(struct decoder *, struct text, struct report_list *, struct error *);

static void check_file(const char *path, decode_function *decode)
{
    struct text sent = read_file(path), body;
    struct report_list list, later;
    struct error error = {0};
    if (!decode_body(decoder, TEXT(""), sent, &body, &error) ||
        !decode(decoder, body, &list, &error))
        fail_msg("%s: %s", path, error.message);
    for (size_t i = 0; i < list.report_n; i++)
        if (!survives_writing(&list.reports[i], again))
            fail_msg("%s", path);
    assert_true(decode(deferring, body, &later, &error));
    for (size_t i = 0; i < later.report_n; i++) {
        report_complete(&later.reports[i]);
        if (!same_report(&list.reports[i], &later.reports[i]))
            fail_msg("%s is not the same when it is completed later", path);
    }
    decoder_reset(decoder);
    decoder_reset(deferring);
    free((char *)sent.at);
}

static void check_files(const char *pattern, decode_function *decode)
{
    glob_t found = {0};
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_file(found.gl_pathv[i], decode);
    globfree(&found);
}

static void everything_real_clients_sent_survives_writing_and_deferring(void **state)
{
    (void)state;
    check_files(SOURCE_ROOT "/tests/corpus/sentry/*.envelope", decode_envelope);
    check_files(SOURCE_ROOT "/tests/corpus/sentry/*.store.json", decode_store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_report_is_written_sorted_and_compact),
        TEST(a_message_without_exception_stays_one),
        TEST(awkward_reports_survive),
        TEST(everything_real_clients_sent_survives_writing_and_deferring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
