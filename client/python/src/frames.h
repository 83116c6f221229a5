// SPDX-License-Identifier: MIT
// A stack of frames and the places they stand at.
#ifndef FLAWLESS_PYTHON_FRAMES_H
#define FLAWLESS_PYTHON_FRAMES_H

#include "capture.h"

// ---- heads.c: the members of a frame that say where it is, with the lines around it
struct place {
    PyObject *filename, *function; // str
    PyObject *globals;             // dict
    PyObject *module;              // its name, or None
    int line_number;
};
void write_site(struct capture *c, const struct place *p);

// ---- frames.c: the member "stacktrace" of an exception
// The frames of traceback (NULL for none); before them those of caller and its callers (NULL for
// none); after them the line that a SyntaxError (exception; NULL for none) is about.
void write_stack(struct capture *c, PyObject *exception, PyObject *traceback,
                 PyFrameObject *caller);
// The line of a file that a SyntaxError is about, as borrowed strings. False for all else.
bool find_syntax_error(PyObject *exception, PyObject **filename, int *line_number);
// What place_of says of a file; a new reference, or NULL.
PyObject *ask_place(struct capture *c, PyObject *filename, PyObject *module);
int line_of(PyTracebackObject *entry);
// Walk to the end of a traceback that the program may cut meanwhile; next_entry takes the entry.
PyTracebackObject *first_entry(PyObject *traceback); // NULL for NULL
PyTracebackObject *next_entry(PyTracebackObject *entry);

#endif
