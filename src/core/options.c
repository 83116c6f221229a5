// SPDX-License-Identifier: MIT
// The file is read here line by line rather than by a library, because every mistake has to be told
// with its line, a value may hold any of ; # = : (regular expressions, passwords), and no length of
// line may be cut in silence.
#include "core/options.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "core/options_line.h"
#include "core/options_value.h"

enum { NAME_MAX = 64, SHOWN_MAX = 60, WARNING_MAX = 20, ROW_MAX = 64 };

struct reader {
    struct options *o;
    const char *file_name;
    struct options_warnings warnings;
    struct error *error;
    int line; // from 1
    bool is_in_section, is_in_other_section;
    int warning_n, mistake_n;
    int line_of[ROW_MAX]; // where each row of the table was set; 0: nowhere
};

void options_init(struct options *o)
{
    struct buffer wanted = {0};
    *o = (struct options){0};
    for (const struct option_row *row = option_table; row->name; row++)
        check(option_take(o, row, text_of(row->value), &wanted));
    buffer_release(&wanted);
}

void options_release(struct options *o)
{
    arena_release(&o->arena);
    *o = (struct options){0};
}

void options_set_text(struct options *o, const char *name, struct text value)
{
    const struct option_row *row = option_find(text_of(name));
    check(row != NULL);
    struct text *field = (struct text *)(void *)((char *)o + row->offset);
    *field = value.len ? arena_copy(&o->arena, value) : (struct text){"", 0};
}

// ---- saying what is wrong ----

// A piece of the file inside a message: one line, not too long.
static struct text shown(struct text piece, char *room)
{
    struct buffer mended = {0};
    utf8_add_mended(&mended, text_until(piece, SHOWN_MAX));
    struct text t = text_clip(buffer_text(&mended), SHOWN_MAX);
    for (size_t i = 0; i < t.len; i++)
        room[i] = (unsigned char)t.at[i] < 0x20 || t.at[i] == 0x7f ? '?' : t.at[i];
    buffer_release(&mended);
    return (struct text){room, t.len};
}

static void warn(struct reader *r, const char *what)
{
    char message[512];
    if (!r->warnings.tell || r->warning_n > WARNING_MAX)
        return;
    if (r->warning_n++ == WARNING_MAX)
        what = "and more of the kind";
    snprintf(message, sizeof message, "%s:%d: %s", r->file_name, r->line, what);
    r->warnings.tell(r->warnings.self, message);
}

// False when that ends the reading.
static bool refuse(struct reader *r, int line, const char *what)
{
    char message[512];
    snprintf(message, sizeof message, "%s:%d: %s", r->file_name, line, what);
    error_set(r->error, ERROR_CONFIG, "%s", message);
    r->mistake_n++;
    if (r->warnings.tell_mistake)
        r->warnings.tell_mistake(r->warnings.self, message);
    return r->warnings.tell_mistake && r->mistake_n < OPTIONS_MISTAKE_MAX;
}

// Edits (insert, remove, replace, swap neighbours) that make one name the other.
static size_t edit_distance(struct text a, struct text b)
{
    size_t rows[3][NAME_MAX + 1]; // of the letter before last, the last, this one
    size_t *older = rows[0], *old = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        old[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = old[j - 1] + (a.at[i - 1] != b.at[j - 1]);
            best = old[j] + 1 < best ? old[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1] &&
                older[j - 2] + 1 < best)
                best = older[j - 2] + 1;
            now[j] = best;
        }
        size_t *oldest = older;
        older = old;
        old = now;
        now = oldest;
    }
    return old[b.len];
}

static const char *nearest_name(struct text name)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    name = text_until(name, NAME_MAX);
    for (const struct option_row *row = option_table; row->name; row++) {
        size_t distance = edit_distance(name, text_of(row->name));
        if (distance < least) {
            least = distance;
            nearest = row->name;
        }
    }
    return nearest;
}

// ---- lines ----

static bool read_section(struct reader *r, const struct option_line *line)
{
    char room[SHOWN_MAX], what[300];
    r->is_in_section = true;
    r->is_in_other_section = !option_line_is_own_section(line);
    if (r->is_in_other_section) {
        snprintf(what, sizeof what,
                 "section [%.*s] is not read, Flawless' options are in section [flawless]",
                 TEXT_ARG(shown(line->name, room)));
        warn(r, what);
    }
    return true;
}

