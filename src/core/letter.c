// SPDX-License-Identifier: MIT
// A letter is a list of parts; each part is plain text made once, from which both forms of the
// letter are written. So there is one place where foreign characters are tamed (plain_add) and one
// where markup is escaped (add_escaped).
#include "core/letter.h"

#include <stdio.h>
#include <string.h>

#include "core/letter_part.h"
#include "core/week.h"

enum {
    DAY_MS = 24 * 3600 * 1000,
    SUBJECT_MAX = 200,
    WORDS_MAX = 500,           // bytes of a name, a reason, a commit's subject
    REQUEST_MAX = 16 * 1024,   // bytes of the request's text
    HEADER_MAX = 7 * 1024,     // bytes of a known error's header
    LINK_MAX = 1024,           // bytes of a parameter before encoding
    HEAD_HTML_MAX = 8 * 1024,  // bytes of each of the first three parts after escaping
    PART_HTML_MAX = 36 * 1024, // ... and of the others: all of them together stay under LETTER_MAX
};

// ---- small pieces ----

// "2026-01-02 03:04 UTC"
static void add_moment(struct buffer *out, int64_t moment_ms)
{
    char date[11];
    int64_t of_day_ms = ((moment_ms % DAY_MS) + DAY_MS) % DAY_MS;
    date_write(moment_ms, date);
    buffer_printf(out, "%s %02d:%02d UTC", date, (int)(of_day_ms / 3600000),
                  (int)(of_day_ms / 60000 % 60));
}

// " (3 days ago)"; nothing when the moment lies ahead.
static void add_age(struct buffer *out, int64_t moment_ms, int64_t now_ms)
{
    int64_t days = (now_ms - moment_ms) / DAY_MS;
    if (now_ms < moment_ms)
        return;
    if (days == 0)
        buffer_add_string(out, " (within the last day)");
    else
        buffer_printf(out, " (%lld day%s ago)", (long long)days, days == 1 ? "" : "s");
}

