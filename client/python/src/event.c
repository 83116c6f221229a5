// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "capture.h"
#include "client/c/hide.h"
#include "client/c/report.h"
#include "frames.h"

enum { EVENT_BYTES_USUAL = 48 * 1024 };

struct identity identity;

// The reported exception first, then what it came from and what it is a group of.
struct chain {
    struct link {
        PyObject *exception; // strong reference
        char source[40];     // by which attribute of its parent
        int parent;          // index of another link
    } links[CHAIN_MAX];
    int n;
};

static bool is_in(const struct chain *chain, PyObject *exception)
{
    for (int i = 0; i < chain->n; i++)
        if (chain->links[i].exception == exception)
            return true;
    return false;
}

// What the exception came from, as the interpreter would print it; a new reference or NULL.
static PyObject *origin_of(PyObject *exception, const char **source)
{
    PyObject *cause = PyException_GetCause(exception);
    *source = cause ? "__cause__" : "__context__";
    if (cause || ((PyBaseExceptionObject *)exception)->suppress_context)
        return cause;
    return PyException_GetContext(exception);
}

// Also of the package that brings groups to older Pythons.
static bool is_group(PyObject *exception)
{
    PyObject *bases = Py_TYPE(exception)->tp_mro;
    for (Py_ssize_t i = 0; bases && i < PyTuple_GET_SIZE(bases); i++) {
        const char *name = ((PyTypeObject *)PyTuple_GET_ITEM(bases, i))->tp_name;
        const char *dot = strrchr(name, '.');
        if (strcmp(dot ? dot + 1 : name, "BaseExceptionGroup") == 0)
            return true;
    }
    return false;
}

static void add(struct chain *chain, PyObject *exception, const char *source, int parent);

static void add_grouped(struct chain *chain, PyObject *group, int parent)
{
    PyObject *exceptions = PyObject_GetAttrString(group, "exceptions");
    PyErr_Clear();
    for (Py_ssize_t i = 0; exceptions && PyTuple_Check(exceptions) && chain->n < CHAIN_MAX &&
                           i < PyTuple_GET_SIZE(exceptions);
         i++) {
        char source[40];
        snprintf(source, sizeof source, "exceptions[%zd]", i);
        add(chain, PyTuple_GET_ITEM(exceptions, i), source, parent);
    }
    Py_XDECREF(exceptions);
}

// As deep as CHAIN_MAX at most, since each call adds a link.
static void add(struct chain *chain, PyObject *exception, const char *source, int parent)
{
    if (chain->n == CHAIN_MAX || !PyExceptionInstance_Check(exception) || is_in(chain, exception))
        return;
    int id = chain->n++;
    struct link *link = &chain->links[id];
    Py_INCREF(exception);
    link->exception = exception;
    link->parent = parent;
    snprintf(link->source, sizeof link->source, "%s", source);
    if (is_group(exception))
        add_grouped(chain, exception, id);
    PyObject *origin = origin_of(exception, &source);
    if (origin)
        add(chain, origin, source, id);
    Py_XDECREF(origin);
}

static void gather(struct chain *chain, PyObject *exception)
{
    add(chain, exception, "", 0);
}

static void release(struct chain *chain)
{
    for (int i = 0; i < chain->n; i++)
        Py_DECREF(chain->links[i].exception);
}

// ---- one exception

static void write_attribute(struct capture *c, const char *name, PyObject *object,
                            const char *attribute)
{
    PyObject *holder = NULL;
    PyObject *value = PyObject_GetAttrString(object, attribute);
    bool is_worth_saying =
        value && PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, "builtins") != 0;
    if (is_worth_saying) {
        json_name(&c->json, name);
        json_string(&c->json, text_of_unicode(value, 256, &holder));
    }
    Py_XDECREF(holder);
    Py_XDECREF(value);
    swallow_error(c);
}

