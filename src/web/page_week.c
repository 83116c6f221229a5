// SPDX-License-Identifier: MIT
// The leaderboard of a week: errors grouped by developer, most occurrences first.
#include "web/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "core/week.h"
#include "web/show.h"
#include "web/url.h"

// A page stays one that a browser can show; the JSON answer has everything.
enum { ERRORS_SHOWN_MAX = 200 }; // of one developer

struct developer {
    struct text email; // empty: nobody is to be told
    int64_t score;
    struct week_row **rows; // as they came: most first
    size_t row_n, row_max;
};

struct week {
    int64_t from_ms, until_ms;
    bool with_known, with_old;
    struct week_row *rows;
    size_t row_n;
    size_t known_n;  // known errors that are not shown
    size_t hidden_n; // errors in lines that were last changed before the minimum date
    struct developer *developers;
    size_t developer_n;
    int64_t score;
};

static bool read_parameters(const struct page *page, struct week *week, struct error *error)
{
    int64_t moment_ms;
    if (!page_get_moment(page, "timestamp", page->now_ms, &moment_ms, error) ||
        !page_get_flag(page, "include_known_errors", &week->with_known, error) ||
        !page_get_flag(page, "include_modified_before_min_date", &week->with_old, error))
        return false;
    week->from_ms = week_start_ms(moment_ms);
    week->until_ms = week->from_ms + WEEK_MS;
    return true;
}

static bool is_hidden(const struct page *page, const struct week *week,
                      const struct error_record *record)
{
    int64_t changed_at_ms = record->ownership.changed_at_ms;
    return !week->with_old && changed_at_ms && changed_at_ms < page->project->minimum_date_ms;
}

static void drop_hidden(const struct page *page, struct week *week)
{
    size_t kept_n = 0;
    for (size_t i = 0; i < week->row_n; i++) {
        const struct error_record *record = &week->rows[i].record;
        if (!week->with_known && page_is_known(page, record))
            week->known_n++;
        else if (is_hidden(page, week, record))
            week->hidden_n++;
        else
            week->rows[kept_n++] = week->rows[i];
    }
    week->row_n = kept_n;
}

// Clients name their own counts, so a sum may be more than a number holds.
static int64_t sum(int64_t a, int64_t b)
{
    return b > INT64_MAX - a ? INT64_MAX : a + b;
}

static void add_row(struct arena *arena, struct developer *developer, struct week_row *row)
{
    if (developer->row_n == developer->row_max) {
        size_t max = developer->row_max ? 2 * developer->row_max : 4;
        struct week_row **rows = arena_array(arena, struct week_row *, max);
        if (developer->row_n)
            memcpy(rows, developer->rows, developer->row_n * sizeof *rows);
        developer->rows = rows;
        developer->row_max = max;
    }
    developer->rows[developer->row_n++] = row;
    developer->score = sum(developer->score, row->week_count);
}

// Highest score first, nobody last.
static int compare(const void *left, const void *right)
{
    const struct developer *a = left, *b = right;
    if (!a->email.len != !b->email.len)
        return !a->email.len ? 1 : -1;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return text_compare(a->email, b->email);
}

static void group(struct arena *arena, struct week *week)
{
    week->developers = arena_array(arena, struct developer, week->row_n);
    struct map by_email = {0};
    for (size_t i = 0; i < week->row_n; i++) {
        struct week_row *row = &week->rows[i];
        struct text email = row->record.ownership.owner_email;
        struct developer *developer = map_find(&by_email, email);
        if (!developer) {
            developer = &week->developers[week->developer_n++];
            developer->email = email;
            map_put(&by_email, email, developer);
        }
        add_row(arena, developer, row);
        week->score = sum(week->score, row->week_count);
    }
    map_release(&by_email);
    if (week->developer_n)
        qsort(week->developers, week->developer_n, sizeof *week->developers, compare);
}

static struct text week_link(const struct page *page, int64_t from_ms, bool with_known,
                             bool with_old)
{
    const struct url_parameter parameters[] = {
        {"timestamp", arena_printf(page->arena, "%lld", (long long)(from_ms / 1000))},
        {"include_known_errors", with_known ? TEXT("true") : (struct text){0}},
        {"include_modified_before_min_date", with_old ? TEXT("true") : (struct text){0}},
    };
    return page_link(page, "/get_weekly_error_report", parameters,
                     sizeof parameters / sizeof *parameters);
}

