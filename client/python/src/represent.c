// SPDX-License-Identifier: MIT
// Values as people know them from repr(), but bounded: builtin containers are walked here, so that
// a list of ten million costs twenty items. Only for other objects their own repr is called.
#include <math.h>

#include "base/clock.h"
#include "capture.h"

static void walk(struct capture *c, PyObject *value, int depth);

static bool is_full(const struct capture *c)
{
    return c->value.failed || c->value.len >= VALUE_MAX;
}

static void add(struct capture *c, const char *string)
{
    buffer_add_string(&c->value, string);
}

void swallow_error(struct capture *c)
{
    if (!PyErr_Occurred())
        return;
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt))
        c->was_interrupted = true;
    PyErr_Clear();
}

struct text text_of_unicode(PyObject *string, Py_ssize_t max_chars, PyObject **holder)
{
    Py_ssize_t len = 0;
    const char *at = NULL;
    *holder = PyUnicode_Substring(string, 0, max_chars);
    if (*holder)
        at = PyUnicode_AsUTF8AndSize(*holder, &len);
    if (*holder && !at) { // lone surrogates
        PyErr_Clear();
        PyObject *bytes = PyUnicode_AsEncodedString(*holder, "utf-8", "backslashreplace");
        Py_SETREF(*holder, bytes);
        at = bytes ? PyBytes_AS_STRING(bytes) : NULL;
        len = bytes ? PyBytes_GET_SIZE(bytes) : 0;
    }
    if (!at)
        PyErr_Clear();
    return at ? (struct text){at, (size_t)len} : TEXT("");
}

static bool is_plain_ascii(PyObject *string)
{
    return PyUnicode_CheckExact(string) && PyUnicode_IS_COMPACT_ASCII(string);
}

static void add_unicode(struct capture *c, PyObject *string)
{
    PyObject *holder;
    size_t room = c->value.len < VALUE_MAX ? VALUE_MAX - c->value.len : 0;
    if (is_plain_ascii(string) && (size_t)PyUnicode_GET_LENGTH(string) <= room) {
        const char *at = PyUnicode_DATA(string);
        buffer_add(&c->value, (struct text){at, (size_t)PyUnicode_GET_LENGTH(string)});
        return;
    }
    struct text t = text_of_unicode(string, (Py_ssize_t)room + 1, &holder);
    buffer_add(&c->value, text_clip(t, room));
    if (t.len > room)
        buffer_add(&c->value, TEXT("..."));
    Py_XDECREF(holder);
}

static void add_type_name(struct capture *c, PyTypeObject *type)
{
    const char *dot = strrchr(type->tp_name, '.');
    add(c, dot ? dot + 1 : type->tp_name);
}

// ---- the program's own repr

// These ask a database when they are shown, perhaps within the transaction that just broke.
static bool is_lazy(PyTypeObject *type)
{
    PyObject *bases = type->tp_flags & Py_TPFLAGS_HEAPTYPE ? type->tp_mro : NULL;
    for (Py_ssize_t i = 0; bases && i < PyTuple_GET_SIZE(bases); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(bases, i);
        if (strcmp(base->tp_name, "QuerySet") == 0 || strcmp(base->tp_name, "RawQuerySet") == 0)
            return true;
    }
    return false;
}

static void add_placeholder(struct capture *c, PyObject *value, const char *why)
{
    buffer_add(&c->value, TEXT("<"));
    add_type_name(c, Py_TYPE(value));
    buffer_printf(&c->value, " object at %p%s>", (void *)value, why);
}

static void add_repr(struct capture *c, PyObject *value)
{
    if (is_lazy(Py_TYPE(value))) {
        add_placeholder(c, value, ", not evaluated");
        return;
    }
    if (clock_mono_ms(&clock_system) > c->deadline_mono_ms) {
        add_placeholder(c, value, ", not shown: out of time");
        return;
    }
    PyObject *shown = PyObject_Repr(value);
    if (shown)
        add_unicode(c, shown);
    else
        add_placeholder(c, value, ", its repr failed");
    Py_XDECREF(shown);
    swallow_error(c);
}

// ---- classes and numbers

