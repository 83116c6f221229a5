// SPDX-License-Identifier: MIT
// A WSGI application that is watched, and what it gives: an iterable that may have to be closed.
#include <stddef.h>

#include "capture.h"
#include "scope.h"
#include "watched.h"

#include <structmember.h> // wants Python.h before it

// ---- the response

struct response {
    PyObject_HEAD PyObject *iterable;
    PyObject *iterator; // from the first item on
    PyObject *report;   // (exception, None)
    PyObject *around;   // scope to go back to when it is closed
};

static bool has_size(PyObject *iterable)
{
    const PyTypeObject *type = Py_TYPE(iterable);
    return (type->tp_as_sequence && type->tp_as_sequence->sq_length) ||
           (type->tp_as_mapping && type->tp_as_mapping->mp_length);
}

// Steals iterable and around.
static PyObject *watch_response(PyObject *iterable, PyObject *report, PyObject *around)
{
    struct response *r = PyObject_GC_New(
        struct response, has_size(iterable) ? &sized_response_type : &watched_response_type);
    if (!r) {
        Py_DECREF(iterable);
        Py_DECREF(around);
        return NULL;
    }
    Py_INCREF(report);
    r->iterable = iterable;
    r->iterator = NULL;
    r->report = report;
    r->around = around;
    PyObject_GC_Track(r);
    return (PyObject *)r;
}

static PyObject *response_next(PyObject *self)
{
    struct response *r = (struct response *)self;
    if (!r->iterator)
        r->iterator = PyObject_GetIter(r->iterable);
    PyObject *item = r->iterator ? Py_TYPE(r->iterator)->tp_iternext(r->iterator) : NULL;
    if (!item && PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_StopIteration))
        tell(r->report, Py_None, true);
    return item;
}

// A new reference, or NULL, without an exception when there is just no such attribute.
static PyObject *find_attribute(PyObject *object, PyObject *name)
{
    PyObject *value = NULL;
#if PY_VERSION_HEX >= 0x030D0000
    PyObject_GetOptionalAttr(object, name, &value);
#else
    _PyObject_LookupAttr(object, name, &value);
#endif
    return value;
}

// Whether the iterable has no close, or it went well; else what it raised is told and raised.
static bool close_iterable(struct response *r)
{
    static PyObject *name;
    if (!name)
        name = PyUnicode_InternFromString("close");
    PyObject *close = NULL, *closed = NULL;
    if (name && PyGen_CheckExact(r->iterable)) { // one object less to be made
        closed = PyObject_CallMethodNoArgs(r->iterable, name);
    } else if (name) {
        close = find_attribute(r->iterable, name);
        if (!close && !PyErr_Occurred())
            return true;
        closed = close ? PyObject_CallNoArgs(close) : NULL;
    }
    Py_XDECREF(close);
    Py_XDECREF(closed);
    if (!closed)
        tell(r->report, Py_None, true);
    return closed != NULL;
}

// Goes back to the scope around, whatever was raised meanwhile.
static void leave_for(PyObject *around)
{
    PyObject *exception = take_raised();
    if (!enter_scope(around))
        PyErr_Clear();
    if (exception)
        raise_again(exception);
    Py_XDECREF(exception);
}

static PyObject *response_close(PyObject *self, PyObject *unused)
{
    (void)unused;
    struct response *r = (struct response *)self;
    bool is_closed = close_iterable(r);
    leave_for(r->around);
    return is_closed ? keep(Py_None) : NULL;
}

static int response_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct response *r = (struct response *)self;
    Py_VISIT(r->iterable);
    Py_VISIT(r->iterator);
    Py_VISIT(r->report);
    Py_VISIT(r->around);
    return 0;
}

static int response_clear(PyObject *self)
{
    struct response *r = (struct response *)self;
    Py_CLEAR(r->iterable);
    Py_CLEAR(r->iterator);
    Py_CLEAR(r->report);
    Py_CLEAR(r->around);
    return 0;
}

