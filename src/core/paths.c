// SPDX-License-Identifier: MIT
// Paths of the repository are found from their ends. A hash map leads from the last component to a
// treap (a search tree kept balanced by random priorities) of the paths with that last component,
// ordered by their bytes read backwards, where '/' sorts before every other byte. So the paths that
// share their last k components lie side by side, and the path that shares the most with a runtime
// path lies on the way down to where the runtime path itself would be. Nearly every frame of
// library code is answered by one look into the hash map, and a repository with ten thousand
// index.js costs a dozen comparisons more than one with a single one.
#include "core/paths.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "core/path_mapping.h"

enum {
    PATH_MAX_BYTES = 4096, // git itself has no bound; systems do
    EQUALS_MAX = 256,      // equally good paths that are weighed against each other
};

struct node {
    struct node *left, *right;
    uint32_t priority; // a parent's is not lower than its children's
    uint32_t len;
    char bytes[];
};

struct paths {
    atomic_size_t holders;
    struct map by_name; // last component -> struct node: root of the treap
    struct arena arena; // the nodes
    size_t count;
    uint32_t random;
};

struct paths *paths_new(void)
{
    struct paths *paths = must_alloc(sizeof *paths);
    atomic_init(&paths->holders, 1);
    paths->random = 2463534242U;
    return paths;
}

struct paths *paths_hold(struct paths *paths)
{
    if (paths)
        atomic_fetch_add(&paths->holders, 1);
    return paths;
}

void paths_drop(struct paths *paths)
{
    if (!paths || atomic_fetch_sub(&paths->holders, 1) != 1)
        return;
    map_release(&paths->by_name);
    arena_release(&paths->arena);
    free(paths);
}

size_t paths_count(const struct paths *paths)
{
    return paths->count;
}

// ---- the order, and the trees ----

static struct text text_of_node(const struct node *node)
{
    return (struct text){node->bytes, node->len};
}

static struct text last_component(struct text path)
{
    size_t slash = text_find_last(path, '/');
    return slash < path.len ? text_from(path, slash + 1) : path;
}

// What the byte i from the end counts in the order: the end 0, '/' 1, the others more.
static int rank(struct text path, size_t i)
{
    if (i == path.len)
        return 0;
    unsigned char c = (unsigned char)path.at[path.len - 1 - i];
    return c == '/' ? 1 : c + 2;
}

// How many components at the end a and b share; *order as text_compare's, on the bytes read
// backwards.
static size_t compare_ends(struct text a, struct text b, int *order)
{
    size_t shared = a.len < b.len ? a.len : b.len, components = 0, i = 0;
    for (; i < shared && a.at[a.len - 1 - i] == b.at[b.len - 1 - i]; i++)
        components += a.at[a.len - 1 - i] == '/';
    int a_rank = rank(a, i), b_rank = rank(b, i);
    *order = a_rank - b_rank;
    return components + (a_rank <= 1 && b_rank <= 1);
}

static int compare_backwards(struct text a, struct text b)
{
    int order;
    compare_ends(a, b, &order);
    return order;
}

static size_t components_shared(struct text a, struct text b)
{
    int order;
    return compare_ends(a, b, &order);
}

static const struct node *find_exactly(const struct node *root, struct text path)
{
    while (root) {
        int order = compare_backwards(path, text_of_node(root));
        if (order == 0)
            return root;
        root = order < 0 ? root->left : root->right;
    }
    return NULL;
}

static struct node *insert(struct node *root, struct node *fresh)
{
    if (!root)
        return fresh;
    if (compare_backwards(text_of_node(fresh), text_of_node(root)) < 0) {
        struct node *left = root->left = insert(root->left, fresh);
        if (left->priority <= root->priority)
            return root;
        root->left = left->right;
        left->right = root;
        return left;
    }
    struct node *right = root->right = insert(root->right, fresh);
    if (right->priority <= root->priority)
        return root;
    root->right = right->left;
    right->left = root;
    return right;
}

static uint32_t next_random(struct paths *paths)
{
    paths->random ^= paths->random << 13;
    paths->random ^= paths->random >> 17;
    paths->random ^= paths->random << 5;
    return paths->random;
}

void paths_add(struct paths *paths, struct text path)
{
    struct text name = last_component(path);
    if (name.len == 0 || path.len > PATH_MAX_BYTES)
        return;
    struct node *root = map_find(&paths->by_name, name);
    if (find_exactly(root, path))
        return;
    struct node *fresh = arena_alloc(&paths->arena, sizeof *fresh + path.len);
    fresh->priority = next_random(paths);
    fresh->len = (uint32_t)path.len;
    memcpy(fresh->bytes, path.at, path.len);
    struct node *new_root = insert(root, fresh);
    if (new_root != root)
        map_put(&paths->by_name, name, new_root);
    paths->count++;
}

