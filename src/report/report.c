// SPDX-License-Identifier: MIT
#include "report/report.h"

const struct exception *report_main(const struct report *r)
{
    check(r->exception_n > 0);
    return &r->exceptions[r->exception_n - 1];
}