static void show_developer(const struct page *page, const struct week *week, size_t index,
                           struct value *object)
{
    const struct developer *developer = &week->developers[index];
    struct arena *arena = page->arena;
    if (developer->email.len)
        value_set_text(arena, object, "email", developer->email);
    else
        value_set_null(arena, object, "email");
    value_set_int(arena, object, "score", developer->score);
    struct value *errors = value_set_list(arena, object, "errors");
    bool is_cut = !page->wants_json && developer->row_n > ERRORS_SHOWN_MAX;
    size_t shown_n = is_cut ? ERRORS_SHOWN_MAX : developer->row_n;
    for (size_t i = 0; i < shown_n; i++)
        page_set_error(page, value_add_object(arena, errors), &developer->rows[i]->record,
                       developer->rows[i]->week_count);
    if (page->wants_json)
        return;
    value_set_int(arena, object, "_rank", (int64_t)index + 1);
    value_set_text(arena, object, "_score", show_count(arena, developer->score));
    value_set_text(arena, object, "_occurrences",
                   show_counted(arena, developer->score, "occurrence"));
    value_set_text(arena, object, "_error_n", show_count(arena, (int64_t)developer->row_n));
    value_set_text(arena, object, "_errors",
                   show_counted(arena, (int64_t)developer->row_n, "error"));
    // of the highest score, for a bar; never nothing
    int64_t highest = 1;
    for (size_t i = 0; i < week->developer_n; i++)
        if (week->developers[i].score > highest)
            highest = week->developers[i].score;
    int64_t percent = (int64_t)((double)developer->score / (double)highest * 100);
    value_set_int(arena, object, "_percent", percent < 1 ? 1 : percent);
    value_set_text(arena, object, "_more",
                   is_cut ? show_counted(arena, (int64_t)(developer->row_n - shown_n), "error")
                          : (struct text){0});
}

static void show_totals(struct page *page, const struct week *week)
{
    struct arena *arena = page->arena;
    struct value *facts = page->facts;
    size_t owner_n = week->developer_n;
    if (owner_n && !week->developers[owner_n - 1].email.len)
        owner_n--;
    value_set_text(arena, facts, "_occurrences", show_counted(arena, week->score, "occurrence"));
    value_set_text(arena, facts, "_errors", show_counted(arena, (int64_t)week->row_n, "error"));
    value_set_text(arena, facts, "_people", show_counted(arena, (int64_t)owner_n, "developer"));
    value_set_bool(arena, facts, "_is_board", week->developer_n > 1);
    value_set_bool(arena, facts, "_is_empty", week->developer_n == 0);
    value_set_bool(arena, facts, "_has_others", week->known_n || week->hidden_n);
    value_set_text(arena, facts, "_hidden",
                   week->hidden_n ? show_counted(arena, (int64_t)week->hidden_n, "error")
                                  : (struct text){0});
    char minimum_date[11];
    date_write(page->project->minimum_date_ms, minimum_date);
    value_set_text(arena, facts, "_known",
                   week->known_n ? show_counted(arena, (int64_t)week->known_n, "known error")
                                 : (struct text){0});
    value_set_text(arena, facts, "_link_known",
                   week_link(page, week->from_ms, true, week->with_old));
    value_set_text(arena, facts, "_minimum_date", arena_copy(arena, text_of(minimum_date)));
    value_set_text(arena, facts, "_link_all",
                   week_link(page, week->from_ms, week->with_known, true));
}

static void show_surroundings(struct page *page, const struct week *week)
{
    struct arena *arena = page->arena;
    struct value *facts = page->facts;
    char last[11];
    date_write(week->until_ms - 1, last);
    bool is_current = week->from_ms <= page->now_ms && page->now_ms < week->until_ms;
    value_set_text(arena, facts, "_last_day", arena_copy(arena, text_of(last)));
    value_set_bool(arena, facts, "_is_current", is_current);
    value_set_text(arena, facts, "_link_before",
                   week_link(page, week->from_ms - WEEK_MS, week->with_known, week->with_old));
    value_set_text(arena, facts, "_link_after",
                   week->until_ms <= page->now_ms
                       ? week_link(page, week->until_ms, week->with_known, week->with_old)
                       : (struct text){0});
    value_set_bool(arena, facts, "_has_smtp", page->settings->has_smtp);
    value_set_text(arena, facts, "_dsn", page->project->dsn);
}

bool page_week(struct page *page, struct error *error)
{
    struct week week = {0};
    if (!read_parameters(page, &week, error) ||
        !store_list_week(page->store, page->project->id, week.from_ms, week.until_ms, page->arena,
                         &week.rows, &week.row_n, error))
        return false;
    drop_hidden(page, &week);
    group(page->arena, &week);

    char first[11];
    date_write(week.from_ms, first);
    struct text day = arena_copy(page->arena, text_of(first));
    value_set_text(page->arena, page->facts, "week", day);
    struct value *developers = value_set_list(page->arena, page->facts, "developers");
    for (size_t i = 0; i < week.developer_n; i++)
        show_developer(page, &week, i, value_add_object(page->arena, developers));
    show_totals(page, &week);
    show_surroundings(page, &week);
    page_set_title(page, arena_printf(page->arena, "Errors of the week of %.*s", TEXT_ARG(day)));
    value_set_bool(page->arena, page->facts, "_in_week", true);
    page->template = "week";
    return true;
}
