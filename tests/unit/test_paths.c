// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdio.h>

#include "core/path_mapping.h"
#include "core/paths.h"

static const struct text package_directories[] = {{"site-packages", 13}, {"bundle", 6}};
static const struct path_settings usual = {.package_directories = package_directories,
                                           .package_directory_n = 2};

// Holds: in a repository of these paths (space separated), this frame is that path ("-": library
// code).
struct mapping {
    const char *repository, *runtime, *expected;
    const char *module;
    const char *filename;
    enum in_app in_app;
};

static struct paths *paths_of(const char *list)
{
    struct paths *paths = paths_new();
    struct text rest = text_of(list), path;
    while (text_cut(&rest, ' ', &path))
        paths_add(paths, path);
    return paths;
}

static struct frame frame_of(const struct mapping *m)
{
    return (struct frame){.path = text_of(m->runtime),
                          .filename = text_of(m->filename ? m->filename : m->runtime),
                          .module = text_of(m->module),
                          .in_app = m->in_app};
}

static void assert_mappings(const struct mapping *mappings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct mapping *m = &mappings[i];
        struct paths *paths = paths_of(m->repository);
        struct frame frame = frame_of(m);
        struct text found = TEXT("-");
        if (!paths_map(paths, &frame, &usual, &found))
            found = TEXT("-");
        if (!text_equal(found, text_of(m->expected)))
            print_error("%s %s in: %s\n", m->runtime, m->module ? m->module : "", m->repository);
        assert_text_equal(found, m->expected);
        paths_drop(paths);
    }
}
#define ASSERT_MAPPINGS(list) assert_mappings((list), sizeof(list) / sizeof *(list))

static void a_deployed_path_is_found_by_its_end(void **state)
{
    (void)state;
    static const struct mapping list[] = {
        {.repository = "app/views.py", .runtime = "/srv/app/views.py", .expected = "app/views.py"},
        {.repository = "src/app/views.py",
         .runtime = "/srv/app/views.py",
         .expected = "src/app/views.py"},
        {.repository = "src/app/views.py",
         .runtime = "app/views.py",
         .expected = "src/app/views.py"},
        {.repository = "src/app/views.py", .runtime = "views.py", .expected = "src/app/views.py"},
        {.repository = "src/app/views.py", .runtime = "/srv/other/views.py", .expected = "-"},
        {.repository = "app.py", .runtime = "/srv/x/app.py", .expected = "app.py"},
        {.repository = "app.py", .runtime = "/app.py", .expected = "app.py"},
        {.repository = "src/app.py", .runtime = "/app.py", .expected = "-"},
        {.repository = "app.py", .runtime = "/srv/x/myapp.py", .expected = "-"},
        {.repository = "myapp.py", .runtime = "/srv/x/app.py", .expected = "-"},
        {.repository = "lib/a.py", .runtime = "/srv/mylib/a.py", .expected = "-"},
        {.repository = "app/views.py", .runtime = "/srv/app/views.pyc", .expected = "app/views.py"},
        {.repository = "app/views.py",
         .runtime = "C:\\deploy\\app\\views.py",
         .expected = "app/views.py"},
        {.repository = "app/views.py", .runtime = "~/app/views.py", .expected = "app/views.py"},
        {.repository = "app/views.py",
         .runtime = "/srv/lib/../app/./views.py",
         .expected = "app/views.py"},
        {.repository = "app/views.py", .runtime = "../../app/views.py", .expected = "app/views.py"},
        {.repository = "app/views.py",
         .runtime = "/../../../app//views.py",
         .expected = "app/views.py"},
        {.repository = "a/b.py", .runtime = "/", .expected = "-"},
        {.repository = "a/b.py", .runtime = "~/", .expected = "-"},
        {.repository = "a/b.py", .runtime = "", .expected = "-"},
        {.repository = "", .runtime = "/srv/a.py", .expected = "-"},
    };
    ASSERT_MAPPINGS(list);
}

