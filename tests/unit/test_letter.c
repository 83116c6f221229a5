// SPDX-License-Identifier: MIT
// What a person reads is compared with tests/unit/golden/letter.{txt,html}; run with GOLDEN_WRITE=1
// to write them again, and read what changed.
#include "test.h"

#include <stdio.h>

#include "core/letter.h"

#define GOLDEN SOURCE_ROOT "/tests/unit/golden/"

static struct judge *make_judge(void)
{
    struct judge_settings settings = {.paths = paths_new()};
    paths_add(settings.paths, TEXT("shop/basket.py"));
    paths_add(settings.paths, TEXT("shop/web.py"));
    struct judge *judge = judge_new(&settings, NULL);
    paths_drop(settings.paths);
    assert_non_null(judge);
    return judge;
}

static struct variable web_variables[] = {
    {TEXT("self.user"), TEXT("<User 'eve'>")},
    {TEXT("request"), TEXT("{\"path\":\"/basket\",\"note\":\"two\\nlines\"}")},
};
static struct variable basket_variables[] = {
    {TEXT("total"), TEXT("12.5")},
    {TEXT("count"), TEXT("0")},
    {TEXT("note"), TEXT("<b>a & b</b>\n\x1b[31mred\xe2\x80\xae")},
};
static struct frame cause_frames[] = {
    {.path = TEXT("/srv/app/lib/python3.11/site-packages/money/amount.py"),
     .function = TEXT("divide"),
     .line_number = 7,
     .text = TEXT("        return self.value / other")},
};
static struct frame frames[] = {
    {.path = TEXT("/srv/app/lib/python3.11/site-packages/wsgi/server.py"),
     .function = TEXT("__call__"),
     .line_number = 34,
     .text = TEXT("return self.app(environ, start_response)")},
    {.path = TEXT("/srv/app/shop/web.py"),
     .function = TEXT("show_basket"),
     .line_number = 21,
     .text = TEXT("    average = basket.average()"),
     .variables = web_variables,
     .variable_n = 2},
    {.path = TEXT("/srv/app/shop/basket.py"),
     .function = TEXT("average"),
     .line_number = 12,
     .text = TEXT("    return divide(total, count)  # <per item>"),
     .variables = basket_variables,
     .variable_n = 3},
};
static struct exception exceptions[] = {
    {.type = TEXT("ZeroDivisionError"),
     .message = TEXT("division by zero"),
     .module = TEXT("builtins"),
     .frames = cause_frames,
     .frame_n = 1},
    {.type = TEXT("BasketError"),
     .message = TEXT("no average of <nothing> & \"none\""),
     .module = TEXT("shop.errors"),
     .frames = frames,
     .frame_n = 3},
};
static struct report report = {
    .platform = TEXT("python"),
    .hostname = TEXT("web-3"),
    .request = TEXT("GET /basket?x=<script> HTTP/1.1\r\nHost: shop.example.com\r\nX-Odd: a\x07z\n"),
    .exceptions = exceptions,
    .exception_n = 2,
};

static struct error_record make_record(void)
{
    struct error_record record = {
        .id = 12,
        .project_id = 1,
        .path = TEXT("shop/basket.py"),
        .function = TEXT("average"),
        .text = TEXT("    return divide(total, count)  # <per item>"),
        .line_number = 12,
        .exception_type = TEXT("BasketError"),
        .message = TEXT("no average of <nothing> & \"none\""),
        .count = 3,
        .first_seen_at_ms = INT64_C(1767323045000),
        .last_seen_at_ms = INT64_C(1767326645000),
    };
    record.line.commit = TEXT("0123456789abcdef0123456789abcdef01234567");
    record.ownership = (struct ownership){
        .state = OWNER_FOUND,
        .owner_email = TEXT("ada@example.com"),
        .author_name = TEXT("Ada"),
        .author_email = TEXT("ada@example.com"),
        .changed_at_ms = INT64_C(1764500000000),
        .commit_subject = TEXT("Show the average <price>"),
        .confidence = CONFIDENCE_HIGH,
        .reason = TEXT("the release v1.2 names the revision that was running"),
    };
    return record;
}

