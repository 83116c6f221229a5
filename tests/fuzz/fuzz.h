// SPDX-License-Identifier: MIT
// A fuzz target is the function below: any bytes, and nothing may go wrong. libFuzzer calls it with
// bytes it makes up, replay.c with the files of a corpus.
#ifndef FLAWLESS_TESTS_FUZZ_FUZZ_H
#define FLAWLESS_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#endif