static void the_path_that_agrees_most_wins(void **state)
{
    (void)state;
    static const struct mapping list[] = {
        {.repository = "views.py app/views.py src/app/views.py",
         .runtime = "/srv/app/views.py",
         .expected = "app/views.py"},
        {.repository = "views.py app/views.py src/app/views.py",
         .runtime = "/build/src/app/views.py",
         .expected = "src/app/views.py"},
        {.repository = "views.py app/views.py",
         .runtime = "/srv/x/views.py",
         .expected = "views.py"},
        {.repository = "b/app/views.py a/app/views.py long/a/app/views.py",
         .runtime = "/srv/app/views.py",
         .expected = "a/app/views.py"},
        {.repository = "aa/app/views.py b/app/views.py",
         .runtime = "/srv/app/views.py",
         .expected = "b/app/views.py"},
        {.repository = "z/utils.py utils.py a/utils.py",
         .runtime = "utils.py",
         .expected = "utils.py"},
    };
    ASSERT_MAPPINGS(list);
}

static void installed_packages_are_ours_only_as_a_whole(void **state)
{
    (void)state;
    static const struct mapping list[] = {
        {.repository = "app.py",
         .runtime = "/venv/lib/python3.11/site-packages/flask/app.py",
         .expected = "-"},
        {.repository = "app.py",
         .runtime = "/venv/lib/python3.11/site-packages/flask/app.py",
         .filename = "flask/app.py",
         .module = "flask.app",
         .expected = "-"},
        {.repository = "src/app.py app/app.py",
         .expected = "-",
         .runtime = "/venv/lib/python3.11/site-packages/flask/app.py",
         .filename = "flask/app.py"},
        {.repository = "shop/cart.py",
         .runtime = "/v/site-packages/shop/cart.py",
         .expected = "shop/cart.py"},
        {.repository = "src/shop/cart.py",
         .runtime = "/v/site-packages/shop/cart.py",
         .expected = "src/shop/cart.py"},
        {.repository = "shop/cart.py",
         .runtime = "/v/dist-packages/shop/cart.py",
         .expected = "shop/cart.py"},
        {.repository = "shop/cart.py",
         .runtime = "/opt/bundle/shop/cart.py",
         .expected = "shop/cart.py"},
        {.repository = "cart.py", .runtime = "/opt/bundle/shop/cart.py", .expected = "-"},
        {.repository = "six.py", .runtime = "/v/site-packages/six.py", .expected = "six.py"},
        {.repository = "src/six.py",
         .runtime = "/v/site-packages/six.py",
         .expected = "src/six.py"},
        {.repository = "tools/six.py", .runtime = "/v/site-packages/six.py", .expected = "-"},
        {.repository = "beaker/middleware.py middleware.py",
         .expected = "beaker/middleware.py",
         .runtime = "/l/site-packages/Beaker-1.6.4-py2.6.egg/beaker/middleware.py"},
        {.repository = "x/MySQLdb/cursors.py cursors.py",
         .expected = "x/MySQLdb/cursors.py",
         .runtime = "/build/bdist.linux-x86_64/egg/MySQLdb/cursors.py"},
        {.repository = "cursors.py",
         .expected = "-",
         .runtime = "/build/bdist.linux-x86_64/egg/MySQLdb/cursors.py"},
    };
    ASSERT_MAPPINGS(list);
}

