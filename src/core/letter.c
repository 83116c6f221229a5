// SPDX-License-Identifier: MIT
// A letter is a list of parts; each part is plain text made once, from which both forms of the
// letter are written. So there is one place where foreign characters are tamed (plain_add) and one
// where markup is escaped (html_add).
#include "core/letter.h"

#include <stdio.h>
#include <string.h>

#include "core/letter_links.h"
#include "core/letter_part.h"

enum {
    DAY_MS = 24 * 3600 * 1000,
    SUBJECT_PATH_MAX = 140,
    WORDS_MAX = 500,           // bytes of a name, a commit's subject
    REASON_MAX = 1200,         // bytes of why this person
    CO_AUTHOR_MAX = 3,         // that are named
    REQUEST_MAX = 16 * 1024,   // bytes of the request's text
    HEADER_MAX = 7 * 1024,     // bytes of a known error's header
    HEAD_HTML_MAX = 8 * 1024,  // bytes of each of the first three parts after escaping
    PART_HTML_MAX = 36 * 1024, // ... and of the others: all of them together stay under LETTER_MAX
};

// ---- small pieces ----

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

// ---- the parts ----

static bool is_same_person(const struct ownership *who)
{
    struct text owner = who->owner_email, author = who->author_email;
    return text_equal_nocase(owner, author) || // else: the same name at another domain
           (owner.len > 0 && text_equal_nocase(text_until(owner, text_find(owner, '@')),
                                               text_until(author, text_find(author, '@'))));
}

// " (together with Ann <ann@example.com>, Bob <bob@example.com>)"
static void add_co_authors(struct buffer *out, struct text co_authors)
{
    const char *before = " (together with ";
    struct text person;
    if (!co_authors.len)
        return;
    for (int n = 0; n < CO_AUTHOR_MAX && text_cut(&co_authors, '\n', &person); n++) {
        buffer_add_string(out, before);
        plain_add(out, person, WORDS_MAX, PLAIN_ONE_LINE);
        before = ", ";
    }
    buffer_add_string(out, co_authors.len ? " and others)" : ")");
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
        if (who->state == OWNER_FOUND && is_same_person(who) && facts->is_to_owner)
            buffer_add_string(out, "You");
        else
            plain_add(out, name.len ? name : TEXT("Somebody"), WORDS_MAX, PLAIN_ONE_LINE);
        add_co_authors(out, who->co_authors);
        buffer_add_string(out, " changed this line on ");
        plain_add_moment(out, who->changed_at_ms);
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
        plain_add(out, who->reason, REASON_MAX, PLAIN_ONE_LINE);
        buffer_add_string(out, ".\n");
    }
    if (who->confidence != CONFIDENCE_NONE)
        buffer_printf(out, "Flawless is %s of that.\n", sure[who->confidence]);
}

// Which commit changed a line, and who.
static void add_change(const struct error_record *changed, struct buffer *out)
{
    plain_add(out, text_until(changed->line.commit, 12), 40, PLAIN_ONE_LINE);
    struct text name = changed->ownership.author_name;
    name = name.len ? name : changed->ownership.author_email;
    if (name.len) {
        buffer_add_string(out, " by ");
        plain_add(out, name, WORDS_MAX, PLAIN_ONE_LINE);
    }
}

// The errors of the line as it was and as it became.
static void write_lineage(const struct letter_facts *facts, struct buffer *out)
{
    const struct error_record *before = facts->predecessor;
    if (before) {
        buffer_add_string(out, "\nThe line was changed in ");
        add_change(facts->record, out);
        buffer_printf(out, "; as it was before it had error %lld, seen %lld time%s.\n",
                      (long long)before->id, (long long)before->count,
                      before->count == 1 ? "" : "s");
    }
    for (size_t i = 0; i < facts->successor_n; i++) {
        const struct error_record *after = &facts->successors[i];
        buffer_add_string(out, "\nThe line was changed since, in ");
        add_change(after, out);
        buffer_printf(out, "; as it is after that it has error %lld.\n", (long long)after->id);
    }
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
    if (record->back_at_ms) {
        buffer_add_string(out, "\nThis error was marked as fixed, and came back on ");
        plain_add_moment(out, record->back_at_ms);
        buffer_add_string(out, ".\n");
    }
    write_lineage(facts, out);
    buffer_printf(out, "\nSeen %lld time%s, first on ", (long long)record->count,
                  record->count == 1 ? "" : "s");
    plain_add_moment(out, record->first_seen_at_ms);
    buffer_add_string(out, ", last on ");
    plain_add_moment(out, record->last_seen_at_ms);
    buffer_add_string(out, ".\n");
}

