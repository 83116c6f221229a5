// SPDX-License-Identifier: MIT
#include "base/json.h"

#include <cstring>
#include <new>
#include <simdjson.h>
#include <type_traits>

extern "C" {
#include "base/json_mend.h"
}

namespace dom = simdjson::dom;

// A parsed value is a document's address and an index into it: exactly what struct json carries.
static_assert(sizeof(dom::element) == sizeof(struct json), "struct json carries an element");
static_assert(std::is_trivially_copyable<dom::element>::value, "elements are copied as bytes");

struct json_doc {
    dom::document document;
    struct buffer mended = {};
};

// What is needed only while parsing is a thread's, not a document's: where many documents are kept
// at once it stays in the processor's cache. PARSER_KEPT bounds what stays after a large document.
static constexpr size_t PARSER_USUAL = 32 * 1024, PARSER_KEPT = 256 * 1024;
static thread_local dom::parser parser{JSON_SIZE_MAX};

static struct json face_of(const dom::element &element)
{
    struct json value;
    std::memcpy(static_cast<void *>(&value), &element, sizeof value);
    return value;
}

static bool element_of(struct json value, dom::element &element)
{
    if (!value.doc)
        return false;
    std::memcpy(static_cast<void *>(&element), &value, sizeof value);
    return true;
}

extern "C" struct json_doc *json_doc_new(void)
{
    struct json_doc *doc = new (std::nothrow) json_doc;
    if (!doc)
        fatal_out_of_memory();
    return doc;
}

extern "C" void json_doc_free(struct json_doc *doc)
{
    if (doc)
        buffer_release(&doc->mended);
    delete doc;
}

static simdjson::error_code parse(struct json_doc *doc, struct text bytes, struct json *root)
{
    // allocate() keeps the depth only when it is told; parse() alone would take its default
    if (parser.capacity() < bytes.len || parser.max_depth() != JSON_DEPTH_MAX) {
        size_t wanted = bytes.len < PARSER_USUAL ? PARSER_USUAL : bytes.len;
        simdjson::error_code failed = parser.allocate(wanted, JSON_DEPTH_MAX);
        if (failed)
            return failed;
    }
    dom::element element;
    simdjson::error_code failed =
        parser.parse_into_document(doc->document, bytes.at, bytes.len, true).get(element);
    if (!failed)
        *root = face_of(element);
    if (parser.capacity() > PARSER_KEPT)
        parser = dom::parser(JSON_SIZE_MAX);
    return failed;
}

static const char *reason_of(simdjson::error_code code)
{
    switch (code) {
    case simdjson::EMPTY: return "it is empty";
    case simdjson::DEPTH_ERROR: return "it is nested too deeply";
    case simdjson::CAPACITY: return "it is too long";
    case simdjson::UNCLOSED_STRING: return "a string is not closed";
    case simdjson::STRING_ERROR: return "a string holds a wrong escape or a control character";
    case simdjson::UNESCAPED_CHARS: return "a string holds a control character";
    case simdjson::NUMBER_ERROR: return "a number is malformed";
    case simdjson::UTF8_ERROR: return "it is not UTF-8";
    default: return "the punctuation is wrong or it is cut off";
    }
}

extern "C" bool json_parse(struct json_doc *doc, struct text bytes, struct json *root,
                           struct error *error)
{
    *root = {};
    if (bytes.len > JSON_SIZE_MAX)
        return error_set(error, ERROR_TOO_LARGE, "JSON of %zu bytes is over the bound of %d bytes",
                         bytes.len, JSON_SIZE_MAX);
    if (!bytes.at)
        return error_set(error, ERROR_INPUT, "not JSON: it is empty");
    simdjson::error_code failed = parse(doc, bytes, root);
    if (!failed)
        return true;
    if (failed == simdjson::MEMALLOC)
        fatal_out_of_memory();
    buffer_clear(&doc->mended);
    if (failed != simdjson::DEPTH_ERROR && json_mend(bytes, &doc->mended)) {
        simdjson::error_code again = parse(doc, buffer_text(&doc->mended), root);
        if (!again)
            return true;
        failed = again;
    }
    return error_set(error, ERROR_INPUT, "not JSON: %s", reason_of(failed));
}

