// SPDX-License-Identifier: MIT
// From the line outwards, every line that is indented less and opens something is an enclosing
// block; the first that begins as functions do is the one. No grammar, so that an unknown language
// and code that does not compile are answered, too.
#include "core/enclosing.h"

#include <string.h>

enum { LOOK_BYTES = 400, TAB_WIDTH = 8, WORD_MAX = 6 };

// Languages in which a word says that a function begins. Elsewhere it looks as in C or JavaScript,
// or has one of the last entry's words.
static const struct language {
    const char *endings, *words;
} languages[] = {
    {".py .pyw .pyx .pxd .pyi", "def cdef cpdef"},
    {".rb .rake .ru .cr .jbuilder .gemspec", "def"},
    {".go", "func"},
    {".rs", "fn"},
    {".php .phtml .inc", "function"},
    {".swift", "func init deinit subscript"},
    {".kt .kts", "fun init constructor"},
    {".scala .sc", "def"},
    {".lua", "function"},
    {".pl .pm .psgi", "sub"},
    {".ex .exs", "def defp defmacro"},
    {"", "function def func fn"},
};
enum { LANGUAGE_N = sizeof languages / sizeof *languages };

static const char class_words[] = "class struct interface enum trait impl module namespace object "
                                  "extension union record protocol defmodule package";
static const char block_words[] = "if elif elsif else for foreach while with try except catch "
                                  "finally case when unless until begin do switch match loop";
// With these a statement begins and no function with a name: `return f(`, `go func() {`.
static const char statement_words[] =
    "if elif elsif else for foreach while with try except catch finally case when unless until do "
    "switch match return throw new await yield delete assert goto using lock fixed synchronized "
    "typeof sizeof print echo defer go co_await co_return co_yield in of raise not";
// Where a function in a language without braces is not over yet.
static const char going_on_words[] = "rescue ensure else elsif elif except catch finally after do";

struct line {
    struct text text; // trimmed, without a comment at its end, its beginning; empty: blank
    int indent;
};

struct window {
    const struct language *language;
    bool is_c;
    size_t n, target;
    struct line lines[2 * ENCLOSING_AROUND_MAX + 1];
};

enum kind { KIND_PLAIN, KIND_BLOCK, KIND_CLASS, KIND_FUNCTION };

struct block {
    enum kind kind;
    size_t head; // its first line
    bool is_braced;
};

// ---- words ----

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool lists(const char *list, struct text wanted)
{
    struct text rest = text_of(list), entry;
    while (text_cut(&rest, ' ', &entry))
        if (text_equal(entry, wanted))
            return true;
    return false;
}

// Takes the word at the beginning of *rest and the space after it; empty when there is none.
static struct text take_word(struct text *rest)
{
    size_t n = 0;
    while (n < rest->len && is_word_char(rest->at[n]))
        n++;
    struct text word = text_until(*rest, n);
    *rest = text_trim(text_from(*rest, n));
    return word;
}

// Whether one of the words that the line begins with is listed: "public static function" has one.
static bool begins_with_any(struct text line, const char *list)
{
    for (int i = 0; i < WORD_MAX; i++) {
        struct text word = take_word(&line);
        if (word.len == 0)
            return false;
        if (lists(list, word))
            return true;
        if (text_equal(word, TEXT("pub")) && text_starts(line, TEXT("("))) // Rust's pub(crate)
            line = text_trim(text_from(line, text_find(line, ')') + 1));
    }
    return false;
}

static bool first_word_is(struct text line, const char *list)
{
    return lists(list, take_word(&line));
}

static bool starts_with_one_of(struct text line, const char *characters)
{
    return line.len && strchr(characters, line.at[0]) != NULL && line.at[0];
}

static char last_char(struct text line)
{
    return line.len ? line.at[line.len - 1] : '\0';
}

static size_t count(struct text line, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < line.len; i++)
        n += line.at[i] == c;
    return n;
}

// ---- lines ----

static struct text without_comment(struct text line)
{
    for (size_t i = 1; i + 1 < line.len; i++)
        if (line.at[i - 1] == ' ' && (line.at[i] == '#' || memcmp(line.at + i, "//", 2) == 0))
            return text_trim(text_until(line, i));
    return line;
}

static struct line read_line(struct text bytes)
{
    struct line line = {0};
    size_t i = 0;
    for (; i < bytes.len && i < LOOK_BYTES && (bytes.at[i] == ' ' || bytes.at[i] == '\t'); i++)
        line.indent += bytes.at[i] == '\t' ? TAB_WIDTH - line.indent % TAB_WIDTH : 1;
    line.text = without_comment(text_trim(text_until(text_from(bytes, i), LOOK_BYTES)));
    return line;
}

