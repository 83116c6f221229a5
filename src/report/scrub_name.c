// SPDX-License-Identifier: MIT
#include <string.h>

#include "report/scrub.h"

// Words are told apart by any sign, by a change from letters to digits, and by capitals:
// userPassword2 is user, password, 2. A '_' in a secret name stands for any such border. By first
// letter.
static const char *const secret_names[26] = {
    ['a' - 'a'] = "access_key accesskey accesstoken api_key apikey auth authorization authtoken",
    ['b' - 'a'] = "bearer",
    ['c' - 'a'] =
        "card_number cardnumber client_key connect_sid cookie cookies credential credentials "
        "credit_card creditcard csrf csrfmiddlewaretoken csrftoken cvc cvv",
    ['d' - 'a'] = "db_pass",
    ['e' - 'a'] = "encryption_key",
    ['j' - 'a'] = "jsessionid jwt",
    ['m' - 'a'] = "master_key mysql_pwd",
    ['p' - 'a'] =
        "passphrase passwd password passwords pgpassword phpsessid private_key privatekey",
    ['r' - 'a'] = "refreshtoken",
    ['s' - 'a'] =
        "secret secretkey secrets sessid session sessionid signing_key smtp_pass ssh_key ssn",
    ['t' - 'a'] = "token",
    ['x' - 'a'] = "xsrf xsrftoken",
};

enum sort { SIGN, LOWER, UPPER, DIGIT };

static enum sort sort_of(char c)
{
    if (c >= 'a' && c <= 'z')
        return LOWER;
    if (c >= 'A' && c <= 'Z')
        return UPPER;
    return c >= '0' && c <= '9' ? DIGIT : SIGN;
}

static char lower(char c)
{
    return sort_of(c) == UPPER ? (char)(c - 'A' + 'a') : c;
}

// Whether a word ends before the character at at (which is not the first one of the name).
static bool is_border(struct text name, size_t at)
{
    enum sort before = sort_of(name.at[at - 1]), here, after = SIGN;
    if (at >= name.len)
        return true;
    here = sort_of(name.at[at]);
    if (at + 1 < name.len)
        after = sort_of(name.at[at + 1]);
    if (before == UPPER && here == UPPER)
        return after == LOWER; // the last capital of "APIKey" begins a word
    return before != here && !(before == UPPER && here == LOWER);
}

// Whether the secret name, which ends with a blank or the string, stands at a place of the name.
static bool matches_at(struct text name, size_t at, const char *secret)
{
    for (; *secret && *secret != ' '; secret++) {
        if (*secret == '_') {
            if (!is_border(name, at))
                return false;
            while (at < name.len && sort_of(name.at[at]) == SIGN)
                at++;
        } else if (at < name.len && lower(name.at[at]) == *secret) {
            at++;
        } else {
            return false;
        }
    }
    return is_border(name, at);
}

bool scrub_is_secret_name(struct text name)
{
    for (size_t at = 0; at + 3 <= name.len; at++) {
        if (sort_of(name.at[at]) != LOWER && sort_of(name.at[at]) != UPPER)
            continue;
        const char *secret = secret_names[lower(name.at[at]) - 'a'];
        if (!secret || (at > 0 && !is_border(name, at)))
            continue;
        for (; secret; secret = strchr(secret, ' '), secret = secret ? secret + 1 : NULL)
            if (matches_at(name, at, secret))
                return true;
    }
    return false;
}
