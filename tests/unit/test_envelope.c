// SPDX-License-Identifier: MIT
#include "test.h"

#include <libdeflate.h>
#include <sodium.h>

#include "report/decode.h"

static struct decoder *decoder;
static struct report_list list;
static struct error failure;

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
    return 0;
}

static bool decodes_text(struct text body)
{
    failure = (struct error){0};
    return decode_envelope(decoder, body, &list, &failure);
}

static bool decodes(const char *body)
{
    return decodes_text(text_of(body));
}

static const char *type_of(size_t i)
{
    return arena_string(decoder_arena(decoder), report_main(&list.reports[i])->type);
}

static void an_envelope_gives_its_events_and_counts_the_rest(void **state)
{
    (void)state;
    assert_true(decodes(
        "{\"event_id\":\"9EC79C33-EC99-42AB-8353-589FCB2E04DC\",\"dsn\":\"https://abc:x@h/42\"}\n"
        "{\"type\":\"session\"}\n{\"sid\":1}\n"
        "{\"type\":\"event\",\"length\":29}\n{\"exception\":[{\"type\":\"A\"}]}\n\n"
        "{\"type\":\"attachment\",\"length\":3,\"filename\":\"x\"}\n\n\0\n\n"
        "{\"type\":\"what will come\"}\npayload\n"));
    assert_int_equal(list.report_n, 1);
    assert_string_equal(type_of(0), "A");
    assert_string_equal(list.event_id, "9ec79c33ec9942ab8353589fcb2e04dc");
    assert_string_equal(list.reports[0].event_id, list.event_id);
    assert_text_equal(list.dsn_key, "abc");
}

static void an_item_with_a_length_may_hold_any_byte(void **state)
{
    (void)state;
    assert_true(decodes_text(
        TEXT("{}\n{\"type\":\"attachment\",\"length\":5}\n\0\n{\n\xff\n{\"type\":\"event\"}\n"
             "{\"exception\":{\"type\":\"A\"}}")));
    assert_int_equal(list.report_n, 1);
    assert_int_equal(list.dropped_n, 1);
    assert_string_equal(type_of(0), "A");
}

static void empty_payloads_and_ends_without_line_feed_are_fine(void **state)
{
    (void)state;
    assert_true(decodes("{}"));
    assert_true(decodes("{}\n"));
    assert_true(decodes("{}\n{\"type\":\"x\"}"));
    assert_int_equal(list.dropped_n, 1);
    assert_true(decodes("{}\n{\"type\":\"x\",\"length\":0}\n\n{\"type\":\"y\",\"length\":0}"));
    assert_int_equal(list.dropped_n, 2);
    assert_true(decodes("{}\n{\"type\":\"x\",\"length\":null}\nabc\r\n{\"type\":\"event\"}\r\n{"
                        "\"message\":\"m\"}\r\n"));
    assert_int_equal(list.report_n, 1);
    assert_true(decodes("{}\n{}\npayload of an item without type\n{\"type\":\"event\"}\n{}"));
    assert_int_equal(list.report_n, 1);
    assert_int_equal(list.dropped_n, 1);
}

static void what_clients_lost_is_added_up_by_reason(void **state)
{
    (void)state;
    assert_true(
        decodes("{}\n{\"type\":\"client_report\"}\n{\"discarded_events\":["
                "{\"reason\":\"queue_overflow\",\"category\":\"error\",\"quantity\":3},"
                "{\"reason\":\"queue_overflow\",\"category\":\"transaction\",\"quantity\":9},"
                "{\"reason\":\"queue_overflow\",\"category\":\"error\",\"quantity\":-1},"
                "{\"reason\":\"new\",\"category\":\"error\",\"quantity\":1},7]}\n"
                "{\"type\":\"client_report\"}\nnot JSON\n{\"type\":\"client_report\"}\n[]\n"
                "{\"type\":\"event\"}\n{}"));
    assert_int_equal(list.report_n, 1);
    assert_int_equal(list.dropped_n, 0);
    assert_string_equal(lost_reasons[0], "queue_overflow");
    assert_int_equal(list.lost.n[0], 3);
    assert_int_equal(list.lost.n[LOST_REASON_N - 1], 1);
}

