// SPDX-License-Identifier: MIT
// The ledger on a real SQLite store, with a clock that stands still and git and mail played by the
// test.
#include "test.h"

#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "server/ledger.h"

static atomic_llong passed_ms; // since the test began

static int64_t still_wall_ms(const struct clock *c)
{
    (void)c;
    return 1750000000000 + atomic_load(&passed_ms);
}

static atomic_llong mono_ms;

static int64_t told_mono_ms(const struct clock *c)
{
    (void)c;
    return atomic_load(&mono_ms);
}

static const struct clock still_clock = {still_wall_ms, told_mono_ms};

struct fixture {
    char dir[64];
    struct ledger *ledger;
    struct store *writer, *reader;
    struct judge *judge;
    struct queue jobs; // of struct job
    atomic_int answered, refused;
    _Atomic(const char *) trouble; // with Flawless itself, or NULL
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

struct job {
    struct queue_item item;
    int64_t site_id;
};

static struct judge *hold_judge(void *self, int64_t project_id)
{
    (void)project_id;
    struct fixture *f = self;
    return judge_hold(f->judge);
}

static const struct alert_settings *get_alert(void *self, int64_t project_id)
{
    static const struct alert_settings alert = {.threshold = 3};
    (void)self;
    (void)project_id;
    return &alert;
}

static bool take_job(void *self, const struct blame_job *job)
{
    struct fixture *f = self;
    struct job *copy = calloc(1, sizeof *copy);
    copy->site_id = job->site_id;
    return queue_push(&f->jobs, &copy->item);
}

static bool take_letter(void *self, const struct outbox_letter *letter)
{
    (void)self;
    (void)letter;
    fail(); // there is no SMTP server in these tests
    return false;
}

static void list_troubles(void *self, struct arena *arena, struct trouble_list *troubles)
{
    struct fixture *f = self;
    const char *trouble = atomic_load(&f->trouble);
    check(f->ledger != NULL); // this is called as soon as the thread runs
    if (trouble)
        trouble_add(troubles, text_of(trouble), TEXT("no such directory"), arena);
}

static void start(struct fixture *f)
{
    struct error error = {0};
    if (!store_open(f->dir, STORE_WRITE, &f->writer, &error))
        fail_msg("%s", error.message);
    assert_true(store_open(f->dir, STORE_READ, &f->reader, &error));
    const struct ledger_settings settings = {
        .store = f->writer,
        .clock = &still_clock,
        .base_url = TEXT("http://localhost:9028"),
        .sender = TEXT("flawless@example.com"),
        .sender_domain = TEXT("example.com"),
        .default_contact = TEXT("team@example.com"),
        .letters_per_hour = 2,
        .self = f,
        .hold_judge = hold_judge,
        .get_alert = get_alert,
        .take_job = take_job,
        .take_letter = take_letter,
        .list_troubles = list_troubles,
    };
    ledger_start(&settings, &f->ledger);
}

static void stop(struct fixture *f)
{
    ledger_stop(f->ledger);
    ledger_free(f->ledger);
    f->ledger = NULL;
    store_close(f->writer);
    store_close(f->reader);
}

static int set_up(void **state)
{
    atomic_store(&passed_ms, 0);
    struct fixture *f = calloc(1, sizeof *f);
    struct arena arena = {0};
    struct project project;
    struct store *store;
    snprintf(f->dir, sizeof f->dir, "/tmp/flawless-ledger-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    assert_true(store_open(f->dir, STORE_WRITE, &store, NULL));
    assert_true(store_keep_project(store, 1, TEXT("test"), TEXT(""), &arena, &project, NULL));
    store_close(store);
    arena_release(&arena);
    f->judge = judge_new(&(struct judge_settings){0}, NULL);
    queue_init(&f->jobs, 0);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    start(f);
    *state = f;
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    stop(f);
    for (struct queue_item *item = queue_take_all(&f->jobs, 0), *next; item; item = next) {
        next = item->next;
        free(item);
    }
    queue_release(&f->jobs);
    judge_drop(f->judge);
    nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

// ---- reports ----

struct sent {
    struct submission submission; // first
    struct fixture *fixture;
    struct arena arena;
};

static void on_answer(struct submission *submission, const char *refusal)
{
    struct sent *sent = (struct sent *)submission;
    struct fixture *f = sent->fixture;
    arena_release(&sent->arena);
    free(sent);
    pthread_mutex_lock(&f->lock);
    (refusal ? &f->refused : &f->answered)[0]++;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

static bool send_report(struct fixture *f, const char *type, int64_t line_number, int64_t count)
{
    struct sent *sent = calloc(1, sizeof *sent);
    struct arena *arena = &sent->arena;
    sent->fixture = f;
    sent->submission.answer = on_answer;
    sent->submission.size = 1000;
    sent->submission.judged_n = 1;
    sent->submission.judged = arena_array(arena, struct judged, 1);
    struct judged *judged = sent->submission.judged;
    struct frame *frame = arena_array(arena, struct frame, 1);
    struct exception *exception = arena_array(arena, struct exception, 1);
    *frame = (struct frame){.path = TEXT("shop/cart.py"),
                            .filename = TEXT("shop/cart.py"),
                            .function = TEXT("total"),
                            .text = TEXT("return a / b"),
                            .line_number = line_number};
    *exception = (struct exception){.type = arena_copy(arena, text_of(type)),
                                    .message = TEXT("it broke"),
                                    .frames = frame,
                                    .frame_n = 1};
    judged->report = (struct report){.event_id = "0123456789abcdef0123456789abcdef",
                                     .level = TEXT("error"),
                                     .hostname = TEXT("web-1"),
                                     .error_count = count,
                                     .exceptions = exception,
                                     .exception_n = 1};
    judged->verdict = judge_report(f->judge, &judged->report, 1, arena);
    struct digest site = site_key(&judged->verdict.site);
    const struct text parts[] = {{(char *)site.bytes, sizeof site.bytes}, exception->type};
    judged->key = digest_of(parts, 2);
    if (ledger_submit(f->ledger, &sent->submission))
        return true;
    arena_release(arena);
    free(sent);
    return false;
}

static void wait_for_answers(struct fixture *f, int expected)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 60;
    pthread_mutex_lock(&f->lock);
    while (f->answered + f->refused < expected)
        assert_int_equal(pthread_cond_timedwait(&f->changed, &f->lock, &deadline), 0);
    pthread_mutex_unlock(&f->lock);
}

static struct store_counts count_all(struct fixture *f)
{
    struct store_counts counts;
    assert_true(store_count(f->reader, &counts, NULL));
    return counts;
}

static void answer_job(struct fixture *f, const char *commit)
{
    struct job *job = (struct job *)queue_take(&f->jobs, 30000);
    assert_non_null(job);
    struct blame_answer *answer = blame_answer_new(job->site_id);
    answer->line = (struct line_identity){arena_copy(&answer->arena, text_of(commit)),
                                          TEXT("shop/cart.py"), 3};
    answer->ownership = (struct ownership){.state = OWNER_FOUND,
                                           .owner_email = TEXT("ada@example.com"),
                                           .author_email = TEXT("ada@example.com"),
                                           .changed_at_ms = 1600000000000,
                                           .confidence = CONFIDENCE_HIGH};
    free(job);
    ledger_tell_blame(f->ledger, answer);
}

// ---- tests ----

static void what_is_answered_is_counted_however_it_was_batched(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3000; i++)
        assert_true(send_report(f, i % 2 ? "KeyError" : "ValueError", 10 + i % 3, 1 + i % 2));
    wait_for_answers(f, 3000);
    assert_int_equal(f->refused, 0);
    struct store_counts counts = count_all(f);
    assert_int_equal(counts.occurrences, 4500);
    assert_int_equal(counts.errors, 3);
    assert_int_equal(counts.sites_awaiting_blame, 3);
}

static void a_letter_is_written_once_the_owner_is_known_and_never_again(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++)
        send_report(f, "KeyError", 3, 1);
    wait_for_answers(f, 10);
    assert_int_equal(count_all(f).letters_kept, 0); // nobody knows whom to tell
    answer_job(f, "1111111111111111111111111111111111111111");
    for (int i = 0; i < 10; i++)
        send_report(f, "KeyError", 3, 1);
    wait_for_answers(f, 20);
    stop(f); // commits what waits
    start(f);
    for (int i = 0; i < 10; i++)
        send_report(f, "KeyError", 3, 1);
    wait_for_answers(f, 30);
    struct store_counts counts = count_all(f);
    assert_int_equal(counts.letters_kept, 1);
    assert_int_equal(counts.occurrences, 30);
}

static void two_sites_of_one_line_become_one_error_with_one_letter(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++) {
        send_report(f, "KeyError", 3, 1);
        send_report(f, "KeyError", 8, 1); // the same line, shifted by a deploy
    }
    wait_for_answers(f, 10);
    answer_job(f, "1111111111111111111111111111111111111111");
    answer_job(f, "1111111111111111111111111111111111111111");
    stop(f);
    start(f);
    struct store_counts counts = count_all(f);
    assert_int_equal(counts.errors, 1);
    assert_int_equal(counts.occurrences, 10);
    assert_int_equal(counts.letters_kept, 1);
}

