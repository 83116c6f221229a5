// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "report/decode.h"

static struct decoder *decoder;

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

static struct report decoded(const char *json)
{
    struct report report;
    struct error error = {0};
    if (!decode_event(decoder, text_of(json), &report, &error))
        fail_msg("%s", error.message);
    return report;
}

static void an_exception_becomes_a_report(void **state)
{
    (void)state;
    struct report r = decoded(
        "{\"event_id\":\"FC6D8C0C-43FC-4630-AD85-0EE518F1B9D0\",\"platform\":\"python\",\"level\":"
        "\"error\","
        "\"server_name\":\"web1\",\"release\":\"1.2\",\"environment\":\"production\","
        "\"transaction\":\"/pay\","
        "\"timestamp\":\"2024-05-01T12:00:00.250Z\","
        "\"exception\":{\"values\":[{\"type\":\"ValueError\",\"value\":\"no\",\"module\":"
        "\"builtins\","
        "\"stacktrace\":{\"frames\":[{\"filename\":\"app/a.py\",\"abs_path\":\"/srv/app/a.py\","
        "\"function\":\"f\",\"module\":\"app.a\",\"lineno\":7,\"context_line\":\"  "
        "g()\",\"in_app\":true,"
        "\"pre_context\":[\"def f():\",null],\"post_context\":[\"x\"],"
        "\"vars\":{\"a\":\"'x'\",\"b\":{\"c\":[1,null,true,1.5]},\"n\":null,\"i\":3}}]}}]}}");
    assert_string_equal(r.event_id, "fc6d8c0c43fc4630ad850ee518f1b9d0");
    assert_int_equal(r.happened_at_ms, 1714564800250);
    assert_text_equal(r.platform, "python");
    assert_text_equal(r.level, "error");
    assert_text_equal(r.hostname, "web1");
    assert_text_equal(r.release, "1.2");
    assert_text_equal(r.environment, "production");
    assert_text_equal(r.transaction, "/pay");
    assert_int_equal(r.error_count, 1);
    assert_int_equal(r.error_threshold, 0);
    const struct exception *e = report_main(&r);
    assert_text_equal(e->type, "ValueError");
    assert_text_equal(e->message, "no");
    assert_text_equal(e->module, "builtins");
    assert_int_equal(e->frame_n, 1);
    const struct frame *f = e->frames;
    assert_text_equal(f->path, "/srv/app/a.py");
    assert_text_equal(f->filename, "app/a.py");
    assert_text_equal(f->function, "f");
    assert_text_equal(f->module, "app.a");
    assert_text_equal(f->text, "  g()");
    assert_int_equal(f->line_number, 7);
    assert_int_equal(f->in_app, IN_APP_YES);
    assert_int_equal(f->pre_context_n, 2);
    assert_text_equal(f->pre_context[0], "def f():");
    assert_text_equal(f->pre_context[1], "");
    assert_int_equal(f->post_context_n, 1);
    assert_int_equal(f->variable_n, 4);
    assert_text_equal(f->variables[0].name, "a");
    assert_text_equal(f->variables[0].value, "'x'");
    assert_text_equal(f->variables[1].value, "{\"c\":[1,null,true,1.5]}");
    assert_text_equal(f->variables[2].value, "null");
    assert_text_equal(f->variables[3].value, "3");
}

static void assert_named(const struct variable *named, const char *name, const char *value)
{
    assert_text_equal(named->name, name);
    assert_text_equal(named->value, value);
}