static void the_answer_names_an_event_only_when_one_is_in_sight(void **state)
{
    (void)state;
    assert_true(decodes("{}\n{\"type\":\"session\"}\n{}\n"));
    assert_string_equal(list.event_id, "");
    assert_true(decodes("{\"event_id\":\"no\"}\n{\"type\":\"event\"}\n{}"));
    assert_int_equal(strlen(list.event_id), 32);
    assert_string_equal(list.event_id, list.reports[0].event_id);
    assert_true(decodes(
        "{\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\"}\n{\"type\":\"attachment\"}\nx"));
    assert_string_equal(list.event_id, "9ec79c33ec9942ab8353589fcb2e04dc");
}

static void only_one_event_takes_the_id_of_the_envelope(void **state)
{
    (void)state;
    assert_true(
        decodes("{\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\"}\n{\"type\":\"event\"}\n{}\n"
                "{\"type\":\"event\"}\n{}\n{\"type\":\"event\"}\n{\"event_id\":"
                "\"00000000000000000000000000000001\"}"));
    assert_int_equal(list.report_n, 3);
    assert_string_equal(list.reports[0].event_id, "9ec79c33ec9942ab8353589fcb2e04dc");
    assert_string_not_equal(list.reports[1].event_id, list.reports[0].event_id);
    assert_string_equal(list.reports[2].event_id, "00000000000000000000000000000001");
}

static void one_bad_event_does_not_cost_the_others(void **state)
{
    (void)state;
    assert_true(decodes("{}\n{\"type\":\"event\"}\n{broken\n{\"type\":\"event\"}\n{\"exception\":{"
                        "\"type\":\"B\"}}\n"
                        "{\"type\":\"event\"}\n{\"type\":\"transaction\"}"));
    assert_int_equal(list.report_n, 1);
    assert_int_equal(list.dropped_n, 2);
    assert_string_equal(type_of(0), "B");
}

static void what_is_complete_before_a_framing_error_is_kept(void **state)
{
    (void)state;
    assert_true(decodes("{}\n{\"type\":\"event\"}\n{}\n{\"type\":\"event\",\"length\":100}\n{}"));
    assert_int_equal(list.report_n, 1);
    assert_true(decodes("{}\n{\"type\":\"event\"}\n{}\nnot a header\n{}"));
    assert_int_equal(list.report_n, 1);
}

static void errors_say_which_item_and_where(void **state)
{
    (void)state;
    assert_false(
        decodes("{}\n{\"type\":\"session\"}\n{}\n{\"type\":\"event\",\"length\":100}\n{}"));
    assert_int_equal(failure.kind, ERROR_INPUT);
    assert_string_equal(
        failure.message,
        "item 2 of the envelope, at byte 25: its length is 100 bytes but only 2 are "
        "left: the envelope is cut short");
    assert_false(decodes("{}\n{\"type\":\"event\",\"length\":1}\n{}"));
    assert_string_equal(failure.message,
                        "item 1 of the envelope, at byte 3: no line feed follows its 1 bytes");
    assert_false(decodes("{}\n{\"type\":\"event\",\"length\":-1}\n{}"));
    assert_false(decodes("{}\n{\"type\":\"event\",\"length\":\"2\"}\n{}"));
    assert_false(decodes("{}\n[]\n{}"));
    assert_string_equal(failure.message,
                        "item 1 of the envelope, at byte 3: its header line is not a JSON object");
    assert_false(decodes("{}\n{\"type\":\"event\"}\n{\"a\":}"));
    assert_true(text_starts(text_of(failure.message),
                            TEXT("item 1 of the envelope, at byte 20: the event: not JSON")));
}

static void an_envelope_must_begin_with_an_object(void **state)
{
    (void)state;
    assert_false(decodes(""));
    assert_int_equal(failure.kind, ERROR_INPUT);
    assert_false(decodes("[]\n"));
    assert_string_equal(failure.message,
                        "the envelope, at byte 0: its header line is not a JSON object");
    assert_false(decodes("\n{}"));
    assert_false(decodes("{\"a\":1"));
    assert_false(decode_envelope(decoder, TEXT("x"), &list, NULL));
}

static void the_key_is_known_even_when_the_items_are_broken(void **state)
{
    (void)state;
    assert_false(decodes("{\"dsn\":\"http://abc@h/1\"}\nbroken"));
    assert_text_equal(list.dsn_key, "abc");
    assert_true(decodes("{\"dsn\":\"nonsense\"}"));
    assert_int_equal(list.dsn_key.len, 0);
}

