// SPDX-License-Identifier: MIT
#include "core/digest.h"

#include "core/letter_links.h"
#include "core/letter_part.h"

enum {
    PLACE_MAX = 240,     // bytes of a path, of a function
    TYPE_MAX = 160,      // bytes of an exception's type
    LINK_SHOWN_MAX = 700 // bytes of a link; a longer one is left out
};

static void add_place(struct buffer *out, const struct error_record *record)
{
    buffer_add_string(out, "File \"");
    plain_add(out, record->path, PLACE_MAX, PLAIN_ONE_LINE);
    buffer_printf(out, "\", line %lld", (long long)record->line_number);
    if (record->function.len > 0) {
        buffer_add_string(out, ", in ");
        plain_add(out, record->function, PLACE_MAX / 2, PLAIN_ONE_LINE);
    }
}

static void add_count(struct buffer *out, const struct error_record *record)
{
    buffer_printf(out, "seen %lld time%s, last on ", (long long)record->count,
                  record->count == 1 ? "" : "s");
    plain_add_moment(out, record->last_seen_at_ms);
}

static void add_type(struct buffer *out, const struct error_record *record)
{
    struct text type = record->exception_type;
    plain_add(out, type.len > 0 ? type : TEXT("Error"), TYPE_MAX, PLAIN_ONE_LINE);
}

static void write_introduction(const struct digest_facts *facts, struct buffer *out)
{
    buffer_printf(
        out,
        "Flawless sends at most %lld letters an hour to one address. That was reached, so "
        "here %s. No letter of its own comes about any of them.\n",
        (long long)facts->letters_per_hour,
        facts->error_n == 1 ? "is one more error" : "are the others together");
    if (facts->error_n > (int64_t)facts->record_n)
        buffer_printf(out, "The %zu of %lld that happened most often are shown.\n", facts->record_n,
                      (long long)facts->error_n);
}

static struct text keep(struct arena *arena, struct buffer *b)
{
    struct text t = arena_copy(arena, buffer_text(b));
    buffer_release(b);
    return t;
}

static struct text link_of(const struct digest_facts *facts, size_t i, struct arena *arena)
{
    struct text url = letter_link_error(&facts->home, &facts->records[i], arena);
    return url.len <= LINK_SHOWN_MAX ? url : (struct text){0};
}

// Of the project where most happens.
static struct letter_link link_week(const struct digest_facts *facts, struct arena *arena)
{
    return letter_link_week(&facts->home, facts->records[0].project_id, facts->now_ms, arena);
}

static struct text write_text(const struct digest_facts *facts, struct arena *arena)
{
    struct buffer out = {0};
    struct letter_link week = link_week(facts, arena);
    write_introduction(facts, &out);
    for (size_t i = 0; i < facts->record_n; i++) {
        buffer_add_char(&out, '\n');
        add_type(&out, &facts->records[i]);
        buffer_add_string(&out, "\n  ");
        add_place(&out, &facts->records[i]);
        buffer_add_string(&out, "\n  ");
        add_count(&out, &facts->records[i]);
        struct text url = link_of(facts, i, arena);
        buffer_printf(&out, "%s%.*s\n", url.len ? "\n  " : "", TEXT_ARG(url));
    }
    struct letter_link about = letter_link_about(&facts->home, arena);
    buffer_printf(&out, "\n%s:\n%.*s\n", week.label, TEXT_ARG(week.url));
    buffer_printf(&out, "\n%s:\n%.*s\n", about.label, TEXT_ARG(about.url));
    return keep(arena, &out);
}

// What add gives, escaped.
static void add_html(struct buffer *out, const struct error_record *record,
                     void (*add)(struct buffer *out, const struct error_record *record))
{
    struct buffer plain = {0};
    add(&plain, record);
    html_add(out, buffer_text(&plain), 6 * plain.len + 6);
    buffer_release(&plain);
}

static void write_item(const struct digest_facts *facts, size_t i, struct arena *arena,
                       struct buffer *out)
{
    const struct error_record *record = &facts->records[i];
    struct text url = link_of(facts, i, arena);
    buffer_add_string(out, "<li style=\"margin-bottom: 1em\"><b>");
    add_html(out, record, add_type);
    buffer_add_string(out, "</b><br>\n<code style=\"overflow-wrap: anywhere\">");
    add_html(out, record, add_place);
    buffer_add_string(out, "</code><br>\n");
    add_html(out, record, add_count);
    if (url.len > 0) {
        buffer_add_string(out, "<br>\n<a href=\"");
        html_add(out, url, 6 * url.len + 6);
        buffer_add_string(out, "\">Most recent occurrence</a>");
    }
    buffer_add_string(out, "</li>\n");
}

static void add_link(struct buffer *out, struct letter_link link)
{
    buffer_add_string(out, "<p><a href=\"");
    html_add(out, link.url, 6 * link.url.len + 6);
    buffer_printf(out, "\">%s</a></p>\n", link.label);
}

static struct text write_html(const struct digest_facts *facts, struct text subject,
                              struct arena *arena)
{
    struct buffer out = {0}, introduction = {0};
    html_begin(&out, subject);
    write_introduction(facts, &introduction);
    buffer_printf(&out, "<p>%.*s</p>\n<ul>\n", TEXT_ARG(buffer_text(&introduction)));
    for (size_t i = 0; i < facts->record_n; i++)
        write_item(facts, i, arena, &out);
    buffer_add_string(&out, "</ul>\n");
    add_link(&out, link_week(facts, arena));
    add_link(&out, letter_link_about(&facts->home, arena));
    html_end(&out);
    buffer_release(&introduction);
    return keep(arena, &out);
}

void digest_write(const struct digest_facts *facts, struct arena *arena, struct letter *letter)
{
    letter->subject = arena_printf(arena, "%lld more error%s in one letter",
                                   (long long)facts->error_n, facts->error_n == 1 ? "" : "s");
    letter->text = write_text(facts, arena);
    letter->html = write_html(facts, letter->subject, arena);
}
