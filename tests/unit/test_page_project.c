// SPDX-License-Identifier: MIT
#include "test.h"

#include "web/page.h"

static const struct web_project projects[] = {
    {.id = 4, .name = TEXT("shop")},
    {.id = 7, .name = TEXT("till.2"), .parameter = TEXT("till.2")},
};
static const struct web_settings settings = {.projects = projects, .project_n = 2};

static struct text wanted(const struct page *page, const char *name)
{
    assert_string_equal(name, "project");
    return *(const struct text *)page->source;
}

static const struct web_project *choose(struct text value, struct error *error)
{
    struct page page = {.settings = &settings, .parameter = wanted, .source = &value};
    return page_choose_project(&page, error) ? page.project : NULL;
}

static void a_project_is_chosen_by_name_or_number_and_the_default_one_without(void **state)
{
    (void)state;
    struct error error = {0};
    assert_ptr_equal(choose((struct text){0}, &error), &projects[0]);
    assert_ptr_equal(choose(TEXT(""), &error), &projects[0]);
    assert_ptr_equal(choose(TEXT("shop"), &error), &projects[0]);
    assert_ptr_equal(choose(TEXT("4"), &error), &projects[0]);
    assert_ptr_equal(choose(TEXT("Till.2"), &error), &projects[1]);
    assert_ptr_equal(choose(TEXT("7"), &error), &projects[1]);
}

static void an_unknown_project_is_refused_with_the_names_of_those_there_are(void **state)
{
    (void)state;
    const struct text unknown[] = {TEXT("2"), TEXT("till"), TEXT("0"), TEXT("7 "), TEXT("<b>")};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        struct error error = {0};
        assert_null(choose(unknown[i], &error));
        assert_int_equal(error.kind, ERROR_NOT_FOUND);
        assert_non_null(strstr(error.message, "known are: shop, till.2"));
    }
}

static void links_stay_with_the_project_and_the_default_one_needs_no_parameter(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct page page = {.settings = &settings, .project = &projects[0], .arena = &arena};
    const struct url_parameter before = {"before", TEXT("3")};
    assert_text_equal(page_link(&page, "/outbox", &before, 1), "/outbox?before=3");
    page.project = &projects[1];
    assert_text_equal(page_link(&page, "/outbox", &before, 1), "/outbox?before=3&project=till.2");
    assert_text_equal(page_link(&page, "/", NULL, 0), "/?project=till.2");
    arena_release(&arena);
}

static void an_error_s_link_leads_to_its_own_project(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct page page = {.settings = &settings, .project = &projects[0], .arena = &arena};
    struct error_record record = {
        .project_id = 7, .path = TEXT("a.py"), .function = TEXT("f"), .text = TEXT("x")};
    const char *link = "/view_traceback?filename=a.py&function_name=f&line_number=0&text=x";
    assert_text_equal(page_link_error(&page, &record),
                      arena_printf(&arena, "%s&project=till.2", link).at);
    record.project_id = 4;
    page.project = &projects[1];
    assert_text_equal(page_link_error(&page, &record), link);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_project_is_chosen_by_name_or_number_and_the_default_one_without),
        cmocka_unit_test(an_unknown_project_is_refused_with_the_names_of_those_there_are),
        cmocka_unit_test(links_stay_with_the_project_and_the_default_one_needs_no_parameter),
        cmocka_unit_test(an_error_s_link_leads_to_its_own_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
