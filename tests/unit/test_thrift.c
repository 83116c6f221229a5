// SPDX-License-Identifier: MIT
#include "test.h"

#include "report/thrift.h"

static struct decoder *decoder;
static struct thrift_call call;
static struct error failure;
static struct buffer frame;

static int start(void **state)
{
    (void)state;
    decoder = decoder_new();
    frame = (struct buffer){0};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    decoder_free(decoder);
    buffer_release(&frame);
    return 0;
}

// Words of the protocol, as Apache Thrift writes them.
static void number(uint64_t value, size_t size)
{
    while (size-- > 0)
        buffer_add_char(&frame, (char)(value >> (8 * size) & 0xff));
}

static void string(const char *value)
{
    number(strlen(value), 4);
    buffer_add_string(&frame, value);
}

static void field(unsigned type, unsigned id)
{
    number(type, 1);
    number(id, 2);
}

static void string_field(unsigned id, const char *value)
{
    field(11, id);
    string(value);
}

static void i64_field(unsigned id, int64_t value)
{
    field(10, id);
    number((uint64_t)value, 8);
}

static void header(const char *name, unsigned type)
{
    buffer_clear(&frame);
    number(0x80010000u | type, 4);
    string(name);
    number(7, 4);
}

static void begin_list(unsigned id, unsigned type, size_t count)
{
    field(15, id);
    number(type, 1);
    number(count, 4);
}

static void stack_line(const char *path, int64_t line, const char *function, const char *text)
{
    string_field(1, path);
    i64_field(2, line);
    string_field(3, function);
    string_field(4, text);
}

static bool decodes(void)
{
    failure = (struct error){0};
    return thrift_decode(decoder, buffer_text(&frame), &call, &failure);
}

static void add_whole_request(void)
{
    header("record_error", 1);
    field(12, 1);
    begin_list(1, 12, 2);
    stack_line("/srv/a.py", 10, "f", "g()");
    number(0, 1);
    stack_line("/srv/b.py", 20, "g", "raise ValueError()");
    field(13, 5);
    number(11, 1);
    number(11, 1);
    number(2, 4);
    string("x");
    string("'1'");
    string("password");
    string("'p'");
    number(0, 1);
    string_field(2, "no way");
    string_field(3, "web1");
    i64_field(4, 5);
    string_field(5, "GET /\nCookie: a=b; c=d");
    i64_field(6, 12);
    string_field(7, "ValueError");
    number(0, 1);
    number(0, 1);
}

static void an_error_is_recorded(void **state)
{
    (void)state;
    add_whole_request();
    assert_true(decodes());
    assert_int_equal(call.method, THRIFT_RECORD_ERROR);
    assert_true(call.is_strict);
    assert_false(call.is_oneway);
    assert_int_equal(call.sequence, 7);
    const struct report *r = &call.report;
    assert_int_equal(strlen(r->event_id), 32);
    assert_text_equal(r->platform, "python");
    assert_text_equal(r->level, "error");
    assert_text_equal(r->hostname, "web1");
    assert_text_equal(r->request, "GET /\nCookie: [Filtered]");
    assert_int_equal(r->error_count, 12);
    assert_int_equal(r->error_threshold, 5);
    const struct exception *e = report_main(r);
    assert_text_equal(e->type, "ValueError");
    assert_text_equal(e->message, "no way");
    assert_int_equal(e->frame_n, 2);
    assert_text_equal(e->frames[1].path, "/srv/b.py");
    assert_text_equal(e->frames[1].filename, "/srv/b.py");
    assert_text_equal(e->frames[1].function, "g");
    assert_text_equal(e->frames[1].text, "raise ValueError()");
    assert_int_equal(e->frames[1].line_number, 20);
    assert_int_equal(e->frames[1].variable_n, 2);
    assert_text_equal(e->frames[1].variables[0].value, "'1'");
    assert_text_equal(e->frames[1].variables[1].value, "[Filtered]");
}

static void the_report_does_not_need_the_frame_any_more(void **state)
{
    (void)state;
    add_whole_request();
    assert_true(decodes());
    memset(frame.at, 'x', frame.len);
    assert_text_equal(report_main(&call.report)->frames[0].path, "/srv/a.py");
}

static void every_cut_frame_is_refused_with_the_place(void **state)
{
    (void)state;
    add_whole_request();
    size_t whole = frame.len;
    for (size_t len = 0; len < whole; len++) {
        frame.len = len;
        if (decodes())
            fail_msg("%zu bytes of %zu are taken", len, whole);
        assert_int_equal(failure.kind, ERROR_INPUT);
        assert_non_null(strstr(failure.message, "at byte "));
    }
}

