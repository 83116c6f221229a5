// SPDX-License-Identifier: MIT
// Microseconds of one thread to judge a report of thirty frames by ten rules and by ten thousand,
// which must not cost much more: rules are looked up.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buffer.h"
#include "core/guilt.h"

enum { FRAME_N = 30, ROUND_MS = 200, ROUND_N = 5 };

static const char *const files[] = {"shop/views.py", "shop/cart.py", "shop/models/order.py"};

static double used_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

// Half of the rules are for files of the report, all with functions that are not in it.
static void add_rules(struct rules *rules, enum rule_file file, int rule_n)
{
    struct buffer content = {0};
    for (int i = 0; i < rule_n; i++) {
        buffer_add_string(&content, i ? ",{" : "[{");
        if (i % 2)
            buffer_printf(&content, "\"filename\": \"%s\", ", files[i % 3]);
        else
            buffer_printf(&content, "\"filename\": \"shop/generated/file_%d.py\", ", i);
        buffer_printf(&content, "\"function_name\": \"g%d\", \"code_fragment\": \"x = %d\"}", i, i);
    }
    buffer_add_char(&content, ']');
    struct error error;
    if (!rules_add_file(rules, file, buffer_text(&content), rule_file_names[file],
                        (struct rules_warnings){0}, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    buffer_release(&content);
}

static double measure(int rule_n)
{
    static const enum rule_file of_lines[] = {RULES_THIRD_PARTY_WHITELIST, RULES_BUILDING_BLOCKS,
                                              RULES_KNOWN_ERRORS};
    struct paths *paths = paths_new();
    struct rules *of_files = rules_new(), *rules = rules_new();
    struct frame frames[FRAME_N] = {0};
    struct arena arena = {0};
    for (int i = 0; i < 3; i++) {
        paths_add(paths, text_of(files[i]));
        add_rules(of_files, of_lines[i], rule_n);
    }
    rules_add_all(rules, of_files); // as the server does, which adds rules of the pages before
    for (int i = 0; i < FRAME_N; i++) {
        frames[i].path = arena_printf(&arena, "/srv/app/%s", files[i % 3]);
        frames[i].filename = frames[i].path;
        frames[i].function = TEXT("total");
        frames[i].text = TEXT("    return sum(line.price for line in order.lines)");
        frames[i].line_number = i + 1;
    }
    struct exception exception = {.type = TEXT("ValueError"), .frames = frames, .frame_n = FRAME_N};
    struct report report = {.platform = TEXT("python"), .exceptions = &exception, .exception_n = 1};
    struct judge *judge = judge_new(&(struct judge_settings){.paths = paths, .rules = rules}, NULL);
    double best = 0;
    for (int round = 0; round < ROUND_N; round++) {
        double started = used_us(), lasted;
        long judged_n = 0;
        do {
            for (int i = 0; i < 100; i++, judged_n++)
                if (!judge_report(judge, &report, 1, &arena).frame)
                    exit(1);
            lasted = used_us() - started;
        } while (lasted < ROUND_MS * 1e3);
        if (round == 0 || lasted / (double)judged_n < best)
            best = lasted / (double)judged_n;
    }
    judge_drop(judge);
    rules_drop(rules);
    rules_drop(of_files);
    paths_drop(paths);
    arena_release(&arena);
    return best;
}

int main(void)
{
    double few = measure(10), many = measure(10000);
    printf("a report of %d frames, rules in each of three files:\n", FRAME_N);
    printf("      10  %8.2f us\n", few);
    printf("  10,000  %8.2f us, %.2f times as much\n", many, many / few);
    return 0;
}
