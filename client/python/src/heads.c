// SPDX-License-Identifier: MIT
// What a frame says of itself before its variables: file, function, line and the lines around it.
// The same places fail again and again, so the finished JSON is remembered, for as long as the file
// is the one it was made from. A place is told by the addresses of its three strings, which code
// objects of one file share and which are kept alive here.
#include <string.h>
#include <sys/stat.h>

#include "frames.h"

enum { SET_N = 128, WAY_N = 4, HEAD_BYTES_MAX = 8192 };

struct head {
    PyObject *filename, *function, *module; // strong references
    int line_number;
    uint64_t stamp;
    size_t source_at; // bytes before the lines of code
    struct buffer json;
};

// Places with the same hash share a set, the newest first.
static struct head heads[SET_N][WAY_N];

// ---- whether a file changed

static uint64_t look_at(PyObject *filename)
{
    struct stat found;
    const char *path = PyUnicode_AsUTF8(filename);
    if (!path)
        PyErr_Clear();
    if (!path || stat(path, &found) != 0)
        return 0;
    uint64_t stamp = (uint64_t)found.st_mtim.tv_sec * 1000000007u;
    stamp = (stamp ^ (uint64_t)found.st_mtim.tv_nsec) * 0x9e3779b97f4a7c15u;
    return (stamp ^ (uint64_t)found.st_size ^ (uint64_t)found.st_ino << 32) | 1;
}

// Tells one state of a file from another; 0 when there is no such file. Each file is looked at once
// for an event, as long as there are not too many of them.
static uint64_t stamp_of(struct capture *c, PyObject *filename)
{
    struct stamp *s = &c->stamps[((uintptr_t)filename >> 4) % STAMP_N];
    if (s->filename != filename)
        *s = (struct stamp){filename, look_at(filename)};
    return s->stamp;
}

// ---- making one

static void write_text(struct capture *c, const char *name, PyObject *string, Py_ssize_t max)
{
    PyObject *holder;
    if (!string || !PyUnicode_Check(string))
        return;
    json_name(&c->json, name);
    json_string(&c->json, text_of_unicode(string, max, &holder));
    Py_XDECREF(holder);
}

static void write_place(struct capture *c, const struct place *p)
{
    PyObject *found = ask_place(c, p->filename, p->module);
    bool is_known = found && PyTuple_CheckExact(found) && PyTuple_GET_SIZE(found) == 3;
    PyObject *unknown = p->filename;
    write_text(c, "abs_path", is_known ? PyTuple_GET_ITEM(found, 0) : unknown, 4096);
    write_text(c, "filename", is_known ? PyTuple_GET_ITEM(found, 1) : unknown, 4096);
    write_text(c, "module", p->module, 1024);
    write_text(c, "function", p->function, 1024);
    json_name(&c->json, "lineno");
    json_number(&c->json, p->line_number);
    json_name(&c->json, "in_app");
    json_boolean(&c->json, !is_known || PyTuple_GET_ITEM(found, 2) == Py_True);
    Py_XDECREF(found);
}

static void write_line(struct capture *c, PyObject *line)
{
    PyObject *holder;
    struct text t = text_of_unicode(line, LINE_TEXT_MAX, &holder);
    while (t.len && (t.at[t.len - 1] == '\n' || t.at[t.len - 1] == '\r'))
        t.len--;
    json_string(&c->json, text_clip(t, LINE_TEXT_MAX));
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
    if (first > last)
        return;
    json_name(&c->json, name);
    json_array(&c->json);
    for (Py_ssize_t i = first; i <= last; i++)
        if (PyUnicode_Check(PyList_GET_ITEM(lines, i - 1)))
            write_line(c, PyList_GET_ITEM(lines, i - 1));
    json_array_end(&c->json);
}

static void write_source(struct capture *c, const struct place *p)
{
    PyObject *lines = NULL;
    if (helpers.source_lines)
        lines = PyObject_CallFunctionObjArgs(helpers.source_lines, p->filename, p->globals, NULL);
    swallow_error(c);
    if (lines && PyList_CheckExact(lines) && p->line_number >= 1 &&
        p->line_number <= PyList_GET_SIZE(lines)) {
        PyObject *line = PyList_GET_ITEM(lines, p->line_number - 1);
        if (PyUnicode_Check(line)) {
            json_name(&c->json, "context_line");
            write_line(c, line);
        }
        write_lines(c, "pre_context", lines, p->line_number - CONTEXT_LINE_N, p->line_number - 1);
        write_lines(c, "post_context", lines, p->line_number + 1, p->line_number + CONTEXT_LINE_N);
    }
    Py_XDECREF(lines);
}

// Asks the program's loaders, so anything may happen meanwhile.
static struct buffer make_json(struct capture *c, const struct place *p, size_t *source_at)
{
    struct json_out event = c->json;
    struct buffer json = {0};
    c->json = (struct json_out){.out = &json};
    write_place(c, p);
    *source_at = json.len;
    write_source(c, p);
    c->json = event;
    return json;
}

// ---- the memory

static struct head *set_of(const struct place *p)
{
    uint64_t hash = (uintptr_t)p->function;
    hash = hash * 31 + (uintptr_t)p->filename;
    hash = (hash * 31 + (uint64_t)p->line_number) * 0x9e3779b97f4a7c15u;
    return heads[(hash >> 32) % SET_N];
}

static bool is_of(const struct head *h, const struct place *p)
{
    return h->filename == p->filename && h->function == p->function && h->module == p->module &&
           h->line_number == p->line_number;
}

static void forget(struct head *h)
{
    Py_CLEAR(h->filename);
    Py_CLEAR(h->function);
    Py_CLEAR(h->module);
    buffer_release(&h->json);
}

static const struct head *find_head(const struct place *p, uint64_t stamp)
{
    const struct head *set = set_of(p);
    for (int i = 0; i < WAY_N; i++)
        if (is_of(&set[i], p) && set[i].stamp == stamp)
            return &set[i];
    return NULL;
}

static void remember(const struct place *p, const struct head *made)
{
    struct head *set = set_of(p);
    forget(&set[WAY_N - 1]);
    memmove(set + 1, set, (WAY_N - 1) * sizeof *set);
    set[0] = *made;
    Py_INCREF(made->filename);
    Py_INCREF(made->function);
    Py_INCREF(made->module);
}

static void append(struct capture *c, const struct head *h)
{
    struct text all = buffer_text(&h->json);
    bool has_room = c->source_bytes_left > 0;
    buffer_add(c->json.out, has_room ? all : text_until(all, h->source_at));
    c->json.out->failed |= h->json.failed;
    c->json.needs_comma = true;
    if (has_room)
        c->source_bytes_left -= (int64_t)(all.len - h->source_at);
}

void write_site(struct capture *c, const struct place *p)
{
    uint64_t stamp = stamp_of(c, p->filename);
    const struct head *known = stamp ? find_head(p, stamp) : NULL;
    if (known) {
        append(c, known);
        return;
    }
    struct head made = {
        .filename = p->filename,
        .function = p->function,
        .module = p->module,
        .line_number = p->line_number,
        .stamp = stamp,
    };
    made.json = make_json(c, p, &made.source_at);
    append(c, &made);
    if (stamp && !made.json.failed && made.json.len <= HEAD_BYTES_MAX)
        remember(p, &made);
    else
        buffer_release(&made.json);
}
