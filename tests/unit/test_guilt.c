// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/guilt.h"

// A stack in a few words: "path:line:text" for each frame, oldest call first.
struct stack {
    struct frame frames[8];
    struct exception exception;
};

static void fill(struct stack *stack, const char *const *frames)
{
    *stack = (struct stack){0};
    for (; *frames; frames++) {
        struct text rest = text_of(*frames), path, number;
        struct frame *frame = &stack->frames[stack->exception.frame_n++];
        text_cut(&rest, ':', &path);
        text_cut(&rest, ':', &number);
        frame->path = frame->filename = path;
        text_to_int64(number, &frame->line_number);
        frame->text = rest;
        frame->function = TEXT("f");
    }
    stack->exception.type = TEXT("ValueError");
    stack->exception.frames = stack->frames;
}

// Rules of the next judge_of: building blocks, whitelist, known errors and ignored exceptions.
static const char *said[RULE_FILE_N];

static struct rules *rules_said(void)
{
    struct rules *rules = rules_new();
    for (int file = 0; file < RULE_FILE_N; file++)
        if (said[file])
            assert_true(rules_add_file(rules, file, text_of(said[file]), "rules",
                                       (struct rules_warnings){0}, NULL));
    memset(said, 0, sizeof said);
    return rules;
}

// Raise lines of the next judge_of.
static struct raise_lines *raising;

static struct judge *judge_of(const char *list, const char *pattern)
{
    struct rules *rules = rules_said();
    struct paths *paths = list ? paths_new() : NULL;
    struct text rest = text_of(list), path, expression = text_of(pattern);
    while (text_cut(&rest, ' ', &path))
        paths_add(paths, path);
    static const struct text directory = {"site-packages", 13};
    struct judge_settings settings = {
        .paths = paths,
        .rules = rules,
        .raise_lines = raising,
        .blame_patterns = &expression,
        .blame_pattern_n = pattern != NULL,
        .path_settings = {.package_directories = &directory, .package_directory_n = 1}};
    struct error error = {0};
    struct judge *judge = judge_new(&settings, &error);
    assert_non_null(judge);
    paths_drop(paths);
    rules_drop(rules);
    return judge;
}

static struct verdict judge_stack(struct judge *judge, const char *const *frames)
{
    static struct stack stack;
    fill(&stack, frames);
    struct report report = {.platform = TEXT("python"),
                            .release = TEXT("v1"),
                            .exceptions = &stack.exception,
                            .exception_n = 1};
    struct arena arena = {0};
    struct verdict verdict = judge_report(judge, &report, 7, &arena);
    arena_release(&arena);
    return verdict;
}

static const char repository[] = "shop/views.py shop/cart.py shop/vendored.egg/x.py";

static void the_last_frame_of_ours_is_guilty(void **state)
{
    (void)state;
    struct judge *judge = judge_of(repository, NULL);
    struct verdict v = judge_stack(
        judge, (const char *[]){"/srv/shop/views.py:3:cart.add(x)",
                                "/srv/shop/cart.py:9:  y = json.loads(x) ",
                                "/usr/lib/python3.11/json/__init__.py:346:return decode(s)", NULL});
    assert_non_null(v.frame);
    assert_text_equal(v.site.path, "shop/cart.py");
    assert_text_equal(v.site.text, "y = json.loads(x)");
    assert_text_equal(v.site.function, "f");
    assert_text_equal(v.site.revision, "v1");
    assert_int_equal(v.site.line_number, 9);
    assert_int_equal(v.site.project_id, 7);
    assert_true(v.site.is_mapped);
    assert_false(v.site.is_unowned);
    judge_drop(judge);
}

static void a_raise_line_passes_the_blame_to_its_caller(void **state)
{
    (void)state;
    struct judge *judge = judge_of(repository, NULL);
    struct verdict v =
        judge_stack(judge, (const char *[]){"/srv/shop/views.py:3:cart.add(None)",
                                            "/srv/shop/cart.py:9:raise ValueError(x)", NULL});
    assert_text_equal(v.site.path, "shop/views.py");
    v = judge_stack(judge, (const char *[]){"/srv/shop/views.py:3:raise A",
                                            "/srv/shop/cart.py:9:raise B", NULL});
    assert_text_equal(v.site.path, "shop/cart.py");
    judge_drop(judge);
}

