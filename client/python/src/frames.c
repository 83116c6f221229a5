// SPDX-License-Identifier: MIT
#include <string.h>

#include "frames.h"

struct helpers helpers;

// What is gathered of a stack before it is written; strong references.
struct entry {
    PyFrameObject *frame; // NULL: the line of a SyntaxError, which never ran
    struct place place;
};

struct stack {
    struct entry entries[FRAME_MAX];
    int n;
};

// The lines of instructions that were asked for. The interpreter finds one by walking through the
// function's table from its start, which takes long in long functions.
enum { SET_N = 64, WAY_N = 4 };

struct line {
    PyCodeObject *code; // strong reference, so that no other gets its address
    int instruction, number;
};

// Instructions with the same hash share a set, the newest first.
static struct line lines[SET_N][WAY_N];

static int find_line(PyCodeObject *code, int instruction)
{
    uint64_t hash = ((uintptr_t)code + (uintptr_t)instruction) * 0x9e3779b97f4a7c15u;
    struct line *set = lines[(hash >> 32) % SET_N];
    for (int i = 0; i < WAY_N; i++)
        if (set[i].code == code && set[i].instruction == instruction)
            return set[i].number;
    PyCodeObject *forgotten = set[WAY_N - 1].code;
    int number = PyCode_Addr2Line(code, instruction);
    memmove(set + 1, set, (WAY_N - 1) * sizeof *set);
    Py_INCREF(code);
    set[0] = (struct line){code, instruction, number};
    Py_XDECREF(forgotten); // may run the program's code, which may come back here
    return number;
}

int line_of(PyTracebackObject *entry)
{
    if (entry->tb_lineno >= 0)
        return entry->tb_lineno;
    PyCodeObject *code = PyFrame_GetCode(entry->tb_frame); // newer Pythons find it when asked
    entry->tb_lineno = find_line(code, entry->tb_lasti);
    Py_DECREF(code);
    return entry->tb_lineno;
}

PyTracebackObject *first_entry(PyObject *traceback)
{
    Py_XINCREF(traceback);
    return (PyTracebackObject *)traceback;
}

PyTracebackObject *next_entry(PyTracebackObject *entry)
{
    PyTracebackObject *next = entry->tb_next;
    Py_XINCREF(next);
    Py_DECREF(entry);
    return next;
}

PyObject *ask_place(struct capture *c, PyObject *filename, PyObject *module)
{
    if (!helpers.place_of)
        return NULL;
    PyObject *place = PyObject_CallFunctionObjArgs(helpers.place_of, filename, module, NULL);
    swallow_error(c);
    return place;
}

// Whether a module may be one of this package, by its name: "flawless..." or "__main__".
static bool may_be_own(PyObject *module)
{
    if (module == Py_None || PyUnicode_GET_LENGTH(module) < 8)
        return false;
    Py_UCS4 first = PyUnicode_READ_CHAR(module, 0), second = PyUnicode_READ_CHAR(module, 1);
    return (first == 'f' && second == 'l') || (first == '_' && second == '_');
}

// Frames of this package are nobody's error. A program may have modules of such names, too.
static bool is_own(struct capture *c, const struct place *p)
{
    if (!may_be_own(p->module))
        return false;
    PyObject *place = ask_place(c, p->filename, p->module);
    bool is_own = place == Py_None;
    Py_XDECREF(place);
    return is_own;
}

static PyObject *globals_of(PyFrameObject *frame)
{
#if PY_VERSION_HEX >= 0x030B0000
    return PyFrame_GetGlobals(frame);
#else
    PyObject *globals = PyObject_GetAttrString((PyObject *)frame, "f_globals");
    PyErr_Clear();
    return globals;
#endif
}

static void find_place(struct place *p, PyFrameObject *frame, int line_number)
{
    static PyObject *name;
    if (!name)
        name = PyUnicode_InternFromString("__name__");
    PyCodeObject *code = PyFrame_GetCode(frame);
    p->filename = keep(code->co_filename);
    p->function = keep(code->co_name);
    Py_DECREF(code);
    p->globals = globals_of(frame);
    p->line_number = line_number;
    bool has_globals = name && p->globals && PyDict_Check(p->globals);
    PyObject *module = has_globals ? PyDict_GetItem(p->globals, name) : NULL;
    p->module = module && PyUnicode_CheckExact(module) ? module : Py_None;
    Py_INCREF(p->module);
}

static void release_entry(struct entry *e)
{
    Py_XDECREF(e->frame);
    Py_XDECREF(e->place.filename);
    Py_XDECREF(e->place.function);
    Py_XDECREF(e->place.globals);
    Py_XDECREF(e->place.module);
}