// False when the file does not have the line.
static bool look_around(struct window *w, struct text content, int64_t line_number)
{
    struct text line;
    bool is_there = false;
    for (int64_t number = 1;
         number - ENCLOSING_AROUND_MAX <= line_number && text_cut(&content, '\n', &line);
         number++) {
        if (number < line_number - ENCLOSING_AROUND_MAX)
            continue;
        if (number == line_number) {
            w->target = w->n;
            is_there = true;
        }
        w->lines[w->n++] = read_line(line);
    }
    return is_there;
}

static bool is_comment(struct text line)
{
    return starts_with_one_of(line, "#*") || text_starts(line, TEXT("//")) ||
           text_starts(line, TEXT("/*"));
}

static bool starts_with_closer(struct text line)
{
    return starts_with_one_of(line, ")}]");
}

// ---- how functions begin ----

// "type name(" or "name(...) {", as in C, Java, C# and in classes of JavaScript. is_opening: it is
// known that its body follows; otherwise it may be a call.
static bool is_like_c(const struct window *w, size_t i, bool is_braced, bool is_opening)
{
    const struct line *line = &w->lines[i];
    struct text before = text_trim(text_until(line->text, text_find(line->text, '(')));
    struct text name = text_from(before, text_find_last(before, ' ') + 1);
    bool has_type = text_find(before, ' ') < before.len;
    if (!has_type)
        name = before;
    if (before.len == line->text.len || before.len == 0 || text_find(before, '=') < before.len ||
        text_find(before, '"') < before.len || text_find(before, '\'') < before.len ||
        text_find(name, '.') < name.len || text_contains(name, TEXT("->")) ||
        last_char(line->text) == ';')
        return false;
    if (has_type)
        return is_braced || is_opening;
    return is_braced && (!w->is_c || line->indent == 0); // in C it may be a macro that loops
}

// "name = (x) => {", "name: async x => {" or "name = function", as in JavaScript.
static bool is_like_javascript(struct text line, struct text opener)
{
    struct text before = text_until(line, text_find(line, '('));
    size_t at = text_find(before, '=');
    if (at == before.len)
        at = text_find(before, ':');
    if (at == before.len && before.len == line.len)
        return false;
    struct text rest = text_trim(text_from(line, at + 1)), after = rest;
    if (text_equal(take_word(&after), TEXT("async")))
        rest = after;
    if (first_word_is(rest, "function"))
        return true;
    bool is_arrow = text_contains(rest, TEXT("=>")) || text_contains(opener, TEXT("=>"));
    after = rest;
    take_word(&after);
    return at < before.len && is_arrow &&
           (text_starts(rest, TEXT("(")) || text_starts(after, TEXT("=>")));
}

static bool is_function(const struct window *w, const struct block *block, size_t opener)
{
    struct text line = w->lines[block->head].text;
    if (first_word_is(line, statement_words))
        return false;
    if (begins_with_any(line, w->language->words))
        return true;
    if (*w->language->endings)
        return false;
    bool is_whole = block->head != opener || count(line, '(') == count(line, ')');
    bool is_inside = opener != w->target; // what is indented more follows it
    return is_like_c(w, block->head, block->is_braced && is_whole, is_inside) ||
           is_like_javascript(line, w->lines[opener].text);
}

// ---- blocks ----

static bool opens(const struct window *w, struct text line)
{
    bool is_python = w->language == &languages[0];
    return (line.len && strchr(is_python ? "{([:" : "{([|>=", last_char(line)) != NULL) ||
           text_ends(line, TEXT(" do")) || first_word_is(line, block_words);
}

// The line that begins what another one opens: not "{", ") {" or "} else {", but what is above it.
static size_t find_head(const struct window *w, size_t opener)
{
    size_t head = opener;
    int indent = w->lines[opener].indent;
    while (head > 0 && (starts_with_one_of(w->lines[head].text, "{)}]") ||
                        w->lines[head].text.len == 0 || w->lines[head].indent > indent))
        head--;
    return head;
}

static struct block read_block(const struct window *w, size_t opener)
{
    struct text line = w->lines[opener].text;
    struct block block = {.head = opener, .is_braced = last_char(line) == '{'};
    bool is_open = opens(w, line);
    if (is_comment(line) || (starts_with_closer(line) && !is_open))
        return block;
    block.head = find_head(w, opener);
    if (is_function(w, &block, opener))
        block.kind = KIND_FUNCTION;
    else if (!first_word_is(w->lines[block.head].text, block_words) &&
             begins_with_any(w->lines[block.head].text, class_words))
        block.kind = KIND_CLASS;
    else if (is_open)
        block.kind = KIND_BLOCK;
    return block;
}