static void below_the_threshold_nobody_is_told(void **state)
{
    struct fixture *f = *state;
    send_report(f, "KeyError", 3, 2);
    wait_for_answers(f, 1);
    answer_job(f, "1111111111111111111111111111111111111111");
    stop(f);
    start(f);
    assert_int_equal(count_all(f).letters_kept, 0);
    send_report(f, "KeyError", 3, 1);
    wait_for_answers(f, 2);
    assert_int_equal(count_all(f).letters_kept, 1);
}

static size_t list_letters(struct fixture *f, struct arena *arena, struct outbox_letter **letters)
{
    size_t n;
    assert_true(store_list_outbox(f->reader, 0, 100, arena, letters, &n, NULL));
    return n;
}

// One more error of Ada's, told at once. line_number: another one each time.
static void fail_at(struct fixture *f, int64_t line_number)
{
    char commit[41];
    int before = f->answered;
    snprintf(commit, sizeof commit, "%040d", (int)line_number);
    send_report(f, "KeyError", line_number, 3);
    wait_for_answers(f, before + 1);
    answer_job(f, commit);
    send_report(f, "KeyError", line_number, 1); // answered after what blame said
    wait_for_answers(f, before + 2);
}

static void pass_time(struct fixture *f, int64_t ms)
{
    stop(f);
    atomic_fetch_add(&passed_ms, ms);
    start(f);
}