static void a_language_library_is_never_ours(void **state)
{
    (void)state;
    static const struct mapping list[] = {
        {.repository = "src/x/json/decoder.py json/decoder.py decoder.py",
         .expected = "-",
         .runtime = "/usr/lib/python3.11/json/decoder.py",
         .filename = "json/decoder.py",
         .module = "json.decoder"},
        {.repository = "threading.py",
         .runtime = "/usr/lib/python3.11/threading.py",
         .expected = "-"},
        {.repository = "json/decoder.py",
         .runtime = "C:\\Python311\\Lib\\json\\decoder.py",
         .expected = "-"},
        {.repository = "bootstrap.py", .runtime = "<frozen importlib._bootstrap>", .expected = "-"},
        {.repository = "<string>", .runtime = "<string>", .expected = "-"},
        {.repository = "fs.js", .runtime = "node:fs.js", .expected = "-"},
        {.repository = "proc.go runtime/proc.go",
         .runtime = "/usr/local/go/src/runtime/proc.go",
         .expected = "-"},
        {.repository = "http/server.go",
         .runtime = "/usr/local/go/src/net/http/server.go",
         .expected = "-"},
        {.repository = "core/panicking.rs",
         .expected = "-",
         .runtime = "/rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/core/panicking.rs"},
        {.repository = "context.go",
         .runtime = "/go/pkg/mod/github.com/gin-gonic/gin@v1.9.0/context.go",
         .expected = "-"},
        {.repository = "context.go",
         .runtime = "github.com/gin-gonic/gin@v1.9.0/context.go",
         .expected = "-"},
        {.repository = "rack.rb lib/rack.rb",
         .expected = "-",
         .runtime = "/usr/local/bundle/gems/rack-2.2.3/lib/rack.rb"},
        {.repository = "index.js express/index.js",
         .expected = "-",
         .runtime = "/srv/app/node_modules/express/index.js"},
        {.repository = "server.go http/server.go",
         .runtime = "net/http/server.go",
         .in_app = IN_APP_NO,
         .expected = "http/server.go"},
        {.repository = "server.go x/http/server.go",
         .runtime = "net/http/server.go",
         .in_app = IN_APP_NO,
         .expected = "-"},
    };
    ASSERT_MAPPINGS(list);
}

static void dependencies_that_lie_in_the_repository_are_found_there(void **state)
{
    (void)state;
    static const struct mapping list[] = {
        {.repository = "frontend/node_modules/x/index.js",
         .expected = "frontend/node_modules/x/index.js",
         .runtime = "/srv/frontend/node_modules/x/index.js"},
        {.repository = "vendor/lib/Router.php",
         .runtime = "/var/www/vendor/lib/Router.php",
         .expected = "vendor/lib/Router.php"},
        {.repository = "lib/Router.php",
         .runtime = "/var/www/vendor/lib/Router.php",
         .expected = "-"},
        {.repository = "shop/vendor/models.py",
         .runtime = "/srv/shop/vendor/models.py",
         .expected = "shop/vendor/models.py"},
        {.repository = "third_party/six.py",
         .runtime = "/srv/third_party/six.py",
         .expected = "third_party/six.py"},
    };
    ASSERT_MAPPINGS(list);
}

static void urls_and_bundlers_names_are_cleaned(void **state)
{
    (void)state;
    static const struct mapping list[] = {
        {.repository = "static/js/main.js",
         .expected = "static/js/main.js",
         .runtime = "https://shop.example/static/js/main.js?v=3#x"},
        {.repository = "js/a+b.js",
         .runtime = "https://shop.example/js/a%2Bb.js",
         .expected = "js/a+b.js"},
        {.repository = "js/a%20b.js",
         .runtime = "https://shop.example/js/a%2520b.js",
         .expected = "js/a%20b.js"},
        {.repository = "js/a%20b.js", .runtime = "/srv/js/a%20b.js", .expected = "js/a%20b.js"},
        {.repository = "src/x.ts", .runtime = "webpack:///./src/x.ts", .expected = "src/x.ts"},
        {.repository = "src/x.ts", .runtime = "webpack://shop/./src/x.ts", .expected = "src/x.ts"},
        {.repository = "src/x.ts",
         .runtime = "webpack-internal:///(rsc)/./src/x.ts",
         .expected = "src/x.ts"},
        {.repository = "src/x.ts",
         .runtime = "turbopack:///[project]/src/x.ts",
         .expected = "src/x.ts"},
        {.repository = "app/(shop)/[id]/page.tsx",
         .expected = "app/(shop)/[id]/page.tsx",
         .runtime = "webpack-internal:///(rsc)/./app/(shop)/[id]/page.tsx"},
        {.repository = "dist/x.js", .runtime = "app:///dist/x.js", .expected = "dist/x.js"},
        {.repository = "src/x.js",
         .runtime = "http://localhost:5173/@fs/srv/src/x.js?t=1",
         .expected = "src/x.js"},
        {.repository = "src/x.js", .runtime = "file:///C:/deploy/src/x.js", .expected = "src/x.js"},
        {.repository = "src/main.js", .runtime = "https://shop.example/main.js", .expected = "-"},
        {.repository = "main.js", .runtime = "https://shop.example", .expected = "-"},
        {.repository = "packages/shop/lib/cart.dart",
         .runtime = "package:shop/cart.dart",
         .expected = "packages/shop/lib/cart.dart"},
        {.repository = "lib/src/cart.dart",
         .runtime = "package:shop/src/cart.dart",
         .expected = "lib/src/cart.dart"},
        {.repository = "x.js", .runtime = "data:text/javascript,x.js", .expected = "-"},
    };
    ASSERT_MAPPINGS(list);
}

