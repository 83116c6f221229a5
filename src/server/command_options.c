// SPDX-License-Identifier: MIT
// The option table in four shapes: to read, as JSON, as the manual page flawless.cfg(5), as a
// sample flawless.cfg.
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "core/options.h"
#include "server/commands.h"
#include "server/wrap.h"

// ---- words shared by the shapes ----

static void add_default(struct buffer *out, const struct option_row *row)
{
    if (row->unset)
        buffer_printf(out, "none (%s)", row->unset);
    else
        buffer_add_string(out, row->value);
}

static void add_sentences(struct buffer *out, const struct option_row *row)
{
    buffer_printf(out, "%s.", row->description);
    if (row->flags & OPTION_CLIENT)
        buffer_add_string(out, " Read by clients.");
    if (row->flags & OPTION_OWN)
        buffer_add_string(out, " Each project has its own.");
    else if (row->flags & OPTION_PROJECT)
        buffer_add_string(out, " A project may differ.");
}

static const char about_projects[] =
    "One server can watch several code bases: the options of [flawless] are those of the default "
    "project, and a section [project NAME] makes another one. NAME has letters, digits, - _ and ., "
    "and is unique. It needs a project_id of its own, which never belonged to another project.";

// The options that a project may set.
static void add_project_options(struct buffer *out, bool own)
{
    const char *separator = "";
    for (const struct option_row *row = option_table; row->name; row++) {
        if (!(row->flags & OPTION_PROJECT) || own != ((row->flags & OPTION_OWN) != 0))
            continue;
        buffer_printf(out, "%s%s", separator, row->name);
        separator = ", ";
    }
}

static void add_about_projects(struct buffer *out)
{
    buffer_printf(out, "%s What a project does not set of ", about_projects);
    add_project_options(out, false);
    buffer_add_string(out, " is as in [flawless]; of its own it has ");
    add_project_options(out, true);
    buffer_add_string(out, ". All other options are the server's, and stand in [flawless] alone.");
}

static bool starts_section(const struct option_row *row)
{
    return row == option_table || strcmp(row[-1].section, row->section) != 0;
}

// ---- the shapes ----

static void write_list(struct buffer *out)
{
    struct buffer words = {0};
    for (const struct option_row *row = option_table; row->name; row++) {
        if (starts_section(row))
            buffer_printf(out, "%s%s\n", row == option_table ? "" : "\n", row->section);
        buffer_printf(out, "  %s (%s), default: ", row->name, option_type_name(row->type));
        add_default(out, row);
        buffer_add_char(out, '\n');
        buffer_clear(&words);
        add_sentences(&words, row);
        wrap_add(out, "      ", buffer_text(&words));
    }
    buffer_add_string(out, "\nProjects\n");
    buffer_clear(&words);
    add_about_projects(&words);
    wrap_add(out, "  ", buffer_text(&words));
    buffer_release(&words);
}

static void write_json(struct buffer *out)
{
    struct json_out w = {.out = out};
    struct buffer words = {0};
    json_array(&w);
    for (const struct option_row *row = option_table; row->name; row++) {
        buffer_clear(&words);
        add_sentences(&words, row);
        json_object(&w);
        json_name(&w, "name");
        json_string(&w, text_of(row->name));
        json_name(&w, "type");
        json_string(&w, text_of(option_type_name(row->type)));
        json_name(&w, "default");
        if (row->unset)
            json_null(&w);
        else
            json_string(&w, text_of(row->value));
        json_name(&w, "section");
        json_string(&w, text_of(row->section));
        json_name(&w, "description");
        json_string(&w, buffer_text(&words));
        json_name(&w, "in_project");
        json_boolean(&w, (row->flags & OPTION_PROJECT) != 0);
        json_object_end(&w);
    }
    json_array_end(&w);
    buffer_add_char(out, '\n');
    buffer_release(&words);
}

