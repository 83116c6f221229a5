// SPDX-License-Identifier: MIT
#include "server/surroundings.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/child.h"
#include "io/files.h"

enum { GIT_TIMEOUT_MS = 5000, SAID_MAX = 1024 };

void surroundings_work_tree(struct buffer *out)
{
    char here[PATH_MAX];
    if (getcwd(here, sizeof here))
        files_find_work_tree(here, out);
}

// git is asked as its user would ask it: this is about the user's own settings.
void surroundings_email(struct buffer *out)
{
    static const char *const arguments[] = {"git", "config", "--get", "user.email", NULL};
    struct child_job job = {.name = "git config",
                            .arguments = arguments,
                            .environment = (const char *const *)environ,
                            .timeout_ms = GIT_TIMEOUT_MS};
    struct buffer said = {.max = SAID_MAX};
    if (child_run(&job, (struct text){0}, &said, NULL))
        buffer_add(out, text_trim(buffer_text(&said)));
    buffer_release(&said);
}

void surroundings_email_domain(struct buffer *out)
{
    struct buffer email = {0};
    surroundings_email(&email);
    struct text address = buffer_text(&email);
    buffer_add(out, text_from(address, text_find(address, '@') + 1));
    buffer_release(&email);
}

void surroundings_host_name(struct buffer *out)
{
    char name[HOST_NAME_MAX + 1];
    if (gethostname(name, sizeof name) == 0)
        buffer_add_string(out, name);
}

void surroundings_data_directory(struct buffer *out)
{
    files_machine_data_directory(out, NULL);
}

void surroundings_config_path(struct buffer *out)
{
    const char *config_home = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (access("flawless.cfg", F_OK) == 0 || (geteuid() != 0 && !config_home && !home))
        buffer_add_string(out, "flawless.cfg");
    else if (geteuid() == 0)
        buffer_add_string(out, "/etc/flawless/flawless.cfg");
    else if (config_home && config_home[0] == '/')
        buffer_printf(out, "%s/flawless/flawless.cfg", config_home);
    else
        buffer_printf(out, "%s/.config/flawless/flawless.cfg", home ? home : "");
}