static void header_lines_are_bounded(void **state)
{
    (void)state;
    struct buffer b = {0};
    buffer_add_string(&b, "{\"trace\":\"");
    for (int i = 0; i < 17 * 1024; i++)
        buffer_add_char(&b, 'x');
    buffer_add_string(&b, "\"}\n");
    assert_false(decodes(b.at));
    buffer_release(&b);
}

static void add_event(struct buffer *b, size_t len)
{
    buffer_printf(b, "{\"type\":\"event\"}\n{\"message\":\"");
    for (size_t i = 14; i < len; i++)
        buffer_add_char(b, 'x');
    buffer_add_string(b, "\"}\n");
}

static void too_large_an_event_is_refused_and_too_many_are_dropped(void **state)
{
    (void)state;
    struct buffer b = {0};
    buffer_add_string(&b, "{}\n");
    add_event(&b, EVENT_MAX + 1);
    assert_false(decodes(b.at));
    assert_int_equal(failure.kind, ERROR_TOO_LARGE);
    buffer_clear(&b);
    buffer_add_string(&b, "{}\n");
    for (int i = 0; i < 6; i++)
        add_event(&b, EVENT_MAX);
    assert_true(decodes(b.at));
    assert_int_equal(list.report_n, 4);
    assert_int_equal(list.dropped_n, 2);
    buffer_clear(&b);
    decoder_reset(decoder);
    buffer_add_string(&b, "{}\n");
    for (int i = 0; i < 150; i++)
        add_event(&b, 20);
    assert_true(decodes(b.at));
    assert_int_equal(list.report_n, 100);
    assert_int_equal(list.dropped_n, 50);
    buffer_release(&b);
}

static bool stores(struct text body)
{
    failure = (struct error){0};
    return decode_store(decoder, body, &list, &failure);
}

static void a_stored_event_is_bare_json(void **state)
{
    (void)state;
    assert_true(stores(TEXT(" {\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\",\"exception\":[{"
                            "\"type\":\"A\"}]}\n")));
    assert_int_equal(list.report_n, 1);
    assert_string_equal(type_of(0), "A");
    assert_string_equal(list.event_id, "9ec79c33ec9942ab8353589fcb2e04dc");
    assert_true(stores(TEXT("{\"type\":\"transaction\"}")));
    assert_int_equal(list.report_n, 0);
    assert_int_equal(list.dropped_n, 1);
    assert_true(stores(TEXT("{\"message\":NaN,\"a\":-Infinity}")));
    assert_false(stores(TEXT("")));
    assert_false(stores(TEXT("{\"a\"")));
    assert_false(stores(TEXT("<html>")));
}

static void old_clients_store_base64_of_zlib(void **state)
{
    (void)state;
    struct text json = TEXT("{\"exception\":[{\"type\":\"Old\"}]}");
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
    char zlib[200], base64[300];
    size_t len = libdeflate_zlib_compress(c, json.at, json.len, zlib, sizeof zlib);
    libdeflate_free_compressor(c);
    assert_true(stores((struct text){zlib, len}));
    assert_string_equal(type_of(0), "Old");
    sodium_bin2base64(base64, sizeof base64, (unsigned char *)zlib, len,
                      sodium_base64_VARIANT_ORIGINAL);
    assert_true(stores(text_of(base64)));
    assert_string_equal(type_of(0), "Old");
    sodium_bin2base64(base64, sizeof base64, (const unsigned char *)json.at, json.len,
                      sodium_base64_VARIANT_ORIGINAL);
    assert_true(stores(text_of(base64)));
    assert_false(stores((struct text){zlib, len - 5}));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_envelope_gives_its_events_and_counts_the_rest),
        TEST(an_item_with_a_length_may_hold_any_byte),
        TEST(empty_payloads_and_ends_without_line_feed_are_fine),
        TEST(what_clients_lost_is_added_up_by_reason),
        TEST(the_answer_names_an_event_only_when_one_is_in_sight),
        TEST(only_one_event_takes_the_id_of_the_envelope),
        TEST(one_bad_event_does_not_cost_the_others),
        TEST(what_is_complete_before_a_framing_error_is_kept),
        TEST(errors_say_which_item_and_where),
        TEST(an_envelope_must_begin_with_an_object),
        TEST(the_key_is_known_even_when_the_items_are_broken),
        TEST(header_lines_are_bounded),
        TEST(too_large_an_event_is_refused_and_too_many_are_dropped),
        TEST(a_stored_event_is_bare_json),
        TEST(old_clients_store_base64_of_zlib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