static void user_and_tags_are_read_from_objects_and_pairs(void **state)
{
    (void)state;
    struct report r = decoded(
        "{\"message\":\"m\",\"user\":{\"id\":7,\"email\":\"ada@example.com\",\"session\":\"s\","
        "\"ip_address\":\"{{auto}}\",\"geo\":{\"city\":\"Turin\"},\"name\":null,\"x\":\"\"},"
        "\"tags\":[[\"tenant\",\"north\"],[\"retry\",true],[\"lone\"],[\"url\",\"http://u:p@h/"
        "\"]]}");
    assert_int_equal(r.user_n, 4);
    assert_named(&r.user[0], "id", "7");
    assert_named(&r.user[1], "email", "ada@example.com");
    assert_named(&r.user[2], "session", "[Filtered]");
    assert_named(&r.user[3], "geo", "{\"city\":\"Turin\"}");
    assert_int_equal(r.tag_n, 3);
    assert_named(&r.tags[0], "tenant", "north");
    assert_named(&r.tags[1], "retry", "true");
    assert_named(&r.tags[2], "url", "http://u:[Filtered]@h/");
    r = decoded("{\"message\":\"m\",\"user\":\"ada\",\"tags\":{\"tenant\":\"north\"}}");
    assert_int_equal(r.user_n, 0);
    assert_int_equal(r.tag_n, 1);
    assert_named(&r.tags[0], "tenant", "north");
    r = decoded("{\"message\":\"m\",\"sentry.interfaces.User\":{\"id\":\"8\"}}");
    assert_int_equal(r.user_n, 1);
}

static const struct exception *main_of(const char *json)
{
    static struct report r;
    r = decoded(json);
    return report_main(&r);
}

static void all_five_shapes_of_a_list_of_values_are_read(void **state)
{
    (void)state;
    assert_text_equal(main_of("{\"exception\":{\"values\":[{\"type\":\"A\"}]}}")->type, "A");
    assert_text_equal(main_of("{\"exception\":[{\"type\":\"A\"}]}")->type, "A");
    assert_text_equal(main_of("{\"exception\":{\"type\":\"A\"}}")->type, "A");
    assert_text_equal(main_of("{\"exception\":{\"values\":[{\"type\":\"A\"},null]}}")->type, "A");
    assert_text_equal(main_of("{\"exception\":[null,{\"type\":\"A\"},7,null]}")->type, "A");
    assert_text_equal(main_of("{\"exception\":{},\"message\":\"m\"}")->message, "m");
    assert_text_equal(main_of("{\"exception\":{\"values\":null},\"message\":\"m\"}")->message, "m");
    assert_text_equal(main_of("{\"exception\":null,\"message\":\"m\"}")->message, "m");
    assert_text_equal(main_of("{\"exception\":[null],\"message\":\"m\"}")->message, "m");
}

static void the_last_exception_of_a_chain_names_the_report(void **state)
{
    (void)state;
    struct report r =
        decoded("{\"exception\":[{\"type\":\"Cause\"},{\"type\":\"Caught\",\"value\":\"\"}]}");
    assert_int_equal(r.exception_n, 2);
    assert_text_equal(r.exceptions[0].type, "Cause");
    assert_text_equal(report_main(&r)->type, "Caught");
}

static void values_of_exceptions_may_be_of_any_type(void **state)
{
    (void)state;
    assert_text_equal(main_of("{\"exception\":[{\"type\":\"A\",\"value\":{\"a\":1}}]}")->message,
                      "{\"a\":1}");
    assert_text_equal(main_of("{\"exception\":[{\"type\":\"A\",\"value\":17}]}")->message, "17");
    assert_text_equal(main_of("{\"exception\":[{\"type\":\"A\",\"value\":null}]}")->message, "");
    assert_text_equal(main_of("{\"exception\":[{\"type\":12,\"value\":\"x\"}]}")->type, "12");
}

static void an_exception_without_type_is_split_at_the_colon_only_after_a_word(void **state)
{
    (void)state;
    const struct exception *e = main_of("{\"exception\":[{\"value\":\"TypeError: x is not y\"}]}");
    assert_text_equal(e->type, "TypeError");
    assert_text_equal(e->message, "x is not y");
    e = main_of("{\"exception\":[{\"value\":\"it failed: why\"}]}");
    assert_text_equal(e->type, "");
    assert_text_equal(e->message, "it failed: why");
    e = main_of("{\"exception\":[{\"value\":\"http://example.org\"}]}");
    assert_text_equal(e->message, "http://example.org");
}

static void an_exception_that_says_nothing_is_dropped_unless_it_has_a_stack(void **state)
{
    (void)state;
    assert_text_equal(main_of("{\"message\":\"m\",\"exception\":[{\"mechanism\":{}}]}")->message,
                      "m");
    assert_text_equal(
        main_of("{\"exception\":[{\"stacktrace\":{\"frames\":[{\"function\":\"f\"}]}}]}")->type,
        "Error");
}