static void add_unicode(struct buffer *out, PyObject *string)
{
    PyObject *holder;
    if (string && PyUnicode_Check(string))
        buffer_add(out, text_of_unicode(string, MESSAGE_MAX, &holder));
    else
        holder = NULL;
    Py_XDECREF(holder);
}

static bool is_text_or_object(PyObject *value)
{
    return !PyDict_Check(value) && !PyList_Check(value) && !PyTuple_Check(value) &&
           !PyAnySet_Check(value) && !PyBytes_Check(value) && !PyByteArray_Check(value) &&
           !PyLong_Check(value);
}

// str(exception), except that the builtin str of an exception would show a container of any size.
static void add_message(struct capture *c, struct buffer *out, PyObject *exception)
{
    bool is_builtin = Py_TYPE(exception)->tp_str == ((PyTypeObject *)PyExc_BaseException)->tp_str;
    bool is_key = Py_TYPE(exception)->tp_str == ((PyTypeObject *)PyExc_KeyError)->tp_str;
    PyObject *args = ((PyBaseExceptionObject *)exception)->args;
    Py_ssize_t n = args && PyTuple_Check(args) ? PyTuple_GET_SIZE(args) : 0;
    PyObject *single = n == 1 ? PyTuple_GET_ITEM(args, 0) : NULL;
    bool is_walked =
        (is_builtin || is_key) && (single ? is_key || !is_text_or_object(single) : n > 1);
    if (is_walked) {
        PyObject *shown = single ? single : args;
        Py_INCREF(shown);
        buffer_clear(&c->value);
        represent(c, shown);
        buffer_add(out, buffer_text(&c->value));
        Py_DECREF(shown);
        return;
    }
    PyObject *message = PyObject_Str(exception);
    if (message)
        add_unicode(out, message);
    else
        buffer_add_string(out, "<its str failed>");
    Py_XDECREF(message);
    swallow_error(c);
}

// What add_note() added (since 3.11). Most have none, and an AttributeError would take longer than
// all else about them.
static void add_notes(struct buffer *out, PyObject *exception)
{
    PyObject *dict = ((PyBaseExceptionObject *)exception)->dict;
    PyObject *notes = dict ? PyDict_GetItemString(dict, "__notes__") : NULL;
    Py_XINCREF(notes);
    if (notes && PyList_CheckExact(notes)) {
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(notes) && out->len < MESSAGE_MAX; i++) {
            buffer_add_char(out, '\n');
            add_unicode(out, PyList_GET_ITEM(notes, i));
        }
    }
    Py_XDECREF(notes);
}

static void write_message(struct capture *c, PyObject *exception)
{
    struct buffer message = {0};
    add_message(c, &message, exception);
    add_notes(&message, exception);
    json_name(&c->json, "value");
    fl_hide(&c->json, buffer_text(&message), MESSAGE_MAX);
    buffer_release(&message);
}

// With the ids that tell the members of a group from each other.
static void write_mechanism(struct capture *c, const struct chain *chain, int i, bool is_handled)
{
    const struct link *link = &chain->links[i];
    json_name(&c->json, "mechanism");
    json_object(&c->json);
    json_name(&c->json, "type");
    json_string(&c->json, i ? TEXT("chained") : TEXT("generic"));
    json_name(&c->json, "handled");
    json_boolean(&c->json, is_handled);
    if (i) {
        json_name(&c->json, "source");
        json_string(&c->json, text_of(link->source));
        json_name(&c->json, "parent_id");
        json_number(&c->json, link->parent);
    }
    json_name(&c->json, "exception_id");
    json_number(&c->json, i);
    if (is_group(link->exception)) {
        json_name(&c->json, "is_exception_group");
        json_boolean(&c->json, true);
    }
    json_object_end(&c->json);
}