static void a_path_no_pattern_matches_is_not_blamed(void **state)
{
    (void)state;
    struct judge *judge = judge_of(repository, "^(?!.*\\.egg).*$");
    struct verdict v =
        judge_stack(judge, (const char *[]){"/srv/shop/views.py:3:x()",
                                            "/srv/shop/vendored.egg/x.py:1:y()", NULL});
    assert_text_equal(v.site.path, "shop/views.py");
    judge_drop(judge);
    judge = judge_of(repository, "nothing");
    v = judge_stack(judge, (const char *[]){"/srv/shop/views.py:3:x()", NULL});
    assert_null(v.frame);
    judge_drop(judge);
}

static void a_report_with_none_of_ours_is_unowned_and_says_its_last_frame(void **state)
{
    (void)state;
    struct judge *judge = judge_of(repository, NULL);
    struct verdict v =
        judge_stack(judge, (const char *[]){"/v/site-packages/celery/a.py:1:x()",
                                            "/v/site-packages/redis/b.py:2:y()", NULL});
    assert_null(v.frame);
    assert_non_null(v.exception);
    assert_true(v.site.is_unowned);
    assert_false(v.site.is_mapped);
    assert_text_equal(v.site.path, "/v/site-packages/redis/b.py");
    assert_int_equal(v.site.line_number, 2);
    v = judge_stack(judge, (const char *[]){NULL});
    assert_true(v.site.is_unowned);
    assert_text_equal(v.site.path, "");
    struct report nothing = {0};
    struct arena arena = {0};
    v = judge_report(judge, &nothing, 1, &arena);
    assert_true(v.site.is_unowned);
    assert_null(v.exception);
    judge_drop(judge);
}

static void while_no_paths_are_known_everything_but_dependencies_is_ours(void **state)
{
    (void)state;
    struct judge *judge = judge_of(NULL, NULL);
    struct verdict v =
        judge_stack(judge, (const char *[]){"/srv/shop/views.py:3:x()",
                                            "/v/site-packages/redis/b.py:2:y()", NULL});
    assert_text_equal(v.site.path, "/srv/shop/views.py");
    assert_false(v.site.is_mapped);
    assert_false(v.site.is_unowned);
    struct text path;
    assert_false(
        judge_frame(judge, &(struct frame){.path = TEXT("/srv/x.py"), .in_app = IN_APP_NO}, &path));
    assert_false(judge_frame(judge, &(struct frame){.path = TEXT("")}, &path));
    judge_drop(judge);
}

static void the_cause_is_asked_when_the_last_exception_knows_nothing(void **state)
{
    (void)state;
    struct judge *judge = judge_of(repository, NULL);
    struct stack cause, middle, last;
    fill(&cause, (const char *[]){"/srv/shop/cart.py:9:d[k]", NULL});
    fill(&middle, (const char *[]){"/srv/shop/views.py:5:raise B from a", NULL});
    fill(&last, (const char *[]){"/v/site-packages/x/y.py:1:z()", NULL});
    struct exception chain[] = {cause.exception, middle.exception, last.exception};
    struct report report = {.platform = TEXT("python"), .exceptions = chain, .exception_n = 3};
    struct arena arena = {0};
    struct verdict v = judge_report(judge, &report, 1, &arena);
    assert_text_equal(v.site.path, "shop/cart.py");
    assert_ptr_equal(v.exception, &chain[0]);
    report.exceptions = chain + 1;
    report.exception_n = 2;
    v = judge_report(judge, &report, 1, &arena);
    assert_text_equal(v.site.path, "shop/views.py");
    assert_ptr_equal(v.exception, &chain[1]);
    judge_drop(judge);
}

