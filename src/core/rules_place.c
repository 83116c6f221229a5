// SPDX-License-Identifier: MIT
// A scanner that walks over JSON and knows where it is; it keeps nothing. It runs only when there
// is something to complain about.
#include "core/rules_place.h"

#include <string.h>

enum { DEPTH_MAX = 128 };

struct scan {
    struct text all;
    size_t at;
};

static void skip_space(struct scan *s)
{
    while (s->at < s->all.len && s->all.at[s->at] && strchr(" \t\r\n", s->all.at[s->at]))
        s->at++;
}

static char peek(const struct scan *s)
{
    return s->at < s->all.len ? s->all.at[s->at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool skip_char(struct scan *s, char c)
{
    if (peek(s) != c)
        return false;
    s->at++;
    return true;
}

static bool skip_escape(struct scan *s)
{
    char c = peek(s);
    if (!c || !strchr("\"\\/bfnrtu", c))
        return false;
    s->at++;
    for (int i = 0; c == 'u' && i < 4; i++, s->at++)
        if (!peek(s) || !strchr("0123456789abcdefABCDEF", peek(s)))
            return false;
    return true;
}

static bool skip_string(struct scan *s)
{
    if (!skip_char(s, '"'))
        return false;
    while (s->at < s->all.len) {
        unsigned char c = (unsigned char)s->all.at[s->at];
        if (c < 0x20)
            return false;
        s->at++;
        if (c == '"')
            return true;
        if (c == '\\' && !skip_escape(s))
            return false;
    }
    return false;
}

static bool skip_digits(struct scan *s)
{
    if (!is_digit(peek(s)))
        return false;
    while (is_digit(peek(s)))
        s->at++;
    return true;
}

static bool skip_number(struct scan *s)
{
    skip_char(s, '-');
    if (!skip_char(s, '0') && !skip_digits(s))
        return false;
    if (skip_char(s, '.') && !skip_digits(s))
        return false;
    if (skip_char(s, 'e') || skip_char(s, 'E')) {
        if (!skip_char(s, '+'))
            skip_char(s, '-');
        return skip_digits(s);
    }
    return true;
}

static bool skip_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    struct text rest = text_from(s->all, s->at);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (text_starts(rest, text_of(words[i]))) {
            s->at += strlen(words[i]);
            return true;
        }
    }
    return false;
}

// Stops at the byte that is wrong. White space before and behind the value is skipped, too.
static bool skip_value(struct scan *s, int depth)
{
    skip_space(s);
    char opens = peek(s);
    if (opens == '[' || opens == '{') {
        char closes = opens == '[' ? ']' : '}';
        if (depth == DEPTH_MAX)
            return false;
        s->at++;
        skip_space(s);
        bool is_first = true;
        for (; !skip_char(s, closes); is_first = false) {
            if (!is_first && !skip_char(s, ','))
                return false;
            skip_space(s);
            if (opens == '{') {
                if (!skip_string(s))
                    return false;
                skip_space(s);
                if (!skip_char(s, ':'))
                    return false;
            }
            if (!skip_value(s, depth + 1))
                return false;
        }
    } else if (opens == '"'                        ? !skip_string(s)
               : (is_digit(opens) || opens == '-') ? !skip_number(s)
                                                   : !skip_word(s)) {
        return false;
    }
    skip_space(s);
    return true;
}

static struct place place_at(const struct scan *s)
{
    struct place place = {1, 1};
    for (size_t i = 0; i < s->at && i < s->all.len; i++) {
        if (s->all.at[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)s->all.at[i] & 0xc0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

struct place place_of_mistake(struct text content)
{
    struct scan s = {content, 0};
    if (skip_value(&s, 0) && s.at == content.len)
        return (struct place){0};
    return place_at(&s);
}

// Of an object, from its '{' on; where it was when there is no such member.
static void go_to_member(struct scan *s, struct text name)
{
    struct scan probe = *s;
    if (!skip_char(&probe, '{'))
        return;
    skip_space(&probe);
    while (peek(&probe) == '"') {
        size_t start = probe.at + 1;
        if (!skip_string(&probe))
            return;
        struct text found = {probe.all.at + start, probe.at - start - 1};
        skip_space(&probe);
        if (!skip_char(&probe, ':'))
            return;
        skip_space(&probe);
        if (text_equal(found, name))
            s->at = probe.at; // of several with one name, the last is the one that counts
        if (!skip_value(&probe, 0) || !skip_char(&probe, ','))
            return;
        skip_space(&probe);
    }
}

struct place place_of_element(struct text content, size_t index, struct text name)
{
    struct scan s = {content, 0};
    skip_space(&s);
    if (!skip_char(&s, '['))
        return (struct place){0};
    for (size_t i = 0; i < index; i++)
        if (!skip_value(&s, 0) || !skip_char(&s, ','))
            return (struct place){0};
    skip_space(&s);
    if (name.len)
        go_to_member(&s, name);
    return place_at(&s);
}
