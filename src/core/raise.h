// SPDX-License-Identifier: MIT
// Which lines do nothing but raise: their caller is to blame.
#ifndef FLAWLESS_CORE_RAISE_H
#define FLAWLESS_CORE_RAISE_H

#include "base/buffer.h"
#include "base/text.h"

// Whether the line does nothing but raise, told by its beginning: with a word of its language for
// raising (`raise ValueError(x)`, `throw new X();`, `panic("x")`, also `raise X unless y`), or with
// what leads to it and cannot fail (`} else { throw x; }`, `?: throw X()`, `or die`). A line that
// does something before it raises (`if x: raise Y`, `open(f) or die`) is not bare: what it does
// first may be what failed, and whoever wrote that is the one to ask. Nor is one that hands an
// error back (`return Err(x)`). Of a statement of many lines, the one that is reported counts.
// The language is told by the path's ending; platform, the report's ("python", "java", ...),
// decides when the ending is unknown. In an unknown language no line is bare.
bool raise_is_bare(struct text platform, struct text path, struct text line);

// Adds "raise|throw|...": every bare line has one of these names in it. (Not all of the languages'
// names: "throw" stands for "rethrow" and "throwIO", too.)
void raise_add_words(struct buffer *out);

#endif