// A class of the program's, as type.__repr__ shows it; false when it has to be asked itself.
static bool add_class(struct capture *c, PyObject *value)
{
    static PyObject *name;
    PyTypeObject *type = (PyTypeObject *)value;
    if (!name)
        name = PyUnicode_InternFromString("__module__");
    bool is_usual = PyType_Check(value) && (type->tp_flags & Py_TPFLAGS_HEAPTYPE) && name &&
                    Py_TYPE(value)->tp_repr == PyType_Type.tp_repr;
    PyObject *module = is_usual ? PyDict_GetItem(type->tp_dict, name) : NULL;
    if (!module || !PyUnicode_Check(module))
        return false;
    buffer_add(&c->value, TEXT("<class '"));
    add_unicode(c, module);
    buffer_add(&c->value, TEXT("."));
    add_unicode(c, ((PyHeapTypeObject *)type)->ht_qualname);
    buffer_add(&c->value, TEXT("'>"));
    return true;
}

// Numbers that people write, with few digits after the point (prices, seconds, shares), without the
// search for the shortest text that gives the same number: whole / 10^n is rounded correctly, and
// of all texts with at most 15 digits only one gives that number.
static bool add_short_real(struct capture *c, double value)
{
    static const double powers[] = {10, 100, 1000, 10000};
    for (int n = 0; n < 4; n++) {
        double whole = value * powers[n];
        if (!(fabs(whole) < 1e15) || value == 0)
            return false;
        int64_t digits = (int64_t)round(whole), power = (int64_t)powers[n];
        if ((double)digits / powers[n] != value)
            continue;
        if (digits < 0)
            buffer_add_char(&c->value, '-');
        digits = digits < 0 ? -digits : digits;
        buffer_add_int64(&c->value, digits / power);
        buffer_add_char(&c->value, '.');
        for (int64_t rest = digits % power; power > 1; rest %= power) {
            power /= 10;
            buffer_add_char(&c->value, (char)('0' + rest / power));
        }
        return true;
    }
    return false;
}