bool paths_has(const struct paths *paths, struct text path)
{
    return find_exactly(map_find(&paths->by_name, last_component(path)), path) != NULL;
}

// ---- which path of the repository is meant ----

// What is looked for, and what it takes to be found.
struct wanted {
    struct text path;   // clean
    size_t component_n; // of path
    size_t rest_n;      // components behind the last dependency directory; all without one
    size_t directory_n; // the same with the directory's own
    enum runtime_place place;
    bool is_bare_absolute; // one component, at a root
    bool is_whole;         // path is all there can be: the repository's path has to end with it
    bool may_omit_root;    // ... or with its end, right below a source directory (Kotlin's habit)
    bool is_foreign;       // the client calls the frame foreign: only strong evidence counts
};

static size_t count_components(struct text path)
{
    size_t n = path.len > 0;
    for (size_t i = 0; i < path.len; i++)
        n += path.at[i] == '/';
    return n;
}

// Directories under which a language's packages begin.
static const char *const source_directories[] = {"src",    "lib",   "python", "java",
                                                 "kotlin", "scala", "groovy", "clojure"};

// Whether the component of path before its last shared ones is a source directory.
static bool is_below_source_directory(struct text path, size_t shared)
{
    for (; shared > 0 && path.len > 0; shared--) {
        size_t slash = text_find_last(path, '/');
        path.len = slash < path.len ? slash : 0;
    }
    struct text directory = last_component(path);
    for (size_t i = 0; i < sizeof source_directories / sizeof *source_directories; i++)
        if (text_equal(directory, text_of(source_directories[i])))
            return true;
    return false;
}

// Whether candidate, which shares that many components at the end with what is wanted, is it.
static bool is_acceptable(const struct wanted *w, struct text candidate, size_t shared)
{
    bool all_of_candidate = components_shared(candidate, candidate) == shared;
    bool all_of_wanted = shared == w->component_n;
    bool strong = shared >= 2 || all_of_candidate || is_below_source_directory(candidate, shared);
    if (w->place != PLACE_UNKNOWN && shared >= w->directory_n)
        return true; // the dependency itself lies in the repository
    if (w->place == PLACE_FOREIGN)
        return false;
    if (w->place == PLACE_PACKAGE)
        return shared == w->rest_n && strong;
    if (w->is_whole)
        return (all_of_wanted && strong) ||
               (w->may_omit_root && is_below_source_directory(candidate, shared));
    if (w->is_foreign)
        return shared >= 2 && (all_of_candidate || all_of_wanted);
    return shared >= 2 || all_of_candidate || (all_of_wanted && !w->is_bare_absolute);
}

// The best so far of candidates that share equally much.
struct best {
    struct text path;
    bool is_found;
    size_t weighed_n;
};

static bool is_better(struct text a, struct text b)
{
    size_t a_n = count_components(a), b_n = count_components(b);
    if (a_n != b_n)
        return a_n < b_n;
    return a.len != b.len ? a.len < b.len : text_compare(a, b) < 0;
}

static void weigh(const struct wanted *w, const struct node *node, size_t shared, struct best *best)
{
    struct text candidate = text_of_node(node);
    best->weighed_n++;
    if (!is_acceptable(w, candidate, shared))
        return;
    if (!best->is_found || is_better(candidate, best->path))
        *best = (struct best){candidate, true, best->weighed_n};
}

// Weighs every path of the tree that ends with the components of end (at most EQUALS_MAX of them).
static void weigh_all(const struct wanted *w, const struct node *root, struct text end,
                      size_t shared, struct best *best)
{
    while (root && best->weighed_n < EQUALS_MAX) {
        struct text path = text_of_node(root);
        if (components_shared(path, end) == shared) {
            weigh_all(w, root->left, end, shared, best);
            weigh(w, root, shared, best);
            root = root->right;
        } else {
            root = compare_backwards(end, path) < 0 ? root->left : root->right;
        }
    }
}

// The last n components of path.
static struct text last_components(struct text path, size_t n)
{
    size_t i = path.len;
    while (i > 0 && (path.at[i - 1] != '/' || --n > 0))
        i--;
    return text_from(path, i);
}

// How many components the path that shares most shares: it lies on the way down to where path would
// be.
static size_t most_shared(const struct node *root, struct text path)
{
    size_t most = 0;
    while (root) {
        int order;
        size_t shared = compare_ends(path, text_of_node(root), &order);
        most = shared > most ? shared : most;
        root = order < 0 ? root->left : root->right;
    }
    return most;
}

