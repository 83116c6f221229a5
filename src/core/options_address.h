// SPDX-License-Identifier: MIT
// The addresses that follow from the options. Pure.
#ifndef FLAWLESS_CORE_OPTIONS_ADDRESS_H
#define FLAWLESS_CORE_OPTIONS_ADDRESS_H

#include "core/options.h"

// "http://host:port" without a final slash: hostname, which gets http:// (https:// with TLS) and
// the port when it is a bare host.
void options_base_url(const struct options *o, struct buffer *url);
// "http://KEY@host:port/PROJECT", for clients: the base URL with the project's key and id.
void options_dsn(const struct options *o, const char *key, struct buffer *dsn);
// "smtp://host:port" or "smtps://host:port" (ports when not written: 465 for smtps, else 25);
// nothing added when smtp_host is none.
void options_smtp_url(const struct options *o, struct buffer *url);
// smtp_from, or flawless@email_domain_name.
void options_sender(const struct options *o, struct buffer *address);

#endif
