// SPDX-License-Identifier: MIT
#include "io/password.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>

#include "base/error.h"

_Static_assert(PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "libsodium writes up to STRBYTES");

enum { PASSES = 2, MEMORY = 19 * 1024 * 1024 }; // OWASP's smallest advice for argon2id

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

void password_hash(struct text password, char hash[PASSWORD_HASH_MAX])
{
    check(sodium_init() >= 0);
    pthread_mutex_lock(&one_at_a_time);
    if (crypto_pwhash_str(hash, password.len ? password.at : "", password.len, PASSES, MEMORY) != 0)
        fatal_out_of_memory();
    pthread_mutex_unlock(&one_at_a_time);
}

static void spend_the_same_time(struct text password)
{
    static const unsigned char salt[crypto_pwhash_SALTBYTES];
    unsigned char key[32];
    if (crypto_pwhash(key, sizeof key, password.len ? password.at : "", password.len, salt, PASSES,
                      MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0)
        fatal_out_of_memory();
}

bool password_fits(struct text password, struct text hash)
{
    char string[PASSWORD_HASH_MAX];
    bool fits = false;
    check(sodium_init() >= 0);
    pthread_mutex_lock(&one_at_a_time);
    if (hash.len && hash.len < sizeof string) {
        snprintf(string, sizeof string, "%.*s", TEXT_ARG(hash));
        fits = crypto_pwhash_str_verify(string, password.len ? password.at : "", password.len) == 0;
    } else {
        spend_the_same_time(password);
    }
    pthread_mutex_unlock(&one_at_a_time);
    return fits;
}