static bool find_wanted(const struct paths *paths, const struct wanted *w, struct text *found)
{
    const struct node *root = map_find(&paths->by_name, last_component(w->path));
    size_t most = most_shared(root, w->path);
    struct best best = {0};
    for (size_t shared = most; shared > 0 && !best.is_found; shared--) {
        // a path that is shared as a whole beats all others that share as much
        struct text end = last_components(w->path, shared);
        const struct node *whole = find_exactly(root, end);
        if (whole)
            weigh(w, whole, shared, &best);
        bool can_be_part =
            shared >= 2 || shared == w->component_n || shared == w->rest_n || w->may_omit_root;
        if (shared == most && can_be_part && !best.is_found)
            weigh_all(w, root, end, shared, &best);
    }
    *found = best.path;
    return best.is_found;
}

// ---- what a frame can mean ----

static bool ends_with_one_of(struct text t, const char *const *endings)
{
    for (; *endings; endings++)
        if (text_ends(t, text_of(*endings)))
            return true;
    return false;
}

static const char *const python_endings[] = {".py", ".pyc", ".pyo", ".pyx", NULL};
static const char *const jvm_endings[] = {".java",   ".kt",  ".kts", ".scala",
                                          ".groovy", ".clj", NULL};

// a.b, in a file __init__.py: a/b/__init__.py; else a/b.py.
static struct text python_path(struct text module, struct text name, struct arena *scratch)
{
    if (text_equal(module, TEXT("__main__")))
        return (struct text){0};
    bool is_package = text_starts(name, TEXT("__init__."));
    struct text path =
        arena_printf(scratch, "%.*s%s", TEXT_ARG(module), is_package ? "/__init__.py" : ".py");
    for (size_t i = 0; i < module.len; i++)
        if (path.at[i] == '.')
            ((char *)path.at)[i] = '/';
    return path;
}

// org.shop.Cart$Line in Cart.java: org/shop/Cart.java. A class loader's or module's name before a
// '/' goes.
static struct text jvm_path(struct text module, struct text name, struct arena *scratch)
{
    module = last_component(module);
    module = text_until(module, text_find(module, '$'));
    size_t dot = text_find_last(module, '.');
    if (dot == module.len)
        return name;
    struct text path = arena_printf(scratch, "%.*s/%.*s", (int)dot, module.at, TEXT_ARG(name));
    for (size_t i = 0; i < dot; i++)
        if (path.at[i] == '.')
            ((char *)path.at)[i] = '/';
    return path;
}

static struct text module_path(const struct frame *frame, struct text name, struct arena *scratch)
{
    if (frame->module.len == 0 || frame->module.len > REPORT_NAME_MAX || name.len > REPORT_NAME_MAX)
        return (struct text){0};
    if (name.len == 0 || ends_with_one_of(name, python_endings))
        return python_path(frame->module, name, scratch);
    if (ends_with_one_of(name, jvm_endings))
        return jvm_path(frame->module, name, scratch);
    return (struct text){0};
}

static bool map_module(const struct paths *paths, const struct frame *frame, struct text name,
                       bool *has_module, struct text *found)
{
    struct arena scratch = {0};
    struct text path = module_path(frame, name, &scratch);
    struct wanted w = {.path = path,
                       .component_n = count_components(path),
                       .is_whole = true,
                       .may_omit_root = text_ends(path, TEXT(".kt"))};
    *has_module = path.len > 0;
    bool ok = *has_module && find_wanted(paths, &w, found);
    if (!ok && *has_module && name.len == 0) { // no file name: it may be a package, too
        w.path = python_path(frame->module, TEXT("__init__.py"), &scratch);
        w.component_n = count_components(w.path);
        ok = find_wanted(paths, &w, found);
    }
    arena_release(&scratch);
    return ok;
}

static bool has_name(const struct paths *paths, const struct runtime_path *clean)
{
    return map_find(&paths->by_name, last_component(runtime_path_text(clean))) != NULL;
}

// Maps a clean path whose place is known.
static bool map_clean(const struct paths *paths, const struct frame *frame,
                      const struct runtime_path *clean, struct text *found)
{
    struct text path = runtime_path_text(clean);
    struct wanted w = {.path = path,
                       .component_n = count_components(path),
                       .rest_n = count_components(text_from(path, clean->rest)),
                       .directory_n =
                           count_components(text_from(path, clean->directory)) + (clean->rest == 0),
                       .place = clean->place,
                       .is_foreign = frame->in_app == IN_APP_NO};
    w.is_bare_absolute = w.component_n == 1 && clean->is_absolute;
    return find_wanted(paths, &w, found);
}

