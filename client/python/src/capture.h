// SPDX-License-Identifier: MIT
// From a raised Python exception to the members of a Sentry event.
//
// All of it runs in the program's own thread with the GIL held, in the middle of its trouble. So:
// everything is bounded (numbers below), nothing of the program's that is called (repr, str) may
// let an exception out, and no string is built that is much longer than what is kept of it.
#ifndef FLAWLESS_PYTHON_CAPTURE_H
#define FLAWLESS_PYTHON_CAPTURE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <frameobject.h>
#include <stdbool.h>

#ifdef Py_GIL_DISABLED
#error "flawless is not for free-threaded Python yet: use the ordinary build of the same version"
#endif

#include "base/json_out.h"
#include "report/scrub.h"

enum {
    CHAIN_MAX = 10,  // exceptions of a chain: those next to the reported one
    FRAME_MAX = 250, // of a stack: FRAME_OLDEST_N oldest and the innermost
    FRAME_OLDEST_N = 50,
    VARIABLE_FRAME_MAX = 20, // innermost frames that carry variables
    VARIABLE_MAX = 100,      // of a frame
    ATTRIBUTE_MAX = 50,      // of self
    VALUE_MAX = 2048,        // bytes of one variable's text
    VALUE_DEPTH_MAX = 4,     // containers within containers
    ITEM_MAX = 20,           // of a container
    STRING_MAX = 1024,       // characters of a string or bytes; an eighth within a container
    VARIABLE_BYTES_MAX = 400 * 1000, // all variables of an event
    SOURCE_BYTES_MAX = 300 * 1000,   // all context lines of an event
    MESSAGE_MAX = 8192,              // bytes of an exception's text
    LINE_TEXT_MAX = 1024,            // bytes of a line of code
    CONTEXT_LINE_N = 5,              // before and after
    STAMP_N = 16,                    // files whose state is remembered for one event
    REQUEST_BYTES_MAX = 48 * 1024,
    GIVEN_BYTES_MAX = 16 * 1024, // the tags, and each other member that the program gives
    TIME_MAX_MS = 250,           // after that no repr of the program's is called any more
};

// What a file was like when it was looked at for this event; see heads.c.
struct stamp {
    PyObject *filename; // only its address is used
    uint64_t stamp;
};

// One event being written; lives on one thread's stack.
struct capture {
    struct json_out json;
    struct buffer value; // the text of the variable being represented
    int64_t variable_bytes_left, source_bytes_left;
    int64_t deadline_mono_ms;
    bool was_interrupted; // Ctrl-C arrived in the program's code while we called it
    struct stamp stamps[STAMP_N];
};

// A new reference; of NULL, NULL.
static inline PyObject *keep(PyObject *value)
{
    Py_XINCREF(value);
    return value;
}

// Callables of the package, set once by its Python part.
struct helpers {
    PyObject *source_lines; // (filename, globals) -> list[str], with line ends
    PyObject *place_of;     // (filename, module) -> (abs_path, filename, in_app), None for our own
    PyObject *scrubber;     // a pattern's search method for names to hide; NULL for none
    PyObject *surroundings; // () -> dict or None: what the program is doing; see write_given
};
extern struct helpers helpers;

// What the program says of itself, as owned C strings; NULL when unknown.
extern struct identity {
    char *server_name, *release, *environment, *runtime;
} identity;

// ---- represent.c: appends to c->value
void represent(struct capture *c, PyObject *value);
// Clears the current exception; notes an interrupt.
void swallow_error(struct capture *c);
// UTF-8 of at most max_chars characters, in *holder's memory (to be released with Py_XDECREF).
// Always gives a text; never leaves an exception.
struct text text_of_unicode(PyObject *string, Py_ssize_t max_chars, PyObject **holder);

// ---- names.c
// Whether a name is one whose value is not to be shown: password, token, ...
bool is_secret(PyObject *name);
// The name of a member, with prefix before it; gives is_secret(name).
bool write_name(struct capture *c, const char *prefix, PyObject *name);
void forget_names(void); // after the scrubber changed

// ---- variables.c: a frame's variables as an object; nothing when there is no room left for them
void write_variables(struct capture *c, PyFrameObject *frame);

// ---- locals.c: calls visit for the name and value of each of a frame's variables, until it says
// that it has seen enough by false
typedef bool visit_variable(struct capture *c, void *context, PyObject *name, PyObject *value);
void visit_variables(struct capture *c, PyFrameObject *frame, visit_variable *visit, void *context);
// The same for what a dict holds, as long as nobody changes it.
void visit_dict(struct capture *c, PyObject *dict, visit_variable *visit, void *context);

// ---- scratch.c: memory that one capture leaves to the next, each for its purpose
extern struct buffer value_scratch, variables_scratch, exceptions_scratch;
// An empty buffer of at most max bytes. A capture in another thread meanwhile gets new memory.
struct buffer take_scratch(struct buffer *kept, size_t max);
void give_scratch(struct buffer *kept, struct buffer *used);

// ---- event.c
struct occurrence {
    PyObject *exception;   // NULL for a message, which is in details
    PyObject *traceback;   // NULL when it has none
    PyFrameObject *caller; // see write_stack
    PyObject *hostname;    // str, or NULL for the identity's
    PyObject *request;     // dict, a callable that gives one, or NULL
    PyObject *details;     // dict of further members: level, logger, logentry; or NULL
    bool is_handled;       // the program goes on as if nothing had happened
};
// Names the error: a hash of the type and of file, function and line of every entry; for a message,
// of its text before anything was filled in and of who wrote it.
uint64_t error_of(const struct occurrence *o);
// The members (see struct fl_report); failed or empty when there is no memory.
struct buffer write_event(const struct occurrence *o, bool *was_interrupted);
// Any Python value as bounded JSON; what JSON does not know is represented.
void write_json(struct capture *c, PyObject *value, int depth, size_t end);

#endif
