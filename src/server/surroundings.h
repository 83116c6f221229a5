// SPDX-License-Identifier: MIT
// What the place a new configuration is made in suggests for its options. Each adds a value to out,
// or nothing when there is none to be had.
#ifndef FLAWLESS_SERVER_SURROUNDINGS_H
#define FLAWLESS_SERVER_SURROUNDINGS_H

#include "base/buffer.h"

void surroundings_work_tree(struct buffer *out);      // the git work tree around here
void surroundings_email(struct buffer *out);          // user.email of git
void surroundings_email_domain(struct buffer *out);   // what is behind its '@'
void surroundings_host_name(struct buffer *out);      // this machine's
void surroundings_data_directory(struct buffer *out); // where a start without the option puts state
// Where a flawless.cfg is when nobody says: here if there is one, else /etc/flawless for root and
// the user's directory for configurations for everybody else.
void surroundings_config_path(struct buffer *out);

#endif
