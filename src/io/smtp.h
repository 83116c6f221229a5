// SPDX-License-Identifier: MIT
// Sending letters by SMTP: libcurl behind one call.
#ifndef FLAWLESS_IO_SMTP_H
#define FLAWLESS_IO_SMTP_H

#include <stdatomic.h>

#include "base/buffer.h"
#include "base/error.h"
#include "core/options.h"
#include "io/store.h"

// Borrowed C strings. user NULL or empty: no login.
struct smtp_settings {
    const char *url; // "smtp://host:port" or "smtps://host:port"
    const char *user, *password;
    bool use_starttls;   // and refuse to go on without it
    const char *ca_file; // certificates in PEM form that are trusted; NULL: the system's
    const atomic_bool
        *cancel; // once true, what is under way ends within about a second; NULL: never
};

// What the options say; url is options_smtp_url's.
struct smtp_settings smtp_settings_of(const struct options *options, const char *url);

// One connection, used again for the letters of one batch. One thread.
struct smtp;
struct smtp *smtp_open(const struct smtp_settings *settings);
void smtp_close(struct smtp *smtp); // NULL is fine

enum smtp_outcome {
    SMTP_SENT,    // the server took it
    SMTP_REFUSED, // it will never take it: 5xx to the recipient or the content, or the letter
                  // itself cannot be sent
    SMTP_LATER,   // not now: 4xx to the recipient or the content
    SMTP_AWAY,    // no letter can be sent now: no connection, no STARTTLS, login or sender refused
};
// The letter is text and HTML in one, with the headers of io/letter_headers.h. Takes at most two
// minutes.
// error: filled unless SMTP_SENT, with the server's words when it said any; the password is in none
// of them.
enum smtp_outcome smtp_send(struct smtp *smtp, const struct outbox_letter *letter,
                            struct error *error);

// Connects, encrypts and logs in as for a letter, and sends none. False: why no letter could be
// sent.
bool smtp_try(struct smtp *smtp, struct error *error);

// A header's value: as it is when it is ASCII, else as encoded words of RFC 2047 on as many lines
// as needed.
void smtp_add_header_words(struct buffer *out, struct text words);

#endif
