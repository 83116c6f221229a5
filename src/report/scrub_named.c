// SPDX-License-Identifier: MIT
// Secrets in free text: a name that is secret, a sign between, a value. The notations met in
// practice are JSON and its escaped form inside JSON, representations of Python, Ruby and
// JavaScript values, headers, query strings and forms.
#include <string.h>

#include "report/scrub.h"
#include "report/scrub_find.h"

enum { NAME_LEN_MAX = 64 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

struct name {
    struct text text;
    bool is_quoted;
    bool begins_line;
};

// The name that ends before at, between blanks and quotes; empty when there is none.
static struct name name_before(struct text t, size_t from, size_t at)
{
    struct name name = {0};
    size_t end = at;
    while (end > from && is_blank(t.at[end - 1]) && at - end < 8)
        end--;
    if (end > from && is_quote(t.at[end - 1])) {
        name.is_quoted = true;
        end--;
        while (end > from && t.at[end - 1] == '\\')
            end--;
    }
    size_t start = end;
    while (start > from && end - start < NAME_LEN_MAX &&
           (is_word(t.at[start - 1]) || t.at[start - 1] == '-' || t.at[start - 1] == '.'))
        start--;
    name.text = text_until(text_from(t, start), end - start);
    name.begins_line = start == 0 || t.at[start - 1] == '\n';
    return name;
}

// One past the sign between name and value at at: ":", "=", "=>", ":="; 0 when it compares or
// scopes instead.
static size_t after_sign(struct text t, size_t at)
{
    char before = at > 0 ? t.at[at - 1] : '\0', after = at + 1 < t.len ? t.at[at + 1] : '\0';
    if (t.at[at] == ':') {
        if (before == ':' || after == ':' || text_starts(text_from(t, at), TEXT("://")))
            return 0;
        return after == '=' ? at + 2 : at + 1;
    }
    if (is_one_of(before, "=!<>:") || after == '=')
        return 0;
    return after == '>' ? at + 2 : at + 1;
}

// The position of the quote that closes what the quote at at, after backslashes, opened.
static size_t closing_quote(struct text t, size_t at, size_t backslash_n)
{
    size_t run = 0; // backslashes right before the position
    for (size_t i = at + 1; i < t.len; i++) {
        if (t.at[i] == t.at[at] && (backslash_n ? run <= backslash_n : run % 2 == 0))
            return i - (run < backslash_n ? run : backslash_n);
        run = t.at[i] == '\\' ? run + 1 : 0;
    }
    return t.len;
}

// One past the bracket that closes the one at at; brackets in strings are counted like any other.
static size_t closing_bracket(struct text t, size_t at)
{
    char open = t.at[at], close = open == '(' ? ')' : (char)(open + 2); // so in ASCII: [] {} <>
    size_t depth = 0;
    for (size_t i = at; i < t.len; i++) {
        if (t.at[i] == open)
            depth++;
        else if (t.at[i] == close && --depth == 0)
            return i + 1;
    }
    return t.len;
}

static size_t end_of_line(struct text t, size_t at, const char *also)
{
    while (at < t.len && !is_one_of(t.at[at], "\r\n") && !is_one_of(t.at[at], also))
        at++;
    return at;
}

// Optional letters of a Python string (b, u, r), backslashes and a quote; gives where the quote is.
static bool opens_quote(struct text t, size_t at, size_t *quote, size_t *backslash_n)
{
    size_t i = at;
    while (i < t.len && i - at < 2 && is_one_of(t.at[i], "bBuUrR"))
        i++;
    size_t first = i;
    while (i < t.len && t.at[i] == '\\')
        i++;
    *quote = i;
    *backslash_n = i - first;
    return i < t.len && is_quote(t.at[i]);
}

// Names whose values hold blanks and signs that end other values.
static bool is_header_like(struct text name)
{
    struct text word = text_from(name, name.len > 6 ? name.len - 6 : 0);
    struct text long_word = text_from(name, name.len > 13 ? name.len - 13 : 0);
    return text_equal_nocase(word, TEXT("cookie")) ||
           text_equal_nocase(long_word, TEXT("authorization"));
}

static struct span value_after(struct text t, size_t sign, struct name name)
{
    size_t at = sign, quote, backslash_n;
    while (at < t.len && is_blank(t.at[at]))
        at++;
    if (at >= t.len || text_starts(text_from(t, at), SCRUBBED))
        return (struct span){at, at};
    if (opens_quote(t, at, &quote, &backslash_n))
        return (struct span){quote + 1, closing_quote(t, quote, backslash_n)};
    if (name.begins_line && !name.is_quoted && t.at[sign - 1] == ':')
        return (struct span){at, end_of_line(t, at, "")};
    if (is_one_of(t.at[at], "{[(<"))
        return (struct span){at, closing_bracket(t, at)};
    if (is_header_like(name.text))
        return (struct span){at, end_of_line(t, at, "\"'")};
    size_t end = at;
    while (end < t.len && (unsigned char)t.at[end] > ' ' && !is_one_of(t.at[end], ",;&)]}\"'<>"))
        end++;
    return (struct span){at, end};
}

bool find_named(struct text t, size_t from, size_t at, struct span *span)
{
    size_t sign = after_sign(t, at);
    if (sign == 0)
        return false;
    struct name name = name_before(t, from, at);
    if (name.text.len < 3 || !scrub_is_secret_name(name.text))
        return false;
    *span = value_after(t, sign, name);
    struct text value = text_until(text_from(t, span->start), span->end - span->start);
    return span->end > span->start && !text_equal(value, SCRUBBED);
}
