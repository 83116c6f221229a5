// SPDX-License-Identifier: MIT
// Random batches against a model that does the same in plain arrays: after each batch, committed or
// rolled back, with restarts in between, everything the store tells must be what the model says.
#include "contract.h"

enum {
    SITE_MAX = 24,
    LINE_MAX = 6,
    HOUR_MAX = 16 * 24,
    TYPE_MAX = 3,
    OCCURRENCE_MAX = 600,
    NEWEST = 3,
    BATCHES = 150,
    OPERATIONS = 12, // a batch, at most
};

static const char *const types[TYPE_MAX] = {"ValueError", "KeyError", ""};

struct model_error {
    bool lives;
    int64_t id, count, first_ms, last_ms, letter_ms, letter_count, threshold;
    int newest_site, newest_type;
    int line, settled_by; // -1: not known
    int64_t hours[HOUR_MAX];
    int64_t variants[TYPE_MAX], variant_last_ms[TYPE_MAX];
};

struct model_occurrence {
    bool lives;
    int error;
    int64_t at_ms;
};

// Sites and errors have the same index: each site begins with its own error.
struct model {
    struct {
        bool exists, waits;
        int error;
        int64_t site_id, due_ms, attempts;
    } sites[SITE_MAX];
    struct model_error errors[SITE_MAX];
    struct model_occurrence occurrences[OCCURRENCE_MAX];
    int occurrence_n, letter_n;
};

struct play {
    struct fixture *f;
    struct model model, committed;
    int64_t now_ms;
    uint32_t random;
    char paths[SITE_MAX][16];
};

static int choose(struct play *p, int n)
{
    p->random = p->random * 1664525 + 1013904223;
    return (int)((p->random >> 8) % (uint32_t)n);
}

static struct site site_at(struct play *p, int index)
{
    snprintf(p->paths[index], sizeof p->paths[index], "f%d.py", index % 5);
    struct site site = make_site(p->paths[index], index, "x = y");
    site.revision = index % 2 ? TEXT("2.0") : TEXT("");
    return site;
}

// ---- operations on both ----

static int model_keep_site(struct play *p, int index, const struct site_row *row)
{
    struct model *m = &p->model;
    assert_int_equal(row->is_new, !m->sites[index].exists);
    if (!m->sites[index].exists) {
        m->sites[index].exists = m->sites[index].waits = true;
        m->sites[index].error = index;
        m->sites[index].site_id = row->site_id;
        m->sites[index].due_ms = p->now_ms;
        m->sites[index].attempts = 0;
        m->errors[index] = (struct model_error){.lives = true,
                                                .id = row->error_id,
                                                .first_ms = p->now_ms,
                                                .last_ms = p->now_ms,
                                                .newest_site = index,
                                                .line = -1,
                                                .settled_by = -1};
    }
    struct model_error *e = &m->errors[m->sites[index].error];
    assert_int_equal(row->site_id, m->sites[index].site_id);
    assert_int_equal(row->error_id, e->id);
    assert_int_equal(row->error_count, e->count);
    assert_int_equal(row->awaits_blame, m->sites[index].waits);
    return m->sites[index].error;
}

static int report_some(struct play *p)
{
    int index = choose(p, SITE_MAX), type = choose(p, TYPE_MAX);
    struct site site = site_at(p, index);
    struct site_row row = keep_site(p->f, &site, p->now_ms);
    int error = model_keep_site(p, index, &row);
    struct model_error *e = &p->model.errors[error];
    struct tally tally = {.error_id = row.error_id,
                          .count = 1 + choose(p, 1000),
                          .now_ms = p->now_ms,
                          .site = &site,
                          .exception_type = text_of(types[type]),
                          .message = TEXT("message"),
                          .threshold = choose(p, 4)};
    assert_ok(p->f, store_tally(p->f->store, &tally, &p->f->error));
    e->count += tally.count;
    e->hours[(p->now_ms - SUNDAY_MS) / HOUR_MS] += tally.count;
    e->variants[type] += tally.count;
    e->variant_last_ms[type] = p->now_ms;
    e->last_ms = p->now_ms;
    e->newest_site = index;
    e->newest_type = type;
    e->threshold = tally.threshold;
    return error;
}

