// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "server/commands.h"

int command_version(int argc, char **arguments)
{
    (void)argc;
    (void)arguments;
    puts("flawless " FLAWLESS_VERSION);
    return 0;
}
