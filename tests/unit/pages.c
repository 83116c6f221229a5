// SPDX-License-Identifier: MIT
#include "pages.h"

#include <stdio.h>
#include <unistd.h>

#include "web/access.h"

extern const struct embedded_file web_templates[];

int pages_set_up(void **state)
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

int pages_tear_down(void **state)
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

int64_t add_failure(struct fixture *f, const struct failure *failure)
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

void add_letter(struct fixture *f, int64_t error_id, const char *id, const char *subject)
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

const struct failure invoice = {
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

bool ask(struct fixture *f, page_function *function, bool wants_json, struct page *page)
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

struct text ask_json(struct fixture *f, page_function *function)
{
    struct page page;
    if (!ask(f, function, true, &page))
        fail_msg("%s", f->error.message);
    if (page.json.at)
        return page.json;
    value_to_json(page.facts, &f->out);
    return buffer_text(&f->out);
}

struct text ask_html(struct fixture *f, page_function *function)
{
    struct page page;
    if (!ask(f, function, false, &page))
        fail_msg("%s", f->error.message);
    page_complete(&page, TEXT("/static/style.css?v=1"));
    if (!template_render(f->templates, page.template, page.facts, &f->out, &f->error))
        fail_msg("%s", f->error.message);
    return buffer_text(&f->out);
}

void expect_refusal(struct fixture *f, page_function *function, enum error_kind kind,
                    const char *message)
{
    struct page page;
    assert_false(ask(f, function, false, &page));
    assert_int_equal(f->error.kind, kind);
    assert_string_equal(f->error.message, message);
}

void assert_has(struct text page, const char *needle)
{
    if (!text_contains(page, text_of(needle)))
        fail_msg("\"%s\" is not in: %.*s", needle, TEXT_ARG(page));
}

void assert_has_not(struct text page, const char *needle)
{
    if (text_contains(page, text_of(needle)))
        fail_msg("\"%s\" is in: %.*s", needle, TEXT_ARG(page));
}

size_t place_of(struct text page, const char *needle)
{
    assert_has(page, needle);
    return (size_t)((const char *)memmem(page.at, page.len, needle, strlen(needle)) - page.at);
}
