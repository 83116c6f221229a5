// SPDX-License-Identifier: MIT
// Two steps: the raw name becomes one clean path in a fixed buffer, then the table of dependency
// directories is held against every component. Both run for every frame of every report, so neither
// allocates.
#include "core/runtime_path.h"

#include <pthread.h>
#include <string.h>

// Directories that hold dependencies, as sequences of components. '*' is any run of bytes inside
// one component, '#' one digit. With endings, only for files that end so (several separated by a
// space).
struct dependency_directory {
    const char *components;
    enum runtime_place place;
    const char *endings;
};

static const struct dependency_directory dependency_directories[] = {
    // Python
    {"site-packages", PLACE_PACKAGE, NULL},
    {"dist-packages", PLACE_PACKAGE, NULL},
    {"bdist.*/egg", PLACE_PACKAGE, NULL},
    {"*.egg", PLACE_PACKAGE, NULL},
    {"*.whl", PLACE_PACKAGE, NULL},
    {"lib/python#*", PLACE_FOREIGN, ".py"},
    {"lib64/python#*", PLACE_FOREIGN, ".py"},
    {"lib/pypy*", PLACE_FOREIGN, ".py"},
    {"Python#*/Lib", PLACE_FOREIGN, ".py"},
    {"Python#*/lib", PLACE_FOREIGN, ".py"},
    {"python#*.zip", PLACE_FOREIGN, ".py"},
    // JavaScript
    {"node_modules", PLACE_FOREIGN, NULL},
    {"bower_components", PLACE_FOREIGN, NULL},
    {"jspm_packages", PLACE_FOREIGN, NULL},
    {".yarn", PLACE_FOREIGN, NULL},
    {"webpack/bootstrap", PLACE_FOREIGN, NULL},
    {"webpack/runtime", PLACE_FOREIGN, NULL},
    // Ruby
    {"gems/*-#*", PLACE_FOREIGN, NULL},
    {"bundler/gems", PLACE_FOREIGN, NULL},
    {"vendor/bundle", PLACE_FOREIGN, NULL},
    {"lib/ruby", PLACE_FOREIGN, ".rb"},
    {"site_ruby", PLACE_FOREIGN, ".rb"},
    // Go
    {"pkg/mod", PLACE_FOREIGN, NULL},
    {"*@v#*", PLACE_FOREIGN, ".go .s"},
    {"local/go/src", PLACE_FOREIGN, ".go .s"},
    {"lib/go*/src", PLACE_FOREIGN, ".go .s"},
    {"sdk/go#*/src", PLACE_FOREIGN, ".go .s"},
    {"go/#*/src", PLACE_FOREIGN, ".go .s"},
    {"go/#*/x64/src", PLACE_FOREIGN, ".go .s"},
    {"src/runtime", PLACE_FOREIGN, ".go .s"},
    // Rust
    {".cargo/registry", PLACE_FOREIGN, NULL},
    {".cargo/git", PLACE_FOREIGN, NULL},
    {"cargo/registry", PLACE_FOREIGN, NULL},
    {"cargo/git", PLACE_FOREIGN, NULL},
    {"rustc/*", PLACE_FOREIGN, ".rs"},
    {"rustlib/src", PLACE_FOREIGN, ".rs"},
    // PHP, and whoever else vendors
    {"vendor", PLACE_FOREIGN, ".php .go .rb .js .ts .mjs .c .cc .cpp .h .hpp .rs"},
    {"third_party", PLACE_FOREIGN, NULL},
    // the others
    {".m2/repository", PLACE_FOREIGN, NULL},
    {".gradle/caches", PLACE_FOREIGN, NULL},
    {".nuget/packages", PLACE_FOREIGN, NULL},
    {"perl5", PLACE_FOREIGN, ".pm .pl .al"},
    {"share/perl", PLACE_FOREIGN, ".pm .pl .al"},
    {"lib/perl", PLACE_FOREIGN, ".pm .pl .al"},
    {"perl/#*", PLACE_FOREIGN, ".pm .pl .al"},
    {"perl-base", PLACE_FOREIGN, ".pm .pl .al"},
    {"lib/erlang", PLACE_FOREIGN, ".erl .ex"},
    {"lib/elixir", PLACE_FOREIGN, ".erl .ex"},
    {"deps", PLACE_FOREIGN, ".erl .ex .exs"},
    {".pub-cache", PLACE_FOREIGN, NULL},
    {"flutter/packages", PLACE_FOREIGN, ".dart"},
    {"flutter/lib", PLACE_FOREIGN, ".dart"},
    {"usr/include", PLACE_FOREIGN, NULL},
};

// ---- from the raw name to a clean path ----