static void an_anonymous_class_of_php_ends_at_the_nul(void **state)
{
    (void)state;
    assert_text_equal(
        main_of("{\"exception\":[{\"type\":\"class@anonymous\\u0000/a.php:3$0\"}]}")->type,
        "class@anonymous");
}

static void nul_characters_become_the_replacement_character(void **state)
{
    (void)state;
    assert_text_equal(main_of("{\"message\":\"a\\u0000b\\u0000\"}")->message, "a\xef\xbf\xbd"
                                                                              "b\xef\xbf\xbd");
}

static void fields_of_a_wrong_type_are_dropped_and_the_rest_is_kept(void **state)
{
    (void)state;
    struct report r = decoded(
        "{\"event_id\":7,\"timestamp\":[],\"platform\":{},\"level\":[],\"server_name\":{},"
        "\"release\":null,"
        "\"environment\":[1],\"transaction\":{},\"contexts\":\"no\",\"request\":17,\"logentry\":[],"
        "\"threads\":\"x\",\"exception\":[{\"type\":[],\"value\":\"boom\",\"module\":{},"
        "\"stacktrace\":{\"frames\":[null,3,\"x\",[],{\"filename\":\"a.py\",\"lineno\":\"x\","
        "\"function\":[],"
        "\"vars\":\"no\",\"in_app\":\"yes\",\"pre_context\":\"l\",\"context_line\":{}}]}}]}");
    assert_int_equal(strlen(r.event_id), 32);
    assert_int_equal(r.happened_at_ms, 0);
    assert_text_equal(r.level, "error");
    assert_text_equal(r.platform, "");
    assert_text_equal(r.request, "");
    const struct exception *e = report_main(&r);
    assert_text_equal(e->message, "boom");
    assert_int_equal(e->frame_n, 1);
    assert_text_equal(e->frames[0].path, "a.py");
    assert_int_equal(e->frames[0].line_number, 0);
    assert_int_equal(e->frames[0].in_app, IN_APP_UNKNOWN);
    assert_int_equal(e->frames[0].variable_n, 0);
    assert_int_equal(e->frames[0].pre_context_n, 0);
}

static void an_event_full_of_nulls_is_an_event(void **state)
{
    (void)state;
    struct report r = decoded("{\"event_id\":null,\"timestamp\":null,\"platform\":null,\"level\":"
                              "null,\"exception\":null,\"threads\":null,"
                              "\"stacktrace\":null,\"message\":null,\"logentry\":null,\"request\":"
                              "null,\"contexts\":{\"flawless\":null},"
                              "\"user\":null,\"tags\":null,\"breadcrumbs\":{\"values\":null}}");
    assert_text_equal(report_main(&r)->type, "");
    assert_text_equal(report_main(&r)->message, "(no message)");
}

static void legacy_names_are_read_where_the_modern_ones_are_missing(void **state)
{
    (void)state;
    struct report r = decoded(
        "{\"sentry.interfaces.Exception\":{\"values\":[{\"type\":\"A\"}]},\"culprit\":\"app in f\","
        "\"sentry.interfaces.Http\":{\"url\":\"http://x/\",\"method\":\"GET\"},"
        "\"sentry.interfaces.Stacktrace\":{\"frames\":[{\"filename\":\"a.py\"}]},"
        "\"sentry.interfaces.Message\":{\"message\":\"hi\"}}");
    assert_text_equal(report_main(&r)->type, "A");
    assert_int_equal(report_main(&r)->frame_n, 1);
    assert_text_equal(r.transaction, "app in f");
    assert_text_equal(r.request, "GET http://x/\n");
    assert_text_equal(r.message, "hi");
}

