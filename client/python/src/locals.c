// SPDX-License-Identifier: MIT
// The variables of a function that may still run. Asking such a frame for f_locals is no innocent
// question before Python 3.13: the answer is a dict that stays with the frame, so the values in it
// would live until the function returns, and a dict that the program got from locals() would
// change. So the variables are read where the interpreter keeps them, which differs between its
// versions.
#include "capture.h"

#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030C0000
#define Py_BUILD_CORE
#include <internal/pycore_code.h>
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE
#endif

void visit_dict(struct capture *c, PyObject *dict, visit_variable *visit, void *context)
{
    PyObject *name, *value;
    Py_ssize_t position = 0, n = PyDict_GET_SIZE(dict);
    bool goes_on = true;
    while (goes_on && PyDict_GET_SIZE(dict) == n && PyDict_Next(dict, &position, &name, &value)) {
        Py_INCREF(name);
        Py_INCREF(value);
        goes_on = visit(c, context, name, value);
        Py_DECREF(name);
        Py_DECREF(value);
    }
}

// Of a module or class: its namespace itself. One that is no dict is the program's own, which may
// ask a database for what it is said to hold.
static void visit_namespace(struct capture *c, PyFrameObject *frame, visit_variable *visit,
                            void *context)
{
    PyObject *locals = PyObject_GetAttrString((PyObject *)frame, "f_locals");
    swallow_error(c);
    if (locals && PyDict_Check(locals))
        visit_dict(c, locals, visit, context);
    Py_XDECREF(locals);
}

#if PY_VERSION_HEX < 0x030C0000
static bool visit_slot(struct capture *c, PyObject *name, PyObject *value, bool is_cell,
                       visit_variable *visit, void *context)
{
    if (value && is_cell && PyCell_Check(value))
        value = PyCell_GET(value);
    if (!value)
        return true;
    Py_INCREF(value);
    bool goes_on = visit(c, context, name, value);
    Py_DECREF(value);
    return goes_on;
}
#endif

#if PY_VERSION_HEX < 0x030B0000

static void visit_slots(struct capture *c, PyObject *names, PyFrameObject *frame, Py_ssize_t first,
                        visit_variable *visit, void *context)
{
    bool are_cells = first > 0, goes_on = true;
    for (Py_ssize_t i = 0; goes_on && i < PyTuple_GET_SIZE(names); i++)
        goes_on = visit_slot(c, PyTuple_GET_ITEM(names, i), frame->f_localsplus[first + i],
                             are_cells, visit, context);
}

static void visit_function(struct capture *c, PyFrameObject *frame, PyCodeObject *code,
                           visit_variable *visit, void *context)
{
    Py_ssize_t cells_at = code->co_nlocals;
    Py_ssize_t free_at = cells_at + PyTuple_GET_SIZE(code->co_cellvars);
    visit_slots(c, code->co_varnames, frame, 0, visit, context);
    visit_slots(c, code->co_cellvars, frame, cells_at, visit, context);
    visit_slots(c, code->co_freevars, frame, free_at, visit, context);
}

#elif PY_VERSION_HEX < 0x030C0000

static void visit_function(struct capture *c, PyFrameObject *frame, PyCodeObject *code,
                           visit_variable *visit, void *context)
{
    bool goes_on = true;
    for (int i = 0; goes_on && i < code->co_nlocalsplus; i++) {
        _PyLocals_Kind kind = _PyLocals_GetKind(code->co_localspluskinds, i);
        // f_frame is read anew each time: what visit calls may let a generator end.
        goes_on = visit_slot(c, PyTuple_GET_ITEM(code->co_localsplusnames, i),
                             frame->f_frame->localsplus[i], kind & (CO_FAST_CELL | CO_FAST_FREE),
                             visit, context);
    }
}

#elif PY_VERSION_HEX < 0x030D0000

static void visit_names(struct capture *c, PyObject *names, PyFrameObject *frame,
                        visit_variable *visit, void *context)
{
    bool goes_on = names != NULL;
    for (Py_ssize_t i = 0; goes_on && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *value = PyFrame_GetVar(frame, PyTuple_GET_ITEM(names, i));
        PyErr_Clear(); // it has no value yet, or no longer
        if (value)
            goes_on = visit(c, context, PyTuple_GET_ITEM(names, i), value);
        Py_XDECREF(value);
    }
    Py_XDECREF(names);
}

static void visit_function(struct capture *c, PyFrameObject *frame, PyCodeObject *code,
                           visit_variable *visit, void *context)
{
    visit_names(c, PyCode_GetVarnames(code), frame, visit, context);
    visit_names(c, PyCode_GetCellvars(code), frame, visit, context);
    visit_names(c, PyCode_GetFreevars(code), frame, visit, context);
}

#else

static void visit_function(struct capture *c, PyFrameObject *frame, PyCodeObject *code,
                           visit_variable *visit, void *context)
{
    (void)code;
    PyObject *view = PyObject_GetAttrString((PyObject *)frame, "f_locals");
    PyObject *copy = view ? PyDict_New() : NULL;
    if (copy)
        PyDict_Update(copy, view);
    swallow_error(c);
    if (copy)
        visit_dict(c, copy, visit, context);
    Py_XDECREF(copy);
    Py_XDECREF(view);
}

#endif

// Whether the variables lie in slots rather than in a namespace.
static bool is_function(const PyCodeObject *code)
{
    return code->co_flags & CO_OPTIMIZED;
}

void visit_variables(struct capture *c, PyFrameObject *frame, visit_variable *visit, void *context)
{
    PyCodeObject *code = PyFrame_GetCode(frame);
    if (is_function(code))
        visit_function(c, frame, code, visit, context);
    else
        visit_namespace(c, frame, visit, context);
    Py_DECREF(code);
}
