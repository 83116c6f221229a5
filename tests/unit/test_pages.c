// SPDX-License-Identifier: MIT
// Page functions on a real store, and what templates make of what they gather.
#include "test.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "core/study.h"
#include "io/store_study.h"
#include "web/access.h"
#include "web/guard.h"
#include "web/page.h"
#include "web/rule_kinds.h"
#include "web/show.h"
#include "web/template.h"

extern const struct embedded_file web_templates[];

enum { SECOND = 1000, HOUR = 3600 * SECOND, DAY = 24 * HOUR };
static const int64_t NOW_MS = 1714990089000;     // Monday 2024-05-06 10:08:09 UTC
static const int64_t WEEK_BEFORE_S = 1714300000; // in the week from 2024-04-28

struct parameter {
    const char *name, *value;
};

struct fixture {
    char dir[64];
    struct arena arena;
    struct buffer out;
    struct error error;
    struct store *writer, *reader;
    struct decoder *decoder;
    struct templates *templates;
    struct web_project project;
    struct web_settings settings;
    bool is_well;
    struct parameter parameters[8]; // a name of NULL ends it
};

// ---- a store with something in it ----

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct project project;
    snprintf(f->dir, sizeof f->dir, "/tmp/flawless-pages-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    if (!store_open(f->dir, STORE_WRITE, &f->writer, &f->error) ||
        !store_keep_project(f->writer, 1, TEXT("shop"), (struct text){0}, &f->arena, &project,
                            &f->error) ||
        !store_open(f->dir, STORE_READ, &f->reader, &f->error) ||
        !templates_parse(web_templates, &f->templates, &f->error))
        fail_msg("%s", f->error.message);
    f->decoder = decoder_new();
    f->is_well = true;
    f->project = (struct web_project){
        .id = 1,
        .dsn = TEXT("http://0123456789abcdef0123456789abcdef@errors.example.com:9028/1"),
    };
    f->settings = (struct web_settings){
        .projects = &f->project,
        .project_n = 1,
        .clock = &clock_system,
        .version = TEXT("1.2.3"),
        .base_url = TEXT("http://errors.example.com:9028"),
        .report_address = TEXT("errors.example.com:9028"),
        .self = f,
    };
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const files[] = {"flawless.db", "flawless.db-wal", "flawless.db-shm"};
    struct fixture *f = *state;
    store_close(f->reader);
    store_close(f->writer);
    templates_free(f->templates);
    decoder_free(f->decoder);
    buffer_release(&f->out);
    arena_release(&f->arena);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", f->dir, files[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(f->dir), 0);
    free(f);
    return 0;
}

struct failure {
    const char *path, *function, *text, *type, *message;
    int64_t line_number, count, at_ms;
    const char *owner; // NULL: git has not said yet
    int64_t changed_at_ms;
    const struct report *report; // kept when there is one
    bool is_foreign;
};

#define MUST(call)                                                                                 \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, f->error.message);                                           \
    } while (0)

static void keep_report(struct fixture *f, int64_t error_id, const struct failure *failure)
{
    struct buffer body = {0};
    report_write(failure->report, &body);
    const struct occurrence occurrence = {error_id, failure->at_ms, failure->report->event_id,
                                          buffer_text(&body)};
    MUST(store_keep_occurrence(f->writer, &occurrence, 50, &f->error));
    buffer_release(&body);
}

static void settle(struct fixture *f, int64_t site_id, const struct failure *failure)
{
    const struct line_identity line = {TEXT("0123456789abcdef0123456789abcdef01234567"),
                                       text_of(failure->path), failure->line_number};
    const struct ownership ownership = {
        .state = OWNER_FOUND,
        .owner_email = text_of(failure->owner),
        .author_name = TEXT("Ada <b>"),
        .author_email = text_of(failure->owner),
        .co_authors = TEXT("Bob <bob@example.com>\nEve <eve@example.com>"),
        .changed_at_ms = failure->changed_at_ms,
        .commit_subject = TEXT("Round <half> & up"),
        .confidence = CONFIDENCE_LOW,
        .reason = TEXT("wrote the line in \"0123456\""),
    };
    int64_t error_id;
    MUST(store_settle_site(f->writer, site_id, &line, &ownership, &error_id, &f->error));
}

