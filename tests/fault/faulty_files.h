// SPDX-License-Identifier: MIT
// SQLite's files on a disk that fails, fills up, or loses its power: a VFS around the real one. One
// test at a time.
//
// The disk's truth is modelled: what was written is only surely there after a sync of its file;
// before that any 512-byte sector of it may or may not have arrived.
#ifndef FLAWLESS_TESTS_FAULT_FAULTY_FILES_H
#define FLAWLESS_TESTS_FAULT_FAULTY_FILES_H

#include <stdbool.h>
#include <stdint.h>

enum fault {
    FAULT_NONE,
    FAULT_IO,   // write, sync, truncate: input/output error
    FAULT_FULL, // write: the disk is full; syncs succeed
};

void faulty_install(void); // as SQLite's default, once, before the first store is opened

// The n-th operation from now on that can fail (1: the next) does; is_lasting: so do all after it.
// FAULT_NONE ends it.
void faulty_fail(enum fault fault, int64_t n, bool is_lasting);
bool faulty_has_failed(void); // since the last faulty_fail
int64_t faulty_count(void);   // operations that could have failed, since the last faulty_fail

// Called before each sync begins, after each sync is done, and before some writes: moments at which
// the power may go. Set it before the store is opened that is to lose its power.
void faulty_watch(void (*power_may_go)(void *context), void *context); // NULL: nobody watches
// Writes into the directory `to`, which must be empty, what a disk could hold of the open files if
// the power went now.
void faulty_lose_power(const char *to, uint32_t seed);

#endif