// Schemes whose path is the deployed one; every other scheme (webpack:, app:, turbopack:, ...) is a
// build tool's, whose path is relative to the project.
static const char *const served_schemes[] = {"http", "https", "file", "capacitor", "ionic"};
// Schemes that name no file of a repository.
static const char *const fileless_schemes[] = {"data", "blob", "node", "dart", "about", "ext"};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_one_of(struct text word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text_equal_nocase(word, text_of(list[i])))
            return true;
    return false;
}

// "https" of "https://x/y", "node" of "node:fs"; empty when there is none. One letter is a drive.
static struct text scheme_of(struct text raw)
{
    size_t i = 0;
    while (i < raw.len && i < 32 &&
           (is_letter(raw.at[i]) || (i && memchr("0123456789+-.", raw.at[i], 13))))
        i++;
    return i >= 2 && i < raw.len && raw.at[i] == ':' ? text_until(raw, i) : (struct text){0};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Appends one component; "." and the empty one say nothing, ".." takes the last one back.
static void add_component(struct runtime_path *path, struct text component)
{
    if (component.len == 0 || text_equal(component, TEXT(".")))
        return;
    if (text_equal(component, TEXT(".."))) {
        size_t slash = text_find_last(runtime_path_text(path), '/');
        path->len = slash < path->len ? slash : 0;
        return;
    }
    if (path->len)
        path->bytes[path->len++] = '/';
    memcpy(path->bytes + path->len, component.at, component.len);
    path->len += component.len;
}

// The components of text, which is shorter than the buffer, with either sort of slash between them.
static void add_components(struct runtime_path *path, struct text text)
{
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.at[i] != '/' && text.at[i] != '\\')
            continue;
        add_component(path, (struct text){text.at + start, i - start});
        start = i + 1;
    }
}

// Writes text with %xx undone once to out (as long as text at least) and gives what was written.
static struct text percent_decoded(struct text text, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '%' && i + 2 < text.len && hex_digit(text.at[i + 1]) >= 0 &&
            hex_digit(text.at[i + 2]) >= 0) {
            out[len++] = (char)(hex_digit(text.at[i + 1]) * 16 + hex_digit(text.at[i + 2]));
            i += 2;
        } else {
            out[len++] = text.at[i];
        }
    }
    return (struct text){out, len};
}

// What build tools put before the path: "[project]", "(rsc)", "@fs", "~".
static struct text without_decoration(struct text path)
{
    while (text_starts(path, TEXT("/")))
        path = text_from(path, 1);
    struct text first = text_until(path, text_find(path, '/'));
    bool decorated = first.len > 1 && ((first.at[0] == '[' && first.at[first.len - 1] == ']') ||
                                       (first.at[0] == '(' && first.at[first.len - 1] == ')'));
    if (decorated || text_equal(first, TEXT("~")) || text_equal(first, TEXT("@fs")))
        return text_from(path, first.len + 1);
    return path;
}

static bool clean_url(struct text scheme, struct text raw, struct runtime_path *path)
{
    char decoded[RUNTIME_PATH_MAX];
    struct text rest = text_from(raw, scheme.len + 3);
    rest = text_until(rest, text_find(rest, '?'));
    rest = text_until(rest, text_find(rest, '#'));
    rest = text_from(rest, text_find(rest, '/')); // without the host
    rest = without_decoration(percent_decoded(rest, decoded));
    path->is_absolute =
        is_one_of(scheme, served_schemes, sizeof served_schemes / sizeof *served_schemes);
    if (rest.len > 1 && is_letter(rest.at[0]) && rest.at[1] == ':')
        rest = text_from(rest, 2);
    add_components(path, rest);
    return path->len > 0;
}

// package:shop/cart.dart lies in lib/ of the package shop.
static bool clean_dart(struct text rest, struct runtime_path *path)
{
    size_t slash = text_find(rest, '/');
    add_component(path, text_until(rest, slash));
    add_component(path, TEXT("lib"));
    add_components(path, text_from(rest, slash));
    return slash < rest.len;
}

static bool clean_name(struct text raw, struct runtime_path *path)
{
    struct text scheme = scheme_of(raw);
    if (text_equal(scheme, TEXT("package")))
        return clean_dart(text_from(raw, 8), path);
    if (is_one_of(scheme, fileless_schemes, sizeof fileless_schemes / sizeof *fileless_schemes))
        return false;
    if (scheme.len && text_starts(text_from(raw, scheme.len), TEXT("://")))
        return clean_url(scheme, raw, path);
    if (raw.len > 2 && is_letter(raw.at[0]) && raw.at[1] == ':' &&
        (raw.at[2] == '/' || raw.at[2] == '\\'))
        raw = text_from(raw, 2);
    if (text_starts(raw, TEXT("~/")))
        raw = text_from(raw, 2);
    path->is_absolute = raw.len && (raw.at[0] == '/' || raw.at[0] == '\\');
    add_components(path, raw);
    return path->len > 0;
}