static void response_free(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    response_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyMethodDef response_methods[] = {
    {"close", response_close, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

PyTypeObject watched_response_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "flawless._capture.WatchedResponse",
    .tp_basicsize = sizeof(struct response),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = response_next,
    .tp_methods = response_methods,
    .tp_traverse = response_traverse,
    .tp_clear = response_clear,
    .tp_dealloc = response_free,
};

// Servers give what has one part a Content-Length.
static Py_ssize_t response_size(PyObject *self)
{
    return PyObject_Size(((struct response *)self)->iterable);
}

PyTypeObject sized_response_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "flawless._capture.SizedResponse",
    .tp_base = &watched_response_type,
    .tp_basicsize = sizeof(struct response),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_as_sequence = &(PySequenceMethods){.sq_length = response_size},
};

// ---- the application

struct application {
    PyObject_HEAD PyObject *app;
    PyObject *describe;    // (environ) -> an event's request
    PyObject *transaction; // see begin_scope
    PyObject *report;      // (exception, None)
    PyObject *watch_file;  // (what the server's file wrapper made of a file)
};

static int application_init(PyObject *self, PyObject *args, PyObject *names)
{
    static char *keywords[] = {"app", "describe", "transaction", "report", "watch_file", NULL};
    PyObject *app, *describe, *transaction, *report, *watch_file;
    if (!PyArg_ParseTupleAndKeywords(args, names, "OOOOO", keywords, &app, &describe, &transaction,
                                     &report, &watch_file))
        return -1;
    struct application *a = (struct application *)self;
    Py_XSETREF(a->app, keep(app));
    Py_XSETREF(a->describe, keep(describe));
    Py_XSETREF(a->transaction, keep(transaction));
    Py_XSETREF(a->report, keep(report));
    Py_XSETREF(a->watch_file, keep(watch_file));
    return 0;
}

// Whether the server's own wrapper of files made the response. Never leaves an exception.
static bool is_wrapped_file(PyObject *response, PyObject *environ)
{
    static PyObject *name;
    if (!name)
        name = PyUnicode_InternFromString("wsgi.file_wrapper");
    PyObject *wrapper = name && PyDict_Check(environ) ? PyDict_GetItem(environ, name) : NULL;
    return wrapper && PyType_Check(wrapper) &&
           PyObject_TypeCheck(response, (PyTypeObject *)wrapper);
}

// Lists cannot raise, and servers send them and files faster when they know them: those are passed
// on as they are, at the end of the scope. Steals response and around.
static PyObject *pass_on(struct application *a, PyObject *environ, PyObject *response,
                         PyObject *around)
{
    bool is_list = PyList_Check(response) || PyTuple_Check(response);
    bool is_file = !is_list && is_wrapped_file(response, environ);
    if (!is_list && !is_file)
        return watch_response(response, a->report, around);
    PyObject *done = is_file ? PyObject_CallOneArg(a->watch_file, response) : NULL;
    if (!done)
        PyErr_Clear(); // then the file is not watched
    Py_XDECREF(done);
    if (!enter_scope(around))
        Py_CLEAR(response);
    Py_DECREF(around);
    return response;
}

static PyObject *application_respond(struct application *a, PyObject *environ, PyObject *answer)
{
    PyObject *scope[] = {environ, a->describe, a->transaction};
    PyObject *around = begin_scope(NULL, scope, 3);
    if (!around)
        return NULL;
    PyObject *app = keep(a->app);
    PyObject *arguments[] = {NULL, environ, answer};
    PyObject *response =
        PyObject_Vectorcall(app, arguments + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_DECREF(app);
    if (response)
        return pass_on(a, environ, response, around);
    tell(a->report, Py_None, true);
    leave_for(around);
    Py_DECREF(around);
    return NULL;
}

static PyObject *application_call(PyObject *self, PyObject *args, PyObject *names)
{
    static char *keywords[] = {"environ", "start_response", NULL};
    PyObject *environ, *answer;
    if (names || PyTuple_GET_SIZE(args) != 2) {
        if (!PyArg_ParseTupleAndKeywords(args, names, "OO", keywords, &environ, &answer))
            return NULL;
    } else {
        environ = PyTuple_GET_ITEM(args, 0);
        answer = PyTuple_GET_ITEM(args, 1);
    }
    struct application *a = (struct application *)self;
    if (!a->app)
        return PyErr_Format(PyExc_RuntimeError, "%s: __init__ was not called",
                            Py_TYPE(self)->tp_name);
    return application_respond(a, environ, answer);
}

static int application_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct application *a = (struct application *)self;
    Py_VISIT(a->app);
    Py_VISIT(a->describe);
    Py_VISIT(a->transaction);
    Py_VISIT(a->report);
    Py_VISIT(a->watch_file);
    return 0;
}

static int application_clear(PyObject *self)
{
    struct application *a = (struct application *)self;
    Py_CLEAR(a->app);
    Py_CLEAR(a->describe);
    Py_CLEAR(a->transaction);
    Py_CLEAR(a->report);
    Py_CLEAR(a->watch_file);
    return 0;
}

static void application_free(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    application_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyMemberDef application_members[] = {
    {"app", T_OBJECT_EX, offsetof(struct application, app), 0, NULL},
    {"transaction", T_OBJECT, offsetof(struct application, transaction), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

PyTypeObject watched_application_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "flawless._capture.WatchedApplication",
    .tp_basicsize = sizeof(struct application),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_init = application_init,
    .tp_call = application_call,
    .tp_members = application_members,
    .tp_traverse = application_traverse,
    .tp_clear = application_clear,
    .tp_dealloc = application_free,
};
