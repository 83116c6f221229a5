// SPDX-License-Identifier: MIT
#include "lost.h"

#include "base/json_out.h"

// In the words of Sentry's protocol where it has one.
static const char *const reasons[FL_LOSS_N] = {
    [FL_LOST_QUEUE_FULL] = "queue_overflow",    [FL_LOST_REFUSED] = "send_error",
    [FL_LOST_TOO_OLD] = "network_error",        [FL_LOST_AT_EXIT] = "network_error",
    [FL_LOST_NO_MEMORY] = "internal_sdk_error", [FL_LOST_FORGOTTEN] = "throttle_forgot",
};

struct fl_lost fl_lost_since(const struct fl_lost *total, const struct fl_lost *told)
{
    struct fl_lost new = {{0}};
    for (int i = 0; i < FL_LOSS_N; i++)
        new.n[i] = total->n[i] - told->n[i];
    return new;
}

void fl_lost_add(struct fl_lost *to, const struct fl_lost *more)
{
    for (int i = 0; i < FL_LOSS_N; i++)
        to->n[i] += more->n[i];
}

static void write_entries(const struct fl_lost *lost, struct json_out *w)
{
    json_array(w);
    for (int i = 0; i < FL_LOSS_N; i++) {
        if (lost->n[i] == 0)
            continue;
        json_object(w);
        json_name(w, "reason");
        json_string(w, text_of(reasons[i]));
        json_name(w, "category");
        json_string(w, TEXT("error"));
        json_name(w, "quantity");
        json_number(w, (int64_t)lost->n[i]);
        json_object_end(w);
    }
    json_array_end(w);
}

void fl_lost_write(const struct fl_lost *lost, struct buffer *out)
{
    struct buffer item = {0};
    struct json_out w = {.out = &item};
    uint64_t all = 0;
    for (int i = 0; i < FL_LOSS_N; i++)
        all += lost->n[i];
    if (all == 0)
        return;
    json_object(&w);
    json_name(&w, "discarded_events");
    write_entries(lost, &w);
    json_object_end(&w);
    buffer_printf(out, "{\"type\":\"client_report\",\"length\":%zu}\n", item.len);
    buffer_add(out, buffer_text(&item));
    buffer_add_char(out, '\n');
    out->failed |= item.failed;
    buffer_release(&item);
}
