// SPDX-License-Identifier: MIT
#include "core/options_value.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "core/path_mapping.h"
#include "core/week.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { ITEM_MAX = 1000, ADDRESS_MAX = 254, DAY_MS = 24 * 3600 * 1000 };

#define FIELD(o, row, type) ((type *)(void *)((char *)(o) + (row)->offset))

// ---- what a text may look like ----

static bool has_only(struct text t, const char *allowed)
{
    for (size_t i = 0; i < t.len; i++) {
        char c = t.at[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_plain && (c == '\0' || !strchr(allowed, c)))
            return false;
    }
    return t.len > 0;
}

bool address_is_valid(struct text written)
{
    char string[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    if (written.len == 0 || written.len >= sizeof string)
        return false;
    memcpy(string, written.at, written.len);
    string[written.len] = '\0';
    return inet_pton(AF_INET, string, bytes) == 1 || inet_pton(AF_INET6, string, bytes) == 1;
}

static bool network_is_valid(struct text written)
{
    size_t slash = text_find(written, '/');
    struct text address = text_until(written, slash);
    int64_t bits = 0;
    if (text_equal(written, TEXT("loopback")) || text_equal(written, TEXT("private")))
        return true;
    if (!address_is_valid(address))
        return false;
    if (slash == written.len)
        return true;
    return text_to_int64(text_from(written, slash + 1), &bits) && bits >= 0 &&
           bits <= (text_find(address, ':') < address.len ? 128 : 32);
}

static bool host_is_valid(struct text host)
{
    if (text_find(host, ':') < host.len)
        return address_is_valid(host);
    return has_only(host, ".-_") && host.len <= 253;
}

bool host_port_split(struct text written, struct text *host, int64_t *port)
{
    size_t first = text_find(written, ':');
    struct text rest = {NULL, 0};
    *host = written;
    *port = 0;
    if (text_starts(written, TEXT("["))) {
        size_t end = text_find(written, ']');
        *host = text_from(text_until(written, end), 1);
        rest = text_from(written, end + 1);
        if (end == written.len || text_find(*host, ':') == host->len)
            return false;
    } else if (first == text_find_last(written, ':')) {
        *host = text_until(written, first);
        rest = text_from(written, first);
    }
    if (rest.len > 0 && (rest.at[0] != ':' || !text_to_int64(text_from(rest, 1), port) ||
                         *port < 1 || *port > 65535))
        return false;
    return host_is_valid(*host);
}

static bool domain_is_valid(struct text written)
{
    for (size_t i = 0; i < written.len; i++)
        if (!((unsigned char)written.at[i] & 0x80) &&
            !has_only((struct text){written.at + i, 1}, ".-"))
            return false;
    return written.len > 0 && written.len <= 253 && written.at[0] != '.' &&
           written.at[written.len - 1] != '.';
}

static bool email_is_valid(struct text written)
{
    size_t at = text_find(written, '@');
    struct text local = text_until(written, at);
    for (size_t i = 0; i < local.len; i++)
        if (strchr(" <>()[],;:\\\"", local.at[i]))
            return false;
    return local.len > 0 && written.len <= ADDRESS_MAX &&
           domain_is_valid(text_from(written, at + 1));
}

static bool url_is_valid(struct text written)
{
    struct text host;
    int64_t port;
    bool has_scheme =
        text_starts(written, TEXT("http://")) || text_starts(written, TEXT("https://"));
    if (has_scheme)
        written = text_from(written, text_find(written, '/') + 2);
    size_t slash = text_find(written, '/');
    struct text path = text_from(written, slash);
    return host_port_split(text_until(written, slash), &host, &port) &&
           (path.len == 0 || has_only(path, "/.-_~%+"));
}

static bool smtp_host_is_valid(struct text written)
{
    struct text host;
    int64_t port;
    if (text_starts(written, TEXT("smtp://")) || text_starts(written, TEXT("smtps://")))
        written = text_from(written, text_find(written, '/') + 2);
    return host_port_split(written, &host, &port);
}

static bool regex_is_valid(struct text written, struct buffer *wanted)
{
    int code = 0;
    size_t at = 0;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)(written.at ? written.at : ""), written.len,
                                         PCRE2_UTF, &code, &at, NULL);
    if (compiled) {
        pcre2_code_free(compiled);
        return true;
    }
    unsigned char reason[160];
    pcre2_get_error_message(code, reason, sizeof reason);
    buffer_printf(wanted, "a regular expression (%s at character %zu)", (const char *)reason, at);
    return false;
}