static void add_real(struct capture *c, PyObject *value)
{
    if (add_short_real(c, PyFloat_AS_DOUBLE(value)))
        return;
    char *shown = PyOS_double_to_string(PyFloat_AS_DOUBLE(value), 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (shown)
        add(c, shown);
    else
        swallow_error(c);
    PyMem_Free(shown);
}

// ---- builtin types

static Py_ssize_t string_max(int depth)
{
    return depth ? STRING_MAX / 8 : STRING_MAX;
}

// The repr of most strings is they themselves between quotes; false when it is not.
static bool add_plain(struct capture *c, PyObject *value)
{
    if (!is_plain_ascii(value))
        return false;
    const char *at = PyUnicode_DATA(value);
    size_t len = (size_t)PyUnicode_GET_LENGTH(value);
    for (size_t i = 0; i < len; i++)
        if (at[i] < ' ' || at[i] == 0x7f || at[i] == '\\' || at[i] == '\'')
            return false;
    buffer_add_char(&c->value, '\'');
    buffer_add(&c->value, (struct text){at, len});
    buffer_add_char(&c->value, '\'');
    return true;
}

static void add_string(struct capture *c, PyObject *value, int depth)
{
    bool is_short = PyUnicode_GET_LENGTH(value) <= string_max(depth) &&
                    c->value.len + STRING_MAX + 2 <= VALUE_MAX;
    if (is_short && add_plain(c, value))
        return;
    Py_ssize_t max = string_max(depth);
    PyObject *start = PyUnicode_Substring(value, 0, max);
    PyObject *shown = start ? PyObject_Repr(start) : NULL;
    if (shown)
        add_unicode(c, shown);
    if (PyUnicode_GET_LENGTH(value) > max)
        buffer_printf(&c->value, "... (%zd characters)", PyUnicode_GET_LENGTH(value));
    Py_XDECREF(start);
    Py_XDECREF(shown);
    swallow_error(c);
}

static void add_bytes(struct capture *c, const char *bytes, Py_ssize_t len, int depth)
{
    Py_ssize_t max = string_max(depth);
    PyObject *start = PyBytes_FromStringAndSize(bytes, len < max ? len : max);
    PyObject *shown = start ? PyObject_Repr(start) : NULL;
    if (shown)
        add_unicode(c, shown);
    if (len > max)
        buffer_printf(&c->value, "... (%zd bytes)", len);
    Py_XDECREF(start);
    Py_XDECREF(shown);
    swallow_error(c);
}

// The digits of a huge number take quadratic time.
static void add_integer(struct capture *c, PyObject *value)
{
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (!overflow) {
        buffer_add_int64(&c->value, number);
        return;
    }
    PyObject *bits = PyObject_CallMethod(value, "bit_length", NULL);
    long long bit_n = bits ? PyLong_AsLongLong(bits) : -1;
    Py_XDECREF(bits);
    swallow_error(c);
    if (bit_n >= 0 && bit_n <= 1024)
        add_repr(c, value);
    else
        buffer_printf(&c->value, "<int of %lld bits>", bit_n);
}

static bool begin_item(struct capture *c, Py_ssize_t i, Py_ssize_t n)
{
    if (i > 0)
        buffer_add(&c->value, TEXT(", "));
    if (i < ITEM_MAX && !is_full(c))
        return true;
    buffer_printf(&c->value, "... %zd more", n - i);
    return false;
}

static void add_hidden(struct capture *c)
{
    buffer_add(&c->value, TEXT("'[Filtered]'"));
}

// "--password", and no "--password=value".
static bool is_option(PyObject *item)
{
    Py_ssize_t len = PyUnicode_Check(item) ? PyUnicode_GET_LENGTH(item) : 0;
    return len > 2 && PyUnicode_READ_CHAR(item, 0) == '-' &&
           PyUnicode_FindChar(item, '=', 0, len, 1) < 0;
}

// Whether what follows is to be hidden: in a pair of name and value, as in lists of headers, and
// behind an option of a command.
static bool names_a_secret(PyObject *item, Py_ssize_t i, Py_ssize_t n)
{
    return ((i == 0 && n == 2) || is_option(item)) && is_secret(item);
}

static void add_list(struct capture *c, PyObject *list, int depth)
{
    bool is_hidden = false;
    buffer_add(&c->value, TEXT("["));
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) { // may shrink while we look
        if (!begin_item(c, i, PyList_GET_SIZE(list)))
            break;
        PyObject *item = PyList_GET_ITEM(list, i);
        Py_INCREF(item);
        if (is_hidden)
            add_hidden(c);
        else
            walk(c, item, depth + 1);
        is_hidden = names_a_secret(item, i, PyList_GET_SIZE(list));
        Py_DECREF(item);
    }
    buffer_add(&c->value, TEXT("]"));
}

static void add_tuple(struct capture *c, PyObject *tuple, int depth)
{
    Py_ssize_t n = PyTuple_GET_SIZE(tuple);
    buffer_add(&c->value, TEXT("("));
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!begin_item(c, i, n))
            break;
        if (i > 0 && names_a_secret(PyTuple_GET_ITEM(tuple, i - 1), i - 1, n))
            add_hidden(c);
        else
            walk(c, PyTuple_GET_ITEM(tuple, i), depth + 1);
    }
    add(c, n == 1 ? ",)" : ")");
}

static void add_pair(struct capture *c, PyObject *key, PyObject *value, int depth)
{
    walk(c, key, depth + 1);
    buffer_add(&c->value, TEXT(": "));
    if (is_secret(key))
        add_hidden(c);
    else
        walk(c, value, depth + 1);
}

static void add_dict(struct capture *c, PyObject *dict, int depth)
{
    PyObject *key, *value;
    Py_ssize_t position = 0, n = PyDict_GET_SIZE(dict);
    buffer_add(&c->value, TEXT("{"));
    for (Py_ssize_t i = 0; PyDict_Next(dict, &position, &key, &value); i++) {
        if (PyDict_GET_SIZE(dict) != n || !begin_item(c, i, n)) // a repr may have changed it
            break;
        Py_INCREF(key);
        Py_INCREF(value);
        add_pair(c, key, value, depth);
        Py_DECREF(key);
        Py_DECREF(value);
    }
    buffer_add(&c->value, TEXT("}"));
}

