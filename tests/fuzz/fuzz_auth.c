// SPDX-License-Identifier: MIT
// Lines: X-Sentry-Auth, Authorization, the query's key, the key of the envelope's DSN; then a DSN.
#include "fuzz.h"
#include "report/dsn.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct text rest = {(const char *)bytes, len}, line[5] = {{0}}, key;
    struct dsn dsn;
    for (int i = 0; i < 5; i++)
        text_cut(&rest, '\n', &line[i]);
    if (auth_find_key(line[0], line[1], line[2], line[3], &key))
        check(key.len > 0);
    if (dsn_parse(line[4], &dsn, NULL))
        check(dsn.key.len > 0 && dsn.host.len > 0 && dsn.project.len > 0 && dsn.port > 0);
    return 0;
}