// How its number is used; without a repository nobody would read it.
static void write_number(const struct letter_facts *facts, struct buffer *out)
{
    const struct error_record *record = facts->record;
    if (record->line.commit.len > 0)
        buffer_printf(
            out,
            "This is error %lld. The commit that mends it can say so in its message, on a "
            "line of its own:\nFixes-error: %lld\n",
            (long long)record->id, (long long)record->id);
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
    plain_add(&out, facts->record->path, SUBJECT_PATH_MAX, PLAIN_ONE_LINE);
    struct text subject = arena_copy(arena, buffer_text(&out));
    buffer_release(&out);
    return subject;
}

// ---- the two forms ----

static struct text keep(struct arena *arena, struct buffer *b)
{
    struct text t = arena_copy(arena, buffer_text(b));
    buffer_release(b);
    return t;
}

static const char prose_begin[] = "<p style=\"white-space: pre-line; overflow-wrap: anywhere\">";
static const char code_begin[] =
    "<pre style=\"white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px; background: "
    "#f4f4f4; color: #222; padding: 8px\">";

static const char about[] =
    "Flawless watches programs in production. When one fails, it finds the line of "
    "code to blame, asks git who changed it last, and writes to that one developer, once for each "
    "line.";

struct part {
    const char *title; // NULL: none
    bool is_prose;     // else it is set as code
    struct buffer body;
};

enum { PART_N = 7 };

static struct text write_text(const struct part *parts, const struct letter_link *links,
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
    for (size_t i = 0; i < LETTER_LINK_N; i++) {
        buffer_printf(&out, "%s:\n", links[i].label);
        buffer_add(&out, links[i].url);
        buffer_add_string(&out, "\n\n");
    }
    buffer_printf(&out, "%s\n", about);
    return keep(arena, &out);
}

static struct text write_html(const struct part *parts, const struct letter_link *links,
                              struct text subject, struct arena *arena)
{
    struct buffer out = {0};
    html_begin(&out, subject);
    for (size_t i = 0; i < PART_N; i++) {
        if (parts[i].body.len == 0)
            continue;
        if (parts[i].title)
            buffer_printf(&out, "<h3>%s</h3>\n", parts[i].title);
        buffer_add_string(&out, parts[i].is_prose ? prose_begin : code_begin);
        html_add(&out, buffer_text(&parts[i].body), i < 3 ? HEAD_HTML_MAX : PART_HTML_MAX);
        buffer_add_string(&out, parts[i].is_prose ? "</p>\n" : "</pre>\n");
    }
    buffer_add_string(&out, "<ul>\n");
    for (size_t i = 0; i < LETTER_LINK_N; i++) {
        buffer_add_string(&out, "<li><a href=\"");
        html_add(&out, links[i].url, PART_HTML_MAX);
        buffer_printf(&out, "\">%s</a></li>\n", links[i].label);
    }
    buffer_printf(&out, "</ul>\n<p style=\"color: #595959\">%s</p>\n", about);
    html_end(&out);
    return keep(arena, &out);
}

void letter_write(const struct letter_facts *facts, struct arena *arena, struct letter *letter)
{
    struct part parts[PART_N] = {
        {.is_prose = true},       {.is_prose = false},
        {.is_prose = true},       {.title = NULL}, // the traceback has a first line of its own
        {.title = "Stack Frame"}, {.title = "Additional Information"},
        {.is_prose = true},
    };
    struct letter_link links[LETTER_LINK_N];
    plain_add(&parts[0].body, text_trim(facts->header), HEADER_MAX, PLAIN_LINES);
    write_what(facts, &parts[1].body);
    write_who(facts, &parts[2].body);
    if (facts->report) {
        part_traceback(facts->report, &parts[3].body);
        part_variables(facts->report, facts->judge, &parts[4].body);
        plain_add(&parts[5].body, text_trim(facts->report->request), REQUEST_MAX, PLAIN_LINES);
    }
    write_number(facts, &parts[6].body);
    letter_links(&facts->home, facts->record, facts->now_ms, arena, links);
    letter->subject = write_subject(facts, arena);
    letter->text = write_text(parts, links, arena);
    letter->html = write_html(parts, links, letter->subject, arena);
    for (size_t i = 0; i < PART_N; i++)
        buffer_release(&parts[i].body);
}
