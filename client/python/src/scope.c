// SPDX-License-Identifier: MIT
// What the program is doing: flawless.client.context, of which this is what every request pays for.
#include "scope.h"

#include <stddef.h>

#include "capture.h"

#include <structmember.h> // wants Python.h before it

struct scope {
    PyObject_HEAD PyObject *subject;
    PyObject *describe, *transaction, *user, *tags; // NULL like None
};

static PyObject *scope_variable; // ContextVar; its default is a scope without anything

static PyObject *scope_new(PyTypeObject *type, PyObject *args, PyObject *names)
{
    if ((names && PyDict_GET_SIZE(names)) || PyTuple_GET_SIZE(args))
        return PyErr_Format(PyExc_TypeError, "a scope is made by begin_scope()");
    return type->tp_alloc(type, 0);
}

static int scope_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct scope *s = (struct scope *)self;
    Py_VISIT(s->subject);
    Py_VISIT(s->describe);
    Py_VISIT(s->transaction);
    Py_VISIT(s->user);
    Py_VISIT(s->tags);
    return 0;
}

static int scope_clear(PyObject *self)
{
    struct scope *s = (struct scope *)self;
    Py_CLEAR(s->subject);
    Py_CLEAR(s->describe);
    Py_CLEAR(s->transaction);
    Py_CLEAR(s->user);
    Py_CLEAR(s->tags);
    return 0;
}

static void scope_free(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    scope_clear(self);
    Py_TYPE(self)->tp_free(self);
}

static PyMemberDef scope_members[] = {
    {"subject", T_OBJECT, offsetof(struct scope, subject), 0, NULL},
    {"describe", T_OBJECT, offsetof(struct scope, describe), 0, NULL},
    {"transaction", T_OBJECT, offsetof(struct scope, transaction), 0, NULL},
    {"user", T_OBJECT, offsetof(struct scope, user), 0, NULL},
    {"tags", T_OBJECT, offsetof(struct scope, tags), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

PyTypeObject scope_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "flawless._capture.Scope",
    .tp_basicsize = sizeof(struct scope),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = scope_new,
    .tp_members = scope_members,
    .tp_traverse = scope_traverse,
    .tp_clear = scope_clear,
    .tp_dealloc = scope_free,
};

bool make_scope_variable(void)
{
    if (scope_variable)
        return true;
    PyObject *outermost = scope_type.tp_alloc(&scope_type, 0);
    if (outermost)
        scope_variable = PyContextVar_New("flawless_scope", outermost);
    Py_XDECREF(outermost);
    return scope_variable != NULL;
}

PyObject *current_scope(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    PyObject *scope = NULL;
    return PyContextVar_Get(scope_variable, NULL, &scope) < 0 ? NULL : scope;
}

bool enter_scope(PyObject *around)
{
    PyObject *token = PyContextVar_Set(scope_variable, around);
    Py_XDECREF(token);
    return token != NULL;
}

PyObject *end_scope(PyObject *self, PyObject *around)
{
    (void)self;
    if (!Py_IS_TYPE(around, &scope_type))
        return PyErr_Format(PyExc_TypeError, "around is not what begin_scope() gave");
    if (!enter_scope(around))
        return NULL;
    Py_RETURN_NONE;
}

PyObject *begin_scope(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (n != 3)
        return PyErr_Format(PyExc_TypeError, "begin_scope() takes 3 arguments");
    struct scope *around = (struct scope *)current_scope(self, NULL);
    struct scope *scope = around ? (struct scope *)scope_type.tp_alloc(&scope_type, 0) : NULL;
    if (scope) {
        scope->subject = keep(args[0]);
        scope->describe = keep(args[1]);
        scope->transaction = keep(args[2]);
        scope->user = keep(around->user);
        scope->tags = keep(around->tags);
    }
    if (!scope || !enter_scope((PyObject *)scope))
        Py_CLEAR(around);
    Py_XDECREF(scope);
    return (PyObject *)around;
}
