// SPDX-License-Identifier: MIT
// A handshake borrows the certificate in force for as long as the client takes, on any of
// libmicrohttpd's threads, and nobody says when it is over. So those that were replaced stay until
// the end: some kilobytes at each renewal.
#include "io/tls.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "io/files.h"

enum { CHAIN_MAX = 16, FILE_MAX = 256 * 1024, DAY_S = 24 * 3600, SOON_DAYS = 14 };

struct identity {
    struct identity *older;
    struct buffer certificate, key; // the files' contents
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned chain_n;
    gnutls_privkey_t private_key;
    time_t begins_s, ends_s;
};

struct tls {
    struct buffer certificate_path, key_path;
    _Atomic(struct identity *) current;
};

const char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

static void free_identity(struct identity *identity)
{
    for (unsigned i = 0; i < identity->chain_n; i++)
        gnutls_pcert_deinit(&identity->chain[i]);
    if (identity->private_key)
        gnutls_privkey_deinit(identity->private_key);
    if (identity->key.len)
        explicit_bzero(identity->key.at, identity->key.len);
    buffer_release(&identity->key);
    buffer_release(&identity->certificate);
    free(identity);
}

static gnutls_datum_t datum_of(const struct buffer *content)
{
    struct text t = buffer_text(content);
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)t.at, (unsigned)t.len};
}

static bool read_chain(struct identity *identity, const char *path, struct error *error)
{
    gnutls_datum_t pem = datum_of(&identity->certificate);
    gnutls_x509_crt_t first;
    unsigned n = CHAIN_MAX;
    int code = gnutls_pcert_list_import_x509_raw(identity->chain, &n, &pem, GNUTLS_X509_FMT_PEM, 0);
    if (code < 0)
        return error_set(error, ERROR_CONFIG,
                         "tls_certificate: %.300s is no certificate chain in PEM form (%s); the "
                         "server's own certificate has to come first",
                         path, gnutls_strerror(code));
    identity->chain_n = n;
    if (gnutls_pcert_export_x509(&identity->chain[0], &first) < 0)
        fatal_out_of_memory();
    identity->begins_s = gnutls_x509_crt_get_activation_time(first);
    identity->ends_s = gnutls_x509_crt_get_expiration_time(first);
    gnutls_x509_crt_deinit(first);
    return true;
}

static bool read_key(struct identity *identity, const char *path, struct error *error)
{
    gnutls_datum_t pem = datum_of(&identity->key);
    gnutls_privkey_init(&identity->private_key);
    int code =
        gnutls_privkey_import_x509_raw(identity->private_key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (code < 0)
        return error_set(error, ERROR_CONFIG,
                         "tls_key: %.300s is no private key in PEM form (%s); it has to be without "
                         "a password",
                         path, gnutls_strerror(code));
    return true;
}

static bool fit_together(const struct identity *identity, const struct tls *tls,
                         struct error *error)
{
    gnutls_certificate_credentials_t trial;
    gnutls_datum_t certificate = datum_of(&identity->certificate), key = datum_of(&identity->key);
    if (gnutls_certificate_allocate_credentials(&trial) < 0)
        fatal_out_of_memory();
    int code = gnutls_certificate_set_x509_key_mem2(trial, &certificate, &key, GNUTLS_X509_FMT_PEM,
                                                    NULL, 0);
    gnutls_certificate_free_credentials(trial);
    return code >= 0 ||
           error_set(error, ERROR_CONFIG,
                     "tls_key: %.300s does not belong to the first certificate of "
                     "%.300s (%s); name the key it was made with",
                     tls->key_path.at, tls->certificate_path.at, gnutls_strerror(code));
}

static bool read_identity(const struct tls *tls, struct identity **read, struct error *error)
{
    struct identity *identity = must_alloc(sizeof *identity);
    const char *certificate = tls->certificate_path.at, *key = tls->key_path.at;
    *read = identity;
    if (!files_read(certificate, FILE_MAX, &identity->certificate, error))
        error_prefix(error, "tls_certificate");
    else if (!files_read(key, FILE_MAX, &identity->key, error))
        error_prefix(error, "tls_key");
    else if (read_chain(identity, certificate, error) && read_key(identity, key, error) &&
             fit_together(identity, tls, error))
        return true;
    free_identity(identity);
    return false;
}

bool tls_open(const char *certificate_path, const char *key_path, struct tls **opened,
              struct error *error)
{
    struct tls *tls = must_alloc(sizeof *tls);
    struct identity *identity;
    buffer_add_string(&tls->certificate_path, certificate_path);
    buffer_add_string(&tls->key_path, key_path);
    if (!read_identity(tls, &identity, error)) {
        tls_free(tls);
        return false;
    }
    atomic_store(&tls->current, identity);
    *opened = tls;
    return true;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    for (struct identity *i = atomic_load(&tls->current), *older; i; i = older) {
        older = i->older;
        free_identity(i);
    }
    buffer_release(&tls->certificate_path);
    buffer_release(&tls->key_path);
    free(tls);
}

static bool is_same(const struct buffer *a, const struct buffer *b)
{
    return text_equal(buffer_text(a), buffer_text(b));
}

bool tls_read_again(struct tls *tls, struct error *error)
{
    struct identity *identity, *old = atomic_load(&tls->current);
    if (!read_identity(tls, &identity, error))
        return false;
    if (is_same(&identity->certificate, &old->certificate) && is_same(&identity->key, &old->key)) {
        free_identity(identity);
        return true;
    }
    identity->older = old;
    atomic_store(&tls->current, identity);
    return true;
}

bool tls_is_valid_at(const struct tls *tls, int64_t now_ms, struct buffer *warning)
{
    const struct identity *identity = atomic_load(&tls->current);
    int64_t now_s = now_ms / 1000;
    bool is_early = now_s < identity->begins_s;
    if (!is_early && now_s + SOON_DAYS * DAY_S < identity->ends_s)
        return true;
    char date[32];
    struct tm parts;
    gmtime_r(is_early ? &identity->begins_s : &identity->ends_s, &parts);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", &parts);
    buffer_printf(warning, "the certificate %s %s; %s tls_certificate",
                  is_early                    ? "is valid only from"
                  : now_s >= identity->ends_s ? "has expired at"
                                              : "expires at",
                  date, is_early ? "look at the clock, or renew" : "renew");
    return false;
}

// ---- for libmicrohttpd ----

static _Atomic(struct tls *) served;

void tls_serve(struct tls *tls)
{
    atomic_store(&served, tls);
}

static int retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_n,
                    const gnutls_pk_algorithm_t *algorithms, int algorithm_n,
                    gnutls_pcert_st **chain, unsigned *chain_n, gnutls_privkey_t *key)
{
    struct identity *identity = atomic_load(&atomic_load(&served)->current);
    (void)session, (void)authorities, (void)authority_n, (void)algorithms, (void)algorithm_n;
    *chain = identity->chain;
    *chain_n = identity->chain_n;
    *key = identity->private_key;
    return 0;
}

void *tls_callback(void)
{
    gnutls_certificate_retrieve_function2 *callback = retrieve;
    return (void *)callback;
}
