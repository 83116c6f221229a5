// SPDX-License-Identifier: MIT
// Names of variables, attributes and keys: whether their values may be shown, and the name as JSON.
// Names in code are interned, so what was found once is remembered by the string's address.
#include <string.h>

#include "capture.h"

enum { SET_N = 256, WAY_N = 4 };

struct name {
    PyObject *string; // strong reference
    bool is_secret;
    unsigned char json_len; // 0 when it is too long for here
    char json[46];          // "name":
};

// Strings with the same hash share a set, the newest first.
static struct name names[SET_N][WAY_N];

static bool contains_secret_word(struct text name)
{
    static const char *const words[] = {
        "password",   "passwd",      "passphrase",    "secret",     "token",
        "api_key",    "apikey",      "api-key",       "cookie",     "session",
        "credential", "private_key", "authorization", "privatekey", "private-key",
        "csrf",       "x-auth",      "access_key",    "accesskey",
    };
    char lower[128];
    size_t len = name.len < sizeof lower ? name.len : sizeof lower;
    for (size_t i = 0; i < len; i++)
        lower[i] = Py_TOLOWER(name.at[i]);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_contains((struct text){lower, len}, text_of(words[i])))
            return true;
    return false;
}

static bool decide(PyObject *string, struct text name)
{
    if (contains_secret_word(name) || scrub_is_secret_name(name))
        return true;
    if (!helpers.scrubber)
        return false;
    PyObject *match = PyObject_CallOneArg(helpers.scrubber, string);
    bool is_secret = match != Py_None; // also when the pattern failed: rather hide too much
    Py_XDECREF(match);
    PyErr_Clear();
    return is_secret;
}

static void write_escaped(struct name *n, struct text name)
{
    struct buffer json = {0};
    struct json_out out = {.out = &json};
    json_name_text(&out, name);
    if (!json.failed && json.len <= sizeof n->json) {
        memcpy(n->json, json.at, json.len);
        n->json_len = (unsigned char)json.len;
    }
    buffer_release(&json);
}

static struct name *set_of(PyObject *string)
{
    uint64_t hash = (uintptr_t)string * 0x9e3779b97f4a7c15u;
    return names[(hash >> 32) % SET_N];
}

static const struct name *remember(const struct name *made)
{
    struct name *set = set_of(made->string);
    Py_CLEAR(set[WAY_N - 1].string);
    memmove(set + 1, set, (WAY_N - 1) * sizeof *set);
    set[0] = *made;
    Py_INCREF(made->string);
    return set;
}

// Valid until Python code runs again. scratch is for names that are not worth remembering.
static const struct name *look_up(PyObject *string, struct name *scratch)
{
    PyObject *holder;
    const struct name *set = set_of(string);
    for (int i = 0; i < WAY_N; i++)
        if (set[i].string == string)
            return &set[i];
    *scratch = (struct name){.string = string};
    struct text name = text_of_unicode(string, 128, &holder);
    scratch->is_secret = decide(string, name);
    if (PyUnicode_GET_LENGTH(string) <= 128)
        write_escaped(scratch, name);
    Py_XDECREF(holder);
    bool is_interned = PyUnicode_CheckExact(string) && PyUnicode_CHECK_INTERNED(string);
    return is_interned ? remember(scratch) : scratch;
}

void forget_names(void)
{
    for (int set = 0; set < SET_N; set++)
        for (int i = 0; i < WAY_N; i++)
            Py_CLEAR(names[set][i].string);
}

// Of headers, for instance.
static bool is_secret_in_bytes(PyObject *name)
{
    Py_ssize_t len = PyBytes_GET_SIZE(name);
    PyObject *string = PyUnicode_DecodeLatin1(PyBytes_AS_STRING(name), len < 128 ? len : 128, NULL);
    PyErr_Clear();
    bool is_hidden = string && is_secret(string);
    Py_XDECREF(string);
    return is_hidden;
}

bool is_secret(PyObject *name)
{
    struct name scratch;
    if (PyBytes_Check(name))
        return is_secret_in_bytes(name);
    return PyUnicode_Check(name) && look_up(name, &scratch)->is_secret;
}

static void write_long(struct capture *c, const char *prefix, PyObject *name)
{
    PyObject *holder;
    struct buffer full = {0};
    buffer_add_string(&full, prefix);
    buffer_add(&full, text_of_unicode(name, 200, &holder));
    json_name_text(&c->json, buffer_text(&full));
    c->json.out->failed |= full.failed;
    buffer_release(&full);
    Py_XDECREF(holder);
}

bool write_name(struct capture *c, const char *prefix, PyObject *name)
{
    struct name scratch;
    const struct name *n = look_up(name, &scratch);
    bool is_secret = n->is_secret;
    if (!n->json_len) {
        write_long(c, prefix, name);
        return is_secret;
    }
    struct text json = {n->json, n->json_len};
    if (c->json.needs_comma)
        buffer_add_char(c->json.out, ',');
    if (*prefix) {
        buffer_add_char(c->json.out, '"');
        buffer_add_string(c->json.out, prefix);
        json = text_from(json, 1);
    }
    buffer_add(c->json.out, json);
    c->json.needs_comma = false;
    return is_secret;
}
