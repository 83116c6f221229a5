// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "base/log.h"
#include "server/commands.h"
#include "server/config_check.h"

struct outcome {
    struct json_out json;
    bool as_json;
    int warning_n, error_n;
};

static void take_finding(void *self, enum finding_level level, const char *about,
                         const char *message)
{
    static const char *const names[] = {"ok", "warning", "error"};
    struct outcome *outcome = self;
    outcome->warning_n += level == FINDING_WARNING;
    outcome->error_n += level == FINDING_ERROR;
    if (!outcome->as_json) {
        printf("%-8s %s: %s\n", names[level], about, message);
        fflush(stdout); // the next one may take a while
        return;
    }
    json_object(&outcome->json);
    json_name(&outcome->json, "level");
    json_string(&outcome->json, text_of(names[level]));
    json_name(&outcome->json, "about");
    json_string(&outcome->json, text_of(about));
    json_name(&outcome->json, "message");
    json_string(&outcome->json, text_of(message));
    json_object_end(&outcome->json);
}

static void take_warning(void *self, const char *message)
{
    take_finding(self, FINDING_WARNING, "options", message);
}

static void take_mistake(void *self, const char *message)
{
    take_finding(self, FINDING_ERROR, "options", message);
}

// The rest of the arguments is config_look's.
static int take_json_argument(int argc, char **arguments, bool *as_json)
{
    int kept = 0;
    for (int i = 0; i < argc; i++) {
        bool is_value = i > 0 && (strcmp(arguments[i - 1], "-conf") == 0 ||
                                  strcmp(arguments[i - 1], "--conf") == 0);
        if (!is_value && strcmp(arguments[i], "--json") == 0)
            *as_json = true;
        else
            arguments[kept++] = arguments[i];
    }
    return kept;
}

static int look(int argc, char **arguments, struct outcome *outcome)
{
    struct config config;
    struct error error = {0};
    struct options_warnings heard = {outcome, take_warning, take_mistake};
    const struct finding_listener listener = {outcome, take_finding};
    bool is_read = config_look(argc, arguments, heard, &config, &error);
    if (!is_read && error.kind != ERROR_INPUT)
        take_mistake(outcome, error.message);
    if (is_read && outcome->error_n + outcome->warning_n == 0)
        take_finding(outcome, FINDING_OK, "options",
                     config.file_name.len ? config.file_name.at : "all at their defaults");
    if (is_read)
        config_check(&config, &listener);
    config_release(&config);
    return is_read || error.kind != ERROR_INPUT ? outcome->error_n > 0 : config_complain(&error);
}

int command_check(int argc, char **arguments)
{
    struct buffer written = {0};
    struct outcome outcome = {.json.out = &written};
    log_open(LOG_ERROR, NULL);
    argc = take_json_argument(argc, arguments, &outcome.as_json);
    json_object(&outcome.json);
    json_name(&outcome.json, "findings");
    json_array(&outcome.json);
    int status = look(argc, arguments, &outcome);
    json_array_end(&outcome.json);
    json_name(&outcome.json, "warnings");
    json_number(&outcome.json, outcome.warning_n);
    json_name(&outcome.json, "errors");
    json_number(&outcome.json, outcome.error_n);
    json_object_end(&outcome.json);
    if (outcome.as_json && status != 2)
        printf("%s\n", written.at);
    buffer_release(&written);
    return status;
}
