// SPDX-License-Identifier: MIT
#include "settings.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "release.h"
#include "sender.h"

struct setting {
    const char *name;
    const char *variables[2]; // of the environment, the first that is set counts
    const char *otherwise;    // NULL: none
    int64_t min, max;         // a number; max 0: any text
};

static const struct setting settings[FL_SETTING_N] = {
    [FL_RELEASE] = {"release", {"FLAWLESS_RELEASE", "SENTRY_RELEASE"}, NULL, 0, 0},
    [FL_ENVIRONMENT] =
        {"environment", {"FLAWLESS_ENVIRONMENT", "SENTRY_ENVIRONMENT"}, "production", 0, 0},
    [FL_SERVER_NAME] = {"server_name", {NULL}, NULL, 0, 0},
    [FL_PLATFORM] = {"platform", {NULL}, "c", 0, 0},
    [FL_SCRUB] = {"scrub", {"FLAWLESS_SCRUB"}, NULL, 0, 0},
    [FL_KEY] = {"key", {"FLAWLESS_KEY"}, NULL, 0, 0},
    [FL_CA_FILE] = {"ca_file", {"FLAWLESS_CA_FILE", "SSL_CERT_FILE"}, NULL, 0, 0},
    [FL_SPOOL] = {"spool", {"FLAWLESS_SPOOL_DIR"}, NULL, 0, 0},
    [FL_TIMEOUT] = {"timeout_ms", {NULL}, "10000", 1, 3600 * 1000},
    [FL_EXIT_TIMEOUT] = {"exit_timeout_ms", {NULL}, "2000", 0, 60 * 1000},
};

// given: by flawless_set; found: by fl_settings_find. NULL where there is none.
static struct {
    pthread_mutex_t lock;
    char *given[FL_SETTING_N], *found[FL_SETTING_N];
} own = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool check_value(const struct setting *s, struct text value, struct error *error)
{
    int64_t number;
    if (memchr(value.at, '\0', value.len))
        return error_set(error, ERROR_INPUT, "%s: there is a NUL in the value", s->name);
    if (s->max == 0 || (text_to_int64(value, &number) && number >= s->min && number <= s->max))
        return true;
    return error_set(error, ERROR_INPUT, "%s is \"%.*s\", expected a number from %lld to %lld",
                     s->name, TEXT_ARG(text_clip(value, 100)), (long long)s->min,
                     (long long)s->max);
}

static int find_setting(struct text name)
{
    for (int i = 0; i < FL_SETTING_N; i++)
        if (text_equal(name, text_of(settings[i].name)))
            return i;
    return -1;
}

static void replace(char **place, char *value)
{
    pthread_mutex_lock(&own.lock);
    char *before = *place;
    *place = value;
    pthread_mutex_unlock(&own.lock);
    free(before);
}

bool fl_settings_set(struct text name, struct text value, struct error *error)
{
    int i = find_setting(name);
    if (i < 0)
        return error_set(error, ERROR_INPUT, "there is no option \"%.*s\"; see flawless(3)",
                         TEXT_ARG(text_clip(name, 100)));
    if (value.len == 0) {
        replace(&own.given[i], NULL);
        return true;
    }
    if (!check_value(&settings[i], value, error))
        return false;
    char *copy = strndup(value.at, value.len);
    if (!copy)
        return error_set(error, ERROR_SYSTEM, "out of memory");
    replace(&own.given[i], copy);
    return true;
}

static char *find_release(void)
{
    char path[PATH_MAX], commit[FL_COMMIT_MAX + 1];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0)
        return NULL;
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return fl_release_find(path, commit) ? strdup(commit) : NULL;
}

static char *find_server_name(void)
{
    char name[256];
    if (gethostname(name, sizeof name) != 0)
        return NULL;
    name[sizeof name - 1] = '\0';
    return strdup(name);
}

static char *find_in_environment(const struct setting *s)
{
    for (size_t i = 0; i < sizeof s->variables / sizeof *s->variables; i++) {
        const char *value = s->variables[i] ? getenv(s->variables[i]) : NULL;
        if (value && *value)
            return strdup(value);
    }
    return NULL;
}

void fl_settings_find(void)
{
    for (int i = 0; i < FL_SETTING_N; i++) {
        char *value = find_in_environment(&settings[i]);
        if (!value && i == FL_RELEASE)
            value = find_release();
        if (!value && i == FL_SERVER_NAME)
            value = find_server_name();
        replace(&own.found[i], value);
    }
}

// With the lock held; NULL for none.
static const char *value_of(enum fl_setting i)
{
    if (own.given[i])
        return own.given[i];
    return own.found[i] ? own.found[i] : settings[i].otherwise;
}

void fl_settings_read(enum fl_setting setting, struct buffer *out)
{
    pthread_mutex_lock(&own.lock);
    buffer_add(out, text_of(value_of(setting)));
    pthread_mutex_unlock(&own.lock);
}

int64_t fl_settings_number(enum fl_setting setting)
{
    int64_t number = 0;
    pthread_mutex_lock(&own.lock);
    text_to_int64(text_of(value_of(setting)), &number);
    pthread_mutex_unlock(&own.lock);
    return number;
}

void fl_settings_before_fork(void)
{
    pthread_mutex_lock(&own.lock);
}

void fl_settings_after_fork(void)
{
    pthread_mutex_unlock(&own.lock);
}
