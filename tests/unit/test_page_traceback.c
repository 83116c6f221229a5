// SPDX-License-Identifier: MIT
// The page of one error, on a real store.
#include "pages.h"

#include "base/log.h"
#include "core/study.h"
#include "io/store_study.h"

static struct variable variables[] = {
    {TEXT("_hidden"), TEXT("<script>alert(1)</script>")},
    {TEXT("rate"), TEXT("None")},
};
static struct text before_lines[] = {TEXT("def total(net, rate):"), TEXT("    # with tax")};
static struct text after_lines[] = {TEXT("")};
static struct frame frames[] = {
    {.path = TEXT("/usr/lib/python3.11/runpy.py"),
     .filename = TEXT("runpy.py"),
     .function = TEXT("_run_code"),
     .text = TEXT("exec(code)"),
     .line_number = 88,
     .in_app = IN_APP_NO},
    {.path = TEXT("/srv/app/shop/invoice.py"),
     .filename = TEXT("shop/invoice.py"),
     .function = TEXT("total"),
     .text = TEXT("    return net * (1 + rate)"),
     .line_number = 42,
     .in_app = IN_APP_YES,
     .variables = variables,
     .variable_n = 2,
     .pre_context = before_lines,
     .pre_context_n = 2,
     .post_context = after_lines,
     .post_context_n = 1},
};
static struct exception chain[] = {
    {.type = TEXT("KeyError"), .message = TEXT("'rate'")},
    {.type = TEXT("TypeError"),
     .message = TEXT("unsupported operand <NoneType>"),
     .frames = frames,
     .frame_n = 2},
};
static struct variable user = {TEXT("id"), TEXT("<7>")};
static struct variable tag = {TEXT("tenant"), TEXT("north")};
static const struct report report = {
    .event_id = "00112233445566778899aabbccddeeff",
    .happened_at_ms = 1714990089000 - HOUR,
    .platform = TEXT("python"),
    .level = TEXT("error"),
    .hostname = TEXT("web-1"),
    .release = TEXT("v1.2"),
    .environment = TEXT("production"),
    .transaction = TEXT("/invoices"),
    .request = TEXT("GET /invoices?q=\"><img src=x>\nCookie: a=b\n"),
    .user = &user,
    .user_n = 1,
    .tags = &tag,
    .tag_n = 1,
    .error_count = 3,
    .error_threshold = 10,
    .exceptions = chain,
    .exception_n = 2,
};

static void ask_for_invoice(struct fixture *f)
{
    f->parameters[0] = (struct parameter){"filename", "shop/invoice.py"};
    f->parameters[1] = (struct parameter){"function_name", "total"};
    f->parameters[2] = (struct parameter){"line_number", "42"};
    f->parameters[3] = (struct parameter){"text", "    return net * (1 + rate)"};
}