static void a_message_has_many_forms(void **state)
{
    (void)state;
    assert_text_equal(decoded("{\"message\":\"plain\"}").message, "plain");
    assert_text_equal(decoded("{\"message\":{\"formatted\":\"f\",\"message\":\"m\"}}").message,
                      "f");
    assert_text_equal(decoded("{\"logentry\":\"l\",\"message\":\"m\"}").message, "l");
    assert_text_equal(decoded("{\"logentry\":{},\"message\":\"m\"}").message, "m");
    assert_text_equal(
        decoded("{\"logentry\":{\"message\":\"%s has %d of 100%%\",\"params\":[\"a\",5]}}").message,
        "a has 5 of 100%");
    assert_text_equal(
        decoded("{\"logentry\":{\"message\":\"%s and %s\",\"params\":[\"a\"]}}").message,
        "%s and %s");
    assert_text_equal(decoded("{\"logentry\":{\"message\":\"%s\",\"params\":[1,2]}}").message,
                      "%s");
    assert_text_equal(
        decoded("{\"logentry\":{\"message\":\"{a} {b\",\"params\":{\"a\":[1]}}}").message,
        "[1] {b");
    assert_text_equal(decoded("{\"logentry\":{\"message\":\"100%\",\"params\":[1]}}").message,
                      "100%");
    assert_text_equal(decoded("{\"message\":false}").message, "(no message)");
    assert_text_equal(decoded("{\"message\":42}").message, "42");
}

static void the_stack_comes_from_where_there_is_one(void **state)
{
    (void)state;
    const char *thread = "\"stacktrace\":{\"frames\":[{\"function\":\"t\"}]}";
    char json[512];
    snprintf(json, sizeof json, "{\"message\":\"m\",\"threads\":[{%s}]}", thread);
    assert_text_equal(main_of(json)->frames[0].function, "t");
    snprintf(json, sizeof json,
             "{\"message\":\"m\",\"threads\":[{\"current\":true},{\"crashed\":true,%s}]}", thread);
    assert_text_equal(main_of(json)->frames[0].function, "t");
    snprintf(json, sizeof json, "{\"message\":\"m\",\"threads\":[{},{\"current\":true,%s}]}",
             thread);
    assert_text_equal(main_of(json)->frames[0].function, "t");
    snprintf(json, sizeof json, "{\"message\":\"m\",\"threads\":[{%s},{%s}]}", thread, thread);
    assert_int_equal(main_of(json)->frame_n, 0);
    snprintf(json, sizeof json,
             "{\"stacktrace\":{\"frames\":[{\"function\":\"s\"}]},\"exception\":[{\"type\":\"A\"}],"
             "\"threads\":[{%s}]}",
             thread);
    assert_text_equal(main_of(json)->frames[0].function, "s");
    snprintf(json, sizeof json,
             "{\"stacktrace\":{\"frames\":[{\"function\":\"s\"}]},\"exception\":[{\"type\":\"C\",%"
             "s},{\"type\":\"A\"}]}",
             thread);
    assert_int_equal(main_of(json)->frame_n, 0); // the cause has one
}

static struct frame frame_of(const char *members)
{
    char json[1024];
    snprintf(json, sizeof json,
             "{\"exception\":[{\"type\":\"A\",\"stacktrace\":{\"frames\":[{%s}]}}]}", members);
    const struct exception *e = main_of(json);
    return e->frame_n ? e->frames[0] : (struct frame){0};
}

static void path_and_file_name_stand_in_for_each_other(void **state)
{
    (void)state;
    struct frame f = frame_of("\"abs_path\":\"/go/main.go\"");
    assert_text_equal(f.path, "/go/main.go");
    assert_text_equal(f.filename, "/go/main.go");
    f = frame_of("\"filename\":\"Foo.java\",\"abs_path\":\"\"");
    assert_text_equal(f.path, "Foo.java");
    f = frame_of("\"abs_path\":\"https://x.org/js/app.js?v=1#a\"");
    assert_text_equal(f.path, "https://x.org/js/app.js?v=1#a");
    assert_text_equal(f.filename, "/js/app.js");
    f = frame_of("\"abs_path\":\"webpack:///./src/a.ts\"");
    assert_text_equal(f.filename, "webpack:///./src/a.ts");
    f = frame_of("\"abs_path\":\"https://x.org\"");
    assert_text_equal(f.filename, "https://x.org");
}

