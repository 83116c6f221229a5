// SPDX-License-Identifier: MIT
#include "core/caller.h"

struct text caller_of(const struct judge *judge, const struct verdict *verdict, struct arena *arena)
{
    const struct exception *exception = verdict->exception;
    if (!verdict->frame || verdict->frame == exception->frames)
        return (struct text){0};
    const struct frame *frame = verdict->frame - 1;
    struct text path;
    if (!judge_frame(judge, frame, &path))
        path = frame->filename;
    if (!frame->function.len)
        return text_clip(path, CALLER_MAX);
    struct text caller = arena_printf(arena, "%.*s in %.*s", TEXT_ARG(text_clip(path, CALLER_MAX)),
                                      TEXT_ARG(text_clip(frame->function, CALLER_MAX)));
    return text_clip(caller, CALLER_MAX);
}
