// SPDX-License-Identifier: MIT
#include "base/metrics.h"

#include "base/error.h"

// ---- histograms ----

void histogram_add(struct histogram *histogram, int64_t value)
{
    size_t i = 0;
    while (i < histogram->bound_n && value > histogram->bounds[i])
        i++;
    check(i <= HISTOGRAM_BOUND_MAX);
    atomic_fetch_add(&histogram->counts[i], 1);
    atomic_fetch_add(&histogram->sum, value);
}

void histogram_look(struct histogram *histogram, struct histogram_facts *facts)
{
    *facts = (struct histogram_facts){
        .bounds = histogram->bounds,
        .bound_n = histogram->bound_n,
        .sum = atomic_load(&histogram->sum),
    };
    for (size_t i = 0; i <= histogram->bound_n; i++)
        facts->counts[i] = atomic_load(&histogram->counts[i]);
}

// ---- the text ----

static void add_escaped(struct buffer *out, const char *words, bool is_quoted)
{
    for (const char *at = words; *at; at++) {
        if (*at == '\n') {
            buffer_add_string(out, "\\n");
            continue;
        }
        if (*at == '\\' || (is_quoted && *at == '"'))
            buffer_add_char(out, '\\');
        buffer_add_char(out, *at);
    }
}

static void add_decimal(struct buffer *out, int64_t number, int decimals)
{
    int64_t unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    buffer_add_int64(out, number / unit);
    if (decimals)
        buffer_printf(out, ".%0*lld", decimals, (long long)(number % unit));
}

void metrics_family(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_printf(out, "# HELP %s ", name);
    add_escaped(out, help, false);
    buffer_printf(out, "\n# TYPE %s %s\n", name, type);
}

void metrics_sample(struct buffer *out, const char *name, const char *label, const char *value,
                    int64_t number)
{
    buffer_add_string(out, name);
    if (label) {
        buffer_printf(out, "{%s=\"", label);
        add_escaped(out, value, true);
        buffer_add_string(out, "\"}");
    }
    buffer_add_char(out, ' ');
    buffer_add_int64(out, number);
    buffer_add_char(out, '\n');
}

void metrics_single(struct buffer *out, const char *name, const char *type, const char *help,
                    int64_t number)
{
    metrics_family(out, name, type, help);
    metrics_sample(out, name, NULL, NULL, number);
}

void metrics_histogram(struct buffer *out, const char *name, const char *help,
                       const struct histogram_facts *facts, int decimals)
{
    int64_t count = 0;
    metrics_family(out, name, "histogram", help);
    for (size_t i = 0; i < facts->bound_n; i++) {
        count += facts->counts[i];
        buffer_printf(out, "%s_bucket{le=\"", name);
        add_decimal(out, facts->bounds[i], decimals);
        buffer_printf(out, "\"} %lld\n", (long long)count);
    }
    count += facts->counts[facts->bound_n];
    buffer_printf(out, "%s_bucket{le=\"+Inf\"} %lld\n%s_sum ", name, (long long)count, name);
    add_decimal(out, facts->sum, decimals);
    buffer_printf(out, "\n%s_count %lld\n", name, (long long)count);
}