static void an_empty_request_is_a_report(void **state)
{
    (void)state;
    header("record_error", 1);
    number(0, 1);
    assert_true(decodes());
    assert_text_equal(report_main(&call.report)->message, "(no message)");
    assert_int_equal(call.report.error_count, 1);
}

static void a_message_alone_tells_the_type(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *type, *message;
    } cases[] = {
        {"KeyError: 'a'", "KeyError", "'a'"},
        {"KeyError('a',)", "KeyError", "'a'"},
        {"shop.errors.Empty()", "shop.errors.Empty", ""},
        {"X1(\"(y) (1, 'z')\",)", "X1", "\"(y) (1, 'z')\""},
        {"it failed (twice)", "", "it failed (twice)"},
        {"(twice)", "", "(twice)"},
        {"1x(2)", "", "1x(2)"},
        {"KeyError('cut", "", "KeyError('cut"},
        {")", "", ")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        header("record_error", 1);
        field(12, 1);
        string_field(2, cases[i].sent);
        number(0, 2);
        assert_true(decodes());
        assert_text_equal(report_main(&call.report)->type, cases[i].type);
        assert_text_equal(report_main(&call.report)->message, cases[i].message);
    }
}

static void unknown_fields_and_types_are_passed_over(void **state)
{
    (void)state;
    header("record_error", 1);
    string_field(9, "before");
    field(12, 1);
    i64_field(1, 5); // should be a list
    string_field(4, "should be a number");
    field(2, 30); // bool
    number(1, 1);
    field(3, 31); // byte
    number(1, 1);
    field(4, 32); // double
    number(1, 8);
    field(6, 33); // i16
    number(1, 2);
    field(8, 34); // i32
    number(1, 4);
    field(13, 35); // map of i32 to list of set of bool
    number(8, 1);
    number(15, 1);
    number(1, 4);
    number(5, 4);
    number(14, 1);
    number(1, 4);
    number(2, 1);
    number(2, 4);
    number(0x0101, 2);
    field(13, 36); // an empty map may have types of 0
    number(0, 6);
    field(12, 37); // a struct with a struct
    field(12, 1);
    number(0, 2);
    begin_list(1, 11, 1); // of strings, not of structs
    string("x");
    string_field(7, "E");
    number(0, 2);
    if (!decodes())
        fail_msg("%s", failure.message);
    assert_text_equal(report_main(&call.report)->type, "E");
    assert_int_equal(report_main(&call.report)->frame_n, 0);
}

static void the_older_header_is_read_and_answered(void **state)
{
    (void)state;
    string("ping");
    number(1, 1);
    number(9, 4);
    number(0, 1);
    assert_true(decodes());
    assert_int_equal(call.method, THRIFT_PING);
    assert_false(call.is_strict);
    assert_int_equal(call.sequence, 9);
    struct buffer reply = {0};
    thrift_reply(&call, &reply);
    assert_text(buffer_text(&reply), TEXT("\0\0\0\x12\0\0\0\4ping\2\0\0\0\x9\2\0\0\1\0"), __FILE__,
                __LINE__);
    buffer_release(&reply);
}

static struct text replied(struct buffer *reply)
{
    buffer_clear(reply);
    assert_true(decodes());
    thrift_reply(&call, reply);
    return buffer_text(reply);
}

static void replies_are_what_apache_thrift_expects(void **state)
{
    (void)state;
    struct buffer reply = {0};
    header("ping", 1);
    number(0, 1);
    assert_text(replied(&reply), TEXT("\0\0\0\x15\x80\1\0\2\0\0\0\4ping\0\0\0\7\2\0\0\1\0"),
                __FILE__, __LINE__);
    header("record_error", 1);
    number(0, 1);
    assert_text(replied(&reply), TEXT("\0\0\0\x19\x80\1\0\2\0\0\0\14record_error\0\0\0\7\0"),
                __FILE__, __LINE__);
    header("x", 1);
    number(0, 1);
    assert_text(
        replied(&reply),
        TEXT(
            "\0\0\0\x2a\x80\1\0\3\0\0\0\1x\0\0\0\7\13\0\1\0\0\0\16unknown method\10\0\2\0\0\0\1\0"),
        __FILE__, __LINE__);
    header("record_error", 4);
    number(0, 1);
    assert_int_equal(replied(&reply).len, 0);
    assert_true(call.is_oneway);
    header("ping", 1);
    number(0, 1);
    assert_true(decodes());
    buffer_clear(&reply);
    thrift_refuse(&call, TEXT("busy"), &reply);
    assert_text(
        buffer_text(&reply),
        TEXT("\0\0\0\x23\x80\1\0\3\0\0\0\4ping\0\0\0\7\13\0\1\0\0\0\4busy\10\0\2\0\0\0\6\0"),
        __FILE__, __LINE__);
    buffer_release(&reply);
}

