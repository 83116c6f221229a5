// SPDX-License-Identifier: MIT
#include <string.h>

#include "report/scrub_find.h"

// Tokens whose makers gave them a prefix so that leaks can be found. len_min counts the prefix.
static const struct token {
    struct text prefix;
    size_t len_min;
} tokens[] = {
#define TOKEN(literal, len)                                                                        \
    {                                                                                              \
        {literal, sizeof literal - 1}, len                                                         \
    }
    TOKEN("AIza", 39),                          // Google
    TOKEN("AKIA", 20),                          // Amazon
    TOKEN("ASIA", 20),        TOKEN("SG.", 60), // SendGrid
    TOKEN("dop_v1_", 71),                       // DigitalOcean
    TOKEN("eyJ", 40),                           // JSON web token
    TOKEN("github_pat_", 40),                   // GitHub
    TOKEN("ghp_", 40),        TOKEN("gho_", 40),     TOKEN("ghu_", 40),     TOKEN("ghs_", 40),
    TOKEN("ghr_", 40),        TOKEN("glpat-", 26),                          // GitLab
    TOKEN("hf_", 37),                                                       // Hugging Face
    TOKEN("npm_", 40),        TOKEN("pypi-", 60),    TOKEN("rk_live_", 24), // Stripe
    TOKEN("rk_test_", 24),    TOKEN("shpat_", 38),                          // Shopify
    TOKEN("sk_live_", 24),    TOKEN("sk_test_", 24), TOKEN("sk-ant-", 40),  TOKEN("sk-proj-", 40),
    TOKEN("sntrys_", 60),     TOKEN("sntryu_", 60), // Sentry
    TOKEN("xoxa-", 20),       TOKEN("xoxb-", 20),   // Slack
    TOKEN("xoxe-", 20),       TOKEN("xoxp-", 20),    TOKEN("xoxr-", 20),    TOKEN("xoxs-", 20),
#undef TOKEN
};

enum { JWT_HEAD_MAX = 512 };

static bool is_token_sign(char c)
{
    return is_word(c) || c == '-' || c == '.' || c == '+' || c == '/' || c == '=';
}

static const struct token *token_at(struct text t)
{
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        if (t.at[0] == tokens[i].prefix.at[0] && text_starts(t, tokens[i].prefix))
            return &tokens[i];
    return NULL;
}

bool find_token(struct text t, size_t at, struct span *span)
{
    const struct token *token = token_at(text_from(t, at));
    if (!token)
        return false;
    size_t end = at + token->prefix.len;
    while (end < t.len && is_token_sign(t.at[end])) {
        if (t.at[at] == 'e' && end - at == JWT_HEAD_MAX && !memchr(t.at + at, '.', JWT_HEAD_MAX))
            return false; // here, so that many of them in one text stay cheap
        end++;
    }
    // a JSON web token is three parts with dots between, the first of them short
    size_t head = end - at < JWT_HEAD_MAX ? end - at : JWT_HEAD_MAX;
    if (end - at < token->len_min || (t.at[at] == 'e' && !memchr(t.at + at, '.', head)))
        return false;
    *span = (struct span){at, end};
    return true;
}

static size_t digits_at(struct text t, size_t at)
{
    size_t end = at;
    while (end < t.len && t.at[end] >= '0' && t.at[end] <= '9')
        end++;
    return end - at;
}

// Sizes that the issuers of cards with these first digits use.
static bool is_card_size(const char *digit, size_t n)
{
    switch (digit[0]) {
    case '2': return n == 16 && digit[1] >= '2' && digit[1] <= '7';
    case '3': return digit[1] == '4' || digit[1] == '7' ? n == 15 : n == 14 || n == 16;
    case '4': return n == 13 || n == 16 || n == 19;
    case '5': return n == 16 && digit[1] >= '1' && digit[1] <= '5';
    case '6': return n >= 16 && n <= 19;
    default: return false;
    }
}

// The check digit of card numbers (ISO/IEC 7812-1).
static bool passes_luhn(const char *digit, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned value = (unsigned)(digit[n - 1 - i] - '0') * (i % 2 + 1);
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

// Copies the digits of "dddd dddd dddd dddd" or "dddd-dddddd-ddddd" too; gives where the number
// ends, 0 if none.
static size_t card_digits(struct text t, size_t at, char *digits, size_t *n)
{
    size_t group = digits_at(t, at), end = at;
    *n = 0;
    char separator = group == 4 && at + 4 < t.len ? t.at[at + 4] : '\0';
    for (;;) {
        if (group == 0 || *n + group > 19)
            return 0;
        memcpy(digits + *n, t.at + end, group);
        *n += group;
        end += group;
        bool goes_on = (separator == ' ' || separator == '-') && end < t.len &&
                       t.at[end] == separator && *n < 16 && digits_at(t, end + 1) > 0;
        if (!goes_on)
            return end;
        group = digits_at(t, ++end);
    }
}

bool find_card(struct text t, size_t at, struct span *span)
{
    char digits[20];
    size_t n = 0;
    if (at > 0 && t.at[at - 1] == '.')
        return false; // the fraction of a number
    size_t end = card_digits(t, at, digits, &n);
    if (end == 0 || n < 13 || (end < t.len && is_word(t.at[end])))
        return false;
    if (!is_card_size(digits, n) || !passes_luhn(digits, n))
        return false;
    *span = (struct span){at, end};
    return true;
}

bool find_private_key(struct text t, size_t at, struct span *span)
{
    struct text here = text_from(t, at);
    if (!text_starts(here, TEXT("-----BEGIN ")))
        return false;
    struct text label = text_until(text_from(here, 11), 40);
    const char *found = memmem(label.at, label.len, "PRIVATE KEY-----", 16);
    if (!found)
        return false;
    const char *end = memmem(here.at, here.len, "-----END ", 9);
    const char *closing = end ? memmem(end, (size_t)(t.at + t.len - end), "KEY-----", 8) : NULL;
    *span = (struct span){at, closing ? (size_t)(closing - t.at) + 8 : t.len};
    return true;
}

bool find_url_password(struct text t, size_t at, struct span *span)
{
    if (!text_starts(text_from(t, at), TEXT("://")))
        return false;
    size_t colon = 0, sign = 0, end = at + 3;
    for (; end < t.len && (unsigned char)t.at[end] > ' ' && !strchr("/?#\"'<>\\", t.at[end]);
         end++) {
        if (t.at[end] == ':' && !colon)
            colon = end;
        if (t.at[end] == '@')
            sign = end;
    }
    if (!colon || sign <= colon + 1)
        return false;
    *span = (struct span){colon + 1, sign};
    return true;
}