static void frames_that_tell_no_place_are_dropped(void **state)
{
    (void)state;
    assert_text_equal(frame_of("\"lineno\":3,\"function\":\"?\"").function, "");
    assert_text_equal(frame_of("\"function\":\"<unknown>\",\"raw_function\":\"_Z1f\"").function,
                      "_Z1f");
    assert_text_equal(frame_of("\"instruction_addr\":\"0x1f\"").function, "0x1f");
    assert_text_equal(frame_of("\"instruction_addr\":31,\"package\":\"libc.so\"").module,
                      "libc.so");
}

static void line_numbers_may_be_strings_and_zero_is_unknown(void **state)
{
    (void)state;
    assert_int_equal(frame_of("\"function\":\"f\",\"lineno\":\"12\"").line_number, 12);
    assert_int_equal(frame_of("\"function\":\"f\",\"lineno\":0").line_number, 0);
    assert_int_equal(frame_of("\"function\":\"f\",\"lineno\":-4").line_number, 0);
    assert_int_equal(frame_of("\"function\":\"f\",\"lineno\":12.0").line_number, 12);
    assert_int_equal(frame_of("\"function\":\"f\",\"lineno\":99999999999").line_number, 0);
}

static void arrays_of_variables_are_named_by_their_index(void **state)
{
    (void)state;
    struct frame f = frame_of("\"function\":\"f\",\"vars\":[\"a\",[1]]");
    assert_int_equal(f.variable_n, 2);
    assert_text_equal(f.variables[1].name, "1");
    assert_text_equal(f.variables[1].value, "[1]");
}

static void the_middle_of_a_long_stack_is_cut(void **state)
{
    (void)state;
    struct buffer b = {0};
    buffer_add_string(&b, "{\"exception\":[{\"type\":\"A\",\"stacktrace\":{\"frames\":[");
    for (int i = 0; i < 1000; i++)
        buffer_printf(&b, "%s{\"function\":\"f%d\"}", i ? "," : "", i);
    buffer_add_string(&b, "]}}]}");
    const struct exception *e = main_of(b.at);
    assert_int_equal(e->frame_n, REPORT_FRAME_MAX);
    assert_text_equal(e->frames[0].function, "f0");
    assert_text_equal(e->frames[124].function, "f124");
    assert_text_equal(e->frames[125].function, "f875");
    assert_text_equal(e->frames[249].function, "f999");
    buffer_release(&b);
}

static void only_the_last_exceptions_of_a_long_chain_are_kept(void **state)
{
    (void)state;
    struct buffer b = {0};
    for (int i = 0; i < 60; i++)
        buffer_printf(&b, "%s{\"type\":\"E%d\"}", i ? "," : "{\"exception\":[", i);
    buffer_add_string(&b, "]}");
    struct report r = decoded(b.at);
    assert_int_equal(r.exception_n, REPORT_EXCEPTION_MAX);
    assert_text_equal(r.exceptions[0].type, "E10");
    assert_text_equal(report_main(&r)->type, "E59");
    buffer_release(&b);
}

static void long_texts_are_cut_at_a_character(void **state)
{
    (void)state;
    struct buffer b = {0};
    buffer_add_string(&b, "{\"message\":\"");
    for (int i = 0; i < 5000; i++)
        buffer_add_string(&b, "\xe2\x82\xac");
    buffer_add_string(&b, "\"}");
    assert_int_equal(decoded(b.at).message.len, REPORT_TEXT_MAX - REPORT_TEXT_MAX % 3);
    buffer_release(&b);
}

static void too_many_variables_cost_the_oldest_frames_theirs(void **state)
{
    (void)state;
    struct buffer b = {0};
    buffer_add_string(&b, "{\"exception\":[{\"type\":\"A\",\"stacktrace\":{\"frames\":[");
    for (int i = 0; i < 200; i++)
        buffer_printf(&b, "%s{\"function\":\"f\",\"vars\":{\"v\":\"%08000d\"}}", i ? "," : "", 0);
    buffer_add_string(&b, "]}}]}");
    const struct exception *e = main_of(b.at);
    assert_int_equal(e->frames[0].variable_n, 0);
    assert_int_equal(e->frames[199].variable_n, 1);
    size_t size = 0;
    for (size_t i = 0; i < e->frame_n; i++)
        size += e->frames[i].variable_n * 8001;
    assert_in_range(size, REPORT_VARIABLES_SIZE_MAX - 8001, REPORT_VARIABLES_SIZE_MAX);
    buffer_release(&b);
}

