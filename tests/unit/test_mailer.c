// SPDX-License-Identifier: MIT
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "base/queue.h"
#include "server/mailer.h"
#include "smtp_server.h"

enum { OUTCOME_MAX = 128, WAIT_S = 10, MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

static const int64_t NOW_MS = INT64_C(1767323045000);

struct outcome {
    int64_t id, attempts, sent_at_ms, next_try_at_ms;
    enum outbox_state state;
    char last_error[200];
};

// Outcomes, as the ledger would hear them.
struct ears {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct outcome outcomes[OUTCOME_MAX];
    int count;
};

static void hear(void *self, const struct outbox_letter *letter)
{
    struct ears *ears = self;
    pthread_mutex_lock(&ears->lock);
    check(ears->count < OUTCOME_MAX); // cmocka only hears its own thread
    struct outcome *o = &ears->outcomes[ears->count++];
    *o = (struct outcome){letter->id,         letter->attempts,
                          letter->sent_at_ms, letter->next_try_at_ms,
                          letter->state,      ""};
    snprintf(o->last_error, sizeof o->last_error, "%.*s", TEXT_ARG(letter->last_error));
    pthread_cond_broadcast(&ears->changed);
    pthread_mutex_unlock(&ears->lock);
}

static void wait_for(struct ears *ears, int count)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += WAIT_S;
    pthread_mutex_lock(&ears->lock);
    int result = 0;
    while (ears->count < count && result == 0)
        result = pthread_cond_timedwait(&ears->changed, &ears->lock, &deadline);
    pthread_mutex_unlock(&ears->lock);
    assert_int_equal(result, 0);
}

static int64_t fixed_ms(const struct clock *clock)
{
    (void)clock;
    return NOW_MS;
}

static const struct clock fixed_clock = {fixed_ms, fixed_ms};

static struct mailer *start(const char *url, struct ears *ears)
{
    struct mailer_settings settings = {
        .smtp = {.url = url}, .clock = &fixed_clock, .self = ears, .settled = hear};
    *ears = (struct ears){.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    return mailer_start(&settings);
}

static struct outbox_letter make_letter(int64_t id, const char *to)
{
    return (struct outbox_letter){.id = id,
                                  .message_id = TEXT("1@example.com"),
                                  .from = TEXT("flawless@example.com"),
                                  .to = text_of(to),
                                  .subject = TEXT("Error"),
                                  .text = TEXT("text\n"),
                                  .html = TEXT("<p>\n"),
                                  .state = OUTBOX_WAITING,
                                  .written_at_ms = NOW_MS};
}

static void take(struct mailer *mailer, int64_t id, const char *to, int64_t attempts)
{
    struct outbox_letter letter = make_letter(id, to);
    letter.attempts = attempts;
    assert_true(mailer_take(mailer, &letter));
}

static void sent_refused_and_delayed_letters_are_told(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    struct ears ears;
    struct mailer *mailer = start(smtp_server_url(server), &ears);
    take(mailer, 1, "ada@example.com", 0);
    wait_for(&ears, 1);
    assert_int_equal(ears.outcomes[0].id, 1);
    assert_int_equal(ears.outcomes[0].state, OUTBOX_SENT);
    assert_int_equal(ears.outcomes[0].attempts, 1);
    assert_int_equal(ears.outcomes[0].sent_at_ms, NOW_MS);
    assert_string_equal(ears.outcomes[0].last_error, "");

    take(mailer, 2, "gone@example.com", 0);
    wait_for(&ears, 2);
    assert_int_equal(ears.outcomes[1].state, OUTBOX_REFUSED);
    assert_non_null(strstr(ears.outcomes[1].last_error, "no such person"));

    take(mailer, 3, "busy@example.com", 2);
    wait_for(&ears, 3);
    assert_int_equal(ears.outcomes[2].state, OUTBOX_WAITING);
    assert_int_equal(ears.outcomes[2].attempts, 3);
    assert_int_equal(ears.outcomes[2].next_try_at_ms, NOW_MS + 4 * MINUTE_MS);

    struct mailer_facts facts;
    mailer_look(mailer, &facts);
    assert_int_equal(facts.sent, 1);
    assert_int_equal(facts.failed, 2);
    assert_non_null(strstr(facts.failure, "come back later"));
    assert_true(mailer_stop(mailer));
    mailer_free(mailer);
    smtp_server_stop(server);
}

static void a_dead_mail_server_delays_letters_and_loses_none(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    char url[64];
    snprintf(url, sizeof url, "%s", smtp_server_url(server));
    smtp_server_stop(server); // now nobody listens there
    struct ears ears;
    struct mailer *mailer = start(url, &ears);
    for (int64_t id = 1; id <= 3; id++)
        take(mailer, id, "ada@example.com", 0);
    take(mailer, 4, "ada@example.com", 1000);
    wait_for(&ears, 4);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ears.outcomes[i].state, OUTBOX_WAITING);
        assert_int_equal(ears.outcomes[i].next_try_at_ms, NOW_MS + MINUTE_MS);
    }
    assert_int_equal(ears.outcomes[3].state, OUTBOX_FAILED); // after three days
    assert_true(mailer_stop(mailer));
    mailer_free(mailer);
}