static void modules_name_files_too(void **state)
{
    (void)state;
    static const struct mapping list[] = {
        {.repository = "src/main/java/com/shop/Cart.java",
         .runtime = "Cart.java",
         .module = "com.shop.Cart$Line",
         .expected = "src/main/java/com/shop/Cart.java"},
        {.repository = "src/main/java/com/shop/util/HashMap.java",
         .runtime = "HashMap.java",
         .module = "java.util.HashMap",
         .expected = "-"},
        {.repository = "src/main/kotlin/cart/Cart.kt",
         .runtime = "Cart.kt",
         .module = "com.shop.cart.CartKt",
         .expected = "src/main/kotlin/cart/Cart.kt"},
        {.repository = "src/main/java/Cart.java",
         .runtime = "Cart.java",
         .module = "Cart",
         .expected = "src/main/java/Cart.java"},
        {.repository = "src/shop/cart.py",
         .runtime = "cart.py",
         .module = "shop.cart",
         .expected = "src/shop/cart.py"},
        {.repository = "x/loader.py",
         .runtime = "loader.py",
         .module = "yaml.loader",
         .expected = "-"},
        {.repository = "x/tool.py",
         .runtime = "tool.py",
         .module = "__main__",
         .expected = "x/tool.py"},
        {.repository = "shop/cart.py",
         .runtime = "",
         .module = "shop.cart",
         .expected = "shop/cart.py"},
        {.repository = "shop/cart/__init__.py",
         .runtime = "",
         .module = "shop.cart",
         .expected = "shop/cart/__init__.py"},
        {.repository = "shop/cart/__init__.py",
         .runtime = "__init__.py",
         .module = "shop.cart",
         .expected = "shop/cart/__init__.py"},
    };
    ASSERT_MAPPINGS(list);
}

