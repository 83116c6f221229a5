// SPDX-License-Identifier: MIT
// What passes everything through until something is raised. Then, and only then, Python code of the
// package runs. In C because each call of the program pays for it.
#ifndef FLAWLESS_PYTHON_WATCHED_H
#define FLAWLESS_PYTHON_WATCHED_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

// Takes what was raised, with its traceback; NULL when nothing was.
PyObject *take_raised(void);
void raise_again(PyObject *exception);

// Tells report what was raised. False when the exception is to be forgotten, which it never is if
// is_kept; else one is raised: the same, or Ctrl-C when that came meanwhile.
bool tell(PyObject *report, PyObject *caller, bool is_kept);

// ---- watched.c
extern PyTypeObject watched_function_type;

// ---- wsgi.c
extern PyTypeObject watched_application_type, watched_response_type, sized_response_type;

#endif
