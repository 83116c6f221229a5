// SPDX-License-Identifier: MIT
#include "server/draft.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "core/options_edit.h"
#include "core/options_value.h"
#include "core/rules_sample.h"
#include "io/files.h"

static const char first_words[] =
    "# Made by `flawless configure`. `flawless options` explains every option.\n\n[flawless]\n";

// ---- open ----

static bool add_absolute(struct buffer *out, struct text path)
{
    char here[PATH_MAX] = "";
    if (text_starts(path, TEXT("~/")) && getenv("HOME")) {
        buffer_add_string(out, getenv("HOME"));
        path = text_from(path, 1);
    } else if (!text_starts(path, TEXT("/"))) {
        if (!getcwd(here, sizeof here))
            return false;
        buffer_printf(out, "%s/", here);
    }
    buffer_add(out, path);
    return true;
}

static struct text directory_of(const struct draft *draft)
{
    struct text path = buffer_text(&draft->path);
    size_t slash = text_find_last(path, '/');
    return text_until(path, slash ? slash : 1);
}

static bool look_at_directory(const struct draft *draft, struct error *error)
{
    struct buffer directory = {0};
    bool exists;
    buffer_add(&directory, directory_of(draft));
    bool is_good = files_look_at_directory(directory.at, &exists, error);
    buffer_release(&directory);
    return is_good;
}

bool draft_open(struct draft *draft, const char *path, struct error *error)
{
    *draft = (struct draft){0};
    if (!add_absolute(&draft->path, text_of(path)))
        return error_set(error, ERROR_CONFIG, "the directory this runs in is gone; go to another");
    draft->is_new = access(draft->path.at, F_OK) != 0 && errno == ENOENT;
    if (!look_at_directory(draft, error))
        return false;
    if (draft->is_new)
        buffer_add_string(&draft->content, first_words);
    else if (!files_read(draft->path.at, OPTIONS_SIZE_MAX, &draft->original, error))
        return false;
    else
        buffer_add(&draft->content, buffer_text(&draft->original));
    return true;
}

void draft_release(struct draft *draft)
{
    if (draft->password.at)
        explicit_bzero(draft->password.at, draft->password.cap);
    buffer_release(&draft->path);
    buffer_release(&draft->original);
    buffer_release(&draft->content);
    buffer_release(&draft->password);
}

// ---- answers ----

static void edit(struct buffer *content, const char *name, struct text value)
{
    struct buffer edited = {0};
    options_edit(buffer_text(content), text_of(name), value, &edited);
    buffer_release(content);
    *content = edited;
}

static bool is_set(const struct buffer *content, const char *name)
{
    struct text value;
    return options_find_written(buffer_text(content), text_of(name), &value) && value.len;
}

static void forget(struct buffer *content, const char *name)
{
    if (is_set(content, name))
        edit(content, name, text_of(""));
}

static bool fits(const struct option_row *row, struct text value, struct buffer *wanted,
                 struct buffer *shown)
{
    struct options o;
    bool is_one_line = utf8_is_valid(value);
    for (size_t i = 0; i < value.len; i++)
        is_one_line &= (unsigned char)value.at[i] >= 0x20 && value.at[i] != 0x7f;
    if (!is_one_line) {
        buffer_add_string(wanted, "text without control characters");
        return false;
    }
    options_init(&o);
    bool is_good = option_take(&o, row, value, wanted);
    if (is_good)
        option_show(&o, row, shown);
    options_release(&o);
    return is_good;
}

static bool is_smtp_password(const struct option_row *row)
{
    return row->offset == offsetof(struct options, smtp_password);
}

void draft_show(const struct draft *draft, const struct option_row *row, struct buffer *out,
                bool *is_said)
{
    struct buffer unused = {0}, shown = {0};
    struct text written;
    *is_said = options_find_written(buffer_text(&draft->content), text_of(row->name), &written) &&
               fits(row, written, &unused, &shown);
    if (is_smtp_password(row) &&
        (draft->password.len || is_set(&draft->content, "smtp_password_file"))) {
        *is_said = true;
        written = TEXT("***");
    }
    buffer_add(out, *is_said ? written : text_of(row->value));
    buffer_release(&unused);
    buffer_release(&shown);
}