static void refuses_with(const char *words)
{
    if (decodes())
        fail_msg("taken, not: %s", words);
    if (!strstr(failure.message, words))
        fail_msg("\"%s\" does not say: %s", failure.message, words);
}

static void bad_shapes_are_refused_in_plain_words(void **state)
{
    (void)state;
    buffer_clear(&frame);
    refuses_with("ends in the middle");
    number(0x80020001u, 4);
    refuses_with("unknown version");
    header("ping", 2);
    refuses_with("not a call");
    header("record_error", 1);
    field(12, 1);
    field(11, 2);
    number(0x7fffffff, 4);
    refuses_with("at byte 34: a string is longer than the frame");
    header("record_error", 1);
    field(12, 1);
    field(11, 2);
    number(0xffffffff, 4);
    refuses_with("negative length");
    header("record_error", 1);
    field(12, 1);
    begin_list(1, 12, 0x7fffffff);
    refuses_with("more elements than the frame can hold");
    header("record_error", 1);
    field(12, 1);
    begin_list(1, 12, 0x80000000);
    refuses_with("negative size");
    header("record_error", 1);
    field(7, 1);
    refuses_with("unknown type");
    header("record_error", 1);
    field(15, 2);
    number(1, 1);
    number(3, 4);
    number(0, 8);
    refuses_with("unknown type");
    header("record_error", 1);
    for (int i = 0; i < 100; i++)
        field(12, 2);
    refuses_with("nested too deeply");
    frame.len = 0;
    buffer_reserve(&frame, THRIFT_FRAME_MAX + 1);
    memset(frame.at, 0, THRIFT_FRAME_MAX + 1);
    frame.len = THRIFT_FRAME_MAX + 1;
    refuses_with("the bound is");
}

static void strings_that_are_not_utf8_are_mended(void **state)
{
    (void)state;
    header("record_error", 1);
    field(12, 1);
    string_field(2, "caf\xe9");
    field(11, 3);
    number(3, 4);
    number(0x610062, 3);
    number(0, 2);
    assert_true(decodes());
    assert_text_equal(report_main(&call.report)->message, "caf\xef\xbf\xbd");
    assert_text_equal(call.report.hostname, "a\xef\xbf\xbd"
                                            "b");
}

static void a_field_that_comes_twice_counts_once(void **state)
{
    (void)state;
    header("record_error", 1);
    field(12, 1);
    begin_list(1, 12, 1);
    string_field(1, "a.py");
    for (unsigned count = 3; count > 0; count--) {
        field(13, 5);
        number(11, 1);
        number(11, 1);
        number(count, 4);
        for (unsigned i = 0; i < count; i++) {
            string("x");
            string("y");
        }
    }
    number(0, 3);
    assert_true(decodes());
    assert_int_equal(report_main(&call.report)->frames[0].variable_n, 1);
}

static void the_middle_of_a_long_traceback_is_cut(void **state)
{
    (void)state;
    header("record_error", 1);
    field(12, 1);
    begin_list(1, 12, 1000);
    for (int i = 0; i < 1000; i++) {
        stack_line("a.py", i, "f", "x");
        number(0, 1);
    }
    number(0, 2);
    assert_true(decodes());
    const struct exception *e = report_main(&call.report);
    assert_text_equal(e->type, "Error");
    assert_int_equal(e->frame_n, REPORT_FRAME_MAX);
    assert_int_equal(e->frames[124].line_number, 124);
    assert_int_equal(e->frames[125].line_number, 875);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_error_is_recorded),
        TEST(the_report_does_not_need_the_frame_any_more),
        TEST(every_cut_frame_is_refused_with_the_place),
        TEST(an_empty_request_is_a_report),
        TEST(a_message_alone_tells_the_type),
        TEST(unknown_fields_and_types_are_passed_over),
        TEST(the_older_header_is_read_and_answered),
        TEST(replies_are_what_apache_thrift_expects),
        TEST(bad_shapes_are_refused_in_plain_words),
        TEST(strings_that_are_not_utf8_are_mended),
        TEST(a_field_that_comes_twice_counts_once),
        TEST(the_middle_of_a_long_traceback_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
