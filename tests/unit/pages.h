// SPDX-License-Identifier: MIT
// A store with something in it, and what pages make of it: for the tests of pages.
#ifndef FLAWLESS_TESTS_UNIT_PAGES_H
#define FLAWLESS_TESTS_UNIT_PAGES_H

#include "test.h"

#include "web/page.h"
#include "web/template.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND, DAY = 24 * HOUR };
#define NOW_MS 1714990089000 // Monday 2024-05-06 10:08:09 UTC

struct parameter {
    const char *name, *value;
};

struct fixture {
    char dir[64];
    struct arena arena;
    struct buffer out;
    struct error error;
    struct store *writer, *reader;
    struct decoder *decoder;
    struct templates *templates;
    struct web_project project;
    struct web_settings settings;
    bool is_well;
    struct parameter parameters[8]; // a name of NULL ends it
};

int pages_set_up(void **state); // *state becomes a struct fixture
int pages_tear_down(void **state);

#define PAGES_TEST(name) cmocka_unit_test_setup_teardown(name, pages_set_up, pages_tear_down)

#define MUST(call)                                                                                 \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, f->error.message);                                           \
    } while (0)

struct failure {
    const char *path, *function, *text, *type, *message;
    int64_t line_number, count, at_ms;
    const char *owner; // NULL: git has not said yet
    int64_t changed_at_ms;
    const struct report *report; // kept when there is one
    bool is_foreign;
};

int64_t add_failure(struct fixture *f, const struct failure *failure); // gives the error's id
void add_letter(struct fixture *f, int64_t error_id, const char *id, const char *subject);
extern const struct failure invoice; // whose text and names want to be markup

// What a page gives to the parameters of the fixture; ask: whatever it is.
bool ask(struct fixture *f, page_function *function, bool wants_json, struct page *page);
struct text ask_json(struct fixture *f, page_function *function);
struct text ask_html(struct fixture *f, page_function *function);
void expect_refusal(struct fixture *f, page_function *function, enum error_kind kind,
                    const char *message);

void assert_has(struct text page, const char *needle);
void assert_has_not(struct text page, const char *needle);
size_t place_of(struct text page, const char *needle);

#endif
