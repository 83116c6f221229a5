// SPDX-License-Identifier: MIT
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    if (!error)
        return false;
    char message[sizeof error->message]; // an argument may be the old message
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    error->kind = kind;
    memcpy(error->message, message, sizeof message);
    return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
    if (!error)
        return false;
    char prefix[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    return error_set(error, error->kind, "%.200s: %.300s", prefix, error->message);
}

void check_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "flawless: bug: %s does not hold at %s:%d\n", condition, file, line);
    abort();
}

void fatal_out_of_memory(void)
{
    fputs("flawless: out of memory\n", stderr);
    abort();
}

void *must_alloc(size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (!memory)
        fatal_out_of_memory();
    return memory;
}

char *must_copy(const char *string)
{
    char *copy = strdup(string);
    if (!copy)
        fatal_out_of_memory();
    return copy;
}
