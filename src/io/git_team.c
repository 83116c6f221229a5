// SPDX-License-Identifier: MIT
#include "io/git_team.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/utf8.h"
#include "io/git_objects.h"

enum {
    TEAM_TIMEOUT_MS = 60 * 1000,
    PEOPLE_OUTPUT_MAX = 64 * 1024 * 1024,
    DAY_S = 24 * 3600,
    SINCE_MIN_S = 100 * 1000 * 1000, // git takes smaller numbers for something else
};

static const struct {
    const char *path;
    bool is_gitlab;
} places[] = {
    {".github/CODEOWNERS", false},
    {"CODEOWNERS", false},
    {"docs/CODEOWNERS", false},
    {".gitlab/CODEOWNERS", true},
};
enum { PLACE_N = sizeof places / sizeof *places };

struct team {
    atomic_int holders;
    struct arena arena;
    char tip[HASH_MAX];
    int64_t inactive_after_days;
    struct map active; // addresses in small letters; the values only say that they are there
    struct codeowners *codeowners; // NULL: there is no such file
    const char *place;
};

// ---- reading ----

static bool read_codeowners(const struct git *git, struct team *team, struct error *error)
{
    struct objects objects = {0};
    bool ok = objects_open(git, TEAM_TIMEOUT_MS, &objects, error);
    for (size_t i = 0; ok && !team->codeowners && i < PLACE_N; i++) {
        char name[HASH_MAX + 32];
        struct object object;
        snprintf(name, sizeof name, "%s:%s", team->tip, places[i].path);
        ok = objects_get(&objects, text_of(name), &object, error);
        if (!ok || object.type != OBJECT_BLOB || object.is_too_large)
            continue;
        struct text content = arena_copy(&team->arena, object.content);
        team->codeowners =
            codeowners_read(utf8_mended(&team->arena, content), places[i].is_gitlab, &team->arena);
        team->place = places[i].path;
    }
    objects_close(&objects);
    return ok;
}

static struct text small_letters(struct text t, char *room, size_t room_size)
{
    t = text_until(t, room_size);
    for (size_t i = 0; i < t.len; i++)
        room[i] = (char)(t.at[i] >= 'A' && t.at[i] <= 'Z' ? t.at[i] - 'A' + 'a' : t.at[i]);
    return (struct text){room, t.len};
}

// Lines such as "    12\tAda Lindgren <ada@example.com>".
static void add_people(struct text lines, struct team *team)
{
    struct text line;
    char room[320];
    while (text_cut(&lines, '\n', &line)) {
        struct text email = text_from(line, text_find_last(line, '<') + 1);
        if (text_ends(email, TEXT(">")))
            map_put(&team->active,
                    small_letters(text_until(email, email.len - 1), room, sizeof room), team);
    }
}

static bool read_date(const struct git *git, const struct team *team, int64_t *seconds,
                      struct error *error)
{
    const char *const arguments[] = {"log",     "-1", "--format=%ct", "--end-of-options",
                                     team->tip, NULL};
    struct buffer output = {.max = 4096};
    bool ok =
        git_run(git, "git log", arguments, (struct text){0}, TEAM_TIMEOUT_MS, &output, error) &&
        (text_to_int64(text_trim(buffer_text(&output)), seconds) ||
         error_set(error, ERROR_SYSTEM, "git log does not say when %s was made", team->tip));
    buffer_release(&output);
    return ok;
}

// filter: --since-as-filter, or --since, at which git ends its way with the first commit that is
// older, so that one made by a wrong clock hides everybody who worked before it.
static bool list_people(const struct git *git, struct team *team, const char *filter, int64_t since,
                        struct buffer *output, struct error *error)
{
    const char *const arguments[] = {
        "-c",
        arena_printf(&team->arena, "mailmap.blob=%s:.mailmap", team->tip).at,
        "shortlog",
        "-s",
        "-e",
        "--group=author",
        "--group=committer",
        "--group=trailer:co-authored-by",
        arena_printf(&team->arena, "%s=%lld", filter,
                     (long long)(since < SINCE_MIN_S ? SINCE_MIN_S : since))
            .at,
        team->tip,
        "--",
        NULL};
    buffer_clear(output);
    return git_run(git, "git shortlog", arguments, (struct text){0}, TEAM_TIMEOUT_MS, output,
                   error);
}

static bool read_people(const struct git *git, struct team *team, struct error *error)
{
    int64_t seconds, now = clock_wall_ms(&clock_system) / 1000;
    if (!read_date(git, team, &seconds, error))
        return false;
    // a newest commit of the future would make everybody else's old
    int64_t since = (seconds < now ? seconds : now) - team->inactive_after_days * DAY_S;
    struct buffer output = {.max = PEOPLE_OUTPUT_MAX};
    bool ok = list_people(git, team, "--since-as-filter", since, &output, NULL) ||
              list_people(git, team, "--since", since, &output, error); // of git before 2.37
    if (ok)
        add_people(buffer_text(&output), team);
    buffer_release(&output);
    return ok;
}

static struct team *read_team(const struct git *git, const char *tip, int64_t inactive_after_days,
                              struct error *error)
{
    struct team *team = must_alloc(sizeof *team);
    atomic_init(&team->holders, 1);
    snprintf(team->tip, sizeof team->tip, "%s", tip);
    team->inactive_after_days = inactive_after_days;
    if (read_codeowners(git, team, error) &&
        (!inactive_after_days || read_people(git, team, error)))
        return team;
    team_drop(team);
    return NULL;
}

// ---- holding ----

void team_cache_init(struct team_cache *cache)
{
    *cache = (struct team_cache){0};
    check(pthread_mutex_init(&cache->lock, NULL) == 0);
}

void team_cache_release(struct team_cache *cache)
{
    team_drop(cache->team);
    pthread_mutex_destroy(&cache->lock);
}

static struct team *hold(struct team *team)
{
    atomic_fetch_add(&team->holders, 1);
    return team;
}

void team_drop(struct team *team)
{
    if (!team || atomic_fetch_sub(&team->holders, 1) > 1)
        return;
    map_release(&team->active);
    arena_release(&team->arena);
    free(team);
}

bool team_cache_hold(struct team_cache *cache, const struct git *git, const char *tip,
                     int64_t inactive_after_days, struct team **team, struct error *error)
{
    pthread_mutex_lock(&cache->lock);
    struct team *known = cache->team;
    bool is_it =
        known && strcmp(known->tip, tip) == 0 && known->inactive_after_days == inactive_after_days;
    *team = is_it ? hold(known) : NULL;
    pthread_mutex_unlock(&cache->lock);
    if (is_it)
        return true;
    *team = read_team(git, tip, inactive_after_days, error);
    if (!*team)
        return false;
    pthread_mutex_lock(&cache->lock);
    struct team *before = cache->team;
    cache->team = hold(*team);
    pthread_mutex_unlock(&cache->lock);
    team_drop(before);
    return true;
}

// ---- asking ----

bool team_has_lost(const struct team *team, struct text email)
{
    char room[320];
    return team->inactive_after_days && email.len &&
           !map_find(&team->active, small_letters(email, room, sizeof room));
}

void team_find_codeowners(const struct team *team, struct text path,
                          struct codeowners_answer *answer, struct text *place)
{
    *answer = (struct codeowners_answer){0};
    *place = text_of(team->place);
    if (team->codeowners)
        codeowners_find(team->codeowners, path, answer);
}
