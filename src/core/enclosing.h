// SPDX-License-Identifier: MIT
// Which lines are the function around a line.
#ifndef FLAWLESS_CORE_ENCLOSING_H
#define FLAWLESS_CORE_ENCLOSING_H

#include "base/text.h"

enum { ENCLOSING_AROUND_MAX = 400 }; // lines looked at before and after the line

struct line_range {
    int64_t first, last; // counted from 1, both belong to it; 0 and 0 is no line
};

// The lines of the innermost function with a name (or method, with its decorators) around a line;
// where there is none, of the outermost block inside the class or file (`app.get("/", () => {`, a
// rake task); else of the class; else the paragraph. No line when the file does not have it.
// Told by indentation and by how a function begins in the language that path's ending names, so
// code without indentation is one function at most, and a text of many lines that begin at the left
// margin may cut a function short. Any bytes will do; reads the file up to the line once.
struct line_range enclosing_function(struct text file_content, struct text path,
                                     int64_t line_number);

#endif
