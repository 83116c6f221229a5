// SPDX-License-Identifier: MIT
// Saying what is wrong in a flawless.cfg, and where. For the readers of the file alone.
#ifndef FLAWLESS_CORE_OPTIONS_TELL_H
#define FLAWLESS_CORE_OPTIONS_TELL_H

#include "core/options.h"

enum { OPTION_SHOWN_MAX = 60 }; // bytes of the file that a message repeats

struct options_teller {
    const char *file_name;
    struct options_warnings warnings;
    struct error *error; // gets the newest mistake
    int line;            // that is being read, from 1
    int warning_n, mistake_n;
};

// About the line that is being read. After some warnings one more says that there are more.
__attribute__((format(printf, 2, 3))) void options_warn(struct options_teller *teller,
                                                        const char *format, ...);
// False when that ends the reading.
__attribute__((format(printf, 3, 4))) bool options_refuse(struct options_teller *teller, int line,
                                                          const char *format, ...);
// A warning with the nearest name that there is.
void options_warn_unknown(struct options_teller *teller, struct text name);

// A piece of the file inside a message: one line, not too long. room: OPTION_SHOWN_MAX bytes.
struct text options_shown(struct text piece, char *room);

#endif
