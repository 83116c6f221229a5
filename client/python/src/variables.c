// SPDX-License-Identifier: MIT
#include "capture.h"
#include "client/c/hide.h"
#include "watched.h"

// What is being written: variables of a frame, or attributes of self.
struct members {
    const char *prefix;
    int left; // of them may still be written
    bool without_furniture;
    PyObject *self; // found among the variables; strong reference
};

struct slots {
    PyObject *self;
    int left;
};

static void write_variable(struct capture *c, const char *prefix, PyObject *name, PyObject *value)
{
    size_t before = c->json.out->len;
    if (write_name(c, prefix, name)) {
        json_string(&c->json, TEXT("[Filtered]"));
    } else {
        buffer_clear(&c->value);
        represent(c, value);
        fl_hide(&c->json, buffer_text(&c->value), VALUE_MAX + 64);
    }
    c->variable_bytes_left -= (int64_t)(c->json.out->len - before);
}

// A module's frame has everything the module defines; only its data is worth showing.
static bool is_furniture(PyObject *name, PyObject *value)
{
    if (PyModule_Check(value) || PyType_Check(value) || PyFunction_Check(value) ||
        PyCFunction_Check(value) || Py_IS_TYPE(value, &watched_function_type))
        return true;
    Py_ssize_t len = PyUnicode_GET_LENGTH(name);
    return len > 4 && PyUnicode_READ_CHAR(name, 0) == '_' && PyUnicode_READ_CHAR(name, 1) == '_' &&
           PyUnicode_READ_CHAR(name, len - 1) == '_' && PyUnicode_READ_CHAR(name, len - 2) == '_';
}

static bool is_self(PyObject *name)
{
    static PyObject *self; // names of variables are interned
    if (!self)
        self = PyUnicode_InternFromString("self");
    return name == self;
}

static bool write_member(struct capture *c, void *context, PyObject *name, PyObject *value)
{
    struct members *m = context;
    if (!PyUnicode_Check(name) || (m->without_furniture && is_furniture(name, value)))
        return true;
    if (!*m->prefix && !m->self && is_self(name)) {
        Py_INCREF(value);
        m->self = value;
    }
    if (m->left <= 0 || c->variable_bytes_left <= 0)
        return false;
    write_variable(c, m->prefix, name, value);
    return --m->left > 0 && c->variable_bytes_left > 0;
}

// Attributes in the slots of one class of self's. The slot itself is asked: a subclass may have a
// property of the same name.
static bool write_slot(struct capture *c, void *context, PyObject *name, PyObject *slot)
{
    struct slots *s = context;
    if (!PyUnicode_Check(name) || !Py_IS_TYPE(slot, &PyMemberDescr_Type))
        return true;
    PyObject *value = Py_TYPE(slot)->tp_descr_get(slot, s->self, (PyObject *)Py_TYPE(s->self));
    swallow_error(c); // not set yet
    if (value)
        write_variable(c, "self.", name, value);
    Py_XDECREF(value);
    return --s->left > 0 && c->variable_bytes_left > 0;
}

static bool has_own_slots(PyTypeObject *type)
{
    static PyObject *slots;
    if (!slots)
        slots = PyUnicode_InternFromString("__slots__");
    return slots && (type->tp_flags & Py_TPFLAGS_HEAPTYPE) && type->tp_dict &&
           PyDict_GetItem(type->tp_dict, slots);
}

// Only what the object itself holds: no property is called.
static void write_attributes(struct capture *c, PyObject *self)
{
    if (PyType_Check(self) || PyModule_Check(self))
        return;
    PyObject *dict = PyObject_GenericGetDict(self, NULL);
    PyErr_Clear();
    if (dict && PyDict_Check(dict))
        visit_dict(c, dict, write_member,
                   &(struct members){.prefix = "self.", .left = ATTRIBUTE_MAX});
    Py_XDECREF(dict);
    PyObject *bases = Py_TYPE(self)->tp_mro;
    Py_XINCREF(bases);
    for (Py_ssize_t i = 0; bases && i < PyTuple_GET_SIZE(bases); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(bases, i);
        if (has_own_slots(base))
            visit_dict(c, base->tp_dict, write_slot, &(struct slots){self, ATTRIBUTE_MAX});
    }
    Py_XDECREF(bases);
}

static bool is_module_frame(PyFrameObject *frame)
{
    PyCodeObject *code = PyFrame_GetCode(frame);
    bool is_module = PyUnicode_CompareWithASCIIString(code->co_name, "<module>") == 0;
    Py_DECREF(code);
    return is_module;
}

void write_variables(struct capture *c, PyFrameObject *frame)
{
    struct members m = {
        .prefix = "", .left = VARIABLE_MAX, .without_furniture = is_module_frame(frame)};
    if (c->variable_bytes_left <= 0)
        return;
    json_object(&c->json);
    visit_variables(c, frame, write_member, &m);
    if (m.self)
        write_attributes(c, m.self);
    Py_XDECREF(m.self);
    json_object_end(&c->json);
}
