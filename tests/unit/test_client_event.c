// SPDX-License-Identifier: MIT
// What libflawless writes, read by the server's own decoder.
#include "test.h"

#include <zlib.h>

#include "client/c/event.h"
#include "client/c/gzip.h"
#include "client/c/hide.h"
#include "client/c/settings.h"
#include "report/decode.h"

static struct decoder *decoder;
static struct buffer json;

static int start(void **state)
{
    (void)state;
    decoder = decoder_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    decoder_free(decoder);
    buffer_release(&json);
    return 0;
}

static struct report decoded(struct fl_event *e)
{
    struct report report;
    struct error error = {0};
    buffer_clear(&json);
    buffer_add_char(&json, '{');
    fl_event_write(e, &json);
    buffer_add_char(&json, '}');
    fl_event_release(e);
    assert_false(json.failed);
    if (!decode_event(decoder, buffer_text(&json), &report, &error))
        fail_msg("%s", error.message);
    return report;
}

static void add_frames(struct fl_event *e, int from, int to)
{
    for (int i = from; i <= to; i++)
        fl_event_frame(e, TEXT("a.c"), TEXT("f"), i, TEXT(""));
}

static void of_too_many_frames_those_in_the_middle_are_left_out(void **state)
{
    (void)state;
    struct fl_event e = {0};
    add_frames(&e, 1, 1000);
    struct report r = decoded(&e);
    const struct exception *exception = report_main(&r);
    assert_int_equal(exception->frame_n, FLAWLESS_FRAME_MAX);
    assert_int_equal(exception->frames[FL_FRAME_OLDEST_N - 1].line_number, FL_FRAME_OLDEST_N);
    assert_int_equal(exception->frames[FL_FRAME_OLDEST_N].line_number,
                     1000 - FLAWLESS_FRAME_MAX + FL_FRAME_OLDEST_N + 1);
    assert_int_equal(exception->frames[FLAWLESS_FRAME_MAX - 1].line_number, 1000);
}

static void when_variables_grow_too_large_the_oldest_frames_lose_theirs(void **state)
{
    (void)state;
    struct fl_event e = {0};
    char value[FLAWLESS_VALUE_MAX];
    memset(value, 'x', sizeof value);
    for (int i = 1; i <= 400; i++) {
        add_frames(&e, i, i);
        fl_event_variable(&e, TEXT("v"), (struct text){value, sizeof value});
    }
    assert_true(e.variable_bytes <= FLAWLESS_VARIABLE_BYTES_MAX);
    struct report r = decoded(&e);
    const struct exception *exception = report_main(&r);
    assert_int_equal(exception->frames[0].variable_n, 0);
    assert_int_equal(exception->frames[FLAWLESS_FRAME_MAX - 1].variable_n, 1);
}

static void an_event_without_anything_is_an_event(void **state)
{
    (void)state;
    struct fl_event e = {0};
    struct report r = decoded(&e);
    assert_int_equal(report_main(&r)->frame_n, 0);
    assert_text_equal(r.environment, "production");
}

static void assert_hidden(const char *name, const char *value, const char *expected)
{
    struct buffer out = {0};
    struct json_out w = {.out = &out};
    fl_hide_string(&w, text_of(name), text_of(value), 40, TEXT("shoe, Size"));
    assert_text_equal(buffer_text(&out), expected);
    buffer_release(&out);
}

static void secrets_are_hidden_by_name_by_words_and_by_form(void **state)
{
    (void)state;
    assert_hidden("api_key", "x", "\"[Filtered]\"");
    assert_hidden("my_shoesize", "44", "\"[Filtered]\"");
    assert_hidden("colour", "red", "\"red\"");
    assert_hidden("url", "http://ann:sesame@h/", "\"http://ann:[Filtered]@h/\"");
    // the card's number ends behind the cut
    assert_hidden("note", "this is a text with a card 4111 1111 1111 1111 in it",
                  "\"this is a text with a card [Filtered] in\"");
}

static void packed_bytes_unpack_to_what_they_were(void **state)
{
    (void)state;
    char plain[5000], unpacked[5000] = {0};
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (char)('a' + i % 7 * i % 5);
    struct buffer packed = {0};
    assert_false(fl_gzip((struct text){plain, FL_GZIP_MIN - 1}, &packed));
    for (int i = 0; i < 2; i++) { // the second time into a buffer that was used
        assert_true(fl_gzip((struct text){plain, sizeof plain}, &packed));
        z_stream stream = {.next_in = (Bytef *)packed.at,
                           .avail_in = (uInt)packed.len,
                           .next_out = (Bytef *)unpacked,
                           .avail_out = sizeof unpacked};
        assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        inflateEnd(&stream);
        assert_memory_equal(plain, unpacked, sizeof plain);
    }
    buffer_release(&packed);
}

static void options_that_cannot_be_are_refused_and_change_nothing(void **state)
{
    (void)state;
    struct error error = {0};
    assert_true(fl_settings_set(TEXT("timeout_ms"), TEXT("77"), &error));
    assert_false(fl_settings_set(TEXT("timeout_ms"), TEXT("0"), &error));
    assert_non_null(strstr(error.message, "timeout_ms"));
    assert_int_equal(fl_settings_number(FL_TIMEOUT), 77);
    assert_true(fl_settings_set(TEXT("timeout_ms"), TEXT(""), &error));
    assert_int_equal(fl_settings_number(FL_TIMEOUT), 10000);
    assert_false(fl_settings_set(TEXT("colour"), TEXT("red"), &error));
    assert_non_null(strstr(error.message, "colour"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_too_many_frames_those_in_the_middle_are_left_out),
        cmocka_unit_test(when_variables_grow_too_large_the_oldest_frames_lose_theirs),
        cmocka_unit_test(an_event_without_anything_is_an_event),
        cmocka_unit_test(secrets_are_hidden_by_name_by_words_and_by_form),
        cmocka_unit_test(packed_bytes_unpack_to_what_they_were),
        cmocka_unit_test(options_that_cannot_be_are_refused_and_change_nothing),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
