// SPDX-License-Identifier: MIT
// Without a login pages answer on the machine itself only. Inside src/web only.
//
// That a connection comes from loopback is not enough: a proxy on this machine passes on what
// others ask, and a web page somewhere else can make a browser here ask us under a name of its own
// (DNS rebinding). So the request also must not say that it was forwarded, and must ask for a name
// of this machine.
#ifndef FLAWLESS_WEB_GUARD_H
#define FLAWLESS_WEB_GUARD_H

#include "web/web.h"

struct guard_refusal {
    struct text words;   // why, and what to do
    struct text command; // to be typed; may be empty
};

// False fills *refusal.
bool guard_lets_in(const struct web_settings *settings, struct http_request *request,
                   struct guard_refusal *refusal);

// Whether the Host header (name or address, with or without port) means this machine: a loopback
// name or address, or the host of base_url. The empty one does.
bool guard_is_own_host(struct text host_header, struct text base_url);

#endif
