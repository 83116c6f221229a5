// SPDX-License-Identifier: MIT
// The file is read here line by line rather than by a library, because every mistake has to be told
// with its line, a value may hold any of ; # = : (regular expressions, passwords), and no length of
// line may be cut in silence.
#include "core/options.h"

#include "base/utf8.h"
#include "core/options_line.h"
#include "core/options_project.h"
#include "core/options_tell.h"
#include "core/options_value.h"

struct reader {
    struct options *o;
    struct options_teller tell;
    int line_of[OPTION_ROW_MAX]; // where each row of the table was set in [flawless]; 0: nowhere

    // the section that is being read
    bool is_in_section;
    struct options *section;         // NULL: it is not read
    struct project_options *project; // NULL in [flawless]
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
    for (size_t i = 0; i < o->project_n; i++)
        options_release(&o->projects[i].options);
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

// ---- lines ----

static bool read_section(struct reader *r, const struct option_line *line)
{
    char room[OPTION_SHOWN_MAX];
    struct text name;
    r->is_in_section = true;
    r->section = NULL;
    r->project = NULL;
    if (project_section_is(line, &name)) {
        bool goes_on = project_section_begin(r->o, name, &r->tell, &r->project);
        r->section = r->project ? &r->project->options : NULL;
        return goes_on;
    }
    if (option_line_is_own_section(line))
        r->section = r->o;
    else
        options_warn(&r->tell,
                     "section [%.*s] is not read, options are in [flawless] and [project NAME]",
                     TEXT_ARG(options_shown(line->name, room)));
    return true;
}

static bool read_value(struct reader *r, const struct option_row *row, struct text value)
{
    char room[OPTION_SHOWN_MAX];
    struct buffer wanted = {.max = 200};
    bool is_good = option_take(r->section, row, value, &wanted), goes_on = true;
    if (!is_good && (row->flags & OPTION_SECRET)) // a log may be read by more people than the file
        goes_on = options_refuse(&r->tell, r->tell.line, "%s: expected %s", row->name, wanted.at);
    else if (!is_good)
        goes_on = options_refuse(&r->tell, r->tell.line, "%s: expected %s, not \"%.*s\"", row->name,
                                 wanted.at, TEXT_ARG(options_shown(value, room)));
    buffer_release(&wanted);
    return goes_on;
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
    if (!r->is_in_section)
        return options_refuse(&r->tell, r->tell.line,
                              "expected [flawless] on a line of its own before this option");
    if (!r->section)
        return true;
    const struct option_row *row = find_row(line->name);
    if (!row) {
        options_warn_unknown(&r->tell, line->name);
        return true;
    }
    if (r->project && !(row->flags & OPTION_PROJECT))
        return options_refuse(&r->tell, r->tell.line,
                              "%s cannot differ between projects; move it to [flawless]",
                              row->name);
    int *line_of = &(r->project ? r->project->line_of : r->line_of)[row - option_table];
    if (*line_of > 0)
        options_warn(&r->tell, "%s was set in line %d already, this line wins", row->name,
                     *line_of);
    *line_of = r->tell.line;
    return read_value(r, row, line->value);
}

static bool refuse_broken(struct reader *r, struct text line)
{
    bool is_section = text_starts(line, TEXT("["));
    return options_refuse(
        &r->tell, r->tell.line,
        is_section ? "a section is written [flawless] or [project NAME], the ] is missing"
                   : "expected option = value, [flawless] or a comment after #");
}

static bool read_line(struct reader *r, struct text bytes)
{
    struct text trimmed = text_trim(bytes);
    struct option_line line = option_line_read(bytes);
    if (line.kind == LINE_BLANK || line.kind == LINE_COMMENT)
        return true;
    if (!utf8_is_valid(trimmed))
        return options_refuse(&r->tell, r->tell.line,
                              "these bytes are not UTF-8; save the file as UTF-8");
    for (size_t i = 0; i < trimmed.len; i++)
        if (((unsigned char)trimmed.at[i] < 0x20 && trimmed.at[i] != '\t') || trimmed.at[i] == 0x7f)
            return options_refuse(&r->tell, r->tell.line,
                                  "there is a control character in this line; remove it");
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
        !options_refuse(&r->tell, line_of(r, &o->web_auth),
                        "web_auth: none shows every error to everybody; it needs bind_address = "
                        "127.0.0.1 (or ::1)"))
        return false;
    bool has_certificate = o->tls_certificate.len > 0;
    if (has_certificate != (o->tls_key.len > 0) &&
        !options_refuse(&r->tell, line_of(r, has_certificate ? &o->tls_certificate : &o->tls_key),
                        has_certificate
                            ? "tls_certificate: TLS needs its private key too; set tls_key"
                            : "tls_key: TLS needs a certificate too; set tls_certificate"))
        return false;
    if (o->smtp_password.len && o->smtp_password_file.len &&
        !options_refuse(&r->tell, line_of(r, &o->smtp_password_file),
                        "smtp_password_file: smtp_password is set too; keep one of them"))
        return false;
    if (!projects_agree(o, &r->tell))
        return false;
    return !has_password || o->smtp_user.len ||
           options_refuse(&r->tell,
                          o->smtp_password.len ? line_of(r, &o->smtp_password)
                                               : line_of(r, &o->smtp_password_file),
                          "there is a password for smtp_host, but no smtp_user to log in as");
}

bool options_read(struct options *o, const char *file_name, struct text content,
                  struct options_warnings warnings, struct error *error)
{
    struct reader r = {.o = o, .tell = {file_name, warnings, error, 0, 0, 0}};
    struct text line;
    if (content.len > OPTIONS_SIZE_MAX)
        return error_set(
            error, ERROR_CONFIG,
            "%s: the file has more than %d bytes; it does not look like a flawless.cfg", file_name,
            OPTIONS_SIZE_MAX);
    if (text_starts(content, TEXT("\xef\xbb\xbf")))
        content = text_from(content, 3);
    while (text_cut(&content, '\n', &line)) {
        r.tell.line++;
        if (!read_line(&r, line))
            return false;
    }
    return look_at_whole(&r) && r.tell.mistake_n == 0;
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