// ---- from text to field ----

// Copies to the options' arena, with a NUL behind; never a NULL pointer.
static struct text keep(struct options *o, struct text t)
{
    return t.len ? arena_copy(&o->arena, t) : (struct text){"", 0};
}

static bool take_text(struct options *o, const struct option_row *row, struct text written,
                      bool is_valid)
{
    if (is_valid)
        *FIELD(o, row, struct text) = keep(o, written);
    return is_valid;
}

static bool take_number(struct options *o, const struct option_row *row, struct text written)
{
    int64_t number;
    if (!text_to_int64(written, &number) || number < row->min || number > row->max)
        return false;
    *FIELD(o, row, int64_t) = number;
    return true;
}

static bool take_bool(struct options *o, const struct option_row *row, struct text written)
{
    static const char *const words[] = {"false", "no", "off", "0", "true", "yes", "on", "1"};
    for (size_t i = 0; i < 8; i++) {
        if (!text_equal_nocase(written, text_of(words[i])))
            continue;
        *FIELD(o, row, bool) = i >= 4;
        return true;
    }
    return false;
}

static bool take_choice(struct options *o, const struct option_row *row, struct text written)
{
    for (int64_t i = 0; row->choices[i]; i++) {
        if (!text_equal_nocase(written, text_of(row->choices[i])))
            continue;
        *FIELD(o, row, int64_t) = i;
        return true;
    }
    return false;
}

// Days since 1970 of a day in the Gregorian calendar.
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year; // years begin in March, so that leap days come last
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static bool take_date(struct options *o, const struct option_row *row, struct text written)
{
    int64_t year, month, day;
    char spelled[11];
    if (written.len != 10 || !text_to_int64(text_until(written, 4), &year) ||
        !text_to_int64(text_until(text_from(written, 5), 2), &month) ||
        !text_to_int64(text_from(written, 8), &day) || year < 1970 || month < 1 || month > 12 ||
        day < 1)
        return false;
    int64_t moment_ms = days_of(year, month, day) * DAY_MS;
    date_write(moment_ms, spelled); // 2026-02-30 comes back as another day
    if (!text_equal(text_of(spelled), written))
        return false;
    *FIELD(o, row, int64_t) = moment_ms;
    return true;
}

static bool take_key(struct options *o, const struct option_row *row, struct text written)
{
    char key[33] = "";
    if (written.len != 0 && (written.len != 32 || !hex_is(written)))
        return false;
    for (size_t i = 0; i < written.len; i++)
        key[i] = written.at[i] >= 'A' && written.at[i] <= 'F' ? (char)(written.at[i] | 0x20)
                                                              : written.at[i];
    return take_text(o, row, text_of(key), true);
}

// The next item of a list; "\," in it is a comma.
static bool cut_item(struct text *rest, struct buffer *item)
{
    buffer_clear(item);
    if (rest->len == 0)
        return false;
    size_t i = 0;
    for (; i < rest->len && rest->at[i] != ','; i++) {
        if (rest->at[i] == '\\' && i + 1 < rest->len && rest->at[i + 1] == ',')
            i++;
        buffer_add_char(item, rest->at[i]);
    }
    *rest = text_from(*rest, i + 1);
    return true;
}

// At least as many as there are, but no more than are taken.
static size_t count_items(struct text written)
{
    size_t count = 1;
    for (size_t i = 0; i < written.len && count < ITEM_MAX; i++)
        count += written.at[i] == ',';
    return count;
}