static void a_pattern_that_does_not_compile_is_named(void **state)
{
    (void)state;
    struct text expressions[] = {TEXT("ok"), TEXT("a(b")};
    struct judge_settings settings = {.blame_patterns = expressions, .blame_pattern_n = 2};
    struct error error = {0};
    assert_null(judge_new(&settings, &error));
    assert_int_equal(error.kind, ERROR_CONFIG);
    assert_non_null(strstr(error.message, "only_blame_filepaths_matching"));
    assert_non_null(strstr(error.message, "a(b"));
    judge_drop(NULL);
}

static void a_pattern_that_explodes_is_bounded(void **state)
{
    (void)state;
    struct judge *judge = judge_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.py", "^(a+)+$");
    struct verdict v = judge_stack(
        judge, (const char *[]){"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.py:1:x", NULL});
    assert_null(v.frame);
    struct judge *held = judge_hold(judge);
    judge_drop(judge);
    judge_drop(held);
}

static const char *const two_frames[] = {"/srv/shop/views.py:3:x()", "/srv/shop/cart.py:9:y()",
                                         NULL};

static void a_line_in_third_party_whitelist_has_the_whole_report_ignored(void **state)
{
    (void)state;
    said[RULES_THIRD_PARTY_WHITELIST] = "[{\"filename\": \"shop/views.py\"}]";
    struct judge *judge = judge_of(repository, NULL);
    assert_true(judge_stack(judge, two_frames).is_ignored);
    assert_false(judge_stack(judge, (const char *[]){"/srv/shop/cart.py:9:y()", NULL}).is_ignored);
    // what does not lie in the code base is not looked at
    assert_false(
        judge_stack(judge, (const char *[]){"/v/site-packages/x/views.py:3:x()", NULL}).is_ignored);
    judge_drop(judge);
}

static void the_whitelist_comes_before_the_blame_patterns(void **state)
{
    (void)state;
    said[RULES_THIRD_PARTY_WHITELIST] = "[{\"filename\": \"shop/cart.py\"}]";
    struct judge *judge = judge_of(repository, "views");
    assert_true(judge_stack(judge, two_frames).is_ignored);
    judge_drop(judge);
}

static void a_whitelisted_line_in_a_cause_has_the_whole_report_ignored(void **state)
{
    (void)state;
    struct stack cause, last;
    fill(&cause, (const char *[]){"/srv/shop/cart.py:9:sock.connect(x)", NULL});
    fill(&last, (const char *[]){"/srv/shop/views.py:3:pay(x)",
                                 "/srv/shop/cart.py:11:raise BankError from e", NULL});
    struct exception chain[] = {cause.exception, last.exception};
    struct report report = {.platform = TEXT("python"), .exceptions = chain, .exception_n = 2};
    struct arena arena = {0};
    said[RULES_THIRD_PARTY_WHITELIST] =
        "[{\"filename\": \"shop/cart.py\", \"code_fragment\": \"sock.connect(\"}]";
    struct judge *judge = judge_of(repository, NULL);
    assert_true(judge_report(judge, &report, 1, &arena).is_ignored);
    judge_drop(judge);
    said[RULES_THIRD_PARTY_WHITELIST] =
        "[{\"filename\": \"shop/cart.py\", \"code_fragment\": \"sock.close(\"}]";
    judge = judge_of(repository, NULL);
    struct verdict v = judge_report(judge, &report, 1, &arena);
    assert_false(v.is_ignored);
    assert_text_equal(v.site.path,
                      "shop/views.py"); // the causes are asked only when it is not known
    judge_drop(judge);
}

static void what_rules_pass_over_is_nobodys_even_when_nothing_else_is_ours(void **state)
{
    (void)state;
    said[RULES_BUILDING_BLOCKS] = "[{\"filename\": \"shop/cart.py\"}]";
    struct judge *judge = judge_of(repository, "^shop/");
    struct verdict v = judge_stack(judge, (const char *[]){"shop/cart.py:9:y()", NULL});
    assert_null(v.frame);
    assert_true(v.site.is_unowned);
    judge_drop(judge);
}

