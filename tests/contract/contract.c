// SPDX-License-Identifier: MIT
#include "contract.h"

int fixture_open(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct project project;
    under_test_make(f->address);
    assert_ok(f, store_open(f->address, STORE_WRITE, &f->store, &f->error));
    assert_ok(f, store_keep_project(f->store, 1, TEXT("first"), TEXT(""), &f->arena, &project,
                                    &f->error));
    *state = f;
    return 0;
}

int fixture_close(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    under_test_remove(f->address);
    arena_release(&f->arena);
    free(f);
    return 0;
}

void fixture_reopen(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
    assert_ok(f, store_open(f->address, STORE_WRITE, &f->store, &f->error));
}

struct store *fixture_reader(struct fixture *f)
{
    struct store *reader = NULL;
    assert_ok(f, store_open(f->address, STORE_READ, &reader, &f->error));
    return reader;
}

struct site make_site(const char *path, int64_t line_number, const char *text)
{
    return (struct site){.project_id = 1,
                         .revision = TEXT("1.0"),
                         .path = text_of(path),
                         .function = TEXT("handle"),
                         .text = text_of(text),
                         .line_number = line_number,
                         .is_mapped = true};
}

void begin(struct fixture *f)
{
    assert_ok(f, store_begin(f->store, &f->error));
}

void commit(struct fixture *f)
{
    assert_ok(f, store_commit(f->store, &f->error));
}

struct site_row keep_site(struct fixture *f, const struct site *site, int64_t now_ms)
{
    struct site_row row;
    assert_ok(f, store_keep_site(f->store, site, now_ms, &row, &f->error));
    return row;
}

struct site_row report(struct fixture *f, const struct site *site, int64_t count, int64_t now_ms)
{
    struct site_row row = keep_site(f, site, now_ms);
    struct tally tally = {.error_id = row.error_id,
                          .site_id = row.site_id,
                          .count = count,
                          .now_ms = now_ms,
                          .site = site,
                          .exception_type = TEXT("ValueError"),
                          .message = TEXT("bad value")};
    assert_ok(f, store_tally(f->store, &tally, &f->error));
    return row;
}

struct site_row report_alone(struct fixture *f, const struct site *site, int64_t count,
                             int64_t now_ms)
{
    begin(f);
    struct site_row row = report(f, site, count, now_ms);
    commit(f);
    return row;
}

struct line_identity make_line(const char *commit, int64_t number)
{
    return (struct line_identity){text_of(commit), TEXT("origin.py"), number};
}

struct ownership make_ownership(const char *email)
{
    return (struct ownership){.state = OWNER_FOUND,
                              .owner_email = text_of(email),
                              .author_name = TEXT("Ada Author"),
                              .author_email = TEXT("ada@laptop"),
                              .co_authors = TEXT("Bob <bob@example.com>\nEve <eve@example.com>"),
                              .changed_at_ms = SUNDAY_MS - 5 * DAY_MS,
                              .commit_subject = TEXT("Add the handler"),
                              .confidence = CONFIDENCE_HIGH,
                              .reason = TEXT("wrote the line")};
}

int64_t settle(struct fixture *f, int64_t site_id, struct line_identity line, const char *email)
{
    struct ownership ownership = make_ownership(email);
    int64_t error_id = 0;
    assert_ok(f, store_settle_site(f->store, site_id, &line, &ownership, &error_id, &f->error));
    return error_id;
}

struct error_record get_error(struct fixture *f, int64_t error_id)
{
    struct error_record record = {0};
    assert_ok(f, store_get_error(f->store, error_id, &f->arena, &record, &f->error));
    return record;
}

struct store_counts count(struct fixture *f)
{
    struct store_counts counts = {0};
    assert_ok(f, store_count(f->store, &counts, &f->error));
    return counts;
}

void keep_occurrence(struct fixture *f, int64_t error_id, int64_t at_ms, struct text body,
                     int64_t newest_max)
{
    struct occurrence occurrence = {
        .error_id = error_id, .at_ms = at_ms, .event_id = "e0", .body = body};
    assert_ok(f, store_keep_occurrence(f->store, &occurrence, newest_max, &f->error));
}

size_t list_occurrences(struct fixture *f, int64_t error_id, int64_t *at_ms, size_t max)
{
    struct kept_occurrence occurrence;
    size_t n = 0;
    for (int64_t until_ms = 0;; until_ms = at_ms[n++] - 1) {
        if (!store_get_occurrence(f->store, error_id, until_ms, &f->arena, &occurrence, &f->error))
            break;
        assert_true(n < max);
        at_ms[n] = occurrence.at_ms;
    }
    assert_int_equal(f->error.kind, ERROR_NOT_FOUND);
    return n;
}