void draft_mask(const struct option_row *row, struct text value, struct buffer *out)
{
    struct buffer unused = {0};
    if (!fits(row, value, &unused, out))
        buffer_add_string(out, "***"); // what it is cannot be told
    buffer_release(&unused);
}

// Whether the option's line is another one than before.
static bool is_line_new(const struct draft *draft, const struct option_row *row, struct text *now)
{
    struct text name = text_of(row->name), before;
    return options_find_written(buffer_text(&draft->content), name, now) &&
           !(options_find_written(buffer_text(&draft->original), name, &before) &&
             text_equal(before, *now));
}

void draft_list_changes(const struct draft *draft,
                        void (*tell)(const char *option, struct text shown))
{
    for (const struct option_row *row = option_table; row->name; row++) {
        struct buffer shown = {0};
        struct text now;
        if (is_smtp_password(row) && draft->password.len) {
            tell(row->name, TEXT("***"));
        } else if (is_line_new(draft, row, &now)) {
            draft_mask(row, now, &shown);
            tell(row->name, buffer_text(&shown));
        }
        buffer_release(&shown);
    }
}

static void write_answer(struct draft *draft, const struct option_row *row, struct text value)
{
    struct text written;
    bool is_there =
        options_find_written(buffer_text(&draft->content), text_of(row->name), &written);
    bool says_nothing = draft->is_new ? value.len == 0 : text_equal(value, text_of(row->value));
    if (is_there ? !text_equal(value, written) : !says_nothing)
        edit(&draft->content, row->name, value);
}

static bool is_path(const struct option_row *row, struct text value)
{
    bool is_command = row->offset == offsetof(struct options, git_cli_path);
    return row->type == OPTION_PATH && value.len &&
           (!is_command || text_contains(value, TEXT("/")));
}

// The value as it is to be written: a path that was just named is one from here.
static void normalise(const struct draft *draft, const struct option_row *row, struct text value,
                      struct buffer *out)
{
    struct text written;
    bool is_same =
        options_find_written(buffer_text(&draft->content), text_of(row->name), &written) &&
        text_equal(written, value);
    if (row->unset && text_equal_nocase(value, TEXT("none")))
        return;
    if (is_same || !is_path(row, value) || !add_absolute(out, value))
        buffer_add(out, value);
}

static void forget_login(struct draft *draft)
{
    buffer_clear(&draft->password);
    forget(&draft->content, "smtp_password");
    forget(&draft->content, "smtp_password_file");
}

bool draft_answer(struct draft *draft, const struct option_row *row, struct text value,
                  struct buffer *wanted)
{
    struct buffer shown = {0}, normal = {0};
    bool is_good = fits(row, value, wanted, &shown);
    buffer_release(&shown);
    if (!is_good)
        return false;
    normalise(draft, row, value, &normal);
    if (is_smtp_password(row)) {
        buffer_clear(&draft->password);
        buffer_add(&draft->password, buffer_text(&normal));
    } else {
        write_answer(draft, row, buffer_text(&normal));
    }
    if (row->offset == offsetof(struct options, smtp_user) && normal.len == 0)
        forget_login(draft);
    buffer_release(&normal);
    return true;
}

bool draft_look(const struct draft *draft, struct options_warnings heard, struct config *config,
                struct error *error)
{
    struct buffer content = {0};
    buffer_add(&content, buffer_text(&draft->content));
    if (draft->password.len) { // it is in no file yet
        forget(&content, "smtp_password_file");
        edit(&content, "smtp_password", buffer_text(&draft->password));
    }
    bool is_good = config_look_at(draft->path.at, buffer_text(&content), heard, config, error);
    if (content.at)
        explicit_bzero(content.at, content.cap);
    buffer_release(&content);
    return is_good;
}

