// SPDX-License-Identifier: MIT
#include "base/value.h"

#include "base/error.h"
#include "base/json_out.h"

static struct value *new_value(struct arena *a, enum value_type type)
{
    struct value *value = arena_alloc(a, sizeof *value);
    value->type = type;
    return value;
}

struct value *value_object(struct arena *a)
{
    return new_value(a, VALUE_OBJECT);
}

struct value *value_list(struct arena *a)
{
    return new_value(a, VALUE_LIST);
}

static struct value *append(struct arena *a, struct value *container, const char *name,
                            enum value_type type)
{
    check(container->type == (name ? VALUE_OBJECT : VALUE_LIST));
    struct value *value = new_value(a, type);
    value->name = name;
    if (container->last)
        container->last->next = value;
    else
        container->first = value;
    container->last = value;
    return value;
}

void value_set_text(struct arena *a, struct value *object, const char *name, struct text t)
{
    append(a, object, name, VALUE_TEXT)->text = t;
}

void value_set_int(struct arena *a, struct value *object, const char *name, int64_t number)
{
    append(a, object, name, VALUE_INT)->number = number;
}

void value_set_bool(struct arena *a, struct value *object, const char *name, bool boolean)
{
    append(a, object, name, VALUE_BOOL)->boolean = boolean;
}

void value_set_null(struct arena *a, struct value *object, const char *name)
{
    append(a, object, name, VALUE_NULL);
}

struct value *value_set_object(struct arena *a, struct value *object, const char *name)
{
    return append(a, object, name, VALUE_OBJECT);
}

struct value *value_set_list(struct arena *a, struct value *object, const char *name)
{
    return append(a, object, name, VALUE_LIST);
}

struct value *value_add_object(struct arena *a, struct value *list)
{
    return append(a, list, NULL, VALUE_OBJECT);
}

void value_add_text(struct arena *a, struct value *list, struct text t)
{
    append(a, list, NULL, VALUE_TEXT)->text = t;
}

const struct value *value_get(const struct value *object, struct text name)
{
    if (object->type != VALUE_OBJECT)
        return NULL;
    for (const struct value *member = object->first; member; member = member->next)
        if (text_equal(text_of(member->name), name))
            return member;
    return NULL;
}

static void write_value(struct json_out *w, const struct value *value)
{
    switch (value->type) {
    case VALUE_NULL: json_null(w); break;
    case VALUE_BOOL: json_boolean(w, value->boolean); break;
    case VALUE_INT: json_number(w, value->number); break;
    case VALUE_TEXT: json_string(w, value->text); break;
    case VALUE_LIST:
        json_array(w);
        for (const struct value *element = value->first; element; element = element->next)
            write_value(w, element);
        json_array_end(w);
        break;
    case VALUE_OBJECT:
        json_object(w);
        for (const struct value *member = value->first; member; member = member->next) {
            if (member->name[0] == '_')
                continue;
            json_name(w, member->name);
            write_value(w, member);
        }
        json_object_end(w);
        break;
    }
}

void value_to_json(const struct value *value, struct buffer *out)
{
    struct json_out w = {.out = out};
    write_value(&w, value);
}
