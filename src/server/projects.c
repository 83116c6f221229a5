// SPDX-License-Identifier: MIT
#include "server/projects.h"

#include "base/log.h"

const struct served_project *projects_find(const struct served_projects *projects, int64_t id)
{
    for (size_t i = 0; i < projects->n; i++)
        if (projects->all[i].project.id == id)
            return &projects->all[i];
    return NULL;
}

struct judge *projects_hold_judge(const struct served_projects *projects, int64_t id)
{
    const struct served_project *project = projects_find(projects, id);
    return project ? keeper_hold_judge(project->keeper) : NULL;
}

static bool key_is_free(const struct project *stored, size_t stored_n, const struct options *o,
                        struct error *error)
{
    for (size_t i = 0; i < stored_n; i++)
        if (stored[i].id != o->project_id && o->project_key.len &&
            text_equal(text_of(stored[i].key), o->project_key))
            return error_set(
                error, ERROR_CONFIG,
                "project_key of project %lld: project %lld (%.*s) in the store has it; "
                "set project_id = %lld to go on with that one, else leave the key out",
                (long long)o->project_id, (long long)stored[i].id, TEXT_ARG(stored[i].name),
                (long long)stored[i].id);
    return true;
}

bool projects_keep(const struct config *config, struct store *store, struct arena *arena,
                   struct project **kept, struct error *error)
{
    struct project *stored;
    size_t stored_n, n = config_project_n(config);
    if (!store_list_projects(store, arena, &stored, &stored_n, error))
        return false;
    *kept = arena_array(arena, struct project, n);
    for (size_t i = 0; i < n; i++) {
        struct config_project project = config_project(config, i);
        const struct options *o = project.options;
        if (!key_is_free(stored, stored_n, o, error) ||
            !store_keep_project(store, o->project_id, project.name, o->project_key, arena,
                                &(*kept)[i], error))
            return false;
    }
    return true;
}

bool projects_log_others(const struct served_projects *projects, struct store *store,
                         struct error *error)
{
    struct arena arena = {0};
    struct project *stored = NULL;
    size_t stored_n = 0;
    bool is_good = store_list_projects(store, &arena, &stored, &stored_n, error);
    for (size_t i = 0; i < stored_n; i++)
        if (!projects_find(projects, stored[i].id))
            log_info("project %lld (%.*s) is not in flawless.cfg: its errors stay in the store "
                     "until it is there again",
                     (long long)stored[i].id, TEXT_ARG(stored[i].name));
    arena_release(&arena);
    return is_good;
}