static void add_encoded(struct buffer *out, struct text t)
{
    t = text_clip(t, LINK_MAX);
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.at[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                        (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' || c == '~';
        if (is_plain)
            buffer_add_char(out, (char)c);
        else
            buffer_printf(out, "%%%02X", c);
    }
}

// Stops after max bytes, never inside a character or an escape.
static void add_escaped(struct buffer *out, struct text t, size_t max)
{
    size_t start = out->len;
    for (size_t i = 0; i < t.len; i++) {
        bool begins = ((unsigned char)t.at[i] & 0xc0) != 0x80;
        if (begins && out->len - start + 6 > max) {
            buffer_add_string(out, "...");
            return;
        }
        switch (t.at[i]) {
        case '&': buffer_add_string(out, "&amp;"); break;
        case '<': buffer_add_string(out, "&lt;"); break;
        case '>': buffer_add_string(out, "&gt;"); break;
        case '"': buffer_add_string(out, "&quot;"); break;
        case '\'': buffer_add_string(out, "&#39;"); break;
        default: buffer_add_char(out, t.at[i]);
        }
    }
}

// ---- the parts ----

static bool is_same_person(const struct ownership *who)
{
    struct text owner = who->owner_email, author = who->author_email;
    return text_equal_nocase(owner, author) || // else: the same name at another domain
           (owner.len > 0 && text_equal_nocase(text_until(owner, text_find(owner, '@')),
                                               text_until(author, text_find(author, '@'))));
}

static void write_who(const struct letter_facts *facts, struct buffer *out)
{
    static const char *const sure[] = {[CONFIDENCE_LOW] = "not sure",
                                       [CONFIDENCE_MEDIUM] = "fairly sure",
                                       [CONFIDENCE_HIGH] = "sure"};
    const struct ownership *who = &facts->record->ownership;
    if (who->state == OWNER_DEFAULT)
        buffer_add_string(out, "Nobody could be told to own this line, so this goes to the default "
                               "contact.\n");
    if (who->changed_at_ms != 0) {
        struct text name = who->author_name.len ? who->author_name : who->author_email;
        if (who->state == OWNER_FOUND && is_same_person(who) && !facts->has_others)
            buffer_add_string(out, "You");
        else
            plain_add(out, name.len ? name : TEXT("Somebody"), WORDS_MAX, PLAIN_ONE_LINE);
        buffer_add_string(out, " changed this line on ");
        add_moment(out, who->changed_at_ms);
        add_age(out, who->changed_at_ms, facts->now_ms);
        if (who->commit_subject.len > 0) {
            buffer_add_string(out, " in \"");
            plain_add(out, who->commit_subject, WORDS_MAX, PLAIN_ONE_LINE);
            buffer_add_string(out, "\"");
        }
        if (facts->record->line.commit.len > 0) {
            buffer_add_string(out, ", commit ");
            plain_add(out, text_until(facts->record->line.commit, 12), 40, PLAIN_ONE_LINE);
        }
        buffer_add_string(out, ".\n");
    }
    if (who->reason.len > 0) {
        buffer_add_string(out, "How Flawless knows: ");
        plain_add(out, who->reason, WORDS_MAX, PLAIN_ONE_LINE);
        buffer_add_string(out, ".\n");
    }
    if (who->confidence != CONFIDENCE_NONE)
        buffer_printf(out, "Flawless is %s of that.\n", sure[who->confidence]);
}

static void write_what(const struct letter_facts *facts, struct buffer *out)
{
    const struct error_record *record = facts->record;
    struct exception shown = {.type = record->exception_type, .message = record->message};
    plain_exception(out, facts->report ? report_main(facts->report) : &shown);
    buffer_add_string(out, "\n\nFile \"");
    plain_add(out, record->path, WORDS_MAX, PLAIN_ONE_LINE);
    buffer_printf(out, "\", line %lld", (long long)record->line_number);
    if (record->function.len > 0) {
        buffer_add_string(out, ", in ");
        plain_add(out, record->function, WORDS_MAX, PLAIN_ONE_LINE);
    }
    buffer_add_char(out, '\n');
    if (text_trim(record->text).len > 0) {
        buffer_add_string(out, "    ");
        plain_add(out, text_trim(record->text), WORDS_MAX, PLAIN_ONE_LINE);
        buffer_add_char(out, '\n');
    }
    buffer_printf(out, "\nSeen %lld time%s, first on ", (long long)record->count,
                  record->count == 1 ? "" : "s");
    add_moment(out, record->first_seen_at_ms);
    buffer_add_string(out, ", last on ");
    add_moment(out, record->last_seen_at_ms);
    buffer_add_string(out, ".\n");
}

static struct text write_subject(const struct letter_facts *facts, struct arena *arena)
{
    struct buffer out = {0};
    buffer_add_string(&out, "Error");
    if (facts->report && facts->report->hostname.len > 0) {
        buffer_add_string(&out, " on ");
        plain_add(&out, facts->report->hostname, 80, PLAIN_ONE_LINE);
    }
    buffer_add_string(&out, " in ");
    plain_add(&out, facts->record->path, SUBJECT_MAX - 100, PLAIN_ONE_LINE);
    struct text subject = arena_copy(arena, buffer_text(&out));
    buffer_release(&out);
    return subject;
}

// ---- links ----

struct link {
    const char *label;
    struct text url;
};

enum { LINK_N = 2 };

static struct text keep(struct arena *arena, struct buffer *b)
{
    struct text t = arena_copy(arena, buffer_text(b));
    buffer_release(b);
    return t;
}

static void make_links(const struct letter_facts *facts, struct arena *arena, struct link *links)
{
    const struct error_record *record = facts->record;
    struct buffer url = {0};
    buffer_add(&url, facts->base_url);
    buffer_add_string(&url, "/view_traceback?filename=");
    add_encoded(&url, record->path);
    buffer_add_string(&url, "&function_name=");
    add_encoded(&url, record->function);
    buffer_printf(&url, "&line_number=%lld&text=", (long long)record->line_number);
    add_encoded(&url, record->text);
    links[0] = (struct link){"Most recent occurrence", keep(arena, &url)};
    buffer_add(&url, facts->base_url);
    buffer_printf(&url, "/get_weekly_error_report?timestamp=%lld",
                  (long long)(facts->now_ms / 1000));
    buffer_add_string(&url, "&include_known_errors=true&include_modified_before_min_date=true");
    links[1] = (struct link){"All errors of this week, yours among them", keep(arena, &url)};
}

static const char about[] =
    "What is Flawless? It watches programs in production. When one fails, it finds the line of "
    "code to blame, asks git who changed it last, and writes to that one developer, once for each "
    "line.";

// ---- the two forms ----

struct part {
    const char *title; // NULL: none
    struct buffer body;
};

enum { PART_N = 6 };

static struct text write_text(const struct part *parts, const struct link *links,
                              struct arena *arena)
{
    struct buffer out = {0};
    for (size_t i = 0; i < PART_N; i++) {
        if (parts[i].body.len == 0)
            continue;
        if (parts[i].title)
            buffer_printf(&out, "%s:\n", parts[i].title);
        buffer_add(&out, buffer_text(&parts[i].body));
        if (!text_ends(buffer_text(&out), TEXT("\n")))
            buffer_add_char(&out, '\n');
        buffer_add_char(&out, '\n');
    }
    for (size_t i = 0; i < LINK_N; i++) {
        buffer_printf(&out, "%s:\n", links[i].label);
        buffer_add(&out, links[i].url);
        buffer_add_string(&out, "\n\n");
    }
    buffer_printf(&out, "%s\n", about);
    return keep(arena, &out);
}

static struct text write_html(const struct part *parts, const struct link *links,
                              struct text subject, struct arena *arena)
{
    struct buffer out = {0};
    buffer_add_string(&out, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>");
    add_escaped(&out, subject, PART_HTML_MAX);
    buffer_add_string(&out, "</title></head>\n<body style=\"font-family: sans-serif\">\n");
    for (size_t i = 0; i < PART_N; i++) {
        if (parts[i].body.len == 0)
            continue;
        if (parts[i].title)
            buffer_printf(&out, "<h3>%s</h3>\n", parts[i].title);
        buffer_add_string(&out, "<pre style=\"white-space: pre-wrap\">");
        add_escaped(&out, buffer_text(&parts[i].body), i < 3 ? HEAD_HTML_MAX : PART_HTML_MAX);
        buffer_add_string(&out, "</pre>\n");
    }
    buffer_add_string(&out, "<ul>\n");
    for (size_t i = 0; i < LINK_N; i++) {
        buffer_add_string(&out, "<li><a href=\"");
        add_escaped(&out, links[i].url, PART_HTML_MAX);
        buffer_printf(&out, "\">%s</a></li>\n", links[i].label);
    }
    buffer_printf(&out, "</ul>\n<p>%s</p>\n</body></html>\n", about);
    return keep(arena, &out);
}

void letter_write(const struct letter_facts *facts, struct arena *arena, struct letter *letter)
{
    struct part parts[PART_N] = {
        {.title = NULL},          {.title = NULL},
        {.title = NULL},          {.title = NULL}, // the traceback has a first line of its own
        {.title = "Stack Frame"}, {.title = "Additional Information"},
    };
    struct link links[LINK_N];
    plain_add(&parts[0].body, text_trim(facts->header), HEADER_MAX, PLAIN_LINES);
    write_what(facts, &parts[1].body);
    write_who(facts, &parts[2].body);
    if (facts->report) {
        part_traceback(facts->report, &parts[3].body);
        part_variables(facts->report, facts->judge, &parts[4].body);
        plain_add(&parts[5].body, text_trim(facts->report->request), REQUEST_MAX, PLAIN_LINES);
    }
    make_links(facts, arena, links);
    letter->subject = write_subject(facts, arena);
    letter->text = write_text(parts, links, arena);
    letter->html = write_html(parts, links, letter->subject, arena);
    for (size_t i = 0; i < PART_N; i++)
        buffer_release(&parts[i].body);
}
