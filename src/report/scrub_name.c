// SPDX-License-Identifier: MIT
#include "report/scrub.h"

// Words are told apart by any sign, by a change from letters to digits, and by capitals:
// userPassword2 is user, password, 2. A '_' in a secret name stands for any such border. By first
// letter.
#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
static const char *const *const secret_names[26] = {
    ['a' - 'a'] = NAMES("access_key", "accesskey", "accesstoken", "api_key", "apikey", "auth",
                        "authorization", "authtoken"),
    ['b' - 'a'] = NAMES("bearer"),
    ['c' - 'a'] = NAMES("card_number", "cardnumber", "client_key", "connect_sid", "cookie",
                        "cookies", "credential", "credentials", "credit_card", "creditcard", "csrf",
                        "csrfmiddlewaretoken", "csrftoken", "cvc", "cvv"),
    ['d' - 'a'] = NAMES("db_pass"),
    ['e' - 'a'] = NAMES("encryption_key"),
    ['j' - 'a'] = NAMES("jsessionid", "jwt"),
    ['m' - 'a'] = NAMES("master_key", "mysql_pwd"),
    ['p' - 'a'] = NAMES("passphrase", "passwd", "password", "passwords", "pgpassword", "phpsessid",
                        "private_key", "privatekey"),
    ['r' - 'a'] = NAMES("refreshtoken"),
    ['s' - 'a'] = NAMES("secret", "secretkey", "secrets", "sessid", "session", "sessionid",
                        "signing_key", "smtp_pass", "ssh_key", "ssn"),
    ['t' - 'a'] = NAMES("token"),
    ['x' - 'a'] = NAMES("xsrf", "xsrftoken"),
};

enum sort { SIGN, LOWER, UPPER, DIGIT };

static const unsigned char sorts[256] = {
    ['a' ... 'z'] = LOWER,
    ['A' ... 'Z'] = UPPER,
    ['0' ... '9'] = DIGIT,
};

static enum sort sort_of(char c)
{
    return (enum sort)sorts[(unsigned char)c];
}

static char lower(char c)
{
    return sort_of(c) == UPPER ? (char)(c - 'A' + 'a') : c;
}

// Whether a word ends before the character at at (which is not the first one of the name).
static bool is_border(struct text name, size_t at)
{
    if (at >= name.len)
        return true;
    enum sort before = sort_of(name.at[at - 1]), here = sort_of(name.at[at]);
    if (before == here) // the last capital of "APIKey" begins a word
        return here == UPPER && at + 1 < name.len && sort_of(name.at[at + 1]) == LOWER;
    return !(before == UPPER && here == LOWER);
}

// Whether the secret name stands at a place of the name, up to the end of a word.
static bool matches_at(struct text name, size_t at, const char *secret)
{
    for (; *secret; secret++) {
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

// For each first letter of a secret name the second ones, so that most places of a name are passed
// over by one look. The lower five bits of a letter are the same for its capital.
#define BIT(letter) (1u << ((letter)&31))
static const uint32_t second_letters[32] = {
    ['a' & 31] = BIT('c') | BIT('p') | BIT('u'),
    ['b' & 31] = BIT('e'),
    ['c' & 31] = BIT('a') | BIT('l') | BIT('o') | BIT('r') | BIT('s') | BIT('v'),
    ['d' & 31] = BIT('b'),
    ['e' & 31] = BIT('n'),
    ['j' & 31] = BIT('s') | BIT('w'),
    ['m' & 31] = BIT('a') | BIT('y'),
    ['p' & 31] = BIT('a') | BIT('g') | BIT('h') | BIT('r'),
    ['r' & 31] = BIT('e'),
    ['s' & 31] = BIT('e') | BIT('i') | BIT('m') | BIT('s'),
    ['t' & 31] = BIT('o'),
    ['x' & 31] = BIT('s'),
};

bool scrub_is_secret_name(struct text name)
{
    for (size_t at = 0; at + 3 <= name.len; at++) {
        if (!(second_letters[name.at[at] & 31] >> (name.at[at + 1] & 31) & 1))
            continue;
        char first = lower(name.at[at]);
        if (sort_of(first) != LOWER || (at > 0 && !is_border(name, at)))
            continue;
        char second = lower(name.at[at + 1]);
        for (const char *const *secret = secret_names[first - 'a']; *secret; secret++)
            if ((*secret)[1] == second && matches_at(name, at, *secret))
                return true;
    }
    return false;
}
