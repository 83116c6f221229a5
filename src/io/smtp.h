// SPDX-License-Identifier: MIT
// Sending letters by SMTP: libcurl behind one call.
#ifndef FLAWLESS_IO_SMTP_H
#define FLAWLESS_IO_SMTP_H

#include "base/error.h"
#include "io/store.h"

// Borrowed C strings. user NULL or empty: no login.
struct smtp_settings {
    const char *url; // "smtp://host:port" or "smtps://host:port"
    const char *user, *password;
    bool use_starttls; // and refuse to go on without it
};

// One connection, used again for the letters of one batch. One thread.
struct smtp;
struct smtp *smtp_open(const struct smtp_settings *settings);
void smtp_close(struct smtp *smtp); // NULL is fine

enum smtp_outcome {
    SMTP_SENT,    // the server took it for every recipient
    SMTP_REFUSED, // the server will never take it (5xx), or the letter itself cannot be sent: see error
    SMTP_LATER,   // no connection, time-out, 4xx, login failed: try again later, see error
};
enum smtp_outcome smtp_send(struct smtp *smtp, const struct outbox_letter *letter,
                            struct error *error);

#endif
