// SPDX-License-Identifier: MIT
#include "io/git_release.h"

#include <string.h>

#include "base/hex.h"

enum {
    HASH_LEN_MIN = 7,
    HASH_LEN_LIKELY = 12,
    HASH_LEN_FULL = 40,
    HASH_LEN_MAX = 64,
    NAME_LEN_MAX = 250
};

struct names {
    struct text *at;
    size_t n;
    struct arena *arena;
};

static bool is_safe(struct text name)
{
    if (name.len == 0 || name.len > NAME_LEN_MAX || name.at[0] == '-' ||
        text_contains(name, TEXT("..")) || text_contains(name, TEXT("@{")))
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_plain && (c == '\0' || !strchr("._/+-@", c)))
            return false;
    }
    return true;
}

static void add(struct names *names, struct text name)
{
    for (size_t i = 0; i < names->n; i++)
        if (text_equal(names->at[i], name))
            return;
    if (names->n < RELEASE_NAME_MAX)
        names->at[names->n++] = name;
}

static void add_tag(struct names *names, const char *before, struct text tag)
{
    if (is_safe(tag))
        add(names, arena_printf(names->arena, "refs/tags/%s%.*s^{commit}", before, TEXT_ARG(tag)));
}

// A version and the "v" that many put before it.
static void add_version(struct names *names, struct text version)
{
    add_tag(names, "", version);
    if (version.len && version.at[0] >= '0' && version.at[0] <= '9')
        add_tag(names, "v", version);
}

static void add_hash(struct names *names, struct text hash)
{
    if (hash.len >= HASH_LEN_MIN && hash.len <= HASH_LEN_MAX && hex_is(hash))
        add(names, arena_printf(names->arena, "%.*s^{commit}", TEXT_ARG(hash)));
}

// Digits alone are a date or a build number more often than a hash.
static bool is_likely_hash(struct text hash)
{
    if (!hex_is(hash))
        return false;
    for (size_t i = 0; i < hash.len; i++)
        if (hash.at[i] > '9')
            return true;
    return hash.len >= HASH_LEN_LIKELY;
}

// The hash at the end of "v1.0-3-g<hash>", "1.2.3+<hash>", "shop-<hash>".
static void add_hash_at_end(struct names *names, struct text version)
{
    size_t start = version.len;
    while (start > 0 && !strchr("-+._", version.at[start - 1]))
        start--;
    struct text last = text_from(version, start);
    bool is_described =
        start >= 1 && version.at[start - 1] == '-' && last.len > 1 && last.at[0] == 'g';
    if (is_described)
        add_hash(names, text_from(last, 1));
    else if (start > 0 && is_likely_hash(last))
        add_hash(names, last);
}

// The package shop in version 1.2.3 as monorepos tag it.
static void add_package_tags(struct names *names, struct text package, struct text version)
{
    static const char *const joints[] = {"-", "-v", "/", "/v", "@", "@v"};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        add_tag(names, "",
                arena_printf(names->arena, "%.*s%s%.*s", TEXT_ARG(package), joints[i],
                             TEXT_ARG(version)));
}

static bool is_digit(struct text t, size_t i)
{
    return i < t.len && t.at[i] >= '0' && t.at[i] <= '9';
}

// Where the version begins that a package's name stands before: shop@1.2.3, shop/v1.2.3.
static size_t find_version(struct text release)
{
    size_t sign = text_find_last(release, '@'), slash = text_find_last(release, '/');
    if (sign < release.len)
        return sign + 1;
    bool has_v = slash + 1 < release.len && release.at[slash + 1] == 'v';
    return is_digit(release, slash + 1 + has_v) ? slash + 1 : 0;
}

static void add_package(struct names *names, struct text package, struct text version)
{
    size_t slash = text_find_last(package, '/');
    if (version.len && version.at[0] == 'v' && is_digit(version, 1))
        version = text_from(version, 1);
    add_package_tags(names, package, version);
    if (slash < package.len) // @scope/shop
        add_package_tags(names, text_from(package, slash + 1), version);
}

static struct text without_end(struct text t, struct text end)
{
    return text_ends(t, end) ? text_until(t, t.len - end.len) : t;
}

size_t release_names(struct text release, struct arena *arena, struct text at[RELEASE_NAME_MAX])
{
    struct names names = {.at = at, .arena = arena};
    release = without_end(without_end(text_trim(release), TEXT("-dirty")), TEXT("+dirty"));
    if (release.len == 0 || release.len > NAME_LEN_MAX)
        return 0;
    size_t begin = find_version(release);
    struct text package = text_until(release, begin ? begin - 1 : 0);
    struct text version = text_from(release, begin);
    if (version.len >= HASH_LEN_FULL)
        add_hash(&names, version);
    add_version(&names, release);
    if (package.len) // before the version alone, which may be another package's
        add_package(&names, package, version);
    add_version(&names, version);
    add_hash(&names, version);
    add_hash_at_end(&names, version);
    struct text plain = text_until(version, text_find(version, '+')); // without build metadata
    add_version(&names, plain);
    add_tag(&names, "release-", plain);
    add_tag(&names, "release/", plain);
    add_tag(&names, "releases/", plain);
    return names.n;
}