// The definition in store.h, read literally.
static void model_retain(struct model *m, int error, int64_t now_ms)
{
    bool stays[OCCURRENCE_MAX] = {false};
    int newer = 0;
    for (int i = m->occurrence_n - 1; i >= 0; i--) { // their times rise with their index
        struct model_occurrence *o = &m->occurrences[i];
        if (!o->lives || o->error != error)
            continue;
        bool is_first = true, is_first_of_hour = true;
        for (int k = 0; k < i; k++) {
            struct model_occurrence *older = &m->occurrences[k];
            if (!older->lives || older->error != error)
                continue;
            is_first = false;
            if (older->at_ms / HOUR_MS == o->at_ms / HOUR_MS)
                is_first_of_hour = false;
        }
        stays[i] = newer++ < NEWEST || is_first ||
                   (is_first_of_hour && o->at_ms >= now_ms - 7 * (int64_t)DAY_MS);
    }
    for (int i = 0; i < m->occurrence_n; i++)
        if (m->occurrences[i].error == error && !stays[i])
            m->occurrences[i].lives = false;
}

static void keep_some(struct play *p)
{
    struct model *m = &p->model;
    if (m->occurrence_n == OCCURRENCE_MAX)
        return;
    int error = report_some(p);
    keep_occurrence(p->f, m->errors[error].id, p->now_ms, TEXT("{}"), NEWEST);
    m->occurrences[m->occurrence_n++] = (struct model_occurrence){true, error, p->now_ms};
    model_retain(m, error, p->now_ms);
    p->now_ms++; // times of occurrences differ, so that they can be told apart
}

static void write_some(struct play *p)
{
    int error = report_some(p);
    char message_id[16];
    snprintf(message_id, sizeof message_id, "m%d", p->model.letter_n++);
    struct outbox_letter letter = {.error_id = p->model.errors[error].id,
                                   .message_id = text_of(message_id),
                                   .written_at_ms = p->now_ms,
                                   .state = OUTBOX_WAITING};
    assert_ok(p->f, store_add_letter(p->f->store, &letter, &p->f->error));
    p->model.errors[error].letter_ms = p->now_ms;
    p->model.errors[error].letter_count = p->model.errors[error].count;
}

static void model_merge(struct model *m, int from, int into)
{
    struct model_error *gone = &m->errors[from], *stays = &m->errors[into];
    if (stays->last_ms < gone->last_ms) {
        stays->newest_site = gone->newest_site;
        stays->newest_type = gone->newest_type;
        stays->threshold = gone->threshold;
        stays->last_ms = gone->last_ms;
    }
    if (gone->first_ms < stays->first_ms)
        stays->first_ms = gone->first_ms;
    if (!stays->letter_ms || (gone->letter_ms && gone->letter_ms < stays->letter_ms))
        stays->letter_ms = gone->letter_ms;
    stays->count += gone->count;
    stays->letter_count += gone->letter_count;
    for (int i = 0; i < HOUR_MAX; i++)
        stays->hours[i] += gone->hours[i];
    for (int i = 0; i < TYPE_MAX; i++) {
        stays->variants[i] += gone->variants[i];
        if (stays->variant_last_ms[i] < gone->variant_last_ms[i])
            stays->variant_last_ms[i] = gone->variant_last_ms[i];
    }
    for (int i = 0; i < SITE_MAX; i++)
        if (m->sites[i].exists && m->sites[i].error == from)
            m->sites[i].error = into;
    for (int i = 0; i < m->occurrence_n; i++)
        if (m->occurrences[i].error == from)
            m->occurrences[i].error = into;
    gone->lives = false;
}

static void settle_some(struct play *p)
{
    struct model *m = &p->model;
    int index = choose(p, SITE_MAX), line = choose(p, LINE_MAX + 1) - 1;
    if (!m->sites[index].exists)
        return;
    struct line_identity identity = line < 0 ? (struct line_identity){0} : make_line("c", line);
    int64_t error_id =
        settle(p->f, m->sites[index].site_id, identity, index % 2 ? "odd@e.com" : "even@e.com");
    if (m->sites[index].waits) {
        m->sites[index].waits = false;
        int own = m->sites[index].error, other = -1;
        for (int i = 0; line >= 0 && i < SITE_MAX; i++)
            if (m->errors[i].lives && m->errors[i].line == line)
                other = i;
        if (other >= 0) {
            model_merge(m, own, other);
        } else {
            m->errors[own].line = line;
            m->errors[own].settled_by = index;
        }
    }
    assert_int_equal(error_id, m->errors[m->sites[index].error].id);
}

