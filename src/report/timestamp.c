// SPDX-License-Identifier: MIT
#include <math.h>

#include "report/values.h"

static const int64_t YEAR_5000 = 95617584000; // in seconds since 1970: later than anything sane

// A cursor over the text of a date and time.
struct clue {
    struct text rest;
    bool ok;
};

static int64_t digits(struct clue *c, size_t count)
{
    int64_t number = 0;
    if (c->rest.len < count)
        c->ok = false;
    for (size_t i = 0; c->ok && i < count; i++) {
        char digit = c->rest.at[i];
        c->ok = digit >= '0' && digit <= '9';
        number = number * 10 + (digit - '0');
    }
    c->rest = text_from(c->rest, count);
    return c->ok ? number : 0;
}

static bool taken(struct clue *c, const char *any)
{
    if (!c->rest.len || text_find(text_of(any), c->rest.at[0]) == text_of(any).len)
        return false;
    c->rest = text_from(c->rest, 1);
    return true;
}

static void expect(struct clue *c, const char *any)
{
    if (!taken(c, any))
        c->ok = false;
}

// Days since 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant's days_from_civil).
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400, year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static int64_t fraction_ms(struct clue *c)
{
    int64_t ms = 0, weight = 100;
    if (!taken(c, ".,"))
        return 0;
    while (c->rest.len && c->rest.at[0] >= '0' && c->rest.at[0] <= '9') {
        ms += (c->rest.at[0] - '0') * weight;
        weight /= 10;
        c->rest = text_from(c->rest, 1);
    }
    return ms;
}

static int64_t zone_minutes(struct clue *c)
{
    if (!c->rest.len || taken(c, "Zz"))
        return 0;
    int64_t sign = c->rest.at[0] == '-' ? -1 : 1;
    expect(c, "+-");
    int64_t hours = digits(c, 2);
    taken(c, ":");
    return sign * (hours * 60 + (c->rest.len ? digits(c, 2) : 0));
}

// RFC 3339 as SDKs write it: "T" or a blank between, any number of fractional digits, without a
// zone UTC.
static int64_t read_date(struct text t)
{
    struct clue c = {t, true};
    int64_t year = digits(&c, 4);
    expect(&c, "-");
    int64_t month = digits(&c, 2);
    expect(&c, "-");
    int64_t day = digits(&c, 2);
    expect(&c, "Tt ");
    int64_t hour = digits(&c, 2);
    expect(&c, ":");
    int64_t minute = digits(&c, 2), second = 0;
    if (taken(&c, ":"))
        second = digits(&c, 2);
    int64_t ms = fraction_ms(&c), zone = zone_minutes(&c);
    if (!c.ok || c.rest.len || month < 1 || month > 12 || day < 1 || day > 31)
        return 0;
    ms += (((days_of(year, month, day) * 24 + hour) * 60 + minute - zone) * 60 + second) * 1000;
    return ms > 0 && ms < YEAR_5000 * 1000 ? ms : 0;
}

static int64_t from_seconds(double seconds)
{
    return seconds > 0 && seconds < (double)YEAR_5000 ? llround(seconds * 1000) : 0;
}

int64_t timestamp_ms(struct json value)
{
    int64_t whole;
    switch (json_type(value)) {
    case JSON_INT:
    case JSON_DOUBLE: return from_seconds(json_double(value, 0));
    case JSON_STRING:
        if (text_to_int64(json_text(value), &whole))
            return from_seconds((double)whole);
        return read_date(text_trim(json_text(value)));
    default: return 0;
    }
}
