// SPDX-License-Identifier: MIT
// A flawless.cfg that changed while the server runs: looked at whole, then the program starts anew
// in the same process, with the sockets it has. See docs/decisions/0030-*.md.
#ifndef FLAWLESS_SERVER_RELOAD_H
#define FLAWLESS_SERVER_RELOAD_H

#include "server/server.h"

// Reads the configuration again. True when it is another one and everything in it can be used:
// *door is open where it says then, and server_stop(server, door) and reload_start_anew are to
// follow. Else nothing has changed; what is wrong is in the log and on /check_health. argc,
// arguments: as config_load's. Blocks as long as git takes to look at the repository.
bool reload_is_due(int argc, char **arguments, const struct config *config, struct server *server,
                   struct door **door);

// Starts this program anew in this process. Returns only when that cannot be.
void reload_start_anew(int argc, char **arguments, const struct door *door);

#endif