// What else the frame says, when its path with directories is none of ours: the module, the short
// file name.
static bool map_otherwise(const struct paths *paths, const struct frame *frame,
                          const struct path_settings *settings, const struct runtime_path *clean,
                          struct text *found)
{
    bool has_module = false;
    struct runtime_path other;
    if (clean->place == PLACE_FOREIGN)
        return false;
    if (map_module(paths, frame, last_component(runtime_path_text(clean)), &has_module, found))
        return true;
    if (!runtime_path_clean(frame->filename, &other) || !has_name(paths, &other))
        return false;
    runtime_path_find_place(&other, settings->package_directories, settings->package_directory_n);
    if (clean->place == PLACE_PACKAGE && other.place == PLACE_UNKNOWN)
        other.place = PLACE_PACKAGE; // of which this is the rest
    return map_clean(paths, frame, &other, found);
}

// By the operator's rules; false when none applies. *path is empty when what it gives is not there.
static bool map_by_rule(const struct paths *paths, const struct frame *frame,
                        const struct path_settings *settings, struct text *path)
{
    struct runtime_path mapped;
    const struct text *rules = settings->mappings;
    *path = (struct text){0};
    if (!path_mapping_apply(rules, settings->mapping_n, frame->path, &mapped) &&
        !path_mapping_apply(rules, settings->mapping_n, frame->filename, &mapped))
        return false;
    struct text wanted = runtime_path_text(&mapped);
    const struct node *node =
        find_exactly(map_find(&paths->by_name, last_component(wanted)), wanted);
    if (node)
        *path = text_of_node(node);
    return true;
}

bool paths_map(const struct paths *paths, const struct frame *frame,
               const struct path_settings *settings, struct text *path)
{
    struct runtime_path clean;
    if (settings->mapping_n && map_by_rule(paths, frame, settings, path))
        return path->len > 0;
    bool has_file = runtime_path_clean(frame->path, &clean), has_module = false;
    if (!has_file)
        return frame->path.len == 0 &&
               map_module(paths, frame, (struct text){0}, &has_module, path);
    struct text name = last_component(runtime_path_text(&clean));
    // most frames of other people's code end here
    if (!has_name(paths, &clean) && text_ends(frame->path, frame->filename))
        return false;
    runtime_path_find_place(&clean, settings->package_directories, settings->package_directory_n);
    // a bare file name says less than the module it comes with, and would match anybody's
    // Utils.java
    if (name.len == clean.len) {
        if (map_module(paths, frame, name, &has_module, path))
            return true;
        return !has_module && map_clean(paths, frame, &clean, path);
    }
    return map_clean(paths, frame, &clean, path) ||
           map_otherwise(paths, frame, settings, &clean, path);
}

static size_t shared_with(struct text runtime_path, struct text path)
{
    struct runtime_path clean;
    return runtime_path_clean(runtime_path, &clean)
               ? components_shared(runtime_path_text(&clean), path)
               : 0;
}

size_t paths_shared(const struct frame *frame, const struct path_settings *settings,
                    struct text path)
{
    struct runtime_path mapped;
    struct arena scratch = {0};
    const struct text *rules = settings->mappings;
    if (path_mapping_apply(rules, settings->mapping_n, frame->path, &mapped) ||
        path_mapping_apply(rules, settings->mapping_n, frame->filename, &mapped))
        return 0;
    size_t by_path = shared_with(frame->path, path), by_name = shared_with(frame->filename, path);
    size_t by_module = components_shared(module_path(frame, last_component(path), &scratch), path);
    arena_release(&scratch);
    size_t most = by_path > by_name ? by_path : by_name;
    return most > by_module ? most : by_module;
}

struct rivals {
    struct text path, end; // path itself is none
    struct text *at;
    size_t shared_n, n, max;
};

static void collect_rivals(const struct node *root, struct rivals *rivals)
{
    while (root && rivals->n < rivals->max) {
        struct text path = text_of_node(root);
        if (components_shared(path, rivals->end) < rivals->shared_n) {
            root = compare_backwards(rivals->end, path) < 0 ? root->left : root->right;
            continue;
        }
        collect_rivals(root->left, rivals);
        if (rivals->n < rivals->max && !text_equal(path, rivals->path))
            rivals->at[rivals->n++] = path;
        root = root->right;
    }
}

size_t paths_list_rivals(const struct paths *paths, struct text path, size_t shared_n,
                         struct text *rivals, size_t rival_max)
{
    struct rivals list = {path, last_components(path, shared_n), rivals, shared_n,
                          0,    shared_n ? rival_max : 0};
    collect_rivals(map_find(&paths->by_name, last_component(path)), &list);
    return list.n;
}

bool paths_is_dependency(struct text runtime_path, const struct path_settings *settings)
{
    struct runtime_path clean;
    if (path_mapping_apply(settings->mappings, settings->mapping_n, runtime_path, &clean))
        return clean.len == 0;
    if (!runtime_path_clean(runtime_path, &clean))
        return true;
    runtime_path_find_place(&clean, settings->package_directories, settings->package_directory_n);
    return clean.place != PLACE_UNKNOWN;
}
