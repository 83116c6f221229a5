// SPDX-License-Identifier: MIT
// A function that is watched.
#include "watched.h"

#include <stddef.h>

#include "capture.h"

PyObject *take_raised(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!type)
        return NULL;
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback)
        PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
#endif
}

void raise_again(PyObject *exception)
{
#if PY_VERSION_HEX >= 0x030C0000
    PyErr_SetRaisedException(keep(exception));
#else
    PyObject *type = (PyObject *)Py_TYPE(exception);
    Py_INCREF(type);
    Py_INCREF(exception);
    PyErr_Restore(type, exception, PyException_GetTraceback(exception));
#endif
}

bool tell(PyObject *report, PyObject *caller, bool is_kept)
{
    PyObject *exception = take_raised();
    if (!exception)
        return true;
    PyObject *answer = PyObject_CallFunctionObjArgs(report, exception, caller, NULL);
    bool is_raised = !answer || is_kept || PyObject_IsTrue(answer) != 0;
    if (!answer && PyErr_ExceptionMatches(PyExc_Exception))
        PyErr_Clear(); // there was no stack left, for instance; an outer wrapper may have some
    if (is_raised && !PyErr_Occurred())
        raise_again(exception);
    Py_XDECREF(answer);
    Py_DECREF(exception);
    return is_raised;
}

struct watched {
    PyObject_HEAD vectorcallfunc call;
    PyObject *function;
    PyObject *report; // (exception, caller's frame or None) -> whether to raise it again
    PyObject *dict, *weak_references;
};

static PyObject *watched_fail(struct watched *w)
{
    PyFrameObject *frame = PyEval_GetFrame();
    PyObject *caller = frame ? (PyObject *)frame : Py_None;
    PyObject *report = w->report;
    Py_INCREF(caller);
    Py_INCREF(report);
    bool is_raised = tell(report, caller, false);
    Py_DECREF(report);
    Py_DECREF(caller);
    if (is_raised)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *watched_call(PyObject *self, PyObject *const *args, size_t n, PyObject *names)
{
    struct watched *w = (struct watched *)keep(self); // who calls may let go of it meanwhile
    PyObject *result = PyObject_Vectorcall(w->function, args, n, names);
    if (!result)
        result = watched_fail(w);
    Py_DECREF(self);
    return result;
}

static PyObject *watched_new(PyTypeObject *type, PyObject *args, PyObject *names)
{
    PyObject *function, *report;
    if ((names && PyDict_GET_SIZE(names)) || !PyArg_ParseTuple(args, "OO", &function, &report))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "no names are taken");
    struct watched *w = (struct watched *)type->tp_alloc(type, 0);
    if (!w)
        return NULL;
    Py_INCREF(function);
    Py_INCREF(report);
    w->call = watched_call;
    w->function = function;
    w->report = report;
    return (PyObject *)w;
}

static int watched_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct watched *w = (struct watched *)self;
    Py_VISIT(w->function);
    Py_VISIT(w->report);
    Py_VISIT(w->dict);
    return 0;
}

static int watched_clear(PyObject *self)
{
    struct watched *w = (struct watched *)self;
    Py_CLEAR(w->function);
    Py_CLEAR(w->report);
    Py_CLEAR(w->dict);
    return 0;
}

static void watched_free(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    if (((struct watched *)self)->weak_references)
        PyObject_ClearWeakRefs(self);
    watched_clear(self);
    Py_TYPE(self)->tp_free(self);
}

// A method when it is found in a class, like any function.
static PyObject *watched_bind(PyObject *self, PyObject *object, PyObject *type)
{
    (void)type;
    if (object && object != Py_None)
        return PyMethod_New(self, object);
    Py_INCREF(self);
    return self;
}

// What it does not have itself (__code__, __defaults__, ...) it has from the function.
static PyObject *watched_attribute(PyObject *self, PyObject *name)
{
    PyObject *value = PyObject_GenericGetAttr(self, name);
    PyObject *function = ((struct watched *)self)->function;
    if (value || !function || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return value;
    PyErr_Clear();
    return PyObject_GetAttr(function, name);
}

// It says that it is a function when what it watches is one, so that inspect believes it.
static PyObject *watched_class(PyObject *self, void *unused)
{
    (void)unused;
    PyObject *function = ((struct watched *)self)->function;
    int is_function = function ? PyObject_IsInstance(function, (PyObject *)&PyFunction_Type) : 0;
    if (is_function < 0)
        return NULL;
    PyObject *type = is_function ? (PyObject *)&PyFunction_Type : (PyObject *)Py_TYPE(self);
    Py_INCREF(type);
    return type;
}

static PyObject *watched_repr(PyObject *self)
{
    return PyObject_Repr(((struct watched *)self)->function);
}

// Pickled and copied by its name, like any function.
static PyObject *watched_reduce(PyObject *self, PyObject *unused)
{
    (void)unused;
    return PyObject_GetAttrString(self, "__qualname__");
}

static PyMethodDef watched_methods[] = {
    {"__reduce__", watched_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef watched_properties[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},
    {"__class__", watched_class, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject watched_function_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "flawless._capture.WatchedFunction",
    .tp_basicsize = sizeof(struct watched),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
                Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_vectorcall_offset = offsetof(struct watched, call),
    .tp_dictoffset = offsetof(struct watched, dict),
    .tp_weaklistoffset = offsetof(struct watched, weak_references),
    .tp_new = watched_new,
    .tp_call = PyVectorcall_Call,
    .tp_traverse = watched_traverse,
    .tp_clear = watched_clear,
    .tp_dealloc = watched_free,
    .tp_descr_get = watched_bind,
    .tp_getattro = watched_attribute,
    .tp_setattro = PyObject_GenericSetAttr,
    .tp_repr = watched_repr,
    .tp_methods = watched_methods,
    .tp_getset = watched_properties,
};
