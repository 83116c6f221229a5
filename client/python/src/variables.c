// SPDX-License-Identifier: MIT
#include "capture.h"

static void write_variable(struct capture *c, const char *prefix, PyObject *name, PyObject *value)
{
    PyObject *holder;
    struct buffer full_name = {0};
    size_t before = c->json.out->len;
    buffer_add_string(&full_name, prefix);
    buffer_add(&full_name, text_of_unicode(name, 200, &holder));
    Py_XDECREF(holder);
    json_name_text(&c->json, buffer_text(&full_name));
    buffer_release(&full_name);
    if (is_secret(name)) {
        json_string(&c->json, TEXT("[Filtered]"));
    } else {
        buffer_clear(&c->value);
        represent(c, value);
        struct text shown = buffer_text(&c->value);
        json_string(&c->json, text_clip(shown, VALUE_MAX + 64));
    }
    c->variable_bytes_left -= (int64_t)(c->json.out->len - before);
}

// A module's frame has everything the module defines; only its data is worth showing.
static bool is_furniture(PyObject *name, PyObject *value)
{
    if (PyModule_Check(value) || PyType_Check(value) || PyFunction_Check(value) ||
        PyCFunction_Check(value))
        return true;
    Py_ssize_t len = PyUnicode_GET_LENGTH(name);
    return len > 4 && PyUnicode_READ_CHAR(name, 0) == '_' && PyUnicode_READ_CHAR(name, 1) == '_' &&
           PyUnicode_READ_CHAR(name, len - 1) == '_' && PyUnicode_READ_CHAR(name, len - 2) == '_';
}

static void write_members(struct capture *c, const char *prefix, PyObject *dict, int max,
                          bool without_furniture)
{
    PyObject *name, *value;
    Py_ssize_t position = 0, n = PyDict_GET_SIZE(dict);
    while (max > 0 && c->variable_bytes_left > 0 && PyDict_Next(dict, &position, &name, &value)) {
        if (PyDict_GET_SIZE(dict) != n) // a repr changed the object it belongs to
            return;
        if (!PyUnicode_Check(name) || (without_furniture && is_furniture(name, value)))
            continue;
        Py_INCREF(name);
        Py_INCREF(value);
        write_variable(c, prefix, name, value);
        Py_DECREF(name);
        Py_DECREF(value);
        max--;
    }
}

// Attributes in __slots__, of one class of self's.
static void write_slots(struct capture *c, PyObject *self, PyTypeObject *type, int max)
{
    PyObject *names = PyObject_GetAttrString((PyObject *)type, "__slots__");
    PyErr_Clear();
    if (!names || !(PyTuple_CheckExact(names) || PyList_CheckExact(names))) {
        Py_XDECREF(names);
        return;
    }
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(names) && max > 0; i++) {
        PyObject *name = PySequence_Fast_GET_ITEM(names, i);
        if (!PyUnicode_Check(name) || c->variable_bytes_left <= 0)
            continue;
        Py_INCREF(name);
        PyObject *value = PyObject_GenericGetAttr(self, name);
        swallow_error(c); // not set yet, or "__dict__"
        if (value && !PyDict_Check(value))
            write_variable(c, "self.", name, value);
        Py_XDECREF(value);
        Py_DECREF(name);
        max--;
    }
    Py_DECREF(names);
}

static bool has_own_slots(PyTypeObject *type)
{
    return (type->tp_flags & Py_TPFLAGS_HEAPTYPE) && type->tp_dict &&
           PyDict_GetItemString(type->tp_dict, "__slots__");
}

// Only what the object itself holds: no property is called.
static void write_attributes(struct capture *c, PyObject *self)
{
    if (PyType_Check(self) || PyModule_Check(self))
        return;
    PyObject *dict = PyObject_GenericGetDict(self, NULL);
    PyErr_Clear();
    if (dict && PyDict_Check(dict))
        write_members(c, "self.", dict, ATTRIBUTE_MAX, false);
    Py_XDECREF(dict);
    PyObject *bases = Py_TYPE(self)->tp_mro;
    Py_XINCREF(bases);
    for (Py_ssize_t i = 0; bases && i < PyTuple_GET_SIZE(bases); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(bases, i);
        if (has_own_slots(base))
            write_slots(c, self, base, ATTRIBUTE_MAX);
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
    PyObject *locals = c->variable_bytes_left > 0 ? locals_of(c, frame) : NULL;
    if (!locals)
        return;
    json_object(&c->json);
    write_members(c, "", locals, VARIABLE_MAX, is_module_frame(frame));
    PyObject *self = PyDict_GetItemString(locals, "self");
    if (self)
        write_attributes(c, self);
    json_object_end(&c->json);
    Py_DECREF(locals);
}