static struct text header; // of the next letter
static bool is_to_owner = true;
static const struct error_record *predecessor, *successors;
static size_t successor_n;

static void write_letter(const struct error_record *record, const struct report *shown,
                         struct arena *arena, struct letter *letter)
{
    struct judge *judge = make_judge();
    struct letter_facts facts = {
        .record = record,
        .report = shown,
        .judge = judge,
        .predecessor = predecessor,
        .successors = successors,
        .successor_n = successor_n,
        .home = {TEXT("http://errors.example.com:9028"), NULL},
        .now_ms = INT64_C(1767330000000),
        .header = header,
        .is_to_owner = is_to_owner,
    };
    letter_write(&facts, arena, letter);
    judge_drop(judge);
}

static void expect_golden(const char *path, struct text actual)
{
    static char kept[LETTER_MAX];
    if (getenv("GOLDEN_WRITE")) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(actual.at, 1, actual.len, file), actual.len);
        assert_int_equal(fclose(file), 0);
    }
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(kept, 1, sizeof kept - 1, file);
    kept[len] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_text_equal(actual, kept);
}

static void a_letter_says_what_where_who_and_why(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record();
    write_letter(&record, &report, &arena, &letter);
    assert_text_equal(letter.subject, "Error on web-3 in shop/basket.py");
    expect_golden(GOLDEN "letter.txt", letter.text);
    expect_golden(GOLDEN "letter.html", letter.html);
    arena_release(&arena);
}

static void expect_words(struct text t, const char *words, bool are_there)
{
    if (text_contains(t, text_of(words)) != are_there)
        fail_msg("\"%s\" is %s:\n%.*s", words, are_there ? "missing" : "there", TEXT_ARG(t));
}

static void a_header_stands_on_top_and_other_readers_hear_a_name(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record();
    header = TEXT("Call <the bank>\nbefore you look.\n");
    is_to_owner = false;
    write_letter(&record, &report, &arena, &letter);
    header = (struct text){0};
    is_to_owner = true;
    assert_true(text_starts(letter.text, TEXT("Call <the bank>\nbefore you look.\n\nshop.errors")));
    expect_words(letter.html, "Call &lt;the bank&gt;", true);
    expect_words(letter.text, "Ada changed this line on", true);
    expect_words(letter.text, "You changed", false);
    arena_release(&arena);
}

static void a_letter_without_an_occurrence_still_says_what_and_where(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record();
    write_letter(&record, NULL, &arena, &letter);
    assert_text_equal(letter.subject, "Error in shop/basket.py");
    expect_words(letter.text, "BasketError: no average of <nothing>", true);
    expect_words(letter.text, "Traceback", false);
    expect_words(letter.text, "Stack Frame:", false);
    arena_release(&arena);
}

static void somebody_elses_line_is_said_to_be_theirs(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record();
    record.ownership.author_email = TEXT("ADA@laptop"); // the same person at another domain
    write_letter(&record, &report, &arena, &letter);
    expect_words(letter.text, "You changed this line on 2025-11-30", true);
    record.ownership.author_email = TEXT("bob@example.com");
    record.ownership.author_name = TEXT("Bob");
    write_letter(&record, &report, &arena, &letter);
    expect_words(letter.text, "Bob changed this line on 2025-11-30", true);
    record.ownership =
        (struct ownership){.state = OWNER_DEFAULT, .owner_email = TEXT("team@example.com")};
    write_letter(&record, &report, &arena, &letter);
    expect_words(letter.text, "default contact", true);
    expect_words(letter.text, "changed this line", false);
    arena_release(&arena);
}