static void postpone_some(struct play *p)
{
    struct model *m = &p->model;
    int index = choose(p, SITE_MAX);
    if (!m->sites[index].exists)
        return;
    int64_t retry_ms = p->now_ms + choose(p, 3) * HOUR_MS;
    bool was_tried = choose(p, 2) == 0;
    assert_ok(p->f, store_postpone_blame(p->f->store, m->sites[index].site_id, retry_ms, was_tried,
                                         &p->f->error));
    m->sites[index].due_ms = retry_ms;
    m->sites[index].attempts += was_tried;
}

// ---- comparing ----

static int find_error(const struct model *m, int64_t id)
{
    for (int i = 0; i < SITE_MAX; i++)
        if (m->errors[i].lives && m->errors[i].id == id)
            return i;
    fail_msg("the model has no error %lld", (long long)id);
    return -1;
}

static void compare_record(struct play *p, const struct model_error *e)
{
    struct error_record record = get_error(p->f, e->id);
    struct site newest = site_at(p, e->newest_site);
    assert_int_equal(record.count, e->count);
    assert_int_equal(record.first_seen_at_ms, e->first_ms);
    assert_int_equal(record.last_seen_at_ms, e->last_ms);
    assert_int_equal(record.letter_at_ms, e->letter_ms);
    assert_int_equal(record.letter_count, e->letter_count);
    assert_int_equal(record.threshold, e->threshold);
    assert_true(text_equal(record.path, newest.path));
    assert_int_equal(record.line_number, newest.line_number);
    assert_text_equal(record.exception_type, types[e->newest_type]);
    assert_text_equal(record.line.commit, e->line < 0 ? "" : "c");
    assert_int_equal(record.line.number, e->line < 0 ? 0 : e->line);
    if (e->settled_by < 0)
        assert_int_equal(record.ownership.state, OWNER_WAITING);
    else
        assert_text_equal(record.ownership.owner_email,
                          e->settled_by % 2 ? "odd@e.com" : "even@e.com");
}

static void compare_variants(struct play *p, const struct model_error *e)
{
    struct variant *variants;
    size_t n;
    int expected_n = 0;
    assert_ok(p->f,
              store_list_variants(p->f->store, e->id, &p->f->arena, &variants, &n, &p->f->error));
    for (int type = 0; type < TYPE_MAX; type++) {
        expected_n += e->variants[type] > 0;
        for (size_t i = 0; i < n; i++)
            if (text_equal(variants[i].exception_type, text_of(types[type]))) {
                assert_int_equal(variants[i].count, e->variants[type]);
                assert_int_equal(variants[i].last_seen_at_ms, e->variant_last_ms[type]);
            }
    }
    assert_int_equal(n, expected_n);
}

static void compare_occurrences(struct play *p, int error)
{
    const struct model *m = &p->model;
    int64_t at_ms[OCCURRENCE_MAX];
    size_t n = list_occurrences(p->f, m->errors[error].id, at_ms, OCCURRENCE_MAX), met = 0;
    for (int i = m->occurrence_n - 1; i >= 0; i--) {
        if (!m->occurrences[i].lives || m->occurrences[i].error != error)
            continue;
        assert_true(met < n);
        assert_int_equal(at_ms[met++], m->occurrences[i].at_ms);
    }
    assert_int_equal(met, n);
}