extern "C" enum json_type json_type(struct json value)
{
    dom::element element;
    if (!element_of(value, element))
        return JSON_MISSING;
    switch (element.type()) {
    case dom::element_type::ARRAY: return JSON_ARRAY;
    case dom::element_type::OBJECT: return JSON_OBJECT;
    case dom::element_type::INT64: return JSON_INT;
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE: return JSON_DOUBLE;
    case dom::element_type::STRING: return JSON_STRING;
    case dom::element_type::BOOL: return JSON_BOOL;
    case dom::element_type::NULL_VALUE: return JSON_NULL;
    }
    return JSON_MISSING;
}

extern "C" bool json_bool(struct json value, bool otherwise)
{
    dom::element element;
    bool result;
    return element_of(value, element) && !element.get_bool().get(result) ? result : otherwise;
}

extern "C" int64_t json_int(struct json value, int64_t otherwise)
{
    dom::element element;
    int64_t whole;
    double real;
    if (!element_of(value, element))
        return otherwise;
    if (!element.get_int64().get(whole))
        return whole;
    const double bound = 9007199254740992.0; // 2^53: above it a double has no exact integers
    if (element.is_double() && !element.get_double().get(real) && real >= -bound && real <= bound &&
        static_cast<double>(static_cast<int64_t>(real)) == real)
        return static_cast<int64_t>(real);
    return otherwise;
}

extern "C" double json_double(struct json value, double otherwise)
{
    dom::element element;
    double real;
    return element_of(value, element) && !element.get_double().get(real) ? real : otherwise;
}

extern "C" struct text json_text(struct json value)
{
    dom::element element;
    std::string_view view;
    if (!element_of(value, element) || element.get_string().get(view))
        return {nullptr, 0};
    return {view.data(), view.size()};
}

extern "C" struct json json_get(struct json object, struct text name)
{
    struct json found = {};
    for (struct json_walk walk = json_walk(object); walk.is_object && json_next(&walk);)
        if (text_equal(walk.name, name))
            found = walk.value;
    return found;
}

extern "C" size_t json_size(struct json container)
{
    dom::element element;
    dom::array array;
    dom::object object;
    if (!element_of(container, element))
        return 0;
    if (!element.get_array().get(array))
        return array.size();
    if (!element.get_object().get(object))
        return object.size();
    return 0;
}

// An iterator is, like an element, a document's address and an index.
template <typename Iterator> static Iterator iterator_at(Iterator like, const void *doc, size_t at)
{
    static_assert(sizeof(Iterator) == sizeof(struct json), "struct json_walk carries an iterator");
    struct json place = {doc, at};
    std::memcpy(static_cast<void *>(&like), &place, sizeof place);
    return like;
}

template <typename Iterator> static struct json place_of(const Iterator &iterator)
{
    struct json place;
    std::memcpy(static_cast<void *>(&place), &iterator, sizeof place);
    return place;
}

extern "C" struct json_walk json_walk(struct json container)
{
    struct json_walk walk = {};
    dom::element element;
    dom::array array;
    dom::object object;
    if (!element_of(container, element))
        return walk;
    walk.doc = container.doc;
    if (!element.get_object().get(object)) {
        walk.is_object = true;
        walk.at = place_of(object.begin()).at;
        walk.end = place_of(object.end()).at;
    } else if (!element.get_array().get(array)) {
        walk.at = place_of(array.begin()).at;
        walk.end = place_of(array.end()).at;
    }
    return walk;
}

extern "C" bool json_next(struct json_walk *walk)
{
    if (walk->at == walk->end)
        return false;
    if (walk->is_object) {
        auto here = iterator_at(dom::object::iterator(), walk->doc, walk->at);
        std::string_view key = here.key();
        walk->name = {key.data(), key.size()};
        walk->value = face_of(here.value());
        walk->at = place_of(++here).at;
    } else {
        auto here = iterator_at(dom::array::iterator(), walk->doc, walk->at);
        walk->name = {nullptr, 0};
        walk->value = face_of(*here);
        walk->at = place_of(++here).at;
    }
    return true;
}
