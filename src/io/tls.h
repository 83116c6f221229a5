// SPDX-License-Identifier: MIT
// The certificate that HTTPS shows, which can be exchanged while connections go on.
#ifndef FLAWLESS_IO_TLS_H
#define FLAWLESS_IO_TLS_H

#include "base/buffer.h"
#include "base/error.h"

struct tls;

// Reads a certificate chain and its private key, both PEM files. ERROR_CONFIG names the option, the
// file, what is wrong and what to do. Free the result after everything that uses it.
bool tls_open(const char *certificate_path, const char *key_path, struct tls **tls,
              struct error *error);
void tls_free(struct tls *tls);

// Reads both files again; handshakes from now on use what they hold. On an error the old ones stay.
// One thread at a time, beside any handshakes.
bool tls_read_again(struct tls *tls, struct error *error);

// False when clients refuse the certificate at this time (milliseconds since 1970), or soon will;
// *warning gets why, with the date.
bool tls_is_valid_at(const struct tls *tls, int64_t now_ms, struct buffer *warning);

// For libmicrohttpd: its MHD_OPTION_HTTPS_CERT_CALLBACK has no place for a pointer of ours, so one
// tls at a time serves it; and the versions and ciphers offered.
void tls_serve(struct tls *tls);
void *tls_callback(void);
extern const char tls_priorities[];

#endif