static void compare_week(struct play *p)
{
    const struct model *m = &p->model;
    int from = choose(p, HOUR_MAX), until = from + choose(p, HOUR_MAX - from + 1), met = 0;
    int64_t sums[SITE_MAX] = {0}, before = INT64_MAX;
    struct week_row *rows;
    size_t n;
    for (int i = 0; i < SITE_MAX; i++)
        for (int hour = from; m->errors[i].lives && hour < until; hour++)
            sums[i] += m->errors[i].hours[hour];
    for (int i = 0; i < SITE_MAX; i++)
        met += sums[i] > 0;
    assert_ok(p->f, store_list_week(p->f->store, 1, SUNDAY_MS + from * (int64_t)HOUR_MS,
                                    SUNDAY_MS + until * (int64_t)HOUR_MS, &p->f->arena, &rows, &n,
                                    &p->f->error));
    assert_int_equal(n, met);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(rows[i].week_count, sums[find_error(m, rows[i].record.id)]);
        assert_true(rows[i].week_count <= before);
        before = rows[i].week_count;
    }
}

static void compare_jobs(struct play *p)
{
    const struct model *m = &p->model;
    struct blame_job *jobs;
    size_t n, met = 0;
    int64_t before_ms = 0;
    assert_ok(p->f, store_list_blame_jobs(p->f->store, p->now_ms, SITE_MAX, &p->f->arena, &jobs, &n,
                                          &p->f->error));
    for (int i = 0; i < SITE_MAX; i++)
        met += m->sites[i].exists && m->sites[i].waits && m->sites[i].due_ms <= p->now_ms;
    assert_int_equal(n, met);
    for (size_t i = 0; i < n; i++) {
        int64_t index = jobs[i].site.line_number;
        assert_int_equal(jobs[i].site_id, m->sites[index].site_id);
        assert_int_equal(jobs[i].error_id, m->errors[m->sites[index].error].id);
        assert_int_equal(jobs[i].attempts, m->sites[index].attempts);
        assert_true(m->sites[index].due_ms >= before_ms);
        before_ms = m->sites[index].due_ms;
    }
}

static void compare(struct play *p)
{
    const struct model *m = &p->model;
    struct store_counts counts = count(p->f), expected = {.letters_waiting = m->letter_n};
    for (int i = 0; i < SITE_MAX; i++) {
        expected.sites_awaiting_blame += m->sites[i].exists && m->sites[i].waits;
        if (!m->errors[i].lives)
            continue;
        expected.errors++;
        expected.studies_waiting += m->errors[i].line >= 0; // nobody makes them here
        expected.occurrences += m->errors[i].count;
        compare_record(p, &m->errors[i]);
        compare_variants(p, &m->errors[i]);
        compare_occurrences(p, i);
    }
    assert_memory_equal(&counts, &expected, sizeof counts);
    compare_week(p);
    compare_jobs(p);
    arena_reset(&p->f->arena);
}

// ---- playing ----

static void play_batch(struct play *p)
{
    void (*const operations[])(struct play *) = {keep_some, write_some, settle_some, postpone_some};
    begin(p->f);
    for (int i = choose(p, OPERATIONS); i > 0; i--) {
        int what = choose(p, 8);
        if (what < 4)
            operations[what](p);
        else
            report_some(p);
    }
    if (choose(p, 4) == 0) {
        store_rollback(p->f->store);
        p->model = p->committed;
    } else {
        commit(p->f);
        p->committed = p->model;
    }
    if (choose(p, 10) == 0)
        fixture_reopen(p->f);
}

static void play(struct fixture *f, uint32_t seed)
{
    struct play *p = calloc(1, sizeof *p);
    p->f = f;
    p->random = seed;
    p->now_ms = SUNDAY_MS;
    for (int i = 0; i < BATCHES; i++) {
        play_batch(p);
        compare(p);
        p->now_ms += choose(p, 3) ? choose(p, 60000) : choose(p, 8 * HOUR_MS);
        assert_true((p->now_ms - SUNDAY_MS) / HOUR_MS < HOUR_MAX);
    }
    free(p);
}

static void random_batches_agree_with_the_model(void **state)
{
    struct fixture *f = *state;
    for (uint32_t seed = 1; seed <= 6; seed++) {
        play(f, seed);
        store_close(f->store);
        under_test_remove(f->address);
        struct project project;
        under_test_make(f->address);
        assert_ok(f, store_open(f->address, STORE_WRITE, &f->store, &f->error));
        assert_ok(f, store_keep_project(f->store, 1, TEXT("p"), TEXT(""), &f->arena, &project,
                                        &f->error));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        contract_test(random_batches_agree_with_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
