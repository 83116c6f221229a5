// SPDX-License-Identifier: MIT
#include "server/projects.h"

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