static void a_raise_line_is_guilty_before_a_building_block_is(void **state)
{
    (void)state;
    said[RULES_BUILDING_BLOCKS] = "[{\"filename\": \"shop/cart.py\"}]";
    struct judge *judge = judge_of(repository, NULL);
    struct verdict v = judge_stack(judge, (const char *[]){"/srv/shop/views.py:3:raise A",
                                                           "/srv/shop/cart.py:9:check(x)", NULL});
    assert_text_equal(v.site.path, "shop/views.py");
    judge_drop(judge);
}

static void languages_are_told_apart_within_one_stack(void **state)
{
    (void)state;
    struct judge *judge = judge_of("src/Cart.kt src/Shop.java web/cart.ts main.go", NULL);
    struct verdict v = judge_stack(
        judge, (const char *[]){"src/Shop.java:3:cart.add(x);", "src/Cart.kt:9:error(\"none\")",
                                "src/Cart.kt:11:?: throw Empty()", NULL});
    assert_text_equal(v.site.path, "src/Shop.java");
    v = judge_stack(judge,
                    (const char *[]){"web/cart.ts:3:add(x)", "main.go:9:panic(\"x\")", NULL});
    assert_text_equal(v.site.path, "web/cart.ts");
    v = judge_stack(judge,
                    (const char *[]){"web/cart.ts:3:add(x)", "main.go:9:error(\"x\")", NULL});
    assert_text_equal(v.site.path, "main.go");
    judge_drop(judge);
}

static void a_line_that_the_report_does_not_say_is_looked_up(void **state)
{
    (void)state;
    raising = raise_lines_new();
    raise_lines_add(raising, TEXT("shop/cart.py"), 9, TEXT("  raise Empty"));
    raise_lines_add(raising, TEXT("shop/cart.py"), 10, TEXT("x()"));
    assert_int_equal(raise_lines_count(raising), 1);
    struct judge *judge = judge_of(repository, NULL);
    raise_lines_drop(raising);
    raising = NULL;
    static const struct {
        const char *last, *guilty;
    } cases[] = {
        {"/srv/shop/cart.py:9:", "shop/views.py"},
        {"/srv/shop/cart.py:10:", "shop/cart.py"},
        {"/srv/shop/cart.py:0:", "shop/cart.py"},
        {"/srv/shop/cart.py:9:y()", "shop/cart.py"}, // what is said counts
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct verdict v =
            judge_stack(judge, (const char *[]){"/srv/shop/views.py:3:x()", cases[i].last, NULL});
        assert_text_equal(v.site.path, cases[i].guilty);
    }
    judge_drop(judge);
}

static void a_building_block_passes_the_blame_to_its_caller(void **state)
{
    (void)state;
    said[RULES_BUILDING_BLOCKS] = "[{\"filename\": \"shop/cart.py\", \"function_name\": \"f\"}]";
    said[RULES_KNOWN_ERRORS] = "[{\"filename\": \"shop/cart.py\"}]";
    struct judge *judge = judge_of(repository, NULL);
    struct verdict v = judge_stack(judge, two_frames);
    assert_text_equal(v.site.path, "shop/views.py");
    assert_false(v.is_known); // building_blocks comes first
    judge_drop(judge);
}

static void a_known_error_can_be_blamed_even_when_it_only_raises(void **state)
{
    (void)state;
    static const char *const frames[] = {"/srv/shop/views.py:3:x()",
                                         "/srv/shop/cart.py:9:raise Empty(x)", NULL};
    said[RULES_KNOWN_ERRORS] =
        "[{\"filename\": \"shop/cart.py\", \"code_fragment\": \"raise Empty\"}]";
    struct judge *judge = judge_of(repository, NULL);
    struct verdict v = judge_stack(judge, frames);
    assert_text_equal(v.site.path, "shop/cart.py");
    assert_true(v.is_known);
    assert_false(v.is_ignored);
    judge_drop(judge);
    judge = judge_of(repository, NULL);
    v = judge_stack(judge, frames);
    assert_text_equal(v.site.path, "shop/views.py");
    assert_false(v.is_known);
    judge_drop(judge);
}