// Gives the error's id.
static int64_t add_failure(struct fixture *f, const struct failure *failure)
{
    const struct site site = {
        .project_id = 1,
        .path = text_of(failure->path),
        .function = text_of(failure->function),
        .text = text_of(failure->text),
        .line_number = failure->line_number,
        .is_mapped = !failure->is_foreign,
        .is_unowned = failure->is_foreign,
    };
    struct site_row row;
    MUST(store_begin(f->writer, &f->error));
    MUST(store_keep_site(f->writer, &site, failure->at_ms, &row, &f->error));
    const struct tally tally = {
        .error_id = row.error_id,
        .count = failure->count,
        .now_ms = failure->at_ms,
        .site = &site,
        .exception_type = text_of(failure->type),
        .message = text_of(failure->message),
    };
    MUST(store_tally(f->writer, &tally, &f->error));
    if (failure->report)
        keep_report(f, row.error_id, failure);
    if (failure->owner)
        settle(f, row.site_id, failure);
    MUST(store_commit(f->writer, &f->error));
    return row.error_id;
}

static void add_letter(struct fixture *f, int64_t error_id, const char *id, const char *subject)
{
    struct outbox_letter letter = {
        .error_id = error_id,
        .message_id = arena_printf(&f->arena, "%s@errors.example.com", id),
        .from = TEXT("flawless@example.com"),
        .to = TEXT("ada@example.com"),
        .subject = text_of(subject),
        .text = TEXT("ValueError: <script>alert(1)</script>\n"),
        .html = TEXT("<p>ValueError</p>"),
        .state = OUTBOX_FAILED,
        .written_at_ms = NOW_MS - HOUR,
        .attempts = 3,
        .last_error = TEXT("550 no such <user>"),
    };
    MUST(store_begin(f->writer, &f->error));
    MUST(store_add_letter(f->writer, &letter, &f->error));
    MUST(store_commit(f->writer, &f->error));
}

static const struct failure invoice = {
    .path = "shop/invoice.py",
    .function = "total",
    .text = "    return net * (1 + rate)",
    .type = "TypeError",
    .message = "unsupported operand <NoneType>",
    .line_number = 42,
    .count = 1000,
    .at_ms = 1714990089000 - HOUR,
    .owner = "ada@example.com",
    .changed_at_ms = 1700000000000,
};

// ---- asking for a page ----

static struct text find_parameter(const struct page *page, const char *name)
{
    const struct fixture *f = page->source;
    for (const struct parameter *p = f->parameters; p->name; p++)
        if (strcmp(p->name, name) == 0)
            return text_of(p->value);
    return (struct text){0};
}

static bool ask(struct fixture *f, page_function *function, bool wants_json, struct page *page)
{
    static const struct visitor visitor = {VISITOR_LOCAL, TEXT("local"), TEXT("local")};
    f->settings.store_address = f->dir;
    *page = (struct page){
        .settings = &f->settings,
        .store = f->reader,
        .decoder = f->decoder,
        .arena = &f->arena,
        .project = &f->project,
        .parameter = find_parameter,
        .source = f,
        .visitor = &visitor,
        .user = visitor.name,
        .wants_json = wants_json,
        .now_ms = NOW_MS,
        .uptime_ms = 5 * DAY,
        .status = 200,
        .facts = value_object(&f->arena),
    };
    f->error = (struct error){0};
    decoder_reset(f->decoder);
    buffer_clear(&f->out);
    return function(page, &f->error);
}

static struct text ask_json(struct fixture *f, page_function *function)
{
    struct page page;
    if (!ask(f, function, true, &page))
        fail_msg("%s", f->error.message);
    if (page.json.at)
        return page.json;
    value_to_json(page.facts, &f->out);
    return buffer_text(&f->out);
}

