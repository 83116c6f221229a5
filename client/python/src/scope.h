// SPDX-License-Identifier: MIT
// What the program is doing: see the package's client/context.py.
#ifndef FLAWLESS_PYTHON_SCOPE_H
#define FLAWLESS_PYTHON_SCOPE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

extern PyTypeObject scope_type;
bool make_scope_variable(void); // called once; leaves an exception when it fails

// Methods of the module.
PyObject *begin_scope(PyObject *module, PyObject *const *args, Py_ssize_t n);
PyObject *end_scope(PyObject *module, PyObject *around);
PyObject *current_scope(PyObject *module, PyObject *unused);

bool enter_scope(PyObject *scope); // begun, or to be gone back to; leaves an exception on failure

#endif