static void the_wait_doubles_up_to_an_hour_for_three_days(void **state)
{
    (void)state;
    int64_t waited_ms = 0, attempts = 1;
    assert_int_equal(mailer_delay_ms(1), MINUTE_MS);
    assert_int_equal(mailer_delay_ms(2), 2 * MINUTE_MS);
    assert_int_equal(mailer_delay_ms(6), 32 * MINUTE_MS);
    assert_int_equal(mailer_delay_ms(7), HOUR_MS);
    for (; mailer_delay_ms(attempts) >= 0; attempts++)
        waited_ms += mailer_delay_ms(attempts);
    assert_true(waited_ms >= 72 * INT64_C(3600000) && waited_ms < 73 * INT64_C(3600000));
    assert_int_equal(mailer_delay_ms(INT64_MAX), -1);
}

static void a_stop_does_not_wait_for_a_mail_server_that_hangs(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    struct ears ears;
    struct mailer *mailer = start(smtp_server_url(server), &ears);
    take(mailer, 1, "slow@example.com", 0);
    assert_true(smtp_server_wait(server, "RCPT TO:<slow"));
    take(mailer, 2, "ada@example.com", 0);
    int64_t started_ms = clock_mono_ms(&clock_system);
    assert_true(mailer_stop(mailer));
    mailer_free(mailer);
    assert_true(clock_mono_ms(&clock_system) - started_ms < 7000);
    assert_int_equal(ears.count, 0); // the store still has both waiting
    smtp_server_stop(server);
}

static void too_many_letters_are_not_taken(void **state)
{
    (void)state;
    struct smtp_server *server = smtp_server_start();
    struct ears ears;
    char url[64]; // is needed for longer than the server
    snprintf(url, sizeof url, "%s", smtp_server_url(server));
    struct mailer *mailer = start(url, &ears);
    struct outbox_letter letter = make_letter(1, "slow@example.com");
    int taken = 0;
    assert_true(mailer_take(mailer, &letter));
    assert_true(smtp_server_wait(server, "RCPT TO:<slow"));
    while (taken < 1000 && mailer_take(mailer, &letter))
        taken++;
    assert_int_equal(taken, 64);
    smtp_server_stop(server); // lets the slow one go
    assert_true(mailer_stop(mailer));
    mailer_free(mailer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sent_refused_and_delayed_letters_are_told),
        cmocka_unit_test(a_dead_mail_server_delays_letters_and_loses_none),
        cmocka_unit_test(the_wait_doubles_up_to_an_hour_for_three_days),
        cmocka_unit_test(a_stop_does_not_wait_for_a_mail_server_that_hangs),
        cmocka_unit_test(too_many_letters_are_not_taken),
    };
    log_open(LOG_ERROR, "/dev/null");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
