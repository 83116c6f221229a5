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

// Of a module or class: its namespace itself.
static void read_namespace(PyObject *variables, PyFrameObject *frame)
{
    PyObject *locals = PyObject_GetAttrString((PyObject *)frame, "f_locals");
    if (locals)
        PyDict_Update(variables, locals);
    Py_XDECREF(locals);
}

#if PY_VERSION_HEX < 0x030C0000
static void add(PyObject *variables, PyObject *name, PyObject *value, bool is_cell)
{
    if (value && is_cell && PyCell_Check(value))
        value = PyCell_GET(value);
    if (value)
        PyDict_SetItem(variables, name, value);
}
#endif

#if PY_VERSION_HEX < 0x030B0000

static void add_all(PyObject *variables, PyObject *names, PyObject **values, bool are_cells)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++)
        add(variables, PyTuple_GET_ITEM(names, i), values[i], are_cells);
}

static void read_function(PyObject *variables, PyFrameObject *frame, PyCodeObject *code)
{
    PyObject **values = frame->f_localsplus;
    add_all(variables, code->co_varnames, values, false);
    values += code->co_nlocals;
    add_all(variables, code->co_cellvars, values, true);
    add_all(variables, code->co_freevars, values + PyTuple_GET_SIZE(code->co_cellvars), true);
}

#elif PY_VERSION_HEX < 0x030C0000

static void read_function(PyObject *variables, PyFrameObject *frame, PyCodeObject *code)
{
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        _PyLocals_Kind kind = _PyLocals_GetKind(code->co_localspluskinds, i);
        add(variables, PyTuple_GET_ITEM(code->co_localsplusnames, i), frame->f_frame->localsplus[i],
            kind & (CO_FAST_CELL | CO_FAST_FREE));
    }
}

#elif PY_VERSION_HEX < 0x030D0000

static void add_all(PyObject *variables, PyObject *names, PyFrameObject *frame)
{
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *value = PyFrame_GetVar(frame, PyTuple_GET_ITEM(names, i));
        if (value)
            PyDict_SetItem(variables, PyTuple_GET_ITEM(names, i), value);
        Py_XDECREF(value);
        PyErr_Clear(); // it has no value yet, or no longer
    }
    Py_XDECREF(names);
}

static void read_function(PyObject *variables, PyFrameObject *frame, PyCodeObject *code)
{
    add_all(variables, PyCode_GetVarnames(code), frame);
    add_all(variables, PyCode_GetCellvars(code), frame);
    add_all(variables, PyCode_GetFreevars(code), frame);
}

#else

static void read_function(PyObject *variables, PyFrameObject *frame, PyCodeObject *code)
{
    (void)code;
    read_namespace(variables, frame); // a view, and innocent
}

#endif

// Whether the variables lie in slots rather than in a namespace.
static bool is_function(const PyCodeObject *code)
{
    return code->co_flags & CO_OPTIMIZED;
}

PyObject *locals_of(struct capture *c, PyFrameObject *frame)
{
    PyObject *variables = PyDict_New();
    PyCodeObject *code = PyFrame_GetCode(frame);
    if (variables && is_function(code))
        read_function(variables, frame, code);
    else if (variables)
        read_namespace(variables, frame);
    swallow_error(c);
    Py_DECREF(code);
    return variables;
}