// The line itself, when a function begins there.
static bool begins_function(const struct window *w, struct block *block)
{
    size_t i = w->target;
    while (i + 1 < w->n && text_starts(w->lines[i].text, TEXT("@")) &&
           w->lines[i].indent == w->lines[i + 1].indent)
        i++; // a decorator
    *block = read_block(w, i);
    return block->kind == KIND_FUNCTION && block->head == i;
}

static struct block find_block(const struct window *w)
{
    struct block found = {.head = w->target};
    if (begins_function(w, &found))
        return found;
    found = (struct block){.head = w->target};
    struct text line = w->lines[w->target].text;
    int level = w->lines[w->target].indent;
    if (starts_with_one_of(line, "{)}]") || first_word_is(line, "end"))
        level++; // it belongs to what is above
    for (size_t i = w->target; i-- > 0 && level > 0;) {
        if (w->lines[i].text.len == 0 || w->lines[i].indent >= level)
            continue;
        struct block block = read_block(w, i);
        if (block.kind == KIND_FUNCTION || (block.kind == KIND_CLASS && !found.kind))
            return block;
        if (block.kind == KIND_CLASS)
            break;
        if (block.kind == KIND_BLOCK) {
            found = block;
            level = w->lines[block.head].indent;
            i = block.head;
        }
    }
    return found;
}

static bool is_end(struct text line)
{
    return (starts_with_one_of(line, "}") && last_char(line) != '{') || first_word_is(line, "end");
}

static bool goes_on(const struct line *line, int indent)
{
    return starts_with_one_of(line->text, "{)]}") ||
           (line->indent == indent && first_word_is(line->text, going_on_words));
}

static size_t find_end(const struct window *w, const struct block *block)
{
    size_t end = block->head > w->target ? block->head : w->target;
    int indent = w->lines[block->head].indent;
    for (size_t i = end; i < w->n; i++) {
        struct text line = w->lines[i].text;
        bool is_inside = w->lines[i].indent > indent;
        if (line.len == 0 || i == block->head || (is_comment(line) && !is_inside))
            continue;
        if (!is_inside && is_end(line))
            return i;
        if (!is_inside && !block->is_braced && !goes_on(&w->lines[i], indent))
            break;
        end = i;
    }
    return end;
}

// Lines above a function that belong to it: decorators, attributes, in C its type.
static size_t find_start(const struct window *w, const struct block *block)
{
    size_t start = block->head;
    for (; start > 0; start--) {
        const struct line *above = &w->lines[start - 1];
        char last = last_char(above->text);
        bool is_type = w->is_c && block->kind == KIND_FUNCTION &&
                       (is_word_char(last) || last == '*') &&
                       text_find(above->text, '(') == above->text.len && !is_comment(above->text);
        bool is_attribute =
            starts_with_one_of(above->text, "@[") || text_starts(above->text, TEXT("#["));
        if (above->indent != w->lines[block->head].indent || (!is_type && !is_attribute))
            break;
    }
    return start;
}

static struct line_range find_paragraph(const struct window *w)
{
    size_t first = w->target, last = w->target;
    while (first > 0 && w->lines[first - 1].text.len)
        first--;
    while (last + 1 < w->n && w->lines[last + 1].text.len)
        last++;
    return (struct line_range){(int64_t)first, (int64_t)last};
}

struct line_range enclosing_function(struct text file_content, struct text path,
                                     int64_t line_number)
{
    struct text ending = text_from(path, text_find_last(path, '.'));
    struct window w = {.language = languages};
    while (w.language < languages + LANGUAGE_N - 1 && !lists(w.language->endings, ending))
        w.language++;
    w.is_c = text_equal(ending, TEXT(".c")) || text_equal(ending, TEXT(".h"));
    if (line_number < 1 || !look_around(&w, file_content, line_number))
        return (struct line_range){0};
    struct block block = find_block(&w);
    struct line_range range =
        block.kind == KIND_PLAIN
            ? find_paragraph(&w)
            : (struct line_range){(int64_t)find_start(&w, &block), (int64_t)find_end(&w, &block)};
    int64_t before = line_number - (int64_t)w.target; // the number of the window's first line
    return (struct line_range){range.first + before, range.last + before};
}
