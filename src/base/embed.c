// SPDX-License-Identifier: MIT
#include "base/embed.h"

const struct embedded_file *embedded_find(const struct embedded_file *table, struct text name)
{
    for (; table->name; table++)
        if (text_equal(text_of(table->name), name))
            return table;
    return NULL;
}
