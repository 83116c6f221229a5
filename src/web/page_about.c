// SPDX-License-Identifier: MIT
// What a reader of letters asks who never heard of Flawless.
#include "web/page.h"

bool page_about(struct page *page, struct error *error)
{
    (void)error;
    page_set_title(page, TEXT("What is Flawless?"));
    page->template = "what_is_flawless";
    return true;
}