// ---- save ----

static uid_t owner_of_secrets(void)
{
    struct passwd *server = geteuid() == 0 ? getpwnam("flawless") : NULL;
    return server ? server->pw_uid : (uid_t)-1;
}

static bool write_file(const char *path, struct text content, bool is_secret,
                       void (*tell)(const char *path), struct error *error)
{
    uid_t owner = is_secret ? owner_of_secrets() : (uid_t)-1;
    bool is_good = files_replace(path, content, is_secret ? 0600 : 0644, owner, error);
    if (is_good)
        tell(path);
    return is_good;
}

static bool save_password(struct draft *draft, const struct config *config,
                          void (*tell)(const char *path), struct error *error)
{
    struct buffer path = {0};
    if (draft->password.len == 0)
        return true;
    if (is_set(&draft->content, "smtp_password_file")) {
        buffer_add(&path, config->options.smtp_password_file);
    } else {
        buffer_add(&path, directory_of(draft));
        buffer_add_string(&path, "/smtp-password");
        edit(&draft->content, "smtp_password_file", buffer_text(&path));
    }
    forget(&draft->content, "smtp_password");
    buffer_add_char(&draft->password, '\n');
    bool is_good = write_file(path.at, buffer_text(&draft->password), true, tell, error);
    buffer_release(&path);
    return is_good;
}

// Whatever is not shown as it is written: secrets, passwords within addresses.
static bool holds_secret(struct text content)
{
    bool is_found = false;
    for (const struct option_row *row = option_table; row->name; row++) {
        struct buffer unused = {0}, shown = {0};
        struct text written;
        is_found |= options_find_written(content, text_of(row->name), &written) && written.len &&
                    fits(row, written, &unused, &shown) &&
                    text_contains(buffer_text(&shown), TEXT("***"));
        buffer_release(&unused);
        buffer_release(&shown);
    }
    return is_found;
}

static bool is_as_it_was(const struct draft *draft, struct error *error)
{
    struct buffer now = {0};
    bool is_good = draft->is_new || files_read(draft->path.at, OPTIONS_SIZE_MAX, &now, error);
    if (is_good && !text_equal(buffer_text(&now), buffer_text(&draft->original)))
        is_good = error_set(error, ERROR_CONFIG,
                            "somebody else changed %.300s meanwhile; it was left as it is, begin "
                            "again",
                            draft->path.at);
    buffer_release(&now);
    return is_good;
}

static bool save_content(const struct draft *draft, void (*tell)(const char *path),
                         struct error *error)
{
    struct text content = buffer_text(&draft->content);
    if (!draft->is_new && text_equal(content, buffer_text(&draft->original)))
        return true;
    return write_file(draft->path.at, content, holds_secret(content), tell, error);
}

static bool save_rule_files(const struct config *config, void (*tell)(const char *path),
                            struct error *error)
{
    bool is_good = true;
    for (int file = 0; is_good && file < RULE_FILE_N; file++) {
        struct buffer path = {0}, content = {0};
        buffer_printf(&path, "%s/%s", config->options.config_dir_path.at, rule_file_names[file]);
        rules_sample((enum rule_file)file, &content);
        if (access(path.at, F_OK) != 0)
            is_good = write_file(path.at, buffer_text(&content), false, tell, error);
        buffer_release(&path);
        buffer_release(&content);
    }
    return is_good;
}

static void hear_nothing(void *self, const char *message)
{
    (void)self;
    (void)message;
}

bool draft_save(struct draft *draft, void (*tell)(const char *path), struct error *error)
{
    struct config config;
    struct options_warnings nobody = {NULL, hear_nothing, hear_nothing};
    bool is_good =
        config_look_at(draft->path.at, buffer_text(&draft->content), nobody, &config, error) &&
        is_as_it_was(draft, error) && save_password(draft, &config, tell, error) &&
        save_content(draft, tell, error) &&
        (!draft->is_new || save_rule_files(&config, tell, error));
    config_release(&config);
    return is_good;
}