static void a_request_reads_like_a_request(void **state)
{
    (void)state;
    assert_text_equal(decoded("{\"request\":{\"headers\":{\"Host\":\"x\",\"Cookie\":\"id=7; "
                              "b\",\"X-Api-Key\":\"k\",\"Accept\":[\"a\","
                              "\"b\"]},\"method\":\"POST\",\"url\":\"http://x/"
                              "p\",\"query_string\":\"a=1&token=zz\",\"data\":"
                              "{\"user\":\"u\",\"password\":\"p\"}}}")
                          .request,
                      "POST http://x/p?a=1&token=[Filtered]\nHost: x\nCookie: "
                      "[Filtered]\nX-Api-Key: [Filtered]\nAccept: a,b\n\n"
                      "{\"user\":\"u\",\"password\":\"[Filtered]\"}");
    assert_text_equal(
        decoded("{\"request\":{\"url\":\"/\",\"query_string\":[[\"q\",\"1\"],[\"r\"],[\"s\",null],"
                "[\"secret\",\"x\"]],\"headers\":[[\"A\",\"b\"],[null,\"c\"]],\"data\":\"a=b\"}}")
            .request,
        "/?q=1&secret=[Filtered]\nA: b\n\na=b");
    assert_text_equal(decoded("{\"request\":\"any text\\nas it is\"}").request,
                      "any text\nas it is");
    assert_text_equal(decoded("{\"request\":{\"env\":{\"REMOTE_ADDR\":\"::1\"}}}").request, "");
}

static void timestamps_come_in_many_forms(void **state)
{
    (void)state;
    assert_int_equal(decoded("{\"timestamp\":1714564800}").happened_at_ms, 1714564800000);
    assert_int_equal(decoded("{\"timestamp\":1714564800.2504}").happened_at_ms, 1714564800250);
    assert_int_equal(decoded("{\"timestamp\":\"1714564800\"}").happened_at_ms, 1714564800000);
    assert_int_equal(decoded("{\"timestamp\":\"2024-05-01T12:00:00\"}").happened_at_ms,
                     1714564800000);
    assert_int_equal(
        decoded("{\"timestamp\":\"2024-05-01 14:00:00.123456789+02:00\"}").happened_at_ms,
        1714564800123);
    assert_int_equal(decoded("{\"timestamp\":\"2024-05-01T06:30:00-0530\"}").happened_at_ms,
                     1714564800000);
    assert_int_equal(decoded("{\"timestamp\":\"2024-02-29T00:00:00Z\"}").happened_at_ms,
                     1709164800000);
    assert_int_equal(decoded("{\"timestamp\":\"yesterday\"}").happened_at_ms, 0);
    assert_int_equal(decoded("{\"timestamp\":\"2024-13-01T00:00:00Z\"}").happened_at_ms, 0);
    assert_int_equal(decoded("{\"timestamp\":-5}").happened_at_ms, 0);
    assert_int_equal(decoded("{\"timestamp\":1e300}").happened_at_ms, 0);
}

static void levels_have_aliases_and_numbers(void **state)
{
    (void)state;
    assert_text_equal(decoded("{\"level\":\"critical\"}").level, "fatal");
    assert_text_equal(decoded("{\"level\":\"log\"}").level, "info");
    assert_text_equal(decoded("{\"level\":30}").level, "warning");
    assert_text_equal(decoded("{\"level\":\"odd\"}").level, "error");
    assert_text_equal(decoded("{}").level, "error");
}

static void our_clients_say_for_how_many_occurrences_they_speak(void **state)
{
    (void)state;
    struct report r =
        decoded("{\"contexts\":{\"flawless\":{\"error_count\":12,\"error_threshold\":5}}}");
    assert_int_equal(r.error_count, 12);
    assert_int_equal(r.error_threshold, 5);
    r = decoded("{\"contexts\":{\"flawless\":{\"error_count\":-3,\"error_threshold\":-1}}}");
    assert_int_equal(r.error_count, 1);
    assert_int_equal(r.error_threshold, 0);
    r = decoded("{\"contexts\":{\"flawless\":{\"error_count\":9000000000000000000}}}");
    assert_int_equal(r.error_count, REPORT_COUNT_MAX);
}