static void every_sdk_sends_its_own_shape(void **state)
{
    (void)state;
    static const struct mapping list[] = {
        {.repository = "services/cart/cart.go",
         .runtime = "/build/src/services/cart/cart.go",
         .expected = "services/cart/cart.go"},
        {.repository = "cart/cart.go",
         .runtime = "shop.example/shop/cart/cart.go",
         .module = "shop.example/shop/cart",
         .expected = "cart/cart.go"},
        {.repository = "cart/cart.go",
         .runtime = "github.com/acme/shop/cart/cart.go",
         .module = "github.com/acme/shop/cart",
         .expected = "cart/cart.go"},
        {.repository = "cart/cart.go",
         .runtime = "github.com/acme/tools@v1.4.0/cart/cart.go",
         .expected = "-"},
        {.repository = "crates/cart/src/lib.rs",
         .runtime = "crates/cart/src/lib.rs",
         .filename = "lib.rs",
         .expected = "crates/cart/src/lib.rs"},
        {.repository = "src/lib.rs",
         .runtime =
             "/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/cart-1.0.0/src/lib.rs",
         .filename = "lib.rs",
         .expected = "-"},
        {.repository = "app/models/cart.rb",
         .runtime = "/srv/shop/releases/20240101120000/app/models/cart.rb",
         .filename = "app/models/cart.rb",
         .expected = "app/models/cart.rb"},
        {.repository = "app/Http/Cart.php",
         .runtime = "/var/www/shop/app/Http/Cart.php",
         .filename = "/app/Http/Cart.php",
         .expected = "app/Http/Cart.php"},
        {.repository = "app/Http/Cart.php",
         .runtime = "[internal]",
         .filename = "[internal]",
         .expected = "-"},
        {.repository = "src/Cart.cs",
         .runtime = "D:\\a\\shop\\src\\Cart.cs",
         .expected = "src/Cart.cs"},
        {.repository = "src/Cart.cs", .runtime = "/_/src/Cart.cs", .expected = "src/Cart.cs"},
        {.repository = "lib/shop/cart.ex",
         .runtime = "lib/shop/cart.ex",
         .expected = "lib/shop/cart.ex"},
        {.repository = "app/src/main/java/com/shop/Cart.java",
         .runtime = "Cart.java",
         .module = "com.shop.Cart$$Lambda$14",
         .expected = "app/src/main/java/com/shop/Cart.java"},
        {.repository = "shop/cart.py",
         .runtime = "/srv/shop.zip/shop/cart.py",
         .module = "shop.cart",
         .expected = "shop/cart.py"},
        {.repository = "shop/cart.py",
         .runtime = "/srv/shop.pyz/shop/cart.py",
         .expected = "shop/cart.py"},
        {.repository = "shop/cart.py",
         .runtime = "/venv/lib/python3.11/site-packages/shop-1.0-py3.11.egg/shop/cart.py",
         .expected = "shop/cart.py"},
        {.repository = "shop/cart.py",
         .runtime = "/var/task/shop/cart.py",
         .expected = "shop/cart.py"},
        {.repository = "Sources/Shop/Cart.swift",
         .runtime = "/Users/runner/work/shop/Sources/Shop/Cart.swift",
         .expected = "Sources/Shop/Cart.swift"},
        {.repository = "<anonymous>", .runtime = "<anonymous>", .expected = "-"},
        {.repository = "string", .runtime = "<string>", .expected = "-"},
    };
    ASSERT_MAPPINGS(list);
}

static void the_package_relative_rule_for_dart_needs_the_package(void **state)
{
    (void)state;
    static const struct mapping list[] = {
        {.repository = "shop/lib/src/cart.dart",
         .runtime = "package:shop/src/cart.dart",
         .expected = "shop/lib/src/cart.dart"},
        {.repository = "a/b.dart", .runtime = "dart:async/b.dart", .expected = "-"},
    };
    ASSERT_MAPPINGS(list);
}

static void dependencies_are_known_without_a_repository(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "/v/lib/python3.11/site-packages/flask/app.py",
        "/usr/lib/python3.11/threading.py",
        "<frozen runpy>",
        "node:internal/process",
        "/srv/node_modules/x/y.js",
        "",
        "<string>",
        "/home/a/.cargo/registry/src/index/serde-1.0/src/lib.rs",
        "/var/www/vendor/x/Y.php",
        "/usr/lib/ruby/3.1.0/set.rb",
    };
    static const char *const no[] = {"/srv/app/views.py", "app.py", "/srv/shop/vendor/models.py",
                                     "https://shop.example/static/main.js",
                                     "/home/a/go/src/github.com/me/shop/main.go"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!paths_is_dependency(text_of(yes[i]), &usual))
            fail_msg("%s is a dependency", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (paths_is_dependency(text_of(no[i]), &usual))
            fail_msg("%s is no dependency", no[i]);
}

