// SPDX-License-Identifier: MIT
#include "test.h"

#include "web/template.h"
#include "web/url.h"

extern const struct embedded_file web_templates[];

struct fixture {
    struct arena arena;
    struct buffer out;
    struct error error;
    struct value *facts;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->facts = value_object(&f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    buffer_release(&f->out);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static bool parses(struct fixture *f, const char *source)
{
    const struct embedded_file table[] = {{"page.html", text_of(source)}, {0}};
    struct templates *templates = NULL;
    bool is_good = templates_parse(table, &templates, &f->error);
    templates_free(templates);
    return is_good;
}

// Renders source as the template "page", beside a partial "part".
static bool render(struct fixture *f, const char *source, const char *part)
{
    const struct embedded_file table[] = {
        {"page.html", text_of(source)}, {"part.html", text_of(part)}, {0}};
    struct templates *templates;
    if (!templates_parse(table, &templates, &f->error))
        fail_msg("%s", f->error.message);
    buffer_clear(&f->out);
    f->error = (struct error){0};
    bool is_whole = template_render(templates, "page", f->facts, &f->out, &f->error);
    templates_free(templates);
    return is_whole;
}

static void expect(struct fixture *f, const char *source, const char *shown)
{
    if (!render(f, source, ""))
        fail_msg("%s", f->error.message);
    assert_text_equal(buffer_text(&f->out), shown);
}

static void expect_wrong(struct fixture *f, const char *source, const char *message)
{
    if (parses(f, source))
        fail_msg("accepted: %s", source);
    assert_string_equal(f->error.message, message);
    assert_int_equal(f->error.kind, ERROR_CONFIG);
}

static void every_dangerous_character_is_escaped(void **state)
{
    struct fixture *f = *state;
    value_set_text(&f->arena, f->facts, "x", TEXT("<b onclick=\"a('&')\">"));
    expect(f, "{{x}}", "&lt;b onclick=&quot;a(&#39;&amp;&#39;)&quot;&gt;");
    expect(f, "<i title=\"{{x}}\">",
           "<i title=\"&lt;b onclick=&quot;a(&#39;&amp;&#39;)&quot;&gt;\">");
}

static void what_html_cannot_hold_becomes_a_replacement_character(void **state)
{
    struct fixture *f = *state;
    value_set_text(&f->arena, f->facts, "x", TEXT("a\0b\x1b\x7f\xff\xc3(\xc3\xa9\t\n\r"));
    expect(f, "{{x}}",
           "a\xef\xbf\xbd"
           "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd(\xc3\xa9\t\n\r");
}

static void there_is_no_unescaped_form(void **state)
{
    struct fixture *f = *state;
    expect_wrong(f, "\n{{{x}}}", "page.html:2: \"{x\": this is no name");
    expect_wrong(f, "{{&x}}", "page.html:1: \"&x\": this is no name");
}

static void a_literal_is_shown_as_it_is(void **state)
{
    struct fixture *f = *state;
    expect(f, "<p class=\"a\">1 &lt; 2 } } { {</p>\n", "<p class=\"a\">1 &lt; 2 } } { {</p>\n");
    expect(f, "", "");
}

static void numbers_flags_and_nothing_have_a_form(void **state)
{
    struct fixture *f = *state;
    value_set_int(&f->arena, f->facts, "n", -12);
    value_set_bool(&f->arena, f->facts, "yes", true);
    value_set_null(&f->arena, f->facts, "nothing");
    expect(f, "{{n}} {{yes}} [{{ nothing }}]", "-12 true []");
}

static void a_section_repeats_for_each_element_of_a_list(void **state)
{
    struct fixture *f = *state;
    struct value *list = value_set_list(&f->arena, f->facts, "people");
    value_set_text(&f->arena, value_add_object(&f->arena, list), "name", TEXT("Ada"));
    value_set_text(&f->arena, value_add_object(&f->arena, list), "name", TEXT("Bo"));
    struct value *words = value_set_list(&f->arena, f->facts, "words");
    value_add_text(&f->arena, words, TEXT("<a>"));
    value_add_text(&f->arena, words, TEXT("b"));
    expect(f, "{{#people}}{{name}},{{/people}}{{#words}}{{.}};{{/words}}", "Ada,Bo,&lt;a&gt;;b;");
}

static void sections_nest_and_see_outwards(void **state)
{
    struct fixture *f = *state;
    value_set_text(&f->arena, f->facts, "who", TEXT("all"));
    struct value *outer = value_set_list(&f->arena, f->facts, "outer");
    struct value *first = value_add_object(&f->arena, outer);
    value_set_text(&f->arena, first, "who", TEXT("one"));
    struct value *inner = value_set_list(&f->arena, first, "inner");
    value_set_int(&f->arena, value_add_object(&f->arena, inner), "n", 1);
    value_set_int(&f->arena, value_add_object(&f->arena, inner), "n", 2);
    struct value *second = value_add_object(&f->arena, outer);
    value_set_list(&f->arena, second, "inner");
    expect(f, "{{#outer}}{{#inner}}{{who}}{{n}} {{/inner}}{{^inner}}{{who}}!{{/inner}}{{/outer}}",
           "one1 one2 all!");
}

static void a_section_is_skipped_for_what_says_nothing(void **state)
{
    struct fixture *f = *state;
    value_set_bool(&f->arena, f->facts, "no", false);
    value_set_null(&f->arena, f->facts, "null");
    value_set_int(&f->arena, f->facts, "zero", 0);
    value_set_text(&f->arena, f->facts, "empty", TEXT(""));
    value_set_list(&f->arena, f->facts, "none");
    expect(f,
           "{{#no}}1{{/no}}{{#null}}2{{/null}}{{#zero}}3{{/zero}}{{#empty}}4{{/empty}}"
           "{{#none}}5{{/none}}{{#missing}}6{{/missing}}",
           "");
    expect(f, "{{^no}}1{{/no}}{{^null}}2{{/null}}{{^zero}}3{{/zero}}{{^missing}}4{{/missing}}",
           "1234");
}

static void dotted_names_reach_members_of_members(void **state)
{
    struct fixture *f = *state;
    struct value *a = value_set_object(&f->arena, f->facts, "a");
    value_set_text(&f->arena, value_set_object(&f->arena, a, "b"), "c", TEXT("deep"));
    expect(f, "{{a.b.c}}{{#a.b}}{{c}}{{/a.b}}{{#a.x.c}}no{{/a.x.c}}", "deepdeep");
}

static void a_partial_stands_for_another_template(void **state)
{
    struct fixture *f = *state;
    value_set_text(&f->arena, f->facts, "x", TEXT("&"));
    assert_true(render(f, "a {{> part}} b\n  {{> part}}\nc", "<i>{{x}}</i>"));
    assert_text_equal(buffer_text(&f->out), "a <i>&amp;</i> b\n<i>&amp;</i>c");
}

static void tags_alone_on_a_line_take_the_line_with_them(void **state)
{
    struct fixture *f = *state;
    value_set_bool(&f->arena, f->facts, "yes", true);
    value_set_text(&f->arena, f->facts, "x", TEXT("X"));
    expect(f, "{{! first }}\na\n  {{#yes}}  \nb\n{{/yes}}\nc\n", "a\nb\nc\n");
    expect(f, "a {{#yes}}\nb{{/yes}}\nc", "a \nb\nc");
    expect(f, "{{#yes}}{{/yes}}\nc", "\nc");
    expect(f, "{{x}}\n{{x}}", "X\nX");
}

static void the_first_missing_name_is_told_and_the_rest_is_shown(void **state)
{
    struct fixture *f = *state;
    assert_false(render(f, "a\n{{> part}}b", "\n\n{{gone}}{{gone2}}"));
    assert_string_equal(f->error.message, "part.html:3: there is no plain value \"gone\"");
    assert_text_equal(buffer_text(&f->out), "a\n\n\nb");
    value_set_list(&f->arena, f->facts, "list");
    assert_false(render(f, "{{list}}", ""));
}

static void mistakes_are_told_with_file_and_line(void **state)
{
    struct fixture *f = *state;
    expect_wrong(f, "a\n\n{{#x}}\nb", "page.html:3: \"x\": this section is never closed");
    expect_wrong(f, "\n{{/x}}", "page.html:2: \"x\": this closes a section that was not opened");
    expect_wrong(f, "{{#a}}\n{{#b}}\n{{/a}}{{/b}}",
                 "page.html:3: \"a\": another section has to be closed first");
    expect_wrong(f, "\n\n{{x", "page.html:3: {{ has no }}");
    expect_wrong(f, "\n{{ }}", "page.html:2: a tag that says nothing");
    expect_wrong(f, "{{a b}}", "page.html:1: \"a b\": this is no name");
    expect_wrong(f, "{{a..b}}", "page.html:1: \"a..b\": this is no name");
    expect_wrong(f, "\n{{> other}}", "page.html:2: there is no template \"other.html\"");
    expect_wrong(f, "\n{{> page}}",
                 "page.html:2: partials are nested too deeply, or one includes itself");
}

static void too_deep_sections_are_refused(void **state)
{
    struct fixture *f = *state;
    struct buffer deep = {0};
    for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
        buffer_add_string(&deep, "{{#a}}");
    expect_wrong(f, deep.at, "page.html:1: \"a\": sections are nested too deeply");
    buffer_release(&deep);
}

static void places_that_escaping_cannot_protect_are_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *source, *message;
    } cases[] = {
        {"\n<a {{x}}>",
         "page.html:2: a field cannot stand inside a tag, only in text or in a value "
         "in double quotes"},
        {"<{{x}}>", "page.html:1: a '<' that begins no tag; write &lt;"},
        {"<a href={{x}}>", "page.html:1: an attribute's value has to stand in double quotes"},
        {"<a href='{{x}}'>", "page.html:1: an attribute's value has to stand in double quotes"},
        {"<a\nhref=x>", "page.html:2: an attribute's value has to stand in double quotes"},
        {"<a onclick=\"x\">",
         "page.html:1: event handlers and style attributes are not allowed on pages"},
        {"<a STYLE=\"x\">",
         "page.html:1: event handlers and style attributes are not allowed on pages"},
        {"<p>\n<script>", "page.html:2: script and style elements are not allowed on pages"},
        {"<Style>", "page.html:1: script and style elements are not allowed on pages"},
        {"<!-- x -->", "page.html:1: HTML comments are shown to every reader; write {{! words}}"},
        {"<a 'x'>", "page.html:1: a quote, '=' or '<' inside a tag that belongs to no attribute"},
        {"<a href=\"x{{#a}}\">{{/a}}",
         "page.html:1: \"a\": the section begins and ends in different places of a tag"},
        {"<a title=\"{{> page}}\">", "page.html:1: \"page\": a partial cannot stand inside a tag"},
        {"\n<a href=\"x\"", "page.html:2: \"a\": the template ends inside this tag"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_wrong(f, cases[i].source, cases[i].message);
}

static void sections_may_add_attributes_and_classes(void **state)
{
    struct fixture *f = *state;
    value_set_bool(&f->arena, f->facts, "yes", true);
    expect(f, "<details class=\"a{{#yes}} b{{/yes}}\"{{#yes}} open{{/yes}}>",
           "<details class=\"a b\" open>");
}

static void a_link_leads_only_to_a_path_on_this_server(void **state)
{
    static const struct {
        struct text link;
        const char *shown;
    } cases[] = {
        {TEXT("/a?b=c&d"), "<a href=\"/a?b=c&amp;d\">"},
        {TEXT("?a=1"), "<a href=\"?a=1\">"},
        {TEXT("#top"), "<a href=\"#top\">"},
        {TEXT("/"), "<a href=\"/\">"},
        {TEXT("javascript:alert(1)"), "<a href=\"#\">"},
        {TEXT("//evil.example/"), "<a href=\"#\">"},
        {TEXT("/\\evil.example/"), "<a href=\"#\">"},
        {TEXT("https://evil.example/"), "<a href=\"#\">"},
        {TEXT(""), "<a href=\"#\">"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f->facts = value_object(&f->arena);
        value_set_text(&f->arena, f->facts, "x", cases[i].link);
        expect(f, "<a href=\"{{x}}\">", cases[i].shown);
    }
    f->facts = value_object(&f->arena);
    value_set_text(&f->arena, f->facts, "x", TEXT("javascript:1"));
    expect(f, "<a href=\"{{#no}}/{{/no}}{{x}}\">", "<a href=\"#\">");
    expect(f, "<a title=\"{{x}}\" href=\"#d{{x}}\">",
           "<a title=\"javascript:1\" href=\"#djavascript:1\">");
}

static void all_templates_of_the_pages_parse(void **state)
{
    struct fixture *f = *state;
    struct templates *templates = NULL;
    if (!templates_parse(web_templates, &templates, &f->error))
        fail_msg("%s", f->error.message);
    assert_false(template_render(templates, "no such page", f->facts, &f->out, &f->error));
    assert_int_equal(f->error.kind, ERROR_NOT_FOUND);
    templates_free(templates);
}

static void links_carry_any_bytes(void **state)
{
    struct fixture *f = *state;
    const struct url_parameter parameters[] = {
        {"filename", TEXT("a b/\xc3\xa9.py")},
        {"left_out", {0}},
        {"text", TEXT("x = 1 + 2 & \"%\" # <>\n")},
        {"empty", TEXT("")},
    };
    assert_text_equal(url_link(&f->arena, "/view", parameters, 4),
                      "/view?filename=a%20b%2F%C3%A9.py&text=x%20%3D%201%20%2B%202%20%26%20%22%25"
                      "%22%20%23%20%3C%3E%0A&empty=");
    assert_text_equal(url_link(&f->arena, "/view", NULL, 0), "/view");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_dangerous_character_is_escaped),
        TEST(what_html_cannot_hold_becomes_a_replacement_character),
        TEST(there_is_no_unescaped_form),
        TEST(a_literal_is_shown_as_it_is),
        TEST(numbers_flags_and_nothing_have_a_form),
        TEST(a_section_repeats_for_each_element_of_a_list),
        TEST(sections_nest_and_see_outwards),
        TEST(a_section_is_skipped_for_what_says_nothing),
        TEST(dotted_names_reach_members_of_members),
        TEST(a_partial_stands_for_another_template),
        TEST(tags_alone_on_a_line_take_the_line_with_them),
        TEST(the_first_missing_name_is_told_and_the_rest_is_shown),
        TEST(mistakes_are_told_with_file_and_line),
        TEST(too_deep_sections_are_refused),
        TEST(places_that_escaping_cannot_protect_are_refused),
        TEST(sections_may_add_attributes_and_classes),
        TEST(a_link_leads_only_to_a_path_on_this_server),
        TEST(all_templates_of_the_pages_parse),
        TEST(links_carry_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
