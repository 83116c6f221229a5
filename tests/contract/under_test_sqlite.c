// SPDX-License-Identifier: MIT
#include "contract.h"
#include "temporary.h"

_Static_assert((int)ADDRESS_SIZE >= (int)TEMPORARY_SIZE, "an address is a directory");

void under_test_make(char address[ADDRESS_SIZE])
{
    temporary_make(address);
}

void under_test_remove(const char *address)
{
    temporary_remove(address);
}