static struct text ask_html(struct fixture *f, page_function *function)
{
    struct page page;
    if (!ask(f, function, false, &page))
        fail_msg("%s", f->error.message);
    page_complete(&page, TEXT("/static/style.css?v=1"));
    if (!template_render(f->templates, page.template, page.facts, &f->out, &f->error))
        fail_msg("%s", f->error.message);
    return buffer_text(&f->out);
}

static void expect_refusal(struct fixture *f, page_function *function, enum error_kind kind,
                           const char *message)
{
    struct page page;
    assert_false(ask(f, function, false, &page));
    assert_int_equal(f->error.kind, kind);
    assert_string_equal(f->error.message, message);
}

static void assert_has(struct text page, const char *needle)
{
    if (!text_contains(page, text_of(needle)))
        fail_msg("\"%s\" is not in: %.*s", needle, TEXT_ARG(page));
}

static void assert_has_not(struct text page, const char *needle)
{
    if (text_contains(page, text_of(needle)))
        fail_msg("\"%s\" is in: %.*s", needle, TEXT_ARG(page));
}

static size_t place_of(struct text page, const char *needle)
{
    assert_has(page, needle);
    return (size_t)((const char *)memmem(page.at, page.len, needle, strlen(needle)) - page.at);
}

// ---- the week ----

static void an_empty_week_tells_how_to_send_the_first_report(void **state)
{
    struct text page = ask_html(*state, page_week);
    assert_has(page, "flawless.init(dsn=\"http://0123456789abcdef0123456789abcdef@errors."
                     "example.com:9028/1\")");
    assert_text_equal(ask_json(*state, page_week), "{\"week\":\"2024-05-05\",\"developers\":[]}");
}

static void the_week_groups_errors_by_developer_and_puts_nobody_last(void **state)
{
    struct fixture *f = *state;
    struct failure waiting = invoice, small = invoice;
    waiting.path = "shop/cart.py";
    waiting.owner = NULL;
    waiting.count = 5000;
    small.path = "shop/stock.py";
    small.owner = "bo@example.com";
    small.count = 600;
    add_failure(f, &waiting);
    add_failure(f, &small);
    small.path = "shop/shelf.py";
    add_failure(f, &small);
    add_failure(f, &invoice);

    struct text page = ask_html(f, page_week);
    assert_true(place_of(page, "<h2 id=\"d1\">bo@example.com</h2>") <
                place_of(page, "<h2 id=\"d2\">ada@example.com</h2>"));
    assert_true(place_of(page, "<h2 id=\"d2\">ada@example.com</h2>") <
                place_of(page, "<h2 id=\"d3\">No owner</h2>"));
    assert_has(page, "1,200 occurrences of 2 errors");
    assert_has(page, "awaiting blame");
    assert_has(page, "unsupported operand &lt;NoneType&gt;");
    assert_has(page, "shop/invoice.py:42");
    assert_has(page, "low confidence");
}

static void the_weeks_json_has_the_fields_of_old_and_no_others(void **state)
{
    struct fixture *f = *state;
    add_failure(f, &invoice);
    assert_text_equal(
        ask_json(f, page_week),
        "{\"week\":\"2024-05-05\",\"developers\":[{\"email\":\"ada@example.com\",\"score\":1000,"
        "\"errors\":[{\"filename\":\"shop/invoice.py\",\"function_name\":\"total\","
        "\"line_number\":42,\"text\":\"    return net * (1 + rate)\",\"error_count\":1000,"
        "\"developer_email\":\"ada@example.com\",\"date\":\"2023-11-14 22:13:20\","
        "\"email_sent\":false,\"last_occurrence\":\"2024-05-06 09:08:09\","
        "\"is_known_error\":false}]}]}");
}