// ---- whose directory is it ----

// Whether pattern covers whole components of path from at on, with something behind them. Gives
// where that begins, or 0.
static size_t covered_until(const char *pattern, struct text path, size_t at)
{
    for (; *pattern; pattern++, at++) {
        if (*pattern == '*') {
            for (size_t i = at; i <= path.len; i++) {
                size_t end = covered_until(pattern + 1, path, i);
                if (end)
                    return end;
                if (i == path.len || path.at[i] == '/')
                    return 0;
            }
        }
        if (at >= path.len)
            return 0;
        bool same =
            *pattern == '#' ? path.at[at] >= '0' && path.at[at] <= '9' : *pattern == path.at[at];
        if (!same)
            return 0;
    }
    return at < path.len && path.at[at] == '/' ? at + 1 : 0;
}

static bool ends_like(struct text path, const char *endings)
{
    struct text rest = text_of(endings), ending;
    while (text_cut(&rest, ' ', &ending))
        if (text_ends(path, ending))
            return true;
    return false;
}

static void take_place(struct runtime_path *path, enum runtime_place place, size_t directory,
                       size_t rest)
{
    if (rest <= path->rest)
        return;
    path->place = place;
    path->directory = directory;
    path->rest = rest;
}

// One bit for each two bytes that a row of the table begins with: nearly every component of nearly
// every path is done with after one look at it.
static uint64_t beginnings[65536 / 64];
static pthread_once_t beginnings_once = PTHREAD_ONCE_INIT;

static unsigned beginning_of(const char *at)
{
    return (unsigned)(unsigned char)at[0] << 8 | (unsigned char)at[1];
}

static void fill_beginnings(void)
{
    for (size_t i = 0; i < sizeof dependency_directories / sizeof *dependency_directories; i++) {
        unsigned bit = beginning_of(dependency_directories[i].components);
        beginnings[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

// Rows that begin with '*' are about eggs, wheels and module@version.
static bool may_have_any_beginning(struct text component)
{
    return text_ends(component, TEXT(".egg")) || text_ends(component, TEXT(".whl")) ||
           memchr(component.at, '@', component.len);
}

static void look_at_table(struct runtime_path *path, size_t start, unsigned beginning, bool any)
{
    struct text whole = runtime_path_text(path);
    for (size_t i = 0; i < sizeof dependency_directories / sizeof *dependency_directories; i++) {
        const struct dependency_directory *directory = &dependency_directories[i];
        bool fits =
            *directory->components == '*' ? any : beginning_of(directory->components) == beginning;
        if (!fits)
            continue;
        size_t rest = covered_until(directory->components, whole, start);
        if (rest && (!directory->endings || ends_like(whole, directory->endings)))
            take_place(path, directory->place, start, rest);
    }
}

// Looks at the component that begins at start; what lies deepest decides.
static void look_at_component(struct runtime_path *path, size_t start, struct text component,
                              const struct text *package_directories, size_t package_directory_n)
{
    for (size_t i = 0; i < package_directory_n; i++)
        if (text_equal(component, package_directories[i]))
            take_place(path, PLACE_PACKAGE, start, start + component.len + 1);
    if (component.len < 2)
        return;
    unsigned beginning = beginning_of(component.at);
    bool any = may_have_any_beginning(component);
    if (any || (beginnings[beginning / 64] >> beginning % 64 & 1))
        look_at_table(path, start, beginning, any);
}

void runtime_path_find_place(struct runtime_path *path, const struct text *package_directories,
                             size_t package_directory_n)
{
    struct text rest = runtime_path_text(path), component;
    pthread_once(&beginnings_once, fill_beginnings);
    while (text_cut(&rest, '/', &component) && rest.len)
        look_at_component(path, (size_t)(component.at - path->bytes), component,
                          package_directories, package_directory_n);
}

bool runtime_path_clean(struct text raw, struct runtime_path *path)
{
    path->len = path->directory = path->rest = 0;
    path->is_absolute = false;
    path->place = PLACE_UNKNOWN;
    raw = text_trim(raw);
    // the longest addition of cleaning is Dart's "lib/"
    if (raw.len == 0 || raw.len > RUNTIME_PATH_MAX - 8 || raw.at[0] == '<' ||
        text_starts(raw, TEXT("[internal]")) || text_starts(raw, TEXT("[native code]")))
        return false;
    if (!clean_name(raw, path))
        return false;
    struct text clean = runtime_path_text(path);
    if (text_ends(clean, TEXT(".pyc")) || text_ends(clean, TEXT(".pyo")))
        path->len--;
    return true;
}