// Sets and deques: through their iterator, which notices when they change.
static void add_iterated(struct capture *c, PyObject *value, int depth, const char *brackets)
{
    Py_ssize_t n = PyObject_Size(value);
    PyObject *iterator = n < 0 ? NULL : PyObject_GetIter(value), *item;
    buffer_add_char(&c->value, brackets[0]);
    for (Py_ssize_t i = 0; iterator && i < n; i++) {
        if (!begin_item(c, i, n) || !(item = PyIter_Next(iterator)))
            break;
        walk(c, item, depth + 1);
        Py_DECREF(item);
    }
    buffer_add_char(&c->value, brackets[1]);
    Py_XDECREF(iterator);
    swallow_error(c);
}

static void add_set(struct capture *c, PyObject *set, int depth)
{
    bool is_plain = Py_IS_TYPE(set, &PySet_Type) && PySet_GET_SIZE(set) > 0;
    if (!is_plain) {
        add_type_name(c, Py_TYPE(set));
        buffer_add(&c->value, TEXT("("));
    }
    if (PySet_GET_SIZE(set) > 0)
        add_iterated(c, set, depth, "{}");
    if (!is_plain)
        buffer_add(&c->value, TEXT(")"));
}

// A subclass of a builtin container: "defaultdict({...})".
static void add_named(struct capture *c, PyObject *value, int depth,
                      void (*add_content)(struct capture *, PyObject *, int), bool is_exact)
{
    if (is_exact) {
        add_content(c, value, depth);
        return;
    }
    add_type_name(c, Py_TYPE(value));
    buffer_add(&c->value, TEXT("("));
    add_content(c, value, depth);
    buffer_add(&c->value, TEXT(")"));
}

// ---- records: named tuples and data classes

static void add_member(struct capture *c, PyObject *name, PyObject *value, int depth)
{
    add_unicode(c, name);
    buffer_add(&c->value, TEXT("="));
    if (is_secret(name))
        add_hidden(c);
    else
        walk(c, value, depth + 1);
}

static bool add_named_tuple(struct capture *c, PyObject *tuple, int depth)
{
    PyObject *names = PyObject_GetAttrString((PyObject *)Py_TYPE(tuple), "_fields");
    Py_ssize_t n = PyTuple_GET_SIZE(tuple);
    PyErr_Clear();
    if (!names || !PyTuple_CheckExact(names) || PyTuple_GET_SIZE(names) != n) {
        Py_XDECREF(names);
        return false;
    }
    add_type_name(c, Py_TYPE(tuple));
    buffer_add(&c->value, TEXT("("));
    for (Py_ssize_t i = 0; i < n && PyUnicode_Check(PyTuple_GET_ITEM(names, i)); i++) {
        if (!begin_item(c, i, n))
            break;
        add_member(c, PyTuple_GET_ITEM(names, i), PyTuple_GET_ITEM(tuple, i), depth);
    }
    buffer_add(&c->value, TEXT(")"));
    Py_DECREF(names);
    return true;
}

// Whether the class has the repr that dataclasses made, rather than one that may hide something.
static bool has_generated_repr(PyObject *type)
{
    PyObject *repr = PyObject_GetAttrString(type, "__repr__");
    PyObject *wrapped = repr ? PyObject_GetAttrString(repr, "__wrapped__") : NULL;
    PyErr_Clear();
    PyObject *code = wrapped ? PyObject_GetAttrString(wrapped, "__code__") : NULL;
    bool is_generated =
        code && PyCode_Check(code) &&
        PyUnicode_CompareWithASCIIString(((PyCodeObject *)code)->co_filename, "<string>") == 0;
    PyErr_Clear();
    Py_XDECREF(repr);
    Py_XDECREF(wrapped);
    Py_XDECREF(code);
    return is_generated;
}

