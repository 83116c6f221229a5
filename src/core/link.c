// SPDX-License-Identifier: MIT
#include "core/link.h"

#include <stdio.h>

enum { PARAMETER_MAX = 4 };

// What may be opened by a link, and what is fixed by it.
static const struct signable {
    const char *path;
    const char *parameters[PARAMETER_MAX + 1];
    bool needs_all; // an empty one would stand for everything
} signables[] = {
    {"/add_known_error", {"filename", "function_name"}, true},
    {"/mark_fixed", {"id"}, true},
    {"/view_traceback", {"filename", "function_name", "line_number", "text"}, false},
};

static const struct signable *find(struct text path)
{
    for (size_t i = 0; i < sizeof signables / sizeof *signables; i++)
        if (text_equal(path, text_of(signables[i].path)))
            return &signables[i];
    return NULL;
}

struct parts {
    char project[24];
    struct text all[PARAMETER_MAX + 2];
    size_t n;
};

static bool list_parts(int64_t project_id, struct text path, struct link_parameters parameters,
                       struct parts *parts)
{
    const struct signable *signable = find(path);
    if (!signable)
        return false;
    snprintf(parts->project, sizeof parts->project, "%lld", (long long)project_id);
    parts->all[0] = text_of(parts->project);
    parts->all[1] = path;
    parts->n = 2;
    for (const char *const *name = signable->parameters; *name; name++) {
        struct text value = parameters.get(parameters.self, *name);
        if (signable->needs_all && text_trim(value).len == 0)
            return false;
        parts->all[parts->n++] = value;
    }
    return true;
}

bool link_sign(const struct seal_key *key, int64_t project_id, struct text path,
               struct link_parameters parameters, char signature[SEAL_LEN + 1])
{
    struct parts parts;
    if (!list_parts(project_id, path, parameters, &parts))
        return false;
    seal_write(key, "link", parts.all, parts.n, signature);
    return true;
}

bool link_is_signed(const struct seal_key *key, int64_t project_id, struct text path,
                    struct link_parameters parameters, struct text signature)
{
    struct parts parts;
    return list_parts(project_id, path, parameters, &parts) &&
           seal_fits(key, "link", parts.all, parts.n, signature);
}