static void write_exception(struct capture *c, const struct occurrence *o,
                            const struct chain *chain, int i)
{
    PyObject *exception = chain->links[i].exception;
    PyObject *traceback = NULL;
    if (exception == o->exception) {
        traceback = o->traceback;
        Py_XINCREF(traceback);
    } else {
        traceback = PyException_GetTraceback(exception);
    }
    json_object(&c->json);
    write_attribute(c, "type", (PyObject *)Py_TYPE(exception), "__qualname__");
    write_attribute(c, "module", (PyObject *)Py_TYPE(exception), "__module__");
    write_message(c, exception);
    write_mechanism(c, chain, i, o->is_handled);
    if (traceback && !PyTraceBack_Check(traceback))
        Py_CLEAR(traceback);
    PyFrameObject *caller = exception == o->exception ? o->caller : NULL;
    PyObject *filename;
    int line_number;
    if (traceback || caller || find_syntax_error(exception, &filename, &line_number))
        write_stack(c, exception, traceback, caller);
    json_object_end(&c->json);
    Py_XDECREF(traceback);
}

// The root cause comes first in an event, but the reported exception has the first claim on the
// bytes: what is written first is put last.
static void write_reversed(struct capture *c, const struct occurrence *o, const struct chain *chain)
{
    struct buffer written = take_scratch(&exceptions_scratch, FL_EVENT_MAX);
    size_t ends[CHAIN_MAX + 1] = {0};
    struct json_out event = c->json;
    for (int i = 0; i < chain->n; i++) {
        c->json = (struct json_out){.out = &written};
        write_exception(c, o, chain, i);
        ends[i + 1] = written.len;
    }
    c->json = event;
    for (int i = chain->n - 1; i >= 0; i--) {
        struct text from = text_from(buffer_text(&written), ends[i]);
        buffer_add(c->json.out, text_until(from, ends[i + 1] - ends[i]));
        if (i > 0)
            buffer_add_char(c->json.out, ',');
    }
    c->json.out->failed |= written.failed;
    give_scratch(&exceptions_scratch, &written);
}

static void write_chain(struct capture *c, const struct occurrence *o)
{
    struct chain chain = {.n = 0};
    gather(&chain, o->exception);
    json_name(&c->json, "exception");
    json_object(&c->json);
    json_name(&c->json, "values");
    json_array(&c->json);
    if (chain.n == 1)
        write_exception(c, o, &chain, 0);
    else
        write_reversed(c, o, &chain);
    json_array_end(&c->json);
    json_object_end(&c->json);
    release(&chain);
}

// ---- the request

static void add_members(struct capture *c, PyObject *dict, int depth, size_t end)
{
    PyObject *name, *value, *holder;
    Py_ssize_t position = 0, n = PyDict_GET_SIZE(dict);
    while (PyDict_Next(dict, &position, &name, &value) && c->json.out->len < end) {
        if (PyDict_GET_SIZE(dict) != n)
            break;
        if (!PyUnicode_Check(name))
            continue;
        Py_INCREF(name);
        Py_INCREF(value);
        json_name_text(&c->json, text_of_unicode(name, 256, &holder));
        Py_XDECREF(holder);
        if (is_secret(name))
            json_string(&c->json, TEXT("[Filtered]"));
        else
            write_json(c, value, depth + 1, end);
        Py_DECREF(name);
        Py_DECREF(value);
    }
}

static void write_members(struct capture *c, PyObject *dict, int depth, size_t end)
{
    json_object(&c->json);
    add_members(c, dict, depth, end);
    json_object_end(&c->json);
}

static void write_items(struct capture *c, PyObject *list, int depth, size_t end)
{
    json_array(&c->json);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list) && c->json.out->len < end; i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        Py_INCREF(item);
        write_json(c, item, depth + 1, end);
        Py_DECREF(item);
    }
    json_array_end(&c->json);
}

