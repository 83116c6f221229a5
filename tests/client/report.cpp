// SPDX-License-Identifier: MIT
// The same program, as C++ sees the header.
#include "report.c"
