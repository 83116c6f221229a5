// SPDX-License-Identifier: MIT
#include "capture.h"

struct helpers helpers;

// What is gathered of a stack before it is written; strong references.
struct entry {
    PyFrameObject *frame;
    PyObject *globals; // dict
    PyObject *module;  // its name, or None
    PyObject *place;   // what place_of gave
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

// Where the frame's code lies; false for frames of our own, which are nobody's error.
static bool find_place(struct capture *c, struct entry *e)
{
    PyCodeObject *code = PyFrame_GetCode(e->frame);
    e->globals = PyObject_GetAttrString((PyObject *)e->frame, "f_globals");
    bool has_globals = e->globals && PyDict_Check(e->globals);
    PyObject *module = has_globals ? PyDict_GetItemString(e->globals, "__name__") : NULL;
    e->module = module && PyUnicode_Check(module) ? module : Py_None;
    Py_INCREF(e->module);
    if (helpers.place_of)
        e->place =
            PyObject_CallFunctionObjArgs(helpers.place_of, code->co_filename, e->module, NULL);
    swallow_error(c);
    bool is_own = e->place == Py_None;
    if (!e->place || !PyTuple_CheckExact(e->place) || PyTuple_GET_SIZE(e->place) != 3)
        Py_XSETREF(e->place, Py_BuildValue("(OOO)", code->co_filename, code->co_filename, Py_True));
    Py_DECREF(code);
    return !is_own && e->globals && e->place;
}

static void release_entry(struct entry *e)
{
    Py_XDECREF(e->frame);
    Py_XDECREF(e->globals);
    Py_XDECREF(e->module);
    Py_XDECREF(e->place);
}

static void push(struct capture *c, struct stack *s, PyFrameObject *frame, int line_number)
{
    struct entry e = {.frame = frame, .line_number = line_number};
    if (s->n == FRAME_MAX)
        return;
    Py_INCREF(frame);
    if (find_place(c, &e))
        s->entries[s->n++] = e;
    else
        release_entry(&e);
}

static void release(struct stack *s)
{
    for (int i = 0; i < s->n; i++)
        release_entry(&s->entries[i]);
}

// The innermost callers, oldest first.
static void push_callers(struct capture *c, struct stack *s, PyFrameObject *caller, int max)
{
    int first = s->n;
    Py_XINCREF(caller);
    for (int i = 0; caller && i < max; i++) {
        push(c, s, caller, PyFrame_GetLineNumber(caller));
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

static void gather(struct capture *c, struct stack *s, PyObject *traceback, PyFrameObject *caller)
{
    Py_ssize_t n = 0, i = 0;
    PyTracebackObject *first = (PyTracebackObject *)traceback;
    for (PyTracebackObject *e = first; e; e = e->tb_next)
        n++;
    if (n < FRAME_MAX)
        push_callers(c, s, caller, FRAME_MAX - (int)n);
    for (PyTracebackObject *e = first; e; e = e->tb_next, i++)
        if (n <= FRAME_MAX || i < FRAME_OLDEST_N || i >= n - (FRAME_MAX - FRAME_OLDEST_N))
            push(c, s, e->tb_frame, line_of(e));
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

static void write_frame(struct capture *c, const struct entry *e, struct text variables)
{
    PyCodeObject *code = PyFrame_GetCode(e->frame);
    json_object(&c->json);
    write_text(c, "abs_path", PyTuple_GET_ITEM(e->place, 0), 4096);
    write_text(c, "filename", PyTuple_GET_ITEM(e->place, 1), 4096);
    write_text(c, "module", e->module, 1024);
    write_text(c, "function", code->co_name, 1024);
    json_name(&c->json, "lineno");
    json_number(&c->json, e->line_number);
    json_name(&c->json, "in_app");
    json_boolean(&c->json, PyTuple_GET_ITEM(e->place, 2) == Py_True);
    write_source(c, code->co_filename, e->globals, e->line_number);
    if (variables.len) {
        json_name(&c->json, "vars");
        buffer_add(c->json.out, variables);
        c->json.needs_comma = true;
    }
    json_object_end(&c->json);
    Py_DECREF(code);
}

// The innermost frames say most, so they have the first claim on bytes and time.
static void gather_variables(struct capture *c, const struct stack *s, struct buffer *variables)
{
    struct json_out event = c->json;
    for (int i = 0; i < VARIABLE_FRAME_MAX && i < s->n; i++) {
        variables[i].max = VARIABLE_BYTES_MAX;
        c->json = (struct json_out){.out = &variables[i]};
        write_variables(c, s->entries[s->n - 1 - i].frame);
        if (variables[i].failed)
            buffer_release(&variables[i]);
    }
    c->json = event;
}

void write_stack(struct capture *c, PyObject *traceback, PyFrameObject *caller)
{
    struct stack s = {.n = 0};
    struct buffer variables[VARIABLE_FRAME_MAX] = {0}; // innermost first
    gather(c, &s, traceback, caller);
    gather_variables(c, &s, variables);
    json_name(&c->json, "stacktrace");
    json_object(&c->json);
    json_name(&c->json, "frames");
    json_array(&c->json);
    for (int i = 0; i < s.n; i++) {
        int place = s.n - 1 - i;
        bool has_variables = place < VARIABLE_FRAME_MAX;
        write_frame(c, &s.entries[i],
                    has_variables ? buffer_text(&variables[place]) : (struct text){NULL, 0});
    }
    json_array_end(&c->json);
    json_object_end(&c->json);
    for (int i = 0; i < VARIABLE_FRAME_MAX; i++)
        buffer_release(&variables[i]);
    release(&s);
}