void write_json(struct capture *c, PyObject *value, int depth, size_t end)
{
    PyObject *holder = NULL;
    int overflow = 0;
    long long number =
        PyLong_CheckExact(value) ? PyLong_AsLongLongAndOverflow(value, &overflow) : 0;
    if (value == Py_None)
        json_null(&c->json);
    else if (PyBool_Check(value))
        json_boolean(&c->json, value == Py_True);
    else if (PyLong_CheckExact(value) && !overflow)
        json_number(&c->json, number);
    else if (PyUnicode_Check(value))
        fl_hide(&c->json, text_of_unicode(value, MESSAGE_MAX, &holder), MESSAGE_MAX);
    else if (PyDict_Check(value) && depth < VALUE_DEPTH_MAX)
        write_members(c, value, depth, end);
    else if (PyList_Check(value) && depth < VALUE_DEPTH_MAX)
        write_items(c, value, depth, end);
    else {
        buffer_clear(&c->value);
        represent(c, value);
        fl_hide(&c->json, buffer_text(&c->value), MESSAGE_MAX);
    }
    Py_XDECREF(holder);
}

static void write_request(struct capture *c, PyObject *request)
{
    PyObject *given = NULL;
    if (request && PyCallable_Check(request))
        request = given = PyObject_CallNoArgs(request);
    swallow_error(c);
    if (request && PyDict_Check(request)) {
        json_name(&c->json, "request");
        write_json(c, request, 0, c->json.out->len + REQUEST_BYTES_MAX);
    }
    Py_XDECREF(given);
}

// ---- the event

static void write_optional(struct capture *c, const char *name, const char *value)
{
    if (!value)
        return;
    json_name(&c->json, name);
    json_string(&c->json, text_of(value));
}

static PyObject *member_of(PyObject *dict, const char *name) // borrowed, or NULL
{
    return dict ? PyDict_GetItemString(dict, name) : NULL;
}

static void write_level(struct capture *c, PyObject *level)
{
    PyObject *holder = NULL;
    bool is_given = level && PyUnicode_Check(level);
    json_name(&c->json, "level");
    json_string(&c->json, is_given ? text_of_unicode(level, 16, &holder) : TEXT("error"));
    Py_XDECREF(holder);
}

static void write_server_name(struct capture *c, PyObject *hostname)
{
    PyObject *holder = NULL;
    if (!hostname) {
        write_optional(c, "server_name", identity.server_name);
        return;
    }
    json_name(&c->json, "server_name");
    json_string(&c->json, text_of_unicode(hostname, 256, &holder));
    Py_XDECREF(holder);
}

static void write_tags(struct capture *c, PyObject *tags)
{
    json_name(&c->json, "tags");
    json_object(&c->json);
    write_optional(c, "runtime", identity.runtime);
    if (tags && PyDict_Check(tags))
        add_members(c, tags, 0, c->json.out->len + GIVEN_BYTES_MAX);
    json_object_end(&c->json);
}

// Members that only the program knows. Others are left out: they would be there twice.
static void write_given(struct capture *c, PyObject *members)
{
    static const char *const names[] = {"transaction", "user", "logger", "logentry"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        PyObject *value = member_of(members, names[i]);
        if (!value)
            continue;
        Py_INCREF(value);
        json_name(&c->json, names[i]);
        write_json(c, value, 0, c->json.out->len + GIVEN_BYTES_MAX);
        Py_DECREF(value);
    }
}

// A new dict, or NULL.
static PyObject *ask_surroundings(struct capture *c)
{
    PyObject *given = helpers.surroundings ? PyObject_CallNoArgs(helpers.surroundings) : NULL;
    swallow_error(c);
    if (given && !PyDict_Check(given))
        Py_CLEAR(given);
    return given;
}

static void write_head(struct capture *c, const struct occurrence *o)
{
    PyObject *surroundings = ask_surroundings(c);
    write_optional(c, "platform", "python");
    write_level(c, member_of(o->details, "level"));
    write_server_name(c, o->hostname);
    write_optional(c, "release", identity.release);
    write_optional(c, "environment", identity.environment);
    write_tags(c, member_of(surroundings, "tags"));
    write_given(c, surroundings);
    write_given(c, o->details);
    Py_XDECREF(surroundings);
}