static bool is_shown_field(PyObject *field)
{
    PyObject *repr = PyObject_GetAttrString(field, "repr");
    PyObject *kind = PyObject_GetAttrString(field, "_field_type");
    PyObject *name = kind ? PyObject_GetAttrString(kind, "name") : NULL;
    bool is_shown = repr == Py_True && name && PyUnicode_Check(name) &&
                    PyUnicode_CompareWithASCIIString(name, "_FIELD") == 0;
    PyErr_Clear();
    Py_XDECREF(repr);
    Py_XDECREF(kind);
    Py_XDECREF(name);
    return is_shown;
}

static void add_field(struct capture *c, PyObject *value, PyObject *name, int depth)
{
    PyObject *member = PyObject_GenericGetAttr(value, name);
    if (member)
        add_member(c, name, member, depth);
    Py_XDECREF(member);
    swallow_error(c);
}

static void add_fields(struct capture *c, PyObject *value, PyObject *fields, int depth)
{
    PyObject *name, *field;
    Py_ssize_t position = 0, shown_n = 0, n = PyDict_GET_SIZE(fields);
    bool goes_on = true;
    while (goes_on && PyDict_GET_SIZE(fields) == n &&
           PyDict_Next(fields, &position, &name, &field)) {
        Py_INCREF(name);
        Py_INCREF(field);
        if (PyUnicode_Check(name) && is_shown_field(field)) {
            goes_on = begin_item(c, shown_n++, n);
            if (goes_on)
                add_field(c, value, name, depth);
        }
        Py_DECREF(name);
        Py_DECREF(field);
    }
}

// Borrowed, or NULL. A look into the classes is cheaper than an AttributeError.
static PyObject *fields_of(PyTypeObject *type)
{
    static PyObject *name;
    PyObject *bases = type->tp_mro, *fields = NULL;
    if (!name)
        name = PyUnicode_InternFromString("__dataclass_fields__");
    for (Py_ssize_t i = 0; name && !fields && bases && i < PyTuple_GET_SIZE(bases); i++) {
        PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(bases, i);
        bool is_readable = (base->tp_flags & Py_TPFLAGS_HEAPTYPE) && base->tp_dict;
        fields = is_readable ? PyDict_GetItem(base->tp_dict, name) : NULL;
    }
    return fields;
}

static bool add_data_class(struct capture *c, PyObject *value, int depth)
{
    PyObject *type = (PyObject *)Py_TYPE(value);
    if (!(Py_TYPE(value)->tp_flags & Py_TPFLAGS_HEAPTYPE))
        return false;
    PyObject *fields = fields_of(Py_TYPE(value)); // a repr may take them from the class
    Py_XINCREF(fields);
    bool is_walked = fields && PyDict_CheckExact(fields) && has_generated_repr(type);
    if (is_walked) {
        add_type_name(c, Py_TYPE(value));
        buffer_add(&c->value, TEXT("("));
        add_fields(c, value, fields, depth);
        buffer_add(&c->value, TEXT(")"));
    }
    Py_XDECREF(fields);
    return is_walked;
}

// ---- other builtin types whose own repr shows all that they hold

static bool add_exception(struct capture *c, PyObject *value, int depth)
{
    if (!PyExceptionInstance_Check(value) ||
        Py_TYPE(value)->tp_repr != ((PyTypeObject *)PyExc_BaseException)->tp_repr)
        return false;
    PyObject *args = ((PyBaseExceptionObject *)value)->args;
    PyObject *single = PyTuple_GET_SIZE(args) == 1 ? PyTuple_GET_ITEM(args, 0) : NULL;
    Py_INCREF(args);
    add_type_name(c, Py_TYPE(value));
    if (depth >= VALUE_DEPTH_MAX) {
        buffer_add(&c->value, TEXT("(...)"));
    } else if (single) {
        buffer_add(&c->value, TEXT("("));
        walk(c, single, PyUnicode_Check(single) ? depth : depth + 1);
        buffer_add(&c->value, TEXT(")"));
    } else {
        add_tuple(c, args, depth);
    }
    Py_DECREF(args);
    return true;
}

