// SPDX-License-Identifier: MIT
// What /metrics says of the rooms. docs/operations.md explains each.
#ifndef FLAWLESS_SERVER_METRICS_H
#define FLAWLESS_SERVER_METRICS_H

#include "base/buffer.h"
#include "server/health.h"

// Any thread.
void metrics_tell(const struct health_rooms *rooms, struct buffer *out);

#endif