static void secrets_in_variables_are_hidden_by_name_and_by_shape(void **state)
{
    (void)state;
    struct frame f = frame_of(
        "\"function\":\"f\",\"vars\":{\"db_password\":\"'x'\",\"d\":{\"apiKey\":[1],\"n\":2},"
        "\"card\":\"'4111 1111 1111 1111'\",\"s\":\"<S token='abc'>\"}");
    assert_text_equal(f.variables[0].value, "[Filtered]");
    assert_text_equal(f.variables[1].value, "{\"apiKey\":\"[Filtered]\",\"n\":2}");
    assert_text_equal(f.variables[2].value, "'[Filtered]'");
    assert_text_equal(f.variables[3].value, "<S token='[Filtered]'>");
}

static void lines_of_code_are_never_scrubbed(void **state)
{
    (void)state;
    struct frame f = frame_of("\"function\":\"f\",\"context_line\":\"password = 'x'\"");
    assert_text_equal(f.text, "password = 'x'");
}

static void what_is_not_an_event_is_refused_in_plain_words(void **state)
{
    (void)state;
    struct report r;
    struct error error;
    assert_false(decode_event(decoder, TEXT("[1]"), &r, &error));
    assert_string_equal(error.message, "the event is JSON but not an object");
    assert_false(decode_event(decoder, TEXT("{\"a\":"), &r, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_false(decode_event(decoder, (struct text){0}, &r, &error));
    assert_false(decode_event(decoder, TEXT("{\"type\":\"transaction\"}"), &r, &error));
    assert_false(decode_event(decoder, TEXT("null"), &r, NULL));
}

static void a_decoder_serves_again_after_a_reset(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct report first = decoded("{\"message\":\"first\"}"),
                      second = decoded("{\"message\":\"second\"}");
        assert_text_equal(first.message, "first");
        assert_text_equal(second.message, "second");
        decoder_reset(decoder);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_exception_becomes_a_report),
        TEST(user_and_tags_are_read_from_objects_and_pairs),
        TEST(all_five_shapes_of_a_list_of_values_are_read),
        TEST(the_last_exception_of_a_chain_names_the_report),
        TEST(values_of_exceptions_may_be_of_any_type),
        TEST(an_exception_without_type_is_split_at_the_colon_only_after_a_word),
        TEST(an_exception_that_says_nothing_is_dropped_unless_it_has_a_stack),
        TEST(an_anonymous_class_of_php_ends_at_the_nul),
        TEST(nul_characters_become_the_replacement_character),
        TEST(fields_of_a_wrong_type_are_dropped_and_the_rest_is_kept),
        TEST(an_event_full_of_nulls_is_an_event),
        TEST(legacy_names_are_read_where_the_modern_ones_are_missing),
        TEST(a_message_has_many_forms),
        TEST(the_stack_comes_from_where_there_is_one),
        TEST(path_and_file_name_stand_in_for_each_other),
        TEST(frames_that_tell_no_place_are_dropped),
        TEST(line_numbers_may_be_strings_and_zero_is_unknown),
        TEST(arrays_of_variables_are_named_by_their_index),
        TEST(the_middle_of_a_long_stack_is_cut),
        TEST(only_the_last_exceptions_of_a_long_chain_are_kept),
        TEST(long_texts_are_cut_at_a_character),
        TEST(too_many_variables_cost_the_oldest_frames_theirs),
        TEST(a_request_reads_like_a_request),
        TEST(timestamps_come_in_many_forms),
        TEST(levels_have_aliases_and_numbers),
        TEST(our_clients_say_for_how_many_occurrences_they_speak),
        TEST(secrets_in_variables_are_hidden_by_name_and_by_shape),
        TEST(lines_of_code_are_never_scrubbed),
        TEST(what_is_not_an_event_is_refused_in_plain_words),
        TEST(a_decoder_serves_again_after_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
