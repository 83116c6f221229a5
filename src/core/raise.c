// SPDX-License-Identifier: MIT
#include "core/raise.h"

enum { WORD_MAX = 10 };

// A word that ends in a letter, digit or '_' has to end there in the line, too; one that ends with
// '(' or '!' may have white space before that.
struct language {
    const char *platforms; // separated by a space
    const char *endings;
    const char *words[WORD_MAX];
};

static const struct language languages[] = {
    {"python", ".py .pyw .pyx .pyi", {"raise"}},
    {"javascript node", ".js .mjs .cjs .jsx .ts .mts .cts .tsx .vue .svelte", {"throw"}},
    {"java", ".java .groovy", {"throw"}},
    {"", ".kt .kts", {"throw", "error(", "TODO("}},
    {"", ".scala .sc", {"throw", "sys.error("}},
    {"csharp", ".cs .fs .vb", {"throw", "Throw", "raise"}},
    {"php", ".php .phtml", {"throw"}},
    {"swift cocoa", ".swift", {"throw", "fatalError(", "preconditionFailure("}},
    {"dart flutter", ".dart", {"throw", "rethrow"}},
    {"go", ".go", {"panic(", "log.Panic(", "log.Panicf(", "log.Panicln("}},
    {"ruby", ".rb .rake .ru .erb", {"raise", "fail"}},
    {"rust",
     ".rs",
     {"panic!", "unreachable!", "todo!", "unimplemented!", "std::panic!", "core::panic!"}},
    {"perl", ".pl .pm .t", {"die", "croak", "confess", "Carp::croak", "Carp::confess"}},
    {"elixir", ".ex .exs .eex .heex", {"raise", "reraise", "throw"}},
    {"erlang", ".erl", {"error(", "throw(", "erlang:error("}},
    {"lua", ".lua", {"error("}},
    {"c", ".c", {"abort(", "__builtin_trap("}},
    {"native",
     ".cc .cpp .cxx .c++ .h .hh .hpp .mm",
     {"throw", "abort(", "std::abort(", "std::terminate(", "__builtin_trap(",
      "std::rethrow_exception(", "std::throw_with_nested("}},
};

static bool lists(const char *list, struct text wanted)
{
    struct text rest = text_of(list), entry;
    while (text_cut(&rest, ' ', &entry))
        if (text_equal(entry, wanted))
            return true;
    return false;
}

static const struct language *find_language(struct text platform, struct text path)
{
    size_t n = sizeof languages / sizeof *languages;
    struct text name = text_from(path, text_find_last(path, '.'));
    for (size_t i = 0; i < n && name.len > 1; i++)
        if (lists(languages[i].endings, name))
            return &languages[i];
    for (size_t i = 0; i < n && platform.len > 0; i++)
        if (lists(languages[i].platforms, platform))
            return &languages[i];
    return NULL;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool starts_with_word(struct text line, struct text word)
{
    char last = word.at[word.len - 1];
    if (is_word_char(last)) {
        // "raise_later(x)", "raise = 1" and "throw.x" are other words than raise and throw
        struct text rest = text_from(line, word.len);
        if (!text_starts(line, word) || (rest.len && is_word_char(rest.at[0])))
            return false;
        bool touches = rest.len && (rest.at[0] == '.' || rest.at[0] == '?' || rest.at[0] == '!');
        rest = text_trim(rest);
        bool is_assignment = text_starts(rest, TEXT("=")) && !text_starts(rest, TEXT("=="));
        return !touches && !is_assignment;
    }
    word.len--;
    struct text rest = text_trim(text_from(line, word.len));
    return text_starts(line, word) && rest.len && rest.at[0] == last;
}

bool raise_is_bare(struct text platform, struct text path, struct text line)
{
    const struct language *language = find_language(platform, path);
    if (!language)
        return false;
    line = text_trim(line);
    for (size_t i = 0; i < WORD_MAX && language->words[i]; i++)
        if (starts_with_word(line, text_of(language->words[i])))
            return true;
    return false;
}
