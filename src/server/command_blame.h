// SPDX-License-Identifier: MIT
// Questions to the repository, as `flawless blame` asks them: one, or many on standard input.
#ifndef FLAWLESS_SERVER_COMMAND_BLAME_H
#define FLAWLESS_SERVER_COMMAND_BLAME_H

#include "base/buffer.h"
#include "core/owner.h"
#include "io/repository.h"

enum { BLAME_WINDOW_MAX = 512 }; // questions that are answered together

// What is asked of. One thread.
struct inquiry {
    struct repository *repository;
    struct owner_settings owner;
    struct rules *rules; // of the rule files
    struct path_settings path_settings;
    struct text prefix;          // of the current directory in the work tree: "src/", or empty
    struct paths *tip, *history; // read when they are needed first
};

// What is known of one line. Texts belong to the arena of the question.
struct inquiry_answer {
    struct text trouble; // empty when git could be asked
    struct blame_finding finding;
    struct ownership ownership;
};

// Answers questions whose paths may be runtime paths, those about one file at one revision
// together. A path, revision or number that means nothing is an answer that is not found. arena: of
// the answers.
void inquiry_ask(struct inquiry *inquiry, const struct blame_query *queries, size_t query_n,
                 struct arena *arena, struct inquiry_answer *answers);

// The answer as a JSON object without a line feed.
void inquiry_write_json(const struct inquiry_answer *answer, struct buffer *out);

// --batch: answers every line of in, in memory that does not grow with their number. True when
// every line was found.
bool inquiry_answer_lines(struct inquiry *inquiry, int in, int out);

#endif
