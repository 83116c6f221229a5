// SPDX-License-Identifier: MIT
#include "test.h"

#include <signal.h>
#include <sys/wait.h>

#include "blame_sandbox.h"
#include "io/git_objects_pool.h"

static const char ADA[] = "ada@shop.example";

static struct git git;
static struct objects_pool pool;

static int open_pool(void **state)
{
    open_box(state);
    const char *dir = arena_printf(&arena, "%s/.git", box.repo).at;
    sandbox_write(&box, "a.py", "one\n");
    sandbox_commit(&box, ADA, "one");
    git = git_make(&arena, "git", dir, true, dir);
    objects_pool_init(&pool, &git);
    return 0;
}

static int close_pool(void **state)
{
    objects_pool_release(&pool);
    return close_box(state);
}

static struct objects taken(void)
{
    struct objects objects;
    struct error error = {0};
    if (!objects_pool_take(&pool, 20000, &objects, &error))
        fail_msg("%s", error.message);
    return objects;
}

static struct object got(struct objects *objects, const char *name)
{
    struct object object;
    struct error error = {0};
    if (!objects_get(objects, text_of(name), &object, &error))
        fail_msg("%s", error.message);
    return object;
}

static void one_process_answers_question_after_question(void **state)
{
    (void)state;
    struct objects objects = taken();
    pid_t pid = objects.child.pid;
    assert_text_equal(got(&objects, "HEAD:a.py").content, "one\n");
    objects_pool_give(&pool, &objects, true);
    objects = taken();
    assert_int_equal(objects.child.pid, pid);
    assert_text_equal(got(&objects, "HEAD:a.py").content, "one\n");
    objects_pool_give(&pool, &objects, true);
}

static void what_was_committed_packed_and_tagged_since_is_seen(void **state)
{
    (void)state;
    struct objects objects = taken();
    got(&objects, "HEAD:a.py");
    sandbox_write(&box, "a.py", "two\n");
    const char *second = sandbox_commit(&box, ADA, "two");
    sandbox_git(&box, "tag", "v2");
    sandbox_git(&box, "repack", "-adq");
    sandbox_git(&box, "pack-refs", "--all");
    assert_text_equal(got(&objects, "HEAD:a.py").content, "two\n");
    assert_string_equal(got(&objects, "refs/tags/v2^{commit}").hash, second);
    objects_pool_give(&pool, &objects, true);
}

static void a_process_that_died_meanwhile_is_replaced(void **state)
{
    (void)state;
    struct objects objects = taken();
    pid_t pid = objects.child.pid;
    siginfo_t end;
    objects_pool_give(&pool, &objects, true);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT), 0);
    objects = taken();
    assert_int_not_equal(objects.child.pid, pid);
    assert_text_equal(got(&objects, "HEAD:a.py").content, "one\n");
    objects_pool_give(&pool, &objects, true);
}

static void one_that_failed_answers_no_more(void **state)
{
    (void)state;
    struct objects objects = taken();
    pid_t pid = objects.child.pid;
    objects_pool_give(&pool, &objects, false);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(pool.idle_n, 0);
}

static void few_are_kept_of_many(void **state)
{
    (void)state;
    struct objects many[OBJECTS_IDLE_MAX + 2];
    for (size_t i = 0; i < OBJECTS_IDLE_MAX + 2; i++)
        many[i] = taken();
    for (size_t i = 0; i < OBJECTS_IDLE_MAX + 2; i++)
        objects_pool_give(&pool, &many[i], true);
    assert_int_equal(pool.idle_n, OBJECTS_IDLE_MAX);
}

static void one_that_is_old_gives_way_to_a_new_one(void **state)
{
    (void)state;
    struct objects objects = taken();
    pid_t pid = objects.child.pid;
    objects.opened_mono_ms -= OBJECTS_AGE_MAX_MS;
    objects_pool_give(&pool, &objects, true);
    objects = taken();
    assert_int_equal(kill(pid, 0), -1);
    objects_pool_give(&pool, &objects, true);
}

#define WITH_POOL(name) cmocka_unit_test_setup_teardown(name, open_pool, close_pool)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_POOL(one_process_answers_question_after_question),
        WITH_POOL(what_was_committed_packed_and_tagged_since_is_seen),
        WITH_POOL(a_process_that_died_meanwhile_is_replaced),
        WITH_POOL(one_that_failed_answers_no_more),
        WITH_POOL(few_are_kept_of_many),
        WITH_POOL(one_that_is_old_gives_way_to_a_new_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
