// SPDX-License-Identifier: MIT
// Where something stands in a JSON file, for people who have to mend it.
#ifndef FLAWLESS_CORE_RULES_PLACE_H
#define FLAWLESS_CORE_RULES_PLACE_H

#include "base/text.h"

struct place {
    int64_t line, column; // from 1; columns count characters. 0: not known
};

// The first byte at which content stops being JSON; unknown when it never does.
struct place place_of_mistake(struct text content);
// Of an element of the array that content is, from 0; of the value of its member with this name,
// when name is not empty and the element has one. Content is JSON.
struct place place_of_element(struct text content, size_t index, struct text name);

#endif
