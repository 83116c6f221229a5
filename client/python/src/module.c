// SPDX-License-Identifier: MIT
// The Python face of the client: flawless._capture.
#include <string.h>

#include "capture.h"
#include "client/c/client.h"
#include "client/c/release.h"
#include "client/c/spool.h"
#include "client/c/trouble.h"
#include "scope.h"
#include "watched.h"

static const char mark_name[] = "__flawless_reported__";

// The program's code that capturing calls may itself report; not from within.
static _Thread_local bool is_capturing;

// True the first time it is asked about an exception. The mark is put past any __setattr__ of the
// exception's class. An exception that can bear no mark counts as new.
static bool is_new(PyObject *exception)
{
    bool is_new = true;
    PyObject *dict = PyObject_GenericGetDict(exception, NULL);
    if (dict && PyDict_Check(dict)) {
        is_new = PyDict_GetItemString(dict, mark_name) == NULL;
        PyDict_SetItemString(dict, mark_name, Py_True);
    }
    Py_XDECREF(dict);
    PyErr_Clear();
    return is_new;
}

static void capture(const struct occurrence *o, int64_t threshold)
{
    struct fl_ticket ticket;
    bool was_interrupted = false;
    if (!fl_client_begin(error_of(o), &ticket))
        return;
    is_capturing = true;
    struct buffer members = write_event(o, &was_interrupted);
    is_capturing = false;
    fl_client_end(&ticket, &members, threshold);
    if (was_interrupted)
        PyErr_SetInterrupt(); // we swallowed somebody's Ctrl-C: raise it again where it belongs
}

PyDoc_STRVAR(
    record_doc,
    "record(exception, traceback, caller, hostname, threshold, request, is_handled, details=None)\n"
    "-> bool\n\n"
    "Reports an exception unless it was reported before. caller is the frame whose callers are\n"
    "part of the report, request a dict or a callable giving one; both may be None, as may\n"
    "traceback and hostname. threshold 0 means the server's. details is a dict with further\n"
    "members of the event (level, logger, logentry); with them the exception may be None: that\n"
    "reports a message. True when it was counted.");

static PyObject *record(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *exception, *traceback, *caller, *hostname, *request, *details = Py_None;
    long long threshold;
    int is_handled;
    if (!PyArg_ParseTuple(args, "OOOOLOp|O", &exception, &traceback, &caller, &hostname, &threshold,
                          &request, &is_handled, &details))
        return NULL;
    bool is_message = exception == Py_None && PyDict_Check(details);
    if (!is_message && !PyExceptionInstance_Check(exception)) {
        PyErr_SetString(PyExc_TypeError, "exception is not an exception");
        return NULL;
    }
    if (is_capturing || !fl_client_is_on() || !(is_message || is_new(exception)))
        Py_RETURN_FALSE;
    struct occurrence o = {
        .exception = is_message ? NULL : exception,
        .traceback = PyTraceBack_Check(traceback) ? traceback : NULL,
        .caller = PyFrame_Check(caller) ? (PyFrameObject *)caller : NULL,
        .hostname = PyUnicode_Check(hostname) ? hostname : NULL,
        .request = request == Py_None ? NULL : request,
        .details = PyDict_Check(details) ? details : NULL,
        .is_handled = is_handled,
    };
    capture(&o, threshold);
    Py_RETURN_TRUE;
}

PyDoc_STRVAR(
    configure_doc,
    "configure(hostports, key, timeout_ms, ca_file, spool_dir)\n\n"
    "Replaces the servers: a sequence of str, 'host:9028' or a DSN. key is for those that bring\n"
    "none; it may be ''. ca_file and spool_dir may be None. Raises ValueError that names\n"
    "the server that is malformed or the directory that cannot be used.");

static bool add_servers(struct fl_servers *servers, PyObject *hostports, const char *key)
{
    PyObject *list = PySequence_Fast(hostports, "hostports is not a list of strings");
    bool is_good = list != NULL;
    for (Py_ssize_t i = 0; is_good && i < PySequence_Fast_GET_SIZE(list); i++) {
        struct error error;
        const char *spec = PyUnicode_AsUTF8(PySequence_Fast_GET_ITEM(list, i));
        is_good = spec && fl_servers_add(servers, text_of(spec), text_of(key), &error);
        if (spec && !is_good)
            PyErr_SetString(PyExc_ValueError, error.message);
    }
    Py_XDECREF(list);
    return is_good;
}