static bool take_list(struct options *o, const struct option_row *row, struct text written,
                      struct buffer *wanted)
{
    size_t room = count_items(written);
    struct option_list list = {.items = arena_array(&o->arena, struct text, room)};
    struct buffer item = {0};
    bool fits = true;
    while (fits && cut_item(&written, &item)) {
        struct text t = text_trim(buffer_text(&item));
        if (t.len == 0)
            continue;
        if (row->type == OPTION_CSV_REGEX)
            fits = regex_is_valid(t, wanted);
        else if (row->type == OPTION_CSV_NETWORK)
            fits = network_is_valid(t);
        else if (row->type == OPTION_CSV_MAPPING)
            fits = path_mapping_read(t, &(struct path_mapping){0});
        if (fits && list.item_n == room) {
            buffer_printf(wanted, "at most %d items", ITEM_MAX);
            fits = false;
        }
        if (fits)
            list.items[list.item_n++] = keep(o, t);
    }
    buffer_release(&item);
    if (fits)
        *FIELD(o, row, struct option_list) = list;
    return fits;
}

static void say_wanted(const struct option_row *row, struct buffer *wanted)
{
    static const char *const words[] = {
        [OPTION_BOOL] = "true or false",
        [OPTION_DOMAIN] = "a domain such as example.com",
        [OPTION_EMAIL] = "one email address such as dev@example.com",
        [OPTION_STR] = "a value",
        [OPTION_PATH] = "a path",
        [OPTION_URL] = "http://host:port, https://host:port or a host",
        [OPTION_ADDRESS] = "an IPv4 or IPv6 address",
        [OPTION_SMTP_HOST] = "host:port or smtps://host:port",
        [OPTION_KEY] = "32 hexadecimal digits",
        [OPTION_DATE] = "a day such as 2026-01-31, not before 1970-01-01",
        [OPTION_CSV_NETWORK] = "networks such as 10.0.0.0/8, fd00::/8, loopback or private, "
                               "with commas between them",
        [OPTION_CSV_MAPPING] = "rules such as /srv/app/ => services/shop/, with commas between "
                               "them and no \"..\" or \"/\" at the beginning of what follows =>",
    };
    if (wanted->len > 0)
        return; // something more precise is there already
    if (row->type == OPTION_INT || row->type == OPTION_SECONDS)
        buffer_printf(wanted, "a whole number%s from %lld to %lld",
                      row->type == OPTION_SECONDS ? " of seconds" : "", (long long)row->min,
                      (long long)row->max);
    else if (row->type == OPTION_CHOICE)
        for (size_t i = 0; row->choices[i]; i++)
            buffer_printf(wanted, "%s%s", i ? " or " : "", row->choices[i]);
    else
        buffer_add_string(wanted, words[row->type]);
}

static bool take(struct options *o, const struct option_row *row, struct text written,
                 struct buffer *wanted)
{
    switch (row->type) {
    case OPTION_INT:
    case OPTION_SECONDS: return take_number(o, row, written);
    case OPTION_BOOL: return take_bool(o, row, written);
    case OPTION_CHOICE: return take_choice(o, row, written);
    case OPTION_DATE: return take_date(o, row, written);
    case OPTION_KEY: return take_key(o, row, written);
    case OPTION_CSV:
    case OPTION_CSV_REGEX:
    case OPTION_CSV_NETWORK:
    case OPTION_CSV_MAPPING: return take_list(o, row, written, wanted);
    default: break;
    }
    if (written.len == 0) // none, where that means something
        return take_text(o, row, written, row->unset != NULL);
    switch (row->type) {
    case OPTION_DOMAIN: return take_text(o, row, written, domain_is_valid(written));
    case OPTION_EMAIL: return take_text(o, row, written, email_is_valid(written));
    case OPTION_URL: return take_text(o, row, written, url_is_valid(written));
    case OPTION_ADDRESS: return take_text(o, row, written, address_is_valid(written));
    case OPTION_SMTP_HOST: return take_text(o, row, written, smtp_host_is_valid(written));
    case OPTION_REGEX: return take_text(o, row, written, regex_is_valid(written, wanted));
    default: return take_text(o, row, written, true);
    }
}

