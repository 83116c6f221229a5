// SPDX-License-Identifier: MIT
#include "test.h"

#include "base/json.h"
#include "base/json_out.h"

struct fixture {
    struct json_doc *doc;
    struct json root;
    struct error error;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->doc = json_doc_new();
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    json_doc_free(f->doc);
    free(f);
    return 0;
}

static bool parse(struct fixture *f, const char *json)
{
    return json_parse(f->doc, text_of(json), &f->root, &f->error);
}

static void values_are_found_by_name_and_type(void **state)
{
    struct fixture *f = *state;
    assert_true(parse(f, "{\"a\":1,\"b\":\"x\",\"c\":[true,null,2.5],\"a\":7}"));
    assert_int_equal(json_int(json_get(f->root, TEXT("a")), -1), 7); // the last of two
    assert_text_equal(json_text(json_get(f->root, TEXT("b"))), "x");
    assert_int_equal(json_size(json_get(f->root, TEXT("c"))), 3);
    assert_int_equal(json_type(json_get(f->root, TEXT("none"))), JSON_MISSING);
    assert_int_equal(json_int(json_get(f->root, TEXT("b")), -5), -5);
    assert_int_equal(json_type(json_get(json_get(f->root, TEXT("b")), TEXT("x"))), JSON_MISSING);
}

static void walking_gives_members_and_elements_in_order(void **state)
{
    struct fixture *f = *state;
    assert_true(parse(f, "{\"a\":{},\"b\":[1,[2],3]}"));
    struct json_walk members = json_walk(f->root);
    assert_true(json_next(&members));
    assert_text_equal(members.name, "a");
    struct json_walk nothing = json_walk(members.value);
    assert_false(json_next(&nothing));
    assert_true(json_next(&members));
    int64_t sum = 0, count = 0;
    for (struct json_walk w = json_walk(members.value); json_next(&w); count++)
        sum += json_int(w.value, 0);
    assert_int_equal(sum, 4);
    assert_int_equal(count, 3);
    assert_false(json_next(&members));
}

static void what_sdks_send_wrong_is_mended(void **state)
{
    struct fixture *f = *state;
    assert_true(parse(f, "[NaN,-Infinity,Infinity,\"NaN \\\" NaN\"]"));
    struct json_walk w = json_walk(f->root);
    for (int i = 0; i < 3; i++) {
        assert_true(json_next(&w));
        assert_int_equal(json_type(w.value), JSON_NULL);
    }
    assert_true(json_next(&w));
    assert_text_equal(json_text(w.value), "NaN \" NaN");

    assert_true(parse(f, "{\"s\":\"\\ud83d a \\ude00 \\ud83d\\ude00 \xff\x01\"}"));
    assert_text_equal(json_text(json_get(f->root, TEXT("s"))),
                      "\xef\xbf\xbd a \xef\xbf\xbd \xf0\x9f\x98\x80 \xef\xbf\xbd\x01");

    assert_true(parse(f, "[123456789012345678901234567890]"));
    w = json_walk(f->root);
    assert_true(json_next(&w));
    assert_int_equal(json_type(w.value), JSON_DOUBLE);
}

static void what_is_no_json_is_refused_with_a_reason(void **state)
{
    struct fixture *f = *state;
    const char *wrong[] = {"", " ", "{", "[1] x", "\xff\xfe", "{\"a\":}", "\"open", "nul", "[1,]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        f->error = (struct error){0};
        assert_false(parse(f, wrong[i]));
        assert_int_equal(f->error.kind, ERROR_INPUT);
        assert_true(strncmp(f->error.message, "not JSON: ", 10) == 0);
    }
}

static void depth_is_bounded_also_after_a_large_document(void **state)
{
    struct fixture *f = *state;
    char deep[2 * (JSON_DEPTH_MAX + 10) + 1] = {0};
    char *large = malloc(200000);
    memset(deep, '[', JSON_DEPTH_MAX + 10);
    memset(deep + JSON_DEPTH_MAX + 10, ']', JSON_DEPTH_MAX + 10);
    memset(large, ' ', 200000);
    large[0] = '[';
    large[199999] = ']';
    assert_false(parse(f, deep));
    assert_true(json_parse(f->doc, (struct text){large, 200000}, &f->root, &f->error));
    assert_false(parse(f, deep));
    free(large);
}

static void whole_numbers_are_exact_and_others_are_not_taken_for_them(void **state)
{
    struct fixture *f = *state;
    assert_true(parse(f, "[9223372036854775807,3.0,3.5,1e300,true]"));
    int64_t expected[] = {INT64_MAX, 3, -1, -1, -1};
    struct json_walk w = json_walk(f->root);
    for (size_t i = 0; i < 5; i++) {
        assert_true(json_next(&w));
        assert_int_equal(json_int(w.value, -1), expected[i]);
    }
}

static void what_is_written_reads_back(void **state)
{
    struct fixture *f = *state;
    struct buffer out = {0};
    struct json_out w = {.out = &out};
    json_object(&w);
    json_name(&w, "text");
    json_string(&w, TEXT("a\"\\\n\x01\xc3\xa9\xff"));
    json_name(&w, "list");
    json_array(&w);
    json_number(&w, -5);
    json_real(&w, 0.5);
    json_real(&w, 1.0 / 0.0);
    json_boolean(&w, true);
    json_array_end(&w);
    json_object_end(&w);
    assert_text_equal(buffer_text(&out), "{\"text\":\"a\\\"\\\\\\n\\u0001\xc3\xa9\xef\xbf\xbd\","
                                         "\"list\":[-5,0.5,null,true]}");
    assert_true(json_parse(f->doc, buffer_text(&out), &f->root, &f->error));
    buffer_release(&out);
}

// Strings are looked through in words of the processor, so a byte's place in the string matters.
static void a_special_byte_is_escaped_wherever_it_stands(void **state)
{
    static const char special[] = "\"\\\x01\n\x1f\xff\x80";
    (void)state;
    for (size_t len = 1; len <= 20; len++) {
        for (size_t at = 0; at < len * (sizeof special - 1); at++) {
            struct buffer out = {0};
            struct json_out w = {.out = &out};
            char string[20];
            memset(string, 'a', len);
            string[at % len] = special[at / len];
            json_string(&w, (struct text){string, len});
            assert_true(out.len > len + 2);
            buffer_release(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_by_name_and_type),
        cmocka_unit_test(walking_gives_members_and_elements_in_order),
        cmocka_unit_test(what_sdks_send_wrong_is_mended),
        cmocka_unit_test(what_is_no_json_is_refused_with_a_reason),
        cmocka_unit_test(depth_is_bounded_also_after_a_large_document),
        cmocka_unit_test(whole_numbers_are_exact_and_others_are_not_taken_for_them),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(a_special_byte_is_escaped_wherever_it_stands),
    };
    // one document for all: it has to be usable again after every failure
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