static void the_operators_mappings_win(void **state)
{
    (void)state;
    static const struct text rules[] = {
        TEXT("/app/ => services/shop/"),        TEXT("/app/lib => common"),
        TEXT("webpack://shop/ => web"),         TEXT("C:\\jobs\\ => jobs/"),
        TEXT("/opt/venv/lib/site-packages/=>"),
    };
    static const struct path_settings settings = {package_directories, 2, rules, 5};
    static const char repository[] = "views.py app/views.py services/shop/views.py common/a.py "
                                     "web/src/x.ts jobs/night/run.py shop/cart.py src/x.ts";
    static const struct {
        const char *runtime, *expected;
    } mappings[] = {
        {"/app/views.py", "services/shop/views.py"},
        {"/app/lib/a.py", "common/a.py"},
        {"/app/../app/views.py", "-"}, // never outside, and not there
        {"/app/other.py", "-"},        // nothing else is tried
        {"webpack://shop/./src/x.ts?a1b2", "web/src/x.ts"},
        {"c:\\jobs\\night\\run.py", "jobs/night/run.py"},
        {"C:\\jobs\\night\\run.py", "jobs/night/run.py"},
        {"C:/jobs/night/run.py", "jobs/night/run.py"},
        {"/opt/venv/lib/site-packages/shop/cart.py", "shop/cart.py"},
        {"/srv/app/views.py", "app/views.py"}, // none applies
        {"/app/", "-"},
    };
    struct paths *paths = paths_of(repository);
    for (size_t i = 0; i < sizeof mappings / sizeof *mappings; i++) {
        struct frame frame = {.path = text_of(mappings[i].runtime)};
        struct text found;
        if (!paths_map(paths, &frame, &settings, &found))
            found = TEXT("-");
        assert_text_equal(found, mappings[i].expected);
    }
    assert_false(paths_is_dependency(TEXT("/opt/venv/lib/site-packages/shop/cart.py"), &settings));
    assert_true(paths_is_dependency(TEXT("/usr/lib/site-packages/shop/cart.py"), &settings));
    paths_drop(paths);
}

static void files_that_end_alike_are_rivals(void **state)
{
    (void)state;
    static const char list[] = "one/app/views.py two/app/views.py three/app/views.py x/views.py "
                               "one/Cart.java a/b/Cart.java";
    static const struct {
        const char *runtime, *module;
        size_t shared_n, rival_n;
    } frames[] = {
        {"/srv/app/views.py", NULL, 2, 2}, {"/srv/two/app/views.py", NULL, 3, 0},
        {"two/app/views.py", NULL, 3, 0},  {"Cart.java", "a.b.Cart", 3, 0},
        {"/mapped/views.py", NULL, 0, 0},
    };
    static const struct text rule = {"/mapped/ => one/app/", 20};
    static const struct path_settings settings = {.mappings = &rule, .mapping_n = 1};
    struct paths *paths = paths_of(list);
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct frame frame = {.path = text_of(frames[i].runtime),
                              .module = text_of(frames[i].module)};
        struct text found, rivals[8];
        assert_true(paths_map(paths, &frame, &settings, &found));
        size_t shared_n = paths_shared(&frame, &settings, found);
        assert_int_equal(shared_n, frames[i].shared_n);
        size_t n = paths_list_rivals(paths, found, shared_n, rivals, 8);
        assert_int_equal(n, frames[i].rival_n);
        for (size_t r = 0; r < n; r++) {
            assert_true(text_ends(rivals[r], TEXT("/app/views.py")));
            assert_false(text_equal(rivals[r], found));
        }
        assert_true(paths_list_rivals(paths, found, shared_n, rivals, 1) <= 1);
    }
    paths_drop(paths);
}