static struct buffer attempt(const struct occurrence *o, int64_t variable_bytes,
                             int64_t source_bytes, bool *was_interrupted)
{
    struct buffer members = {.max = FL_EVENT_MAX};
    buffer_reserve(&members, EVENT_BYTES_USUAL);
    struct capture c = {
        .json = {.out = &members},
        .value = take_scratch(&value_scratch, 0),
        .variable_bytes_left = variable_bytes,
        .source_bytes_left = source_bytes,
        .deadline_mono_ms = clock_mono_ms(&clock_system) + TIME_MAX_MS,
    };
    write_head(&c, o);
    if (o->exception)
        write_chain(&c, o);
    else if (o->caller)
        write_stack(&c, NULL, NULL, o->caller);
    write_request(&c, o->request);
    *was_interrupted |= c.was_interrupted;
    give_scratch(&value_scratch, &c.value);
    return members;
}

struct buffer write_event(const struct occurrence *o, bool *was_interrupted)
{
    struct buffer members = attempt(o, VARIABLE_BYTES_MAX, SOURCE_BYTES_MAX, was_interrupted);
    if (!members.failed)
        return members;
    buffer_release(&members);
    return attempt(o, 0, 0, was_interrupted); // the stack alone is better than nothing
}

// ---- the name of an error

static uint64_t mix(uint64_t hash, uint64_t more)
{
    hash ^= more + 0x9e3779b97f4a7c15u;
    hash *= 0xbf58476d1ce4e5b9u;
    return hash ^ hash >> 31;
}

static uint64_t hash_of(PyObject *string)
{
    Py_hash_t hash = PyObject_Hash(string);
    PyErr_Clear();
    return (uint64_t)hash;
}

static uint64_t hash_of_site(PyFrameObject *frame, int line_number)
{
    PyCodeObject *code = PyFrame_GetCode(frame);
    uint64_t site = mix(hash_of(code->co_filename), hash_of(code->co_name));
    Py_DECREF(code);
    return mix(site, (uint64_t)line_number);
}

// Who reports an exception that was never raised.
static uint64_t hash_of_callers(uint64_t hash, PyFrameObject *caller)
{
    Py_XINCREF(caller);
    for (int i = 0; caller && i < VARIABLE_FRAME_MAX; i++) {
        hash = mix(hash, hash_of_site(caller, PyFrame_GetLineNumber(caller)));
        PyFrameObject *back = PyFrame_GetBack(caller);
        Py_SETREF(caller, back);
    }
    Py_XDECREF(caller);
    return hash;
}

static uint64_t hash_of_type(PyObject *exception)
{
    uint64_t hash = 0;
    for (const char *name = Py_TYPE(exception)->tp_name; *name; name++)
        hash = mix(hash, (unsigned char)*name);
    return hash;
}

static uint64_t hash_of_message(PyObject *details)
{
    PyObject *entry = member_of(details, "logentry");
    PyObject *message = entry && PyDict_Check(entry) ? member_of(entry, "message") : NULL;
    return message && PyUnicode_Check(message) ? hash_of(message) : 0;
}

uint64_t error_of(const struct occurrence *o)
{
    uint64_t hash = o->exception ? hash_of_type(o->exception) : hash_of_message(o->details);
    uint64_t last = 0;
    PyObject *filename;
    int line_number;
    if (find_syntax_error(o->exception, &filename, &line_number))
        hash = mix(mix(hash, hash_of(filename)), (uint64_t)line_number);
    if (!o->traceback)
        return hash_of_callers(hash, o->caller);
    for (PyTracebackObject *e = first_entry(o->traceback); e; e = next_entry(e)) {
        uint64_t site = hash_of_site(e->tb_frame, line_of(e));
        if (site != last) // however deep a recursion was
            hash = mix(hash, site);
        last = site;
    }
    return hash;
}