static void write_sample(struct buffer *out)
{
    struct buffer words = {0};
    buffer_add_string(out, "# A sample flawless.cfg: every option with its default.\n"
                           "# Remove the # before an option to change it.\n"
                           "\n"
                           "[flawless]\n");
    for (const struct option_row *row = option_table; row->name; row++) {
        if (starts_section(row))
            buffer_printf(out, "\n# ---- %s ----\n", row->section);
        buffer_clear(&words);
        add_sentences(&words, row);
        if (row->unset)
            buffer_printf(&words, " When not set: %s.", row->unset);
        buffer_add_char(out, '\n');
        wrap_add(out, "# ", buffer_text(&words));
        buffer_printf(out, "#%s =%s%s\n", row->name, *row->value ? " " : "", row->value);
    }
    buffer_add_string(out, "\n# ---- Projects ----\n\n");
    buffer_clear(&words);
    add_about_projects(&words);
    wrap_add(out, "# ", buffer_text(&words));
    buffer_add_string(out, "#[project NAME]\n#project_id = 2\n#repo_dir =\n");
    buffer_release(&words);
}

// Text for mdoc, where a backslash begins an escape and a dot or quote at the start of a line a
// request.
static void add_mdoc(struct buffer *out, struct text t)
{
    if (t.len > 0 && (t.at[0] == '.' || t.at[0] == '\''))
        buffer_add_string(out, "\\&");
    for (size_t i = 0; i < t.len; i++)
        if (t.at[i] == '\\')
            buffer_add_string(out, "\\e");
        else
            buffer_add_char(out, t.at[i]);
    buffer_add_char(out, '\n');
}

static void write_manual(struct buffer *out)
{
    struct buffer words = {0};
    buffer_add_string(
        out,
        ".\\\" Written by `flawless options --man`; do not edit.\n"
        ".Dd November 22, 2026\n.Dt FLAWLESS.CFG 5\n.Os\n"
        ".Sh NAME\n.Nm flawless.cfg\n.Nd options of Flawless\n"
        ".Sh DESCRIPTION\n"
        "A file of lines, UTF-8. The options are in the section\n.Li [flawless] ,\n"
        "one a line; for projects see the end.\n.Dl port = 9028\n"
        "A line that begins with # or ; is a comment; there are no comments behind a value.\n"
        "Items of lists (csv) have commas between them; a comma inside an item is written \\e, .\n"
        "Relative paths count from the directory of the file, ~/ is the home directory.\n"
        "The word none stands for an option that is not set.\n"
        ".Pp\n"
        "An option that does not exist is a warning; a wrong value keeps the server from "
        "starting.\n");
    for (const struct option_row *row = option_table; row->name; row++) {
        if (starts_section(row))
            buffer_printf(out, "%s.Ss %s\n.Bl -tag -width Ds\n", row == option_table ? "" : ".El\n",
                          row->section);
        buffer_printf(out, ".It Ic %s Pq %s\n", row->name, option_type_name(row->type));
        buffer_clear(&words);
        add_sentences(&words, row);
        add_mdoc(out, buffer_text(&words));
        buffer_clear(&words);
        buffer_add_string(&words, "Default: ");
        add_default(&words, row);
        add_mdoc(out, buffer_text(&words));
    }
    buffer_clear(&words);
    add_about_projects(&words);
    buffer_add_string(out, ".El\n.Ss Projects\n");
    add_mdoc(out, buffer_text(&words));
    buffer_add_string(out, ".Bd -literal -offset indent\n[project NAME]\nproject_id = 2\n"
                           "repo_dir = /srv/NAME\n.Ed\n");
    buffer_add_string(out, ".Sh SEE ALSO\n.Xr flawless 1\n");
    buffer_release(&words);
}

int command_options(int argc, char **arguments)
{
    static const struct {
        const char *name;
        void (*write)(struct buffer *out);
    } shapes[] = {{"--json", write_json}, {"--man", write_manual}, {"--sample", write_sample}};
    void (*write)(struct buffer * out) = argc == 1 ? write_list : NULL;
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (argc == 2 && strcmp(arguments[1], shapes[i].name) == 0)
            write = shapes[i].write;
    if (!write) {
        fputs("flawless: options takes one of --json, --man and --sample, or nothing\n", stderr);
        return 2;
    }
    write(&out);
    fwrite(out.at, 1, out.len, stdout);
    buffer_release(&out);
    return fflush(stdout) == 0 ? 0 : 1;
}