static void warn_unknown(struct reader *r, struct text name)
{
    char room[SHOWN_MAX], what[300];
    if (!r->warnings.tell || r->warning_n > WARNING_MAX)
        return; // finding the nearest name is not for nothing
    const char *nearest = nearest_name(name);
    name = shown(name, room);
    snprintf(what, sizeof what,
             "there is no option \"%.*s\", it is not read; the nearest known one is \"%s\"",
             TEXT_ARG(name), nearest);
    warn(r, what);
}

static bool read_value(struct reader *r, const struct option_row *row, struct text value)
{
    char room[SHOWN_MAX], what[460];
    struct buffer wanted = {.max = 200};
    if (option_take(r->o, row, value, &wanted)) {
        buffer_release(&wanted);
        return true;
    }
    struct text got = shown(value, room);
    if (row->flags & OPTION_SECRET) // a log may be read by more people than the file
        snprintf(what, sizeof what, "%s: expected %s", row->name, wanted.at);
    else
        snprintf(what, sizeof what, "%s: expected %s, not \"%.*s\"", row->name, wanted.at,
                 TEXT_ARG(got));
    buffer_release(&wanted);
    return refuse(r, r->line, what);
}

static bool look_at_effect(struct reader *r, const struct option_row *row, struct text value)
{
    char what[300];
    if (!(row->flags & OPTION_LATER) || text_equal(value, text_of(row->value)))
        return true;
    if (row->flags & OPTION_REFUSED) {
        snprintf(what, sizeof what,
                 "%s: this version cannot do that yet; remove the option (and put a proxy that "
                 "can before Flawless)",
                 row->name);
        return refuse(r, r->line, what);
    }
    snprintf(what, sizeof what, "%s has no effect in this version", row->name);
    warn(r, what);
    return true;
}

static const struct option_row *find_row(struct text name)
{
    for (const struct option_row *row = option_table; row->name; row++)
        if (text_equal_nocase(text_of(row->name), name))
            return row;
    return NULL;
}

static bool read_option(struct reader *r, const struct option_line *line)
{
    char what[200];
    if (!r->is_in_section)
        return refuse(r, r->line, "expected [flawless] on a line of its own before this option");
    if (r->is_in_other_section)
        return true;
    const struct option_row *row = find_row(line->name);
    if (!row) {
        warn_unknown(r, line->name);
        return true;
    }
    int *line_of = &r->line_of[row - option_table];
    if (*line_of > 0) {
        snprintf(what, sizeof what, "%s was set in line %d already, this line wins", row->name,
                 *line_of);
        warn(r, what);
    }
    *line_of = r->line;
    return read_value(r, row, line->value) && look_at_effect(r, row, line->value);
}

static bool refuse_broken(struct reader *r, struct text line)
{
    bool is_section = text_starts(line, TEXT("["));
    return refuse(r, r->line,
                  is_section ? "a section is written [flawless], the ] is missing"
                             : "expected option = value, [flawless] or a comment after #");
}

static bool read_line(struct reader *r, struct text bytes)
{
    struct text trimmed = text_trim(bytes);
    struct option_line line = option_line_read(bytes);
    if (line.kind == LINE_BLANK || line.kind == LINE_COMMENT)
        return true;
    if (!utf8_is_valid(trimmed))
        return refuse(r, r->line, "these bytes are not UTF-8; save the file as UTF-8");
    for (size_t i = 0; i < trimmed.len; i++)
        if (((unsigned char)trimmed.at[i] < 0x20 && trimmed.at[i] != '\t') || trimmed.at[i] == 0x7f)
            return refuse(r, r->line, "there is a control character in this line; remove it");
    switch (line.kind) {
    case LINE_SECTION: return read_section(r, &line);
    case LINE_OPTION: return read_option(r, &line);
    default: return refuse_broken(r, trimmed);
    }
}

// ---- options that need each other ----

static int line_of(const struct reader *r, const void *field)
{
    for (const struct option_row *row = option_table; row->name; row++)
        if ((const char *)r->o + row->offset == (const char *)field)
            return r->line_of[row - option_table];
    return 0;
}

static bool is_loopback(struct text address)
{
    return text_starts(address, TEXT("127.")) || text_equal(address, TEXT("::1"));
}