static void nothing_from_outside_is_markup_or_controls_a_terminal(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record();
    struct report odd = report;
    odd.hostname = TEXT("web\r\nBcc: all@example.com\x1b");
    record.path = TEXT("<script>alert(1)</script>\xc2\x9b\xe2\x80\xa8.py");
    record.function = TEXT("\"><img src=x onerror=alert(1)>");
    record.ownership.commit_subject = TEXT("</pre><script>");
    write_letter(&record, &odd, &arena, &letter);
    expect_words(letter.html, "<script", false);
    expect_words(letter.html, "<img", false);
    expect_words(letter.html, "</pre><s", false);
    const struct text forms[] = {letter.subject, letter.text, letter.html};
    for (size_t form = 0; form < 3; form++)
        for (size_t i = 0; i < forms[form].len; i++) {
            unsigned char c = (unsigned char)forms[form].at[i];
            assert_true(c >= 0x20 || (form > 0 && (c == '\n' || c == '\t')));
            assert_true(c != 0x7f);
        }
    expect_words(letter.text, "\xc2\x9b", false);
    expect_words(letter.text, "\xe2\x80\xa8", false);
    expect_words(letter.text, "\xe2\x80\xae", false);
    arena_release(&arena);
}

static void links_carry_their_parameters_encoded(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record();
    record.path = TEXT("a b/\xc3\xa9&x=1.py");
    record.text = TEXT("f(\"#\")");
    write_letter(&record, &report, &arena, &letter);
    const char *link =
        "http://errors.example.com:9028/view_traceback?filename=a%20b%2F%C3%A9%26x%3D1.py"
        "&function_name=average&line_number=12&text=f%28%22%23%22%29&project=1\n";
    expect_words(letter.text, link, true);
    expect_words(letter.html, "1.py&amp;function_name=average", true);
    expect_words(letter.text,
                 "/get_weekly_error_report?timestamp=1767330000&include_known_errors=true"
                 "&include_modified_before_min_date=true&project=1#ada%40example.com\n",
                 true);
    expect_words(letter.text,
                 "/add_known_error?filename=a%20b%2F%C3%A9%26x%3D1.py&function_name=average"
                 "&code_fragment=f%28%22%23%22%29&project=1\n",
                 true);
    arena_release(&arena);
}

// A report at every bound of what is taken from one event, with bytes that grow most when escaped.
static struct report make_huge(struct arena *arena)
{
    static char filler[REPORT_REQUEST_MAX];
    memset(filler, '&', sizeof filler);
    struct text name = {filler, REPORT_NAME_MAX}, value = {filler, REPORT_TEXT_MAX};
    struct variable *variables = arena_array(arena, struct variable, REPORT_VARIABLE_MAX);
    struct frame *many = arena_array(arena, struct frame, REPORT_FRAME_MAX);
    struct exception *chain = arena_array(arena, struct exception, REPORT_EXCEPTION_MAX);
    for (size_t i = 0; i < REPORT_VARIABLE_MAX; i++)
        variables[i] = (struct variable){name, value};
    for (size_t i = 0; i < REPORT_FRAME_MAX; i++)
        many[i] = (struct frame){.path = TEXT("/srv/app/shop/basket.py"),
                                 .function = name,
                                 .text = name,
                                 .line_number = (int64_t)i + 1,
                                 .variables = variables,
                                 .variable_n = REPORT_VARIABLE_MAX};
    for (size_t i = 0; i < REPORT_EXCEPTION_MAX; i++)
        chain[i] = (struct exception){.type = name,
                                      .message = value,
                                      .module = name,
                                      .frames = many,
                                      .frame_n = REPORT_FRAME_MAX};
    return (struct report){.hostname = name,
                           .request = {filler, sizeof filler},
                           .exceptions = chain,
                           .exception_n = REPORT_EXCEPTION_MAX};
}

static void the_largest_report_makes_a_bounded_letter_that_ends_as_it_should(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record();
    struct report huge = make_huge(&arena);
    record.path = record.function = record.text = huge.hostname;
    record.ownership.commit_subject = record.ownership.reason = huge.hostname;
    record.ownership.author_name = huge.hostname;
    record.ownership.author_email = TEXT("x@y");
    write_letter(&record, &huge, &arena, &letter);
    assert_true(letter.text.len + letter.html.len <= LETTER_MAX);
    assert_true(letter.subject.len <= 250);
    assert_true(text_ends(letter.html, TEXT("</body></html>\n")));
    expect_words(letter.text, "49 earlier causes are left out", true);
    expect_words(letter.text, "200 calls are left out", true);
    expect_words(letter.text, "line 250, in", true); // where it was raised stays
    expect_words(letter.text, "Most recent occurrence", true);
    arena_release(&arena);
}

