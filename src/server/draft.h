// SPDX-License-Identifier: MIT
// A flawless.cfg that is being made or changed: answers go into its text, and the files are as they
// were until it is saved.
#ifndef FLAWLESS_SERVER_DRAFT_H
#define FLAWLESS_SERVER_DRAFT_H

#include "server/config.h"

struct draft {
    struct buffer path;     // absolute
    struct buffer original; // content of the file; empty when there is none
    struct buffer content;  // with the answers
    struct buffer password; // that was answered, for a file of its own; empty: none was
    bool is_new;
};

// Reads the file at path, when there is one, and looks whether it can be written. ERROR_CONFIG says
// why not. Release it in any case.
bool draft_open(struct draft *draft, const char *path, struct error *error);
void draft_release(struct draft *draft);

// Adds the value an option has now, as it would be written: from the file or an answer, when it is
// one that can be, else the default (is_said is false then). A password of the mail server is
// "***".
void draft_show(const struct draft *draft, const struct option_row *row, struct buffer *out,
                bool *is_said);

// Adds what of a value may be shown: secrets in it are "***".
void draft_mask(const struct option_row *row, struct text value, struct buffer *out);

// Tells each option that the draft changes; shown: its new value, masked.
void draft_list_changes(const struct draft *draft,
                        void (*tell)(const char *option, struct text shown));

// Takes an answer (trimmed; "" and "none" are none). A value that says nothing new leaves no line
// in a file that exists; paths become absolute, smtp_password goes to draft->password, and without
// a smtp_user the passwords go. False: it cannot be, and wanted says what can.
bool draft_answer(struct draft *draft, const struct option_row *row, struct text value,
                  struct buffer *wanted);

// The configuration as a start would find it. heard and errors as config_look_at's; release it.
bool draft_look(const struct draft *draft, struct options_warnings heard, struct config *config,
                struct error *error);

// Writes what there is to write: the password, the flawless.cfg (0600 when it is new and holds
// secrets), and for a new one those of the rule files that are missing. What root makes and nobody
// else may read belongs to the user "flawless", if there is one. tell: of each file written.
bool draft_save(struct draft *draft, void (*tell)(const char *path), struct error *error);

#endif