static void a_week_shows_only_what_happened_in_it(void **state)
{
    struct fixture *f = *state;
    struct failure before = invoice;
    add_failure(f, &invoice);
    before.at_ms = WEEK_BEFORE_S * SECOND + HOUR;
    before.count = 7;
    add_failure(f, &before);
    f->parameters[0] = (struct parameter){"timestamp", "1714300000.75"};
    struct text page = ask_html(f, page_week);
    assert_has(page, "Week of 2024-04-28");
    assert_has(page, "<strong>7</strong>");
    assert_has(page, "1,007 in all");
    assert_has(page, "href=\"/get_weekly_error_report?timestamp=1714867200\" rel=\"next\"");
    assert_has(page, "href=\"/get_weekly_error_report?timestamp=1713657600\" rel=\"prev\"");
    f->parameters[0].value = "1714990089";
    assert_has_not(ask_html(f, page_week), "rel=\"next\"");
}

static void lines_from_before_the_minimum_date_are_hidden_until_asked_for(void **state)
{
    struct fixture *f = *state;
    f->project.minimum_date_ms = invoice.changed_at_ms + 1;
    add_failure(f, &invoice);
    struct text page = ask_html(f, page_week);
    assert_has(page, "1 error in lines last changed before 2023-11-14 not shown");
    assert_has_not(page, "shop/invoice.py");
    f->parameters[0] = (struct parameter){"include_modified_before_min_date", "True"};
    page = ask_html(f, page_week);
    assert_has(page, "shop/invoice.py");
    assert_has(page, "timestamp=1714262400&amp;include_modified_before_min_date=true");
}

static void sums_of_huge_counts_stop_at_the_largest_number(void **state)
{
    struct fixture *f = *state;
    struct failure huge = invoice;
    huge.count = INT64_MAX;
    add_failure(f, &huge);
    huge.path = "shop/other.py";
    add_failure(f, &huge);
    assert_has(ask_html(f, page_week), "9,223,372,036,854,775,807 occurrences of 2 errors");
}

static void wrong_parameters_are_refused_by_name(void **state)
{
    struct fixture *f = *state;
    f->parameters[0] = (struct parameter){"timestamp", "yesterday"};
    expect_refusal(f, page_week, ERROR_INPUT,
                   "The parameter \"timestamp\" is \"yesterday\", but it has to be a moment in "
                   "seconds since 1970-01-01 UTC, such as 1700000000");
    static const char *const wrong[] = {
        "-1", "", "1e9", "1.x", "1.-5", "253402300800", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct page page;
        f->parameters[0].value = wrong[i];
        assert_false(ask(f, page_week, false, &page));
        assert_int_equal(f->error.kind, ERROR_INPUT);
    }
    f->parameters[0] = (struct parameter){"include_known_errors", "maybe"};
    expect_refusal(
        f, page_week, ERROR_INPUT,
        "The parameter \"include_known_errors\" is \"maybe\", but it has to be true or false");
    f->parameters[0] = (struct parameter){"before", "x"};
    expect_refusal(f, page_outbox, ERROR_INPUT,
                   "The parameter \"before\" is \"x\", but it has to be a whole number, 0 or more");
}

// ---- one error ----

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

// ---- letters ----

static void the_outbox_shows_letters_as_they_are_sent(void **state)
{
    struct fixture *f = *state;
    assert_has(ask_html(f, page_outbox), "No letters");
    add_letter(f, add_failure(f, &invoice), "1.2", "Error on web-1 in <invoice.py>");
    struct text page = ask_html(f, page_outbox);
    assert_has(page, "<dd>Flawless &lt;flawless@example.com&gt;</dd>");
    assert_has(page, "<dd>Error on web-1 in &lt;invoice.py&gt;</dd>");
    assert_has(page, "<dd>Mon, 06 May 2024 09:08:09 +0000</dd>");
    assert_has(page, "<dd>&lt;1.2@errors.example.com&gt;</dd>");
    assert_has(page, "ValueError: &lt;script&gt;alert(1)&lt;/script&gt;\n</pre>");
    assert_has(page, "550 no such &lt;user&gt;");
    assert_has(page, ", 3 attempts");
    assert_has(page, "/view_traceback?filename=shop%2Finvoice.py&amp;function_name=total");
    assert_has(ask_json(f, page_outbox), "\"state\":\"failed\"");
}

