// SPDX-License-Identifier: MIT
#include "capture.h"

struct helpers helpers;

// What is gathered of a stack before it is written; strong references.
struct entry {
    PyFrameObject *frame;
    int line_number;
};

struct stack {
    struct entry entries[FRAME_MAX];
    int n;
};

int line_of(PyTracebackObject *entry)
{
    if (entry->tb_lineno >= 0)
        return entry->tb_lineno;
    PyCodeObject *code = PyFrame_GetCode(entry->tb_frame); // newer Pythons find it when asked
    int line_number = PyCode_Addr2Line(code, entry->tb_lasti);
    Py_DECREF(code);
    return line_number;
}

static void push(struct stack *s, PyFrameObject *frame, int line_number)
{
    if (s->n == FRAME_MAX)
        return;
    Py_INCREF(frame);
    s->entries[s->n++] = (struct entry){frame, line_number};
}

static void release(struct stack *s)
{
    for (int i = 0; i < s->n; i++)
        Py_DECREF(s->entries[i].frame);
}

// The innermost callers, oldest first.
static void push_callers(struct stack *s, PyFrameObject *caller, int max)
{
    int first = s->n;
    Py_XINCREF(caller);
    for (int i = 0; caller && i < max; i++) {
        push(s, caller, PyFrame_GetLineNumber(caller));
        PyFrameObject *back = PyFrame_GetBack(caller);
        Py_SETREF(caller, back);
    }
    Py_XDECREF(caller);
    for (int a = first, b = s->n - 1; a < b; a++, b--) {
        struct entry swapped = s->entries[a];
        s->entries[a] = s->entries[b];
        s->entries[b] = swapped;
    }
}

static void gather(struct stack *s, PyObject *traceback, PyFrameObject *caller)
{
    Py_ssize_t n = 0, i = 0;
    PyTracebackObject *first = (PyTracebackObject *)traceback;
    for (PyTracebackObject *e = first; e; e = e->tb_next)
        n++;
    if (n < FRAME_MAX)
        push_callers(s, caller, FRAME_MAX - (int)n);
    for (PyTracebackObject *e = first; e; e = e->tb_next, i++)
        if (n <= FRAME_MAX || i < FRAME_OLDEST_N || i >= n - (FRAME_MAX - FRAME_OLDEST_N))
            push(s, e->tb_frame, line_of(e));
}

// ---- one frame

static void write_text(struct capture *c, const char *name, PyObject *string, Py_ssize_t max)
{
    PyObject *holder;
    if (!string || !PyUnicode_Check(string))
        return;
    json_name(&c->json, name);
    json_string(&c->json, text_of_unicode(string, max, &holder));
    Py_XDECREF(holder);
}

static void write_line(struct capture *c, PyObject *line)
{
    PyObject *holder;
    struct text t = text_of_unicode(line, LINE_TEXT_MAX, &holder);
    while (t.len && (t.at[t.len - 1] == '\n' || t.at[t.len - 1] == '\r'))
        t.len--;
    t = text_clip(t, LINE_TEXT_MAX);
    json_string(&c->json, t);
    c->source_bytes_left -= (int64_t)t.len;
    Py_XDECREF(holder);
}

// Lines first to last, counted from 1, as far as there are such lines.
static void write_lines(struct capture *c, const char *name, PyObject *lines, Py_ssize_t first,
                        Py_ssize_t last)
{
    if (first < 1)
        first = 1;
    if (last > PyList_GET_SIZE(lines))
        last = PyList_GET_SIZE(lines);
    if (first > last || c->source_bytes_left <= 0)
        return;
    json_name(&c->json, name);
    json_array(&c->json);
    for (Py_ssize_t i = first; i <= last; i++)
        if (PyUnicode_Check(PyList_GET_ITEM(lines, i - 1)))
            write_line(c, PyList_GET_ITEM(lines, i - 1));
    json_array_end(&c->json);
}

static void write_source(struct capture *c, PyObject *filename, PyObject *globals, int line_number)
{
    PyObject *lines = helpers.source_lines ? PyObject_CallFunctionObjArgs(helpers.source_lines,
                                                                          filename, globals, NULL)
                                           : NULL;
    swallow_error(c);
    if (lines && PyList_CheckExact(lines) && line_number >= 1 &&
        line_number <= PyList_GET_SIZE(lines)) {
        PyObject *line = PyList_GET_ITEM(lines, line_number - 1);
        if (PyUnicode_Check(line)) {
            json_name(&c->json, "context_line");
            write_line(c, line);
        }
        write_lines(c, "pre_context", lines, line_number - CONTEXT_LINE_N, line_number - 1);
        write_lines(c, "post_context", lines, line_number + 1, line_number + CONTEXT_LINE_N);
    }
    Py_XDECREF(lines);
}

// The three words of place_of; NULL for a frame of our own.
static PyObject *find_place(struct capture *c, PyObject *filename, PyObject *module)
{
    PyObject *place = helpers.place_of
                          ? PyObject_CallFunctionObjArgs(helpers.place_of, filename, module, NULL)
                          : NULL;
    swallow_error(c);
    if (!place || (PyTuple_CheckExact(place) && PyTuple_GET_SIZE(place) == 3))
        return place ? place : Py_BuildValue("(OOO)", filename, filename, Py_True);
    Py_DECREF(place);
    return NULL;
}

static void write_frame(struct capture *c, const struct entry *e, bool has_variables)
{
    PyCodeObject *code = PyFrame_GetCode(e->frame);
    PyObject *globals = PyObject_GetAttrString((PyObject *)e->frame, "f_globals");
    PyObject *module =
        globals && PyDict_Check(globals) ? PyDict_GetItemString(globals, "__name__") : NULL;
    module = module && PyUnicode_Check(module) ? module : Py_None;
    Py_INCREF(module);
    PyObject *place = find_place(c, code->co_filename, module);
    if (place) {
        json_object(&c->json);
        write_text(c, "abs_path", PyTuple_GET_ITEM(place, 0), 4096);
        write_text(c, "filename", PyTuple_GET_ITEM(place, 1), 4096);
        write_text(c, "module", module, 1024);
        write_text(c, "function", code->co_name, 1024);
        json_name(&c->json, "lineno");
        json_number(&c->json, e->line_number);
        json_name(&c->json, "in_app");
        json_boolean(&c->json, PyTuple_GET_ITEM(place, 2) == Py_True);
        write_source(c, code->co_filename, globals ? globals : Py_None, e->line_number);
        if (has_variables)
            write_variables(c, e->frame);
        json_object_end(&c->json);
    }
    swallow_error(c);
    Py_XDECREF(place);
    Py_DECREF(module);
    Py_XDECREF(globals);
    Py_DECREF(code);
}

void write_stack(struct capture *c, PyObject *traceback, PyFrameObject *caller)
{
    struct stack s = {.n = 0};
    gather(&s, traceback, caller);
    json_name(&c->json, "stacktrace");
    json_object(&c->json);
    json_name(&c->json, "frames");
    json_array(&c->json);
    for (int i = 0; i < s.n; i++)
        write_frame(c, &s.entries[i], i >= s.n - VARIABLE_FRAME_MAX);
    json_array_end(&c->json);
    json_object_end(&c->json);
    release(&s);
}
