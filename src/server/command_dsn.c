// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "io/store.h"
#include "server/commands.h"
#include "server/config.h"

int command_dsn(int argc, char **arguments)
{
    struct config config;
    struct error error = {0};
    struct arena arena = {0};
    struct buffer dsn = {0};
    struct store *store = NULL;
    struct project project;
    int status = 0;
    if (config_load(argc, arguments, &config, &error) &&
        store_open(config.options.store.at, STORE_WRITE, &store, &error) &&
        store_keep_project(store, config.options.project_id, buffer_text(&config.project_name),
                           config.options.project_key, &arena, &project, &error)) {
        options_dsn(&config.options, project.key, &dsn);
        puts(dsn.at);
    } else {
        status = config_complain(&error);
    }
    store_close(store);
    config_release(&config);
    buffer_release(&dsn);
    arena_release(&arena);
    return status;
}