static void push(struct capture *c, struct stack *s, PyFrameObject *frame, int line_number)
{
    if (s->n == FRAME_MAX)
        return;
    struct entry *e = &s->entries[s->n];
    Py_INCREF(frame);
    e->frame = frame;
    find_place(&e->place, frame, line_number);
    if (e->place.globals && !is_own(c, &e->place))
        s->n++;
    else
        release_entry(e);
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
    for (PyTracebackObject *e = (PyTracebackObject *)traceback; e; e = e->tb_next)
        n++;
    if (n < FRAME_MAX)
        push_callers(c, s, caller, FRAME_MAX - (int)n);
    for (PyTracebackObject *e = first_entry(traceback); e; e = next_entry(e), i++)
        if (n <= FRAME_MAX || i < FRAME_OLDEST_N || i >= n - (FRAME_MAX - FRAME_OLDEST_N))
            push(c, s, e->tb_frame, line_of(e));
}

bool find_syntax_error(PyObject *exception, PyObject **filename, int *line_number)
{
    if (!exception || !PyObject_TypeCheck(exception, (PyTypeObject *)PyExc_SyntaxError))
        return false;
    PySyntaxErrorObject *error = (PySyntaxErrorObject *)exception;
    *filename = error->filename;
    bool is_file = *filename && PyUnicode_CheckExact(*filename) &&
                   PyUnicode_GET_LENGTH(*filename) > 0 &&
                   PyUnicode_READ_CHAR(*filename, 0) != '<'; // such as "<string>"
    if (!is_file || !error->lineno || !PyLong_CheckExact(error->lineno))
        return false;
    int overflow = 0;
    long number = PyLong_AsLongAndOverflow(error->lineno, &overflow);
    *line_number = (int)number;
    return !overflow && number > 0 && number <= INT_MAX;
}

static void push_syntax_error(struct stack *s, PyObject *exception)
{
    static PyObject *function;
    PyObject *filename;
    int line_number;
    if (!function)
        function = PyUnicode_InternFromString("<module>");
    if (!function || s->n == FRAME_MAX || !find_syntax_error(exception, &filename, &line_number))
        return;
    PyObject *globals = PyDict_New();
    if (!globals) {
        PyErr_Clear();
        return;
    }
    const struct place place = {keep(filename), keep(function), globals, keep(Py_None),
                                line_number};
    s->entries[s->n++] = (struct entry){NULL, place};
}

// ---- writing it

static void write_frame(struct capture *c, const struct entry *e, struct text variables)
{
    json_object(&c->json);
    write_site(c, &e->place);
    if (variables.len) {
        json_name(&c->json, "vars");
        buffer_add(c->json.out, variables);
        c->json.needs_comma = true;
    }
    json_object_end(&c->json);
}

// The variables of the innermost frames, one behind the other. The innermost say most, so they have
// the first claim on bytes and time.
struct gathered {
    struct buffer json;
    size_t ends[VARIABLE_FRAME_MAX]; // innermost first
};

static void gather_variables(struct capture *c, const struct stack *s, struct gathered *g)
{
    struct json_out event = c->json;
    for (int i = 0; i < VARIABLE_FRAME_MAX && i < s->n; i++) {
        size_t start = g->json.len;
        c->json = (struct json_out){.out = &g->json};
        if (s->entries[s->n - 1 - i].frame)
            write_variables(c, s->entries[s->n - 1 - i].frame);
        if (g->json.failed)
            g->json.len = start;
        g->ends[i] = g->json.len;
    }
    c->json = event;
}

static struct text variables_of(const struct gathered *g, int place)
{
    if (place >= VARIABLE_FRAME_MAX)
        return TEXT("");
    size_t start = place ? g->ends[place - 1] : 0;
    return text_until(text_from(buffer_text(&g->json), start), g->ends[place] - start);
}

void write_stack(struct capture *c, PyObject *exception, PyObject *traceback, PyFrameObject *caller)
{
    struct stack s;
    struct gathered g = {.json = take_scratch(&variables_scratch, 2 * VARIABLE_BYTES_MAX)};
    s.n = 0;
    gather(c, &s, traceback, caller);
    push_syntax_error(&s, exception);
    gather_variables(c, &s, &g);
    json_name(&c->json, "stacktrace");
    json_object(&c->json);
    json_name(&c->json, "frames");
    json_array(&c->json);
    for (int i = 0; i < s.n; i++)
        write_frame(c, &s.entries[i], variables_of(&g, s.n - 1 - i));
    json_array_end(&c->json);
    json_object_end(&c->json);
    give_scratch(&variables_scratch, &g.json);
    release(&s);
}
