// SPDX-License-Identifier: MIT
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "version.h"

// Before the kernel has randomness: unlike others is enough.
static uint64_t unlike_others(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t bits =
        (uint64_t)now.tv_sec * 1000000007u ^ (uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid();
    bits ^= (uint64_t)(uintptr_t)&now;
    bits *= 0x9e3779b97f4a7c15u;
    return bits ^ bits >> 29;
}

static void fill_random(uint64_t *bits, size_t n)
{
    if (getrandom(bits, n * sizeof *bits, GRND_NONBLOCK) == (ssize_t)(n * sizeof *bits))
        return;
    for (size_t i = 0; i < n; i++)
        bits[i] = unlike_others();
}

uint64_t fl_random(void)
{
    uint64_t bits;
    fill_random(&bits, 1);
    return bits;
}

struct fl_report *fl_report_new(struct buffer *members, int64_t happened_at_ms, int64_t threshold)
{
    struct fl_report *r = members->failed || members->len == 0 ? NULL : calloc(1, sizeof *r);
    if (!r) {
        buffer_release(members);
        return NULL;
    }
    char *fitting = realloc(members->at, members->len + 1); // it may wait long
    r->members = (struct buffer){.at = fitting ? fitting : members->at,
                                 .len = members->len,
                                 .cap = fitting ? members->len + 1 : members->cap};
    *members = (struct buffer){.max = members->max};
    uint64_t id[2];
    fill_random(id, 2);
    snprintf(r->event_id, sizeof r->event_id, "%016llx%016llx", (unsigned long long)id[0],
             (unsigned long long)id[1]);
    r->happened_at_ms = happened_at_ms;
    r->error_count = 1;
    r->error_threshold = threshold > 0 ? threshold : 0;
    return r;
}

void fl_report_free(struct fl_report *r)
{
    if (!r)
        return;
    buffer_release(&r->members);
    free(r);
}

size_t fl_report_size(const struct fl_report *r)
{
    return sizeof *r + r->members.cap;
}

void fl_report_seal(const struct fl_report *r, const struct fl_lost *lost, struct buffer *out)
{
    struct buffer head = {0};
    buffer_printf(&head, "{\"event_id\":\"%s\",\"timestamp\":%lld.%03d,", r->event_id,
                  (long long)(r->happened_at_ms / 1000), (int)(r->happened_at_ms % 1000));
    buffer_printf(&head, "\"contexts\":{\"flawless\":{\"error_count\":%lld",
                  (long long)r->error_count);
    if (r->error_threshold)
        buffer_printf(&head, ",\"error_threshold\":%lld", (long long)r->error_threshold);
    buffer_add(&head, TEXT("}},"));

    buffer_printf(out, "{\"event_id\":\"%s\",\"sdk\":{\"name\":\"%s\",\"version\":\"%s\"}}\n",
                  r->event_id, FL_SDK, FL_VERSION);
    buffer_printf(out,
                  "{\"type\":\"event\",\"content_type\":\"application/json\",\"length\":%zu}\n",
                  head.len + r->members.len + 1);
    buffer_add(out, buffer_text(&head));
    buffer_add(out, buffer_text(&r->members));
    buffer_add(out, TEXT("}\n"));
    fl_lost_write(lost, out);
    out->failed |= head.failed;
    buffer_release(&head);
}