static void the_outbox_is_read_page_by_page(void **state)
{
    struct fixture *f = *state;
    int64_t error_id = add_failure(f, &invoice);
    for (int i = 1; i <= 23; i++) {
        char id[8], subject[32];
        snprintf(id, sizeof id, "%d", i);
        snprintf(subject, sizeof subject, "letter number %d.", i);
        add_letter(f, error_id, id, subject);
    }
    struct text page = ask_html(f, page_outbox);
    assert_true(place_of(page, "letter number 23.") < place_of(page, "letter number 4."));
    assert_has_not(page, "letter number 3.");
    assert_has(page, "href=\"/outbox?before=4\"");
    f->parameters[0] = (struct parameter){"before", "4"};
    page = ask_html(f, page_outbox);
    assert_has(page, "letter number 3.");
    assert_has_not(page, "letter number 4.");
    assert_has_not(page, "rel=\"next\"");
    assert_has(ask_json(f, page_outbox), "\"before\":null}");
}

// ---- health ----

static void list_options(void *self, int64_t project_id, struct arena *arena, struct value *list)
{
    (void)self, (void)project_id;
    struct value *option = value_add_object(arena, list);
    value_set_text(arena, option, "name", TEXT("smtp_password"));
    value_set_text(arena, option, "value", TEXT("***"));
}

static void tell_health(void *self, int64_t project_id, struct arena *arena, struct value *object,
                        bool *is_well)
{
    struct fixture *f = self;
    (void)project_id;
    struct value *problems = value_set_list(arena, object, "problems");
    value_add_text(arena, problems, TEXT("git: no such <branch>"));
    value_set_int(arena, value_set_object(arena, object, "blames"), "last_run", 12);
    *is_well = f->is_well;
}

static void health_shows_options_counts_and_problems(void **state)
{
    struct fixture *f = *state;
    add_failure(f, &invoice);
    f->settings.list_options = list_options;
    f->settings.health = tell_health;
    struct text page = ask_html(f, page_health);
    assert_has(page, "Up, with something to look at");
    assert_has(page, "Flawless 1.2.3, up for 5 days.");
    assert_has(page, "<li>git: no such &lt;branch&gt;</li>");
    assert_has(page, "<th scope=\"row\">Last run</th><td><div class=\"value\">12</div>");
    assert_has(page, "<th scope=\"row\">smtp_password</th><td><div class=\"value\">***</div>");
    assert_text_equal(
        ask_json(f, page_health),
        "{\"status\":\"degraded\",\"version\":\"1.2.3\",\"uptime_seconds\":432000,\"problems\":"
        "[\"git: no such "
        "<branch>\"],\"server\":{\"blames\":{\"last_run\":12}},\"store\":{\"errors\":"
        "1,\"occurrences\":1000,\"sites_awaiting_blame\":0,\"studies_waiting\":1,\"letters_"
        "waiting\":0,\"letters_kept\":"
        "0,"
        "\"letters_sent\":0,\"letters_failed\":0,\"letters_refused\":0,"
        "\"letters_held\":0},\"options\":{\"smtp_password\":\"***\"}}");
}

static void health_answers_503_when_not_well(void **state)
{
    struct fixture *f = *state;
    struct page page;
    f->settings.health = tell_health;
    assert_true(ask(f, page_health, true, &page));
    assert_int_equal(page.status, 200);
    f->is_well = false;
    assert_true(ask(f, page_health, true, &page));
    assert_int_equal(page.status, 503);
    assert_text_equal(value_get(page.facts, TEXT("status"))->text, "trouble");
}

// ---- small things ----