static void a_mapping_is_from_and_to(void **state)
{
    (void)state;
    struct path_mapping mapping;
    assert_true(path_mapping_read(TEXT(" /app/ =>  shop/ "), &mapping));
    assert_text_equal(mapping.from, "/app/");
    assert_text_equal(mapping.to, "shop/");
    assert_true(path_mapping_read(TEXT("/app/=>"), &mapping));
    static const char *const bad[] = {"",          "/app/",         "=> shop/",     "/app/ = shop/",
                                      "a => /etc", "a => ../other", "a => b/../..", "a => \\x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (path_mapping_read(text_of(bad[i]), &mapping))
            fail_msg("%s is taken for a rule", bad[i]);
}

static void hostile_names_do_no_harm(void **state)
{
    (void)state;
    struct paths *paths = paths_of("a/b.py");
    char *slashes = malloc(100000);
    memset(slashes, '/', 100000);
    struct text found;
    for (size_t len = 1; len < 100000; len = len * 2 + 1) {
        struct frame frame = {.path = {slashes, len}, .filename = {slashes, len}};
        assert_false(paths_map(paths, &frame, &(struct path_settings){0}, &found));
    }
    memset(slashes, 'a', 100000);
    for (size_t i = 0; i < 100000; i += 2)
        slashes[i] = '/';
    struct frame frame = {
        .path = {slashes, 2000}, .filename = {slashes, 2040}, .module = {slashes, 99999}};
    assert_false(paths_map(paths, &frame, &(struct path_settings){0}, &found));
    static const char *const names[] = {
        "%",         "https://", "https://%",     "file:///%2e%2e/%2e%2e/b.py",
        "C:",        "C:\\",     "\xff\xfe/b.py", "package:",
        "package:x", "://",      "a://b",         "..",
        "/..",       ":"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct frame odd = {.path = text_of(names[i]), .filename = text_of(names[i])};
        assert_false(paths_map(paths, &odd, &(struct path_settings){0}, &found));
    }
    struct frame nul = {.path = {"/srv/a\0/b.py", 12}};
    assert_false(paths_map(paths, &nul, &(struct path_settings){0}, &found));
    free(slashes);
    paths_drop(paths);
}

static void a_path_is_kept_once_and_found_again(void **state)
{
    (void)state;
    struct paths *paths = paths_new();
    char path[64];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 5000; i++) {
            int len = snprintf(path, sizeof path, "d%d/e%d/index.js", i % 70, i);
            paths_add(paths, (struct text){path, (size_t)len});
        }
    assert_int_equal(paths_count(paths), 5000);
    for (int i = 0; i < 5000; i++) {
        int len = snprintf(path, sizeof path, "/srv/e%d/index.js", i);
        struct frame frame = {.path = {path, (size_t)len}};
        struct text found;
        assert_true(paths_map(paths, &frame, &(struct path_settings){0}, &found));
        assert_true(paths_has(paths, found));
        assert_true(text_ends(found, text_from(frame.path, 4)));
    }
    assert_false(paths_has(paths, TEXT("index.js")));
    assert_false(paths_has(paths, TEXT("e1/index.js")));
    assert_false(paths_has(paths, (struct text){0}));
    struct paths *held = paths_hold(paths);
    paths_drop(paths);
    assert_int_equal(paths_count(held), 5000);
    paths_drop(held);
    paths_drop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deployed_path_is_found_by_its_end),
        cmocka_unit_test(the_path_that_agrees_most_wins),
        cmocka_unit_test(installed_packages_are_ours_only_as_a_whole),
        cmocka_unit_test(a_language_library_is_never_ours),
        cmocka_unit_test(dependencies_that_lie_in_the_repository_are_found_there),
        cmocka_unit_test(urls_and_bundlers_names_are_cleaned),
        cmocka_unit_test(modules_name_files_too),
        cmocka_unit_test(every_sdk_sends_its_own_shape),
        cmocka_unit_test(the_package_relative_rule_for_dart_needs_the_package),
        cmocka_unit_test(dependencies_are_known_without_a_repository),
        cmocka_unit_test(the_operators_mappings_win),
        cmocka_unit_test(files_that_end_alike_are_rivals),
        cmocka_unit_test(a_mapping_is_from_and_to),
        cmocka_unit_test(hostile_names_do_no_harm),
        cmocka_unit_test(a_path_is_kept_once_and_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
