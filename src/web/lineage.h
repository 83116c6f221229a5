// SPDX-License-Identifier: MIT
// The part of an error's page about its line as it was before an edit, and as it became by later
// ones. Inside src/web only.
#ifndef FLAWLESS_WEB_LINEAGE_H
#define FLAWLESS_WEB_LINEAGE_H

#include "web/page.h"

// Sets "predecessor" (null when none is known) and "successors": "id", "filename", "line_number",
// "text", and the commit that changed the line with its author, "commit" and "author".
bool lineage_show(struct page *page, const struct error_record *record, struct error *error);

#endif