// Somebody marks the one error there is.
static bool mark_as_fixed(void *data, struct store *store, struct error *error)
{
    struct fixed_mark mark = {.project_id = 1,
                              .error_id = 1,
                              .is_fixed = true,
                              .who = TEXT("ada"),
                              .commit = text_of(data),
                              .at_ms = clock_wall_ms(&still_clock)};
    return store_mark_fixed(store, &mark, error);
}

static void what_was_fixed_is_told_once_more_when_it_comes_back(void **state)
{
    struct fixture *f = *state;
    char no_commit[] = ""; // there is no repository
    send_report(f, "KeyError", 3, 3);
    wait_for_answers(f, 1);
    answer_job(f, "1111111111111111111111111111111111111111");
    send_report(f, "KeyError", 3, 1);
    wait_for_answers(f, 2);
    assert_true(ledger_change_now(f->ledger, mark_as_fixed, no_commit, NULL));
    send_report(f, "KeyError", 3, 10); // in the same moment as the mark: not later
    wait_for_answers(f, 3);
    assert_int_equal(count_all(f).letters_kept, 1);
    pass_time(f, 1000);
    send_report(f, "KeyError", 3, 1);
    wait_for_answers(f, 4);
    assert_int_equal(count_all(f).letters_kept, 1 + 1); // the ten belong to the same site
    for (int i = 0; i < 5; i++)
        send_report(f, "KeyError", 3, 100);
    wait_for_answers(f, 9);
    stop(f);
    start(f);
    assert_int_equal(count_all(f).letters_kept, 2);
    assert_int_equal(count_all(f).occurrences, 3 + 1 + 10 + 1 + 500);
}

