// SPDX-License-Identifier: MIT
// What the client calls itself on the wire.
#ifndef FLAWLESS_CLIENT_VERSION_H
#define FLAWLESS_CLIENT_VERSION_H

#ifndef FL_VERSION
#define FL_VERSION "0" // builds define it, as in -DFL_VERSION="0.1.0"
#endif
#ifndef FL_SDK
#define FL_SDK "flawless.c"
#endif
#define FL_CLIENT FL_SDK "/" FL_VERSION

#endif