static void a_known_error_that_no_pattern_matches_is_not_blamed(void **state)
{
    (void)state;
    said[RULES_KNOWN_ERRORS] = "[{\"filename\": \"shop/cart.py\"}]";
    struct judge *judge = judge_of(repository, "views");
    struct verdict v = judge_stack(judge, two_frames);
    assert_text_equal(v.site.path, "shop/views.py");
    assert_false(v.is_known);
    judge_drop(judge);
}

static void a_report_of_an_ignored_exception_is_ignored(void **state)
{
    (void)state;
    said[RULES_IGNORED_EXCEPTIONS] = "[{\"exception_type\": \"ValueError\"}]";
    struct judge *judge = judge_of(repository, NULL);
    assert_true(judge_stack(judge, two_frames).is_ignored);
    struct exception chain[] = {{.type = TEXT("ValueError")}, {.type = TEXT("KeyError")}};
    struct report report = {.exceptions = chain, .exception_n = 2};
    struct arena arena = {0};
    assert_false(judge_report(judge, &report, 1, &arena).is_ignored); // only the cause is one
    judge_drop(judge);
}

static void the_blamable_files_are_listed_once_each(void **state)
{
    (void)state;
    said[RULES_BUILDING_BLOCKS] = "[{\"filename\": \"shop/cart.py\"}]";
    struct judge *judge = judge_of("shop/views.py shop/cart.py shop/app.py", NULL);
    struct stack stack;
    fill(&stack, (const char *[]){"/srv/shop/app.py:1:go()", "/srv/shop/views.py:3:x()",
                                  "/srv/shop/views.py:4:z()", "/srv/shop/cart.py:9:y()", NULL});
    struct report report = {
        .platform = TEXT("python"), .exceptions = &stack.exception, .exception_n = 1};
    struct arena arena = {0};
    struct text *paths;
    size_t path_n;
    judge_list_blamable(judge, &report, &arena, &paths, &path_n);
    assert_int_equal(path_n, 2);
    assert_text_equal(paths[0], "shop/app.py");
    assert_text_equal(paths[1], "shop/views.py");
    assert_int_equal(rules_count(judge_rules(judge), RULES_BUILDING_BLOCKS), 1);
    assert_null(judge_rules(NULL));
    arena_release(&arena);
    judge_drop(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_frame_of_ours_is_guilty),
        cmocka_unit_test(a_raise_line_passes_the_blame_to_its_caller),
        cmocka_unit_test(a_path_no_pattern_matches_is_not_blamed),
        cmocka_unit_test(a_report_with_none_of_ours_is_unowned_and_says_its_last_frame),
        cmocka_unit_test(while_no_paths_are_known_everything_but_dependencies_is_ours),
        cmocka_unit_test(the_cause_is_asked_when_the_last_exception_knows_nothing),
        cmocka_unit_test(a_pattern_that_does_not_compile_is_named),
        cmocka_unit_test(a_pattern_that_explodes_is_bounded),
        cmocka_unit_test(a_line_in_third_party_whitelist_has_the_whole_report_ignored),
        cmocka_unit_test(the_whitelist_comes_before_the_blame_patterns),
        cmocka_unit_test(a_whitelisted_line_in_a_cause_has_the_whole_report_ignored),
        cmocka_unit_test(what_rules_pass_over_is_nobodys_even_when_nothing_else_is_ours),
        cmocka_unit_test(a_raise_line_is_guilty_before_a_building_block_is),
        cmocka_unit_test(languages_are_told_apart_within_one_stack),
        cmocka_unit_test(a_line_that_the_report_does_not_say_is_looked_up),
        cmocka_unit_test(a_building_block_passes_the_blame_to_its_caller),
        cmocka_unit_test(a_known_error_can_be_blamed_even_when_it_only_raises),
        cmocka_unit_test(a_known_error_that_no_pattern_matches_is_not_blamed),
        cmocka_unit_test(a_report_of_an_ignored_exception_is_ignored),
        cmocka_unit_test(the_blamable_files_are_listed_once_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