static bool add_paths(struct fl_servers *servers, const char *ca_file, const char *spool)
{
    struct error error;
    if (!fl_servers_trust(servers, text_of(ca_file)) || !fl_servers_spool(servers, text_of(spool)))
        PyErr_NoMemory();
    else if (servers->spool && !fl_spool_check(servers->spool, &error))
        PyErr_SetString(PyExc_ValueError, error.message);
    return !PyErr_Occurred();
}

static PyObject *configure(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *hostports;
    const char *key, *ca_file, *spool;
    long long timeout_ms;
    struct fl_servers servers = {0};
    if (!PyArg_ParseTuple(args, "OsLzz", &hostports, &key, &timeout_ms, &ca_file, &spool))
        return NULL;
    if (timeout_ms < 1 || timeout_ms > 3600 * 1000) {
        PyErr_SetString(PyExc_ValueError, "the timeout is not between 1 ms and an hour");
        return NULL;
    }
    if (!add_servers(&servers, hostports, key) || !add_paths(&servers, ca_file, spool)) {
        fl_servers_release(&servers);
        return NULL;
    }
    fl_client_configure(&servers, timeout_ms);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(identify_doc, "identify(server_name, release, environment, runtime)\n\n"
                           "What every report says of this process; each a str or None.");

static bool set_string(char **place, const char *value)
{
    char *copy = value ? strdup(value) : NULL;
    if (value && !copy)
        return false;
    free(*place);
    *place = copy;
    return true;
}

static PyObject *identify(PyObject *self, PyObject *args)
{
    (void)self;
    const char *server_name, *release, *environment, *runtime;
    if (!PyArg_ParseTuple(args, "zzzz", &server_name, &release, &environment, &runtime))
        return NULL;
    if (!set_string(&identity.server_name, server_name) ||
        !set_string(&identity.release, release) ||
        !set_string(&identity.environment, environment) || !set_string(&identity.runtime, runtime))
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

PyDoc_STRVAR(set_helpers_doc, "set_helpers(source_lines, place_of, surroundings)\n\n"
                              "The callables described at struct helpers. Called once.");

static PyObject *set_helpers(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *source_lines, *place_of, *surroundings;
    if (!PyArg_ParseTuple(args, "OOO", &source_lines, &place_of, &surroundings))
        return NULL;
    Py_INCREF(source_lines);
    Py_INCREF(place_of);
    Py_INCREF(surroundings);
    Py_XSETREF(helpers.source_lines, source_lines);
    Py_XSETREF(helpers.place_of, place_of);
    Py_XSETREF(helpers.surroundings, surroundings);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    set_scrubber_doc,
    "set_scrubber(search)\n\nA callable that gives None for names whose values may be shown;\n"
    "None for no names but the usual.");

static PyObject *set_scrubber(PyObject *self, PyObject *search)
{
    (void)self;
    PyObject *scrubber = search == Py_None ? NULL : search;
    Py_XINCREF(scrubber);
    Py_XSETREF(helpers.scrubber, scrubber);
    forget_names();
    Py_RETURN_NONE;
}

PyDoc_STRVAR(find_release_doc, "find_release(directory) -> str | None\n\nThe commit checked out "
                               "there or in a parent, read from .git.");

static PyObject *find_release(PyObject *self, PyObject *directory)
{
    (void)self;
    char commit[FL_COMMIT_MAX + 1];
    PyObject *path;
    if (!PyUnicode_FSConverter(directory, &path))
        return NULL;
    bool is_found = fl_release_find(PyBytes_AS_STRING(path), commit);
    Py_DECREF(path);
    if (!is_found)
        Py_RETURN_NONE;
    return PyUnicode_FromString(commit);
}

PyDoc_STRVAR(flush_doc,
             "flush(timeout_ms) -> bool\n\nSends what waits. True when nothing is left.");

static PyObject *flush(PyObject *self, PyObject *args)
{
    (void)self;
    long long timeout_ms;
    bool is_empty;
    if (!PyArg_ParseTuple(args, "L", &timeout_ms))
        return NULL;
    Py_BEGIN_ALLOW_THREADS is_empty = fl_client_flush(timeout_ms);
    Py_END_ALLOW_THREADS return PyBool_FromLong(is_empty);
}

PyDoc_STRVAR(shutdown_doc, "shutdown(timeout_ms)\n\nFlushes and ends the sender's thread.");

static PyObject *shut_down(PyObject *self, PyObject *args)
{
    (void)self;
    long long timeout_ms;
    if (!PyArg_ParseTuple(args, "L", &timeout_ms))
        return NULL;
    Py_BEGIN_ALLOW_THREADS fl_client_shutdown(timeout_ms);
    Py_END_ALLOW_THREADS Py_RETURN_NONE;
}

PyDoc_STRVAR(counters_doc, "counters() -> dict[str, int]\n\nWhat became of reports, and why.");

static PyObject *counters(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    struct fl_client_counts c = fl_client_counts();
    const struct fl_sent_counts *r = &c.reports;
    const uint64_t *lost = r->lost.n;
    return Py_BuildValue(
        "{sKsKsKsKsKsKsKsKsKsKsn}", "occurrences", (unsigned long long)c.occurrences, "sent",
        (unsigned long long)r->sent, "retried", (unsigned long long)r->retried, "spooled",
        (unsigned long long)r->spooled, "dropped_queue_full",
        (unsigned long long)lost[FL_LOST_QUEUE_FULL], "dropped_refused",
        (unsigned long long)lost[FL_LOST_REFUSED], "dropped_too_old",
        (unsigned long long)lost[FL_LOST_TOO_OLD], "dropped_at_exit",
        (unsigned long long)lost[FL_LOST_AT_EXIT], "dropped_no_memory",
        (unsigned long long)lost[FL_LOST_NO_MEMORY], "forgotten_occurrences",
        (unsigned long long)lost[FL_LOST_FORGOTTEN], "waiting", (Py_ssize_t)c.waiting);
}

PyDoc_STRVAR(
    trouble_doc,
    "trouble(is_any) -> str | None\n\nWhy reports do not arrive, when only a person can help: a "
    "key that the server refuses,\na certificate that is not trusted. With is_any also what may "
    "pass by itself.");

static PyObject *trouble(PyObject *self, PyObject *is_any)
{
    (void)self;
    enum fl_trouble now = fl_sender_trouble();
    const char *words = fl_trouble_words(now);
    if (!words || (is_any != Py_True && !fl_trouble_is_lasting(now)))
        Py_RETURN_NONE;
    return PyUnicode_FromString(words);
}

PyDoc_STRVAR(current_scope_doc, "current_scope() -> Scope");

PyDoc_STRVAR(begin_scope_doc,
             "begin_scope(subject, describe, transaction) -> Scope\n\nBegins one with the user and "
             "the tags of the one around it, and gives that one for end_scope.");

PyDoc_STRVAR(end_scope_doc, "end_scope(around)\n\nGoes back to the scope around.");

static PyMethodDef methods[] = {
    {"record", record, METH_VARARGS, record_doc},
    {"configure", configure, METH_VARARGS, configure_doc},
    {"identify", identify, METH_VARARGS, identify_doc},
    {"set_helpers", set_helpers, METH_VARARGS, set_helpers_doc},
    {"set_scrubber", set_scrubber, METH_O, set_scrubber_doc},
    {"find_release", find_release, METH_O, find_release_doc},
    {"flush", flush, METH_VARARGS, flush_doc},
    {"shutdown", shut_down, METH_VARARGS, shutdown_doc},
    {"counters", counters, METH_NOARGS, counters_doc},
    {"trouble", trouble, METH_O, trouble_doc},
    {"current_scope", current_scope, METH_NOARGS, current_scope_doc},
    {"begin_scope", (PyCFunction)(void (*)(void))begin_scope, METH_FASTCALL, begin_scope_doc},
    {"end_scope", end_scope, METH_O, end_scope_doc},
    {NULL, NULL, 0, NULL},
};

// There is one client in a process, and what it calls belongs to one interpreter.
static int refuse_sub_interpreter(PyObject *self)
{
    (void)self;
    if (PyInterpreterState_Get() == PyInterpreterState_Main())
        return 0;
    PyErr_SetString(PyExc_ImportError,
                    "flawless reports from a process's main interpreter only, and this is a "
                    "sub-interpreter; mod_wsgi uses the main one with \"WSGIApplicationGroup "
                    "%{GLOBAL}\", uWSGI with \"single-interpreter\"");
    return -1;
}

static int add_types(PyObject *module)
{
    PyTypeObject *types[] = {&watched_function_type, &watched_application_type,
                             &watched_response_type, &sized_response_type, &scope_type};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (PyModule_AddType(module, types[i]) < 0)
            return -1;
    return make_scope_variable() ? 0 : -1;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, refuse_sub_interpreter},
    {Py_mod_exec, add_types},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "flawless._capture",
    .m_doc = "Captures exceptions and hands them to the sender's thread.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__capture(void);

PyMODINIT_FUNC PyInit__capture(void)
{
    return PyModuleDef_Init(&definition);
}