static void wait_for_letter(struct fixture *f, int64_t n)
{
    for (int i = 0; i < 6000 && count_all(f).letters_kept < n; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(count_all(f).letters_kept, n);
}

static void what_exceeds_the_hours_letters_comes_as_one_digest(void **state)
{
    struct fixture *f = *state;
    struct arena arena = {0};
    struct outbox_letter *letters;
    for (int line = 1; line <= 5; line++)
        fail_at(f, line);
    assert_int_equal(count_all(f).letters_kept, 2);
    assert_int_equal(count_all(f).letters_held, 3);
    pass_time(f, 3600 * 1000 - 1);
    fail_at(f, 6); // while something is held back all is
    assert_int_equal(count_all(f).letters_kept, 2);
    assert_int_equal(count_all(f).letters_held, 4);
    pass_time(f, 1);
    wait_for_letter(f, 3);
    assert_int_equal(count_all(f).letters_held, 0);
    assert_int_equal(list_letters(f, &arena, &letters), 3);
    assert_true(text_equal(letters[0].subject, TEXT("4 more errors in one letter")));
    assert_true(text_equal(letters[0].to, TEXT("ada@example.com")));
    assert_int_equal(letters[0].error_id, 0);
    assert_int_equal(letters[0].thread_id.len, 0);
    assert_true(letters[1].thread_id.len > 0);
    fail_at(f, 7); // the hour has room for one more beside the digest
    assert_int_equal(count_all(f).letters_kept, 4);
    fail_at(f, 8);
    for (int line = 1; line <= 8; line++)
        send_report(f, "KeyError", line, 9); // each was told once
    pass_time(f, 2 * 3600 * 1000);
    wait_for_letter(f, 5);
    arena_release(&arena);
}

static void tell_refused(struct fixture *f, const struct outbox_letter *letter)
{
    struct outbox_letter refused = *letter;
    refused.state = OUTBOX_REFUSED;
    refused.last_error = TEXT("550 no such person");
    ledger_tell_letter(f->ledger, letter_outcome_new(&refused));
}

static void an_address_that_is_refused_is_told_once_to_the_default_contact(void **state)
{
    struct fixture *f = *state;
    struct arena arena = {0};
    struct outbox_letter *letters;
    fail_at(f, 1);
    fail_at(f, 2);
    assert_int_equal(list_letters(f, &arena, &letters), 2);
    tell_refused(f, &letters[0]);
    tell_refused(f, &letters[1]);
    stop(f);
    start(f);
    assert_int_equal(list_letters(f, &arena, &letters), 3);
    assert_true(text_equal(letters[0].to, TEXT("team@example.com")));
    assert_true(text_equal(letters[0].subject, TEXT("Letters to ada@example.com are refused")));
    assert_true(text_contains(letters[0].text, TEXT("550 no such person")));
    tell_refused(f, &letters[0]); // no letter about the refusal of that one
    stop(f);
    start(f);
    assert_int_equal(list_letters(f, &arena, &letters), 3);
    assert_int_equal(count_all(f).letters_refused, 3);
    arena_release(&arena);
}

// Lets time pass while the ledger works. After the first answer it has looked at the clock again
// before the second.
static void live_on(struct fixture *f, int64_t ms)
{
    atomic_fetch_add(&passed_ms, ms);
    atomic_fetch_add(&mono_ms, 1000);
    for (int i = 0, before = f->answered; i < 2; i++) {
        send_report(f, "KeyError", 3, 1);
        wait_for_answers(f, before + i + 1);
    }
}

static void what_is_wrong_with_flawless_is_told_to_the_default_contact(void **state)
{
    enum { MINUTE = 60 * 1000 };
    struct fixture *f = *state;
    struct arena arena = {0};
    struct outbox_letter *letters;
    atomic_store(&f->trouble, "the repository cannot be read");
    live_on(f, 0);
    live_on(f, 10 * MINUTE - 1);
    assert_int_equal(count_all(f).letters_kept, 0);
    live_on(f, 1);
    assert_int_equal(list_letters(f, &arena, &letters), 1);
    assert_true(text_equal(letters[0].to, TEXT("team@example.com")));
    assert_true(text_equal(letters[0].subject, TEXT("Flawless on localhost has a problem")));
    assert_true(text_contains(letters[0].text, TEXT("no such directory")));
    live_on(f, 100 * MINUTE);
    assert_int_equal(count_all(f).letters_kept, 1); // once
    pass_time(f, MINUTE);
    live_on(f, 0);
    live_on(f, 10 * MINUTE);
    assert_int_equal(count_all(f).letters_kept, 1); // a restart changes nothing
    atomic_store(&f->trouble, "the rules cannot be used");
    live_on(f, 0);
    live_on(f, 10 * MINUTE);
    assert_int_equal(count_all(f).letters_kept, 2);
    arena_release(&arena);
}

static void a_job_whose_answer_was_no_answer_is_offered_again(void **state)
{
    struct fixture *f = *state;
    send_report(f, "KeyError", 3, 1);
    wait_for_answers(f, 1);
    struct job *job = (struct job *)queue_take(&f->jobs, 30000);
    assert_non_null(job);
    stop(f); // the answer never comes: the server was killed
    start(f);
    struct job *again = (struct job *)queue_take(&f->jobs, 30000);
    assert_non_null(again);
    assert_int_equal(again->site_id, job->site_id);
    free(job);
    free(again);
}

static void after_the_stop_nothing_is_accepted(void **state)
{
    struct fixture *f = *state;
    ledger_stop(f->ledger);
    assert_false(send_report(f, "KeyError", 3, 1));
    struct blame_answer *late = blame_answer_new(7);
    ledger_tell_blame(f->ledger, late); // freed, not kept
    ledger_free(f->ledger);
    store_close(f->writer);
    store_close(f->reader);
    start(f);
}

// An answer that does not return until it is let go: the ledger's thread is stuck in it.
struct plug {
    struct submission submission; // first
    atomic_bool is_reached, may_go;
};

static void on_stuck_answer(struct submission *submission, const char *refusal)
{
    struct plug *plug = (struct plug *)submission;
    assert_null(refusal);
    atomic_store(&plug->is_reached, true);
    while (!atomic_load(&plug->may_go))
        usleep(1000);
}

static void a_thread_that_does_not_come_back_is_told(void **state)
{
    struct fixture *f = *state;
    struct plug plug = {.submission.answer = on_stuck_answer};
    struct ledger_facts facts;
    assert_true(ledger_submit(f->ledger, &plug.submission));
    while (!atomic_load(&plug.is_reached))
        usleep(1000);
    ledger_look(f->ledger, &facts);
    assert_false(facts.is_stuck);
    atomic_fetch_add(&mono_ms, LEDGER_PATIENCE_MS);
    ledger_look(f->ledger, &facts);
    assert_false(facts.is_stuck);
    atomic_fetch_add(&mono_ms, 1);
    ledger_look(f->ledger, &facts);
    assert_true(facts.is_stuck);
    assert_int_equal(facts.silent_ms, LEDGER_PATIENCE_MS + 1);
    atomic_store(&plug.may_go, true);
    assert_true(send_report(f, "KeyError", 3, 1));
    wait_for_answers(f, 1);
    ledger_look(f->ledger, &facts);
    assert_false(facts.is_stuck);
}

static void batches_and_their_times_are_told(void **state)
{
    struct fixture *f = *state;
    struct ledger_facts facts;
    int64_t batch_n = 0, commit_n = 0;
    for (int i = 0; i < 100; i++)
        assert_true(send_report(f, "KeyError", 3, 2));
    wait_for_answers(f, 100);
    ledger_look(f->ledger, &facts);
    for (size_t i = 0; i <= facts.batch_reports.bound_n; i++)
        batch_n += facts.batch_reports.counts[i];
    for (size_t i = 0; i <= facts.commit_us.bound_n; i++)
        commit_n += facts.commit_us.counts[i];
    assert_int_equal(facts.batch_reports.sum, 100);
    assert_int_equal(batch_n, facts.batches);
    assert_int_equal(commit_n, facts.batches);
    assert_true(facts.commit_us.sum > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_answered_is_counted_however_it_was_batched),
        TEST(what_exceeds_the_hours_letters_comes_as_one_digest),
        TEST(an_address_that_is_refused_is_told_once_to_the_default_contact),
        TEST(what_is_wrong_with_flawless_is_told_to_the_default_contact),
        TEST(a_letter_is_written_once_the_owner_is_known_and_never_again),
        TEST(two_sites_of_one_line_become_one_error_with_one_letter),
        TEST(what_was_fixed_is_told_once_more_when_it_comes_back),
        TEST(below_the_threshold_nobody_is_told),
        TEST(a_job_whose_answer_was_no_answer_is_offered_again),
        TEST(after_the_stop_nothing_is_accepted),
        TEST(a_thread_that_does_not_come_back_is_told),
        TEST(batches_and_their_times_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