static bool add_method(struct capture *c, PyObject *value, int depth)
{
    if (!PyMethod_Check(value))
        return false;
    PyObject *name = PyObject_GetAttrString(PyMethod_GET_FUNCTION(value), "__qualname__");
    swallow_error(c);
    buffer_add(&c->value, TEXT("<bound method "));
    if (name && PyUnicode_Check(name))
        add_unicode(c, name);
    else
        buffer_add_char(&c->value, '?');
    buffer_add(&c->value, TEXT(" of "));
    if (depth < VALUE_DEPTH_MAX)
        walk(c, PyMethod_GET_SELF(value), depth + 1);
    else
        buffer_add(&c->value, TEXT("..."));
    buffer_add_char(&c->value, '>');
    Py_XDECREF(name);
    return true;
}

static bool add_view(struct capture *c, PyObject *view, int depth)
{
    if (!PyDictViewSet_Check(view) && !PyDictValues_Check(view))
        return false;
    add_type_name(c, Py_TYPE(view));
    buffer_add(&c->value, TEXT("("));
    if (depth >= VALUE_DEPTH_MAX)
        buffer_add(&c->value, TEXT("..."));
    else
        add_iterated(c, view, depth, "[]");
    buffer_add(&c->value, TEXT(")"));
    return true;
}

// ---- the choice

static bool walk_text(struct capture *c, PyObject *value, int depth)
{
    if (PyUnicode_Check(value) &&
        (PyUnicode_CheckExact(value) || PyUnicode_GET_LENGTH(value) > string_max(depth)))
        add_string(c, value, depth);
    else if (PyBytes_Check(value))
        add_bytes(c, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value), depth);
    else if (PyByteArray_Check(value))
        add_bytes(c, PyByteArray_AS_STRING(value), PyByteArray_GET_SIZE(value), depth);
    else
        return false;
    return true;
}

static bool walk_number(struct capture *c, PyObject *value)
{
    if (value == Py_None)
        buffer_add(&c->value, TEXT("None"));
    else if (PyBool_Check(value))
        add(c, value == Py_True ? "True" : "False");
    else if (PyLong_CheckExact(value))
        add_integer(c, value);
    else if (PyFloat_CheckExact(value))
        add_real(c, value);
    else
        return false;
    return true;
}

static bool walk_container(struct capture *c, PyObject *value, int depth)
{
    if (PyDict_Check(value))
        add_named(c, value, depth, add_dict, PyDict_CheckExact(value));
    else if (PyList_Check(value))
        add_named(c, value, depth, add_list, PyList_CheckExact(value));
    else if (PyTuple_Check(value) && !PyTuple_CheckExact(value) && add_named_tuple(c, value, depth))
        return true;
    else if (PyTuple_Check(value))
        add_named(c, value, depth, add_tuple, PyTuple_CheckExact(value));
    else if (PyAnySet_Check(value))
        add_set(c, value, depth);
    else
        return false;
    return true;
}

static bool is_container(PyObject *value)
{
    return PyDict_Check(value) || PyList_Check(value) || PyTuple_Check(value) ||
           PyAnySet_Check(value);
}

// deque and array.array: their repr shows every item.
static bool walk_sequence(struct capture *c, PyObject *value, int depth)
{
    const char *name = Py_TYPE(value)->tp_name;
    if (strcmp(name, "collections.deque") != 0 && strcmp(name, "array.array") != 0)
        return false;
    add_type_name(c, Py_TYPE(value));
    buffer_add(&c->value, TEXT("("));
    add_iterated(c, value, depth, "[]");
    buffer_add(&c->value, TEXT(")"));
    return true;
}

static void walk(struct capture *c, PyObject *value, int depth)
{
    if (is_full(c) || walk_number(c, value) || walk_text(c, value, depth))
        return;
    if (depth >= VALUE_DEPTH_MAX && is_container(value)) {
        add_type_name(c, Py_TYPE(value));
        buffer_add(&c->value, TEXT("(...)"));
        return;
    }
    if (add_class(c, value) || walk_container(c, value, depth) || walk_sequence(c, value, depth))
        return;
    if (depth < VALUE_DEPTH_MAX && add_data_class(c, value, depth))
        return;
    if (add_exception(c, value, depth) || add_view(c, value, depth) || add_method(c, value, depth))
        return;
    add_repr(c, value);
}

void represent(struct capture *c, PyObject *value)
{
    walk(c, value, 0);
}
