// SPDX-License-Identifier: MIT
// Which lines do nothing but raise: their caller is to blame.
#ifndef FLAWLESS_CORE_RAISE_H
#define FLAWLESS_CORE_RAISE_H

#include "base/text.h"

// platform: the report's ("python", "java", ...); path: its ending decides when the platform is unknown.
bool raise_is_bare(struct text platform, struct text path, struct text line);

#endif
