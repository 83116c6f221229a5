// SPDX-License-Identifier: MIT
// The options of flawless_set, and what the environment says of them. Any thread.
#ifndef FLAWLESS_CLIENT_SETTINGS_H
#define FLAWLESS_CLIENT_SETTINGS_H

#include "base/buffer.h"
#include "base/error.h"

enum fl_setting {
    FL_RELEASE,
    FL_ENVIRONMENT,
    FL_SERVER_NAME,
    FL_PLATFORM,
    FL_SCRUB,
    FL_KEY,
    FL_CA_FILE,
    FL_SPOOL,
    FL_TIMEOUT,
    FL_EXIT_TIMEOUT,
    FL_SETTING_N
};

// By its name in flawless.h. ERROR_INPUT: no such name, or a value that cannot be; ERROR_SYSTEM: no
// memory.
bool fl_settings_set(struct text name, struct text value, struct error *error);

// Takes what is not set from the environment, the executable and the machine.
void fl_settings_find(void);

// Appends the value; nothing when it has none.
void fl_settings_read(enum fl_setting setting, struct buffer *out);
int64_t fl_settings_number(enum fl_setting setting);

// For pthread_atfork.
void fl_settings_before_fork(void);
void fl_settings_after_fork(void);

#endif
