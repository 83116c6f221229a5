// SPDX-License-Identifier: MIT
// A new directory for a test, and its end.
#ifndef FLAWLESS_TESTS_CONTRACT_TEMPORARY_H
#define FLAWLESS_TESTS_CONTRACT_TEMPORARY_H

enum { TEMPORARY_SIZE = 256 };

void temporary_make(char directory[TEMPORARY_SIZE]); // under $TMPDIR or /tmp; aborts when it cannot
void temporary_empty(const char *directory);         // removes its files
void temporary_remove(const char *directory);        // with its files
void temporary_copy(const char *from, const char *to); // the files, into a directory that exists

#endif