static void a_traceback_page_shows_the_occurrence_and_lets_no_markup_through(void **state)
{
    struct fixture *f = *state;
    struct failure failure = invoice;
    failure.report = &report;
    add_failure(f, &failure);
    ask_for_invoice(f);
    struct text page = ask_html(f, page_traceback);
    assert_has(page, "1 frame of libraries");
    assert_has(page,
               "<span class=\"row hit\"><span class=\"no\">42</span><code>    return net * (1 "
               "+ rate)</code></span>");
    assert_has(page, "<span class=\"no\">40</span><code>def total(net, rate):</code>");
    assert_has(page, "the guilty line");
    assert_has(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_has_not(page, "<script");
    assert_has_not(page, "<img");
    assert_has(page, "<th scope=\"row\">user id</th><td><div class=\"value\">&lt;7&gt;</div>");
    assert_has(page, "<th scope=\"row\">tenant</th><td><div class=\"value\">north</div>");
    assert_has(page, "GET /invoices?q=&quot;&gt;&lt;img src=x&gt;");
    assert_has(page, "Round &lt;half&gt; &amp; up");
    assert_has(page, "Ada &lt;b&gt; &lt;ada@example.com&gt;");
    assert_true(place_of(page, "<span class=\"type\">TypeError</span>") <
                place_of(page, "<span class=\"type\">KeyError</span>"));
    assert_has(page, "KeyError: &#39;rate&#39;\n\nThat exception led to this one:\n\n"
                     "Traceback (most recent call last):\n"
                     "  File &quot;/usr/lib/python3.11/runpy.py&quot;, line 88, in _run_code\n"
                     "    exec(code)\n"
                     "  File &quot;/srv/app/shop/invoice.py&quot;, line 42, in total\n"
                     "    return net * (1 + rate)\n"
                     "TypeError: unsupported operand &lt;NoneType&gt;\n");
}

static void a_tracebacks_json_adds_the_last_errors_data(void **state)
{
    struct fixture *f = *state;
    struct failure failure = invoice;
    failure.report = &report;
    add_failure(f, &failure);
    ask_for_invoice(f);
    struct text json = ask_json(f, page_traceback);
    assert_true(text_starts(json, TEXT("{\"filename\":\"shop/invoice.py\",\"function_name\":")));
    assert_has(json,
               "\"fixed_commit\":\"\",\"confidence\":\"low\",\"reason\":\"wrote the line in ");
    assert_has(json, "\"Eve <eve@example.com>\"],\"variants\":[{\"exception_type\":\"TypeError\",");
    assert_has(json, "\"predecessor\":null,\"successors\":[],\"source\":{\"is_waiting\":true},");
    assert_has(json, "\"environment\":\"production\",\"transaction\":\"/invoices\","
                     "\"user\":{\"id\":\"<7>\"},\"tags\":{\"tenant\":\"north\"},");
    assert_has(json, "\"frame_locals\":{\"_hidden\":\"<script>alert(1)</script>\",\"rate\":"
                     "\"None\"}}],\"exception_type\":\"TypeError\",");
    assert_has(json, "\"error_count\":3,\"error_threshold\":10}}");
}

static void keep_study(struct fixture *f, const struct study *study)
{
    struct buffer body = {0};
    struct study_job job;
    study_write(study, &body);
    MUST(store_find_study_job(f->writer, NOW_MS, &f->arena, &job, &f->error));
    MUST(store_begin(f->writer, &f->error));
    MUST(store_keep_study(f->writer, &job, buffer_text(&body), &f->error));
    MUST(store_commit(f->writer, &f->error));
    buffer_release(&body);
}

static void the_source_has_who_made_each_line_and_lets_no_markup_through(void **state)
{
    struct fixture *f = *state;
    struct study_commit round = {.commit = TEXT("c1"),
                                 .author_name = TEXT("Ada <i>"),
                                 .subject = TEXT("Round <u>up</u>"),
                                 .at_ms = NOW_MS - 3 * DAY};
    struct study_line lines[] = {{.number = 41, .text = TEXT("if (a < b && \"<b>\")")},
                                 {.number = 42, .text = TEXT("x"), .changed = round},
                                 {.number = 43, .text = TEXT("y"), .changed = round}};
    struct study study = {.revision = TEXT("0123456789abcdef"),
                          .reason = TEXT("release <v1> is commit"),
                          .path = TEXT("shop/<x>.py"),
                          .line_number = 42,
                          .lines = lines,
                          .line_n = 3,
                          .function = {40, 44},
                          .commits = &round,
                          .commit_n = 1,
                          .commits_missing = TEXT("git took <too> long")};
    add_failure(f, &invoice);
    ask_for_invoice(f);
    assert_has(ask_html(f, page_traceback), "Git has not been asked yet");
    keep_study(f, &study);
    struct text page = ask_html(f, page_traceback);
    assert_has(page, "<code>shop/&lt;x&gt;.py</code> at <code title=\"0123456789abcdef\">"
                     "0123456789ab</code>: release &lt;v1&gt; is commit.");
    assert_has(page, "older than the clone</span></span><span class=\"no\">41</span><code>if (a "
                     "&lt; b &amp;&amp; &quot;&lt;b&gt;&quot;)</code>");
    assert_has(page, "<span class=\"row hit\" aria-current=\"true\"><span class=\"by\">");
    assert_has(page, "<span class=\"row\"><span class=\"by same\">");
    assert_has(page, "3 days ago</time></span> <span class=\"subject\" title=\"c1 Round "
                     "&lt;u&gt;up&lt;/u&gt;\">");
    assert_has(page, "the newest commits that touched lines 40 to 44");
    assert_has(page, "Some may be missing: git took &lt;too&gt; long.");
    assert_has_not(page, "<u>");
    assert_has_not(page, "<i>");
}

static void a_source_that_cannot_be_shown_says_why(void **state)
{
    struct fixture *f = *state;
    struct study study = {.revision = TEXT("0123456789abcdef"),
                          .lines_missing = TEXT("the file is not text")};
    add_failure(f, &invoice);
    keep_study(f, &study);
    ask_for_invoice(f);
    struct text page = ask_html(f, page_traceback);
    assert_has(page, "There are no lines to show: the file is not text.");
    assert_has_not(page, "What touched the function");
}

static void an_error_without_a_kept_occurrence_is_shown_all_the_same(void **state)
{
    struct fixture *f = *state;
    add_failure(f, &invoice);
    ask_for_invoice(f);
    assert_has(ask_html(f, page_traceback), "None is kept in full");
    assert_has(ask_json(f, page_traceback), "\"last_error_data\":null}");
    f->parameters[4] = (struct parameter){"timestamp", "1714300000"};
    assert_has(ask_html(f, page_traceback), "None is kept from 2024-05-04 23:59:59 or before");
}

static void a_traceback_needs_a_filename_and_a_line_number_that_is_one(void **state)
{
    struct fixture *f = *state;
    expect_refusal(f, page_traceback, ERROR_INPUT,
                   "The parameter \"filename\" is missing: it has to be the path of the file with "
                   "the error, as the weekly report shows it");
    ask_for_invoice(f);
    f->parameters[2].value = "forty";
    expect_refusal(f, page_traceback, ERROR_INPUT,
                   "The parameter \"line_number\" is \"forty\", but it has to be a whole number, 0 "
                   "or more");
}

static void an_unknown_error_is_not_found(void **state)
{
    struct fixture *f = *state;
    ask_for_invoice(f);
    expect_refusal(f, page_traceback, ERROR_NOT_FOUND,
                   "No error is known in the function \"total\" of the file \"shop/invoice.py\". "
                   "Either nothing was reported from there, or the address of this page was cut "
                   "short");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGES_TEST(a_traceback_page_shows_the_occurrence_and_lets_no_markup_through),
        PAGES_TEST(a_tracebacks_json_adds_the_last_errors_data),
        PAGES_TEST(the_source_has_who_made_each_line_and_lets_no_markup_through),
        PAGES_TEST(a_source_that_cannot_be_shown_says_why),
        PAGES_TEST(an_error_without_a_kept_occurrence_is_shown_all_the_same),
        PAGES_TEST(a_traceback_needs_a_filename_and_a_line_number_that_is_one),
        PAGES_TEST(an_unknown_error_is_not_found),
    };
    log_open(LOG_WARNING, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