static bool look_at_whole(struct reader *r)
{
    struct options *o = r->o;
    bool has_password = o->smtp_password.len || o->smtp_password_file.len;
    if (o->web_auth == WEB_AUTH_NONE && !is_loopback(o->bind_address) &&
        !refuse(r, line_of(r, &o->web_auth),
                "web_auth: none shows every error to everybody; it needs bind_address = "
                "127.0.0.1 (or ::1)"))
        return false;
    if (o->smtp_password.len && o->smtp_password_file.len &&
        !refuse(r, line_of(r, &o->smtp_password_file),
                "smtp_password_file: smtp_password is set too; keep one of them"))
        return false;
    return !has_password || o->smtp_user.len ||
           refuse(r,
                  o->smtp_password.len ? line_of(r, &o->smtp_password)
                                       : line_of(r, &o->smtp_password_file),
                  "there is a password for smtp_host, but no smtp_user to log in as");
}

bool options_read(struct options *o, const char *file_name, struct text content,
                  struct options_warnings warnings, struct error *error)
{
    struct reader r = {.o = o, .file_name = file_name, .warnings = warnings, .error = error};
    struct text line;
    if (content.len > OPTIONS_SIZE_MAX)
        return error_set(
            error, ERROR_CONFIG,
            "%s: the file has more than %d bytes; it does not look like a flawless.cfg", file_name,
            OPTIONS_SIZE_MAX);
    if (text_starts(content, TEXT("\xef\xbb\xbf")))
        content = text_from(content, 3);
    while (text_cut(&content, '\n', &line)) {
        r.line++;
        if (!read_line(&r, line))
            return false;
    }
    return look_at_whole(&r) && r.mistake_n == 0;
}

void options_list(const struct options *o,
                  void (*tell)(void *self, const char *name, struct text value), void *self)
{
    struct buffer value = {0};
    for (const struct option_row *row = option_table; row->name; row++) {
        buffer_clear(&value);
        option_show(o, row, &value);
        tell(self, row->name, buffer_text(&value));
    }
    buffer_release(&value);
}

// ---- addresses ----

static void add_host(struct buffer *b, struct text host)
{
    bool is_ipv6 = text_find(host, ':') < host.len;
    buffer_add_string(b, is_ipv6 ? "[" : "");
    buffer_add(b, host);
    buffer_add_string(b, is_ipv6 ? "]" : "");
}

void options_base_url(const struct options *o, struct buffer *url)
{
    struct text rest = o->hostname, host;
    int64_t port;
    while (text_ends(rest, TEXT("/")))
        rest.len--;
    if (text_starts(rest, TEXT("http://")) || text_starts(rest, TEXT("https://"))) {
        buffer_add(url, rest);
        return;
    }
    size_t slash = text_find(rest, '/');
    host_port_split(text_until(rest, slash), &host, &port);
    buffer_add_string(url, "http://");
    add_host(url, host);
    buffer_printf(url, ":%lld", (long long)(port ? port : o->port));
    buffer_add(url, text_from(rest, slash));
}

void options_dsn(const struct options *o, const char *key, struct buffer *dsn)
{
    struct buffer base = {0};
    options_base_url(o, &base);
    size_t start = text_find(buffer_text(&base), '/') + 2;
    buffer_add(dsn, text_until(buffer_text(&base), start));
    buffer_printf(dsn, "%s@", key);
    buffer_add(dsn, text_from(buffer_text(&base), start));
    buffer_printf(dsn, "/%lld", (long long)o->project_id);
    buffer_release(&base);
}

void options_smtp_url(const struct options *o, struct buffer *url)
{
    struct text rest = o->smtp_host, host;
    bool is_tls = text_starts(rest, TEXT("smtps://"));
    int64_t port;
    if (is_tls || text_starts(rest, TEXT("smtp://")))
        rest = text_from(rest, text_find(rest, '/') + 2);
    if (rest.len == 0 || !host_port_split(rest, &host, &port))
        return;
    buffer_add_string(url, is_tls ? "smtps://" : "smtp://");
    add_host(url, host);
    buffer_printf(url, ":%lld", (long long)(port ? port : is_tls ? 465 : 25));
}

void options_sender(const struct options *o, struct buffer *address)
{
    if (o->smtp_from.len) {
        buffer_add(address, o->smtp_from);
        return;
    }
    buffer_add_string(address, "flawless@");
    buffer_add(address, o->email_domain_name);
}
