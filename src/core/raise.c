// SPDX-License-Identifier: MIT
#include "core/raise.h"

#include <string.h>

enum { WORD_MAX = 14 };

// A word that ends in a letter, digit or '_' has to end there in the line, too; one that ends with
// another character may have white space before that. Endings are compared without regard to case.
struct language {
    const char *platforms; // as Sentry's SDKs name them, separated by a space
    const char *endings;
    const char *words[WORD_MAX];
};

static const struct language languages[] = {
    {"python", ".py .pyw .pyx .pyi", {"raise", "six.reraise("}},
    {"javascript node",
     ".js .mjs .cjs .jsx .ts .mts .cts .tsx .vue .svelte .astro .coffee",
     {"throw"}},
    {"java groovy", ".java .groovy .gradle", {"throw"}},
    {"kotlin", ".kt .kts", {"throw", "error(", "TODO("}},
    {"scala", ".scala .sc", {"throw", "sys.error("}},
    {"clojure", ".clj .cljs .cljc", {"throw"}},
    {"csharp dotnet",
     ".cs .cshtml .razor",
     {"throw", "ExceptionDispatchInfo.Capture(", "ExceptionDispatchInfo.Throw("}},
    {"vb", ".vb", {"Throw", "Err.Raise("}},
    {"fsharp",
     ".fs .fsx",
     {"raise", "reraise", "failwith", "failwithf", "invalidArg", "invalidOp", "nullArg"}},
    {"php", ".php .phtml .inc", {"throw", "trigger_error("}},
    {"swift cocoa",
     ".swift",
     {"throw", "fatalError(", "preconditionFailure(", "assertionFailure("}},
    {"objc", ".m .mm", {"@throw", "[NSException raise:", "throw", "abort("}},
    {"dart flutter", ".dart", {"throw", "rethrow", "Error.throwWithStackTrace("}},
    {"go", ".go", {"panic(", "log.Panic(", "log.Panicf(", "log.Panicln("}},
    {"ruby",
     ".rb .rake .ru .erb .haml .slim .jbuilder .gemspec .cr",
     {"raise", "fail", "Kernel.raise", "Kernel.fail"}},
    {"rust",
     ".rs",
     {"panic!", "std::panic!", "core::panic!", "unreachable!", "todo!", "unimplemented!", "bail!",
      "anyhow::bail!", "eyre::bail!", "panic_any(", "std::panic::panic_any(", "resume_unwind(",
      "std::panic::resume_unwind("}},
    {"perl", ".pl .pm .t .psgi .cgi", {"die", "croak", "confess", "Carp::croak", "Carp::confess"}},
    {"elixir", ".ex .exs .eex .heex", {"raise", "reraise", "throw", "exit(", ":erlang.error("}},
    {"erlang",
     ".erl .hrl",
     {"error(", "throw(", "exit(", "erlang:error(", "erlang:throw(", "erlang:exit(",
      "erlang:raise("}},
    {"lua", ".lua", {"error"}},
    {"haskell",
     ".hs",
     {"throw", "throwIO", "throwM", "throwError", "error", "errorWithoutStackTrace", "ioError"}},
    {"ocaml", ".ml", {"raise", "raise_notrace", "failwith", "invalid_arg"}},
    {"powershell", ".ps1 .psm1", {"throw"}},
    {"cfml", ".cfm .cfc", {"throw", "rethrow", "<cfthrow", "<cfrethrow"}},
    {"c", ".c", {"abort(", "raise(", "__builtin_trap(", "RaiseException("}},
    {"native",
     ".cc .cpp .cxx .c++ .h .hh .hpp .hxx .ipp .cu",
     {"throw", "abort(", "std::abort(", "std::terminate(", "__builtin_trap(", "raise(",
      "std::raise(", "std::rethrow_exception(", "std::throw_with_nested(", "RaiseException("}},
};

// What may stand before the word and does nothing that could fail: the line is reached because an
// earlier one found that something is wrong (`} else { throw x; }`, `?: throw X()`, `or die`).
static const char *const lead_ins[] = {
    "{",  "}",    "(",       ":",    "->", "=>",  "?:", "??",   "||",
    "or", "else", "default", "case", "_",  "try", "do", "then",
};

static bool lists(const char *list, struct text wanted)
{
    struct text rest = text_of(list), entry;
    while (text_cut(&rest, ' ', &entry))
        if (text_equal_nocase(entry, wanted))
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

// Takes word from the start of the line, if it ends there.
static bool take_word(struct text *line, struct text word)
{
    struct text rest = text_from(*line, word.len);
    bool goes_on = is_word_char(word.at[word.len - 1]) && rest.len && is_word_char(rest.at[0]);
    if (!text_starts(*line, word) || goes_on)
        return false;
    *line = rest;
    return true;
}

// "raise = 1", "fail == x", "throw.x", "raise: 1" and "(throw-if x)" say other things than raise
// and throw.
static bool is_only_a_name(struct text after_word)
{
    struct text rest = text_trim(after_word);
    if (text_starts(rest, TEXT("=")))
        return true;
    return after_word.len && memchr(".?!:-", after_word.at[0], 5) != NULL;
}

static bool starts_with_word(struct text line, struct text word)
{
    char last = word.at[word.len - 1];
    if (is_word_char(last))
        return take_word(&line, word) && !is_only_a_name(line);
    word.len--;
    if (!take_word(&line, word))
        return false;
    line = text_trim(line);
    return line.len && line.at[0] == last;
}

static bool take_lead_in(struct text *line)
{
    for (size_t i = 0; i < sizeof lead_ins / sizeof *lead_ins; i++)
        if (take_word(line, text_of(lead_ins[i])))
            return true;
    return false;
}

bool raise_is_bare(struct text platform, struct text path, struct text line)
{
    const struct language *language = find_language(platform, path);
    if (!language)
        return false;
    do
        line = text_trim(line);
    while (take_lead_in(&line));
    for (size_t i = 0; i < WORD_MAX && language->words[i]; i++)
        if (starts_with_word(line, text_of(language->words[i])))
            return true;
    return false;
}

// ---- for those who look for such lines ----

// The last name in a word: "reraise" of "six.reraise(".
static struct text last_name(struct text word)
{
    size_t end = word.len;
    while (end > 0 && !is_word_char(word.at[end - 1]))
        end--;
    size_t start = end;
    while (start > 0 && is_word_char(word.at[start - 1]))
        start--;
    return text_from(text_until(word, end), start);
}

void raise_add_words(struct buffer *out)
{
    size_t n = sizeof languages / sizeof *languages, start = out->len;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < WORD_MAX && languages[i].words[k]; k++) {
            struct text name = last_name(text_of(languages[i].words[k]));
            if (text_contains(text_from(buffer_text(out), start), name))
                continue;
            buffer_add_string(out, out->len > start ? "|" : "");
            buffer_add(out, name);
        }
}