static void only_names_of_this_machine_are_its_own(void **state)
{
    (void)state;
    struct text base_url = TEXT("http://errors.example.com:9028");
    static const char *const own[] = {"localhost", "LOCALHOST:9028",          "127.0.0.1:80",
                                      "[::1]:80",  "a.localhost:1",           "127.1.2.3",
                                      "",          "errors.example.com:9028", "Errors.Example.Com"};
    static const char *const foreign[] = {"evil.example",   "localhost.evil.example",
                                          "127.0.0.1.evil", "notlocalhost",
                                          "192.168.1.1",    "[::2]",
                                          ".localhost",     "example.com"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        assert_true(guard_is_own_host(text_of(own[i]), base_url));
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (guard_is_own_host(text_of(foreign[i]), base_url))
            fail_msg("%s was taken for this machine", foreign[i]);
}

static void numbers_and_times_read_well(void **state)
{
    struct fixture *f = *state;
    struct arena *a = &f->arena;
    assert_text_equal(show_count(a, 0), "0");
    assert_text_equal(show_count(a, 999), "999");
    assert_text_equal(show_count(a, -1000), "-1,000");
    assert_text_equal(show_count(a, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_text_equal(show_counted(a, 1, "error"), "1 error");
    assert_text_equal(show_counted(a, 10000, "error"), "10,000 errors");
    assert_text_equal(show_moment(a, NOW_MS), "2024-05-06 10:08:09");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 1), "just now");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 59 * SECOND), "59 seconds ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 90 * 60 * SECOND), "90 minutes ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 47 * HOUR), "47 hours ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 400LL * DAY), "400 days ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS - 800LL * DAY), "2 years ago");
    assert_text_equal(show_age(a, NOW_MS, NOW_MS + HOUR), "in 60 minutes");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

// ---- rules ----

static void every_field_of_a_rule_has_words_on_its_page(void **state)
{
    (void)state;
    for (int file = 0; file < RULE_FILE_N; file++) {
        const struct rule_kind *kind = &rule_kinds[file];
        assert_int_equal(kind->file, file);
        assert_ptr_equal(rule_kind_at(text_of(kind->path)), kind);
        assert_ptr_equal(rule_kind_of(text_of(rule_file_names[file])), kind);
        for (const struct rule_field *field = rule_fields[file]; field->name; field++)
            assert_int_equal(rule_kind_words(kind, field) != NULL, !field->is_alias);
    }
    assert_null(rule_kind_at(TEXT("/add_nothing")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_a_rule_has_words_on_its_page),
        TEST(an_empty_week_tells_how_to_send_the_first_report),
        TEST(the_week_groups_errors_by_developer_and_puts_nobody_last),
        TEST(the_weeks_json_has_the_fields_of_old_and_no_others),
        TEST(a_week_shows_only_what_happened_in_it),
        TEST(lines_from_before_the_minimum_date_are_hidden_until_asked_for),
        TEST(sums_of_huge_counts_stop_at_the_largest_number),
        TEST(wrong_parameters_are_refused_by_name),
        TEST(a_traceback_page_shows_the_occurrence_and_lets_no_markup_through),
        TEST(a_tracebacks_json_adds_the_last_errors_data),
        TEST(the_source_has_who_made_each_line_and_lets_no_markup_through),
        TEST(a_source_that_cannot_be_shown_says_why),
        TEST(an_error_without_a_kept_occurrence_is_shown_all_the_same),
        TEST(a_traceback_needs_a_filename_and_a_line_number_that_is_one),
        TEST(an_unknown_error_is_not_found),
        TEST(the_outbox_shows_letters_as_they_are_sent),
        TEST(the_outbox_is_read_page_by_page),
        TEST(health_shows_options_counts_and_problems),
        TEST(health_answers_503_when_not_well),
        TEST(only_names_of_this_machine_are_its_own),
        TEST(numbers_and_times_read_well),
    };
    log_open(LOG_WARNING, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
