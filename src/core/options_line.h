// SPDX-License-Identifier: MIT
// One line of a flawless.cfg, taken apart: for who reads the file and for who changes it.
#ifndef FLAWLESS_CORE_OPTIONS_LINE_H
#define FLAWLESS_CORE_OPTIONS_LINE_H

#include "base/text.h"

enum option_line_kind { LINE_BLANK, LINE_COMMENT, LINE_SECTION, LINE_OPTION, LINE_BROKEN };

// Everything is borrowed from the line. BROKEN: a section without its ']', or neither a section nor
// an option with a name.
struct option_line {
    enum option_line_kind kind;
    struct text name;       // the section's or the option's
    struct text value;      // trimmed
    size_t after_separator; // bytes of the line up to and with the '=' or ':'
};

struct option_line option_line_read(struct text line); // any bytes

// "[flawless]", where Flawless' own options are.
bool option_line_is_own_section(const struct option_line *line);

#endif