bool option_take(struct options *o, const struct option_row *row, struct text written,
                 struct buffer *wanted)
{
    bool is_list = row->type >= OPTION_CSV;
    bool may_be_none = (row->unset || is_list) && !(row->flags & OPTION_SECRET);
    if (may_be_none && text_equal_nocase(written, TEXT("none")))
        written = text_of(""); // as `flawless options` spells it
    if (take(o, row, written, wanted))
        return true;
    say_wanted(row, wanted);
    return false;
}

void option_copy(struct options *o, const struct options *from, const struct option_row *row)
{
    size_t size = sizeof(struct text);
    switch (row->type) {
    case OPTION_INT:
    case OPTION_SECONDS:
    case OPTION_CHOICE:
    case OPTION_DATE: size = sizeof(int64_t); break;
    case OPTION_BOOL: size = sizeof(bool); break;
    case OPTION_CSV:
    case OPTION_CSV_REGEX:
    case OPTION_CSV_NETWORK:
    case OPTION_CSV_MAPPING: size = sizeof(struct option_list); break;
    default: break;
    }
    memcpy(FIELD(o, row, char), FIELD(from, row, const char), size);
}

// ---- from field to text ----

// "scheme://user:***@host" for "scheme://user:password@host"; "https://***@host" for
// "https://token@host", where only ssh has users that are no secret.
static void show_without_password(struct text value, struct buffer *out)
{
    for (size_t i = 0; i + 3 <= value.len; i++) {
        if (memcmp(value.at + i, "://", 3) != 0)
            continue;
        struct text authority = text_from(value, i + 3);
        authority = text_until(authority, text_find(authority, '/'));
        size_t at = text_find_last(authority, '@');
        size_t colon = text_find(text_until(authority, at), ':');
        bool is_http = i >= 4 && text_starts(value, TEXT("http"));
        if (at == authority.len || (colon >= at && !is_http))
            break;
        buffer_add(out, text_until(value, i + 3 + (colon + 1 < at ? colon + 1 : 0)));
        buffer_add_string(out, "***");
        buffer_add(out, text_from(value, i + 3 + at));
        return;
    }
    buffer_add(out, value);
}

static void show_list(const struct option_list *list, struct buffer *out)
{
    for (size_t i = 0; i < list->item_n; i++) {
        if (i > 0)
            buffer_add_string(out, ", ");
        for (size_t j = 0; j < list->items[i].len; j++) {
            if (list->items[i].at[j] == ',')
                buffer_add_char(out, '\\');
            buffer_add_char(out, list->items[i].at[j]);
        }
    }
}

void option_show(const struct options *o, const struct option_row *row, struct buffer *out)
{
    char date[11];
    switch (row->type) {
    case OPTION_INT:
    case OPTION_SECONDS: buffer_add_int64(out, *FIELD(o, row, const int64_t)); return;
    case OPTION_BOOL: buffer_add_string(out, *FIELD(o, row, const bool) ? "true" : "false"); return;
    case OPTION_CHOICE: buffer_add_string(out, row->choices[*FIELD(o, row, const int64_t)]); return;
    case OPTION_DATE:
        date_write(*FIELD(o, row, const int64_t), date);
        buffer_add_string(out, date);
        return;
    case OPTION_CSV:
    case OPTION_CSV_REGEX:
    case OPTION_CSV_NETWORK:
    case OPTION_CSV_MAPPING: show_list(FIELD(o, row, const struct option_list), out); return;
    default: break;
    }
    struct text value = *FIELD(o, row, const struct text);
    if ((row->flags & OPTION_SECRET) && value.len > 0)
        buffer_add_string(out, "***");
    else if (row->type == OPTION_STR) // the only ones that may be URLs with a password
        show_without_password(value, out);
    else
        buffer_add(out, value);
}