static void a_report_with_a_message_alone_makes_a_letter(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record();
    struct exception alone = {.message = TEXT("the disk is full")};
    struct report plain = {.exceptions = &alone, .exception_n = 1};
    write_letter(&record, &plain, &arena, &letter);
    expect_words(letter.text, "the disk is full\n", true);
    expect_words(letter.text, "Traceback", false);
    arena_release(&arena);
}

static void a_letter_names_co_authors_and_why_somebody_else_reads_it(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record();
    record.ownership.owner_email = TEXT("bob@example.com");
    record.ownership.author_name = TEXT("renovate[bot]");
    record.ownership.author_email = TEXT("renovate[bot]@example.com");
    record.ownership.co_authors = TEXT("Ann <ann@x.org>\nEve <eve@x.org>");
    record.ownership.confidence = CONFIDENCE_MEDIUM;
    record.ownership.reason = TEXT("renovate[bot] is a bot; CODEOWNERS names bob@example.com");
    write_letter(&record, &report, &arena, &letter);
    assert_true(text_contains(letter.text, TEXT("renovate[bot] (together with Ann <ann@x.org>, Eve "
                                                "<eve@x.org>) changed this line on ")));
    assert_true(text_contains(letter.text, TEXT("How Flawless knows: renovate[bot] is a bot; "
                                                "CODEOWNERS names bob@example.com.\n"
                                                "Flawless is fairly sure of that.\n")));
    record.ownership.co_authors = TEXT("A <a@x>\nB <b@x>\nC <c@x>\nD <d@x>");
    write_letter(&record, &report, &arena, &letter);
    assert_true(text_contains(letter.text, TEXT("C <c@x> and others) changed this line on ")));
    arena_release(&arena);
}

static void a_line_that_was_edited_is_told_with_the_errors_of_its_other_forms(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct letter letter;
    struct error_record record = make_record(), before = {.id = 7, .count = 1},
                        after[2] = {{.id = 9,
                                     .line.commit = TEXT("abcdefabcdefabcdef"),
                                     .ownership.author_name = TEXT("<Bob>")},
                                    {.id = 11, .line.commit = TEXT("123456123456123456")}};
    predecessor = &before;
    successors = after;
    successor_n = 2;
    write_letter(&record, NULL, &arena, &letter);
    predecessor = successors = NULL;
    successor_n = 0;
    expect_words(letter.text, "; as it was before it had error 7, seen 1 time.\n", true);
    expect_words(letter.text,
                 "The line was changed since, in abcdefabcdef by <Bob>; as it is after that it has "
                 "error 9.\n",
                 true);
    expect_words(letter.text, "since, in 123456123456; as it is", true);
    expect_words(letter.html, "<Bob>", false);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_says_what_where_who_and_why),
        cmocka_unit_test(a_header_stands_on_top_and_other_readers_hear_a_name),
        cmocka_unit_test(a_letter_without_an_occurrence_still_says_what_and_where),
        cmocka_unit_test(somebody_elses_line_is_said_to_be_theirs),
        cmocka_unit_test(nothing_from_outside_is_markup_or_controls_a_terminal),
        cmocka_unit_test(links_carry_their_parameters_encoded),
        cmocka_unit_test(the_largest_report_makes_a_bounded_letter_that_ends_as_it_should),
        cmocka_unit_test(a_letter_names_co_authors_and_why_somebody_else_reads_it),
        cmocka_unit_test(a_report_with_a_message_alone_makes_a_letter),
        cmocka_unit_test(a_line_that_was_edited_is_told_with_the_errors_of_its_other_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
