// SPDX-License-Identifier: MIT
// What a program says of one occurrence, written into an event bit by bit. Each part has a buffer
// of its own, since a caller may give them in any order. One thread at a time.
#ifndef FLAWLESS_CLIENT_EVENT_H
#define FLAWLESS_CLIENT_EVENT_H

#include "base/json_out.h"
#include "include/flawless.h"

enum { FL_FRAME_OLDEST_N = 50 }; // kept when there are more than FLAWLESS_FRAME_MAX

// Members of one JSON object, or of a frame.
struct fl_part {
    struct buffer bytes;
    size_t head_len; // of a frame: bytes before its variables
    size_t member_n;
};

// The zero value is an empty event. Invariant: of frame_n frames the oldest ones lie in the first
// FL_FRAME_OLDEST_N places, the others go round in the rest.
struct fl_event {
    struct buffer type, message, scrub;
    struct fl_part frames[FLAWLESS_FRAME_MAX];
    size_t frame_n;        // given, not kept
    size_t bare_n;         // of these, the oldest ones that lost their variables to make room
    size_t variable_bytes; // of all frames
    struct fl_part tags, user, request, headers;
};

void fl_event_frame(struct fl_event *e, struct text path, struct text function, int64_t line_number,
                    struct text line);
void fl_event_variable(struct fl_event *e, struct text name, struct text value);
// One of the four last parts; max: bytes of the value.
void fl_event_member(struct fl_event *e, struct fl_part *part, struct text name, struct text value,
                     size_t max);

// Appends the members of the event (see struct fl_report). The parts are used up.
void fl_event_write(struct fl_event *e, struct buffer *out);
void fl_event_release(struct fl_event *e);

#endif
