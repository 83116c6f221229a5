// SPDX-License-Identifier: MIT
#include "test.h"

#include <dirent.h>

#include "blame_sandbox.h"
#include "io/clone.h"

static const char ADA[] = "ada@shop.example", BOB[] = "bob@shop.example";

static const char *in_box(const char *name)
{
    return arena_printf(&arena, "%s/%s", box.dir, name).at;
}

static struct clone open_clone(const char *url, const char *dir)
{
    struct clone clone;
    struct error error = {0};
    if (!clone_open(&(struct clone_settings){"git", url, dir}, &clone, &error))
        fail_msg("%s", error.message);
    return clone;
}

static void fetch(struct clone *clone)
{
    struct error error = {0};
    if (!(clone->exists ? clone_fetch(clone, &error) : clone_make(clone, &error)))
        fail_msg("%s", error.message);
}

static struct clone cloned(void)
{
    struct clone clone = open_clone(box.repo, in_box("state/clone"));
    assert_false(clone.exists);
    fetch(&clone);
    assert_true(clone.exists);
    return clone;
}

static void assert_tip(const char *pattern, const char *commit)
{
    char tip[65];
    struct error error = {0};
    struct repository *repository = opened_at(in_box("state/clone"), pattern);
    if (!repository_tip(repository, tip, &error))
        fail_msg("%s", error.message);
    assert_string_equal(tip, commit);
    repository_close(repository);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void a_clone_has_branches_tags_and_a_commit_graph(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x = 1\n");
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_git(&box, "branch", "release-9");
    sandbox_write(&box, "a.py", "x = 2\n");
    const char *second = sandbox_commit(&box, BOB, "two");
    sandbox_git(&box, "tag", "v2");
    struct clone clone = cloned();
    assert_tip(NULL, second);
    assert_tip("release-.*", first);
    assert_true(is_there(in_box("state/clone/objects/info/commit-graphs/commit-graph-chain")));
    struct repository *repository = opened_at(in_box("state/clone"), NULL);
    struct blame_finding finding = ask(repository, "v2", "a.py", 1, "x = 2");
    assert_int_equal(finding.confidence, CONFIDENCE_HIGH);
    assert_false(finding.is_release_missing);
    assert_true(ask(repository, "v3", "a.py", 1, "x = 2").is_release_missing);
    assert_false(ask(repository, "", "a.py", 1, "x = 2").is_release_missing);
    repository_close(repository);
    clone_release(&clone);
}

static void
a_newer_release_branch_is_in_production_after_a_fetch_and_a_deleted_one_is_not(void **state)
{
    (void)state;
    const char *first = sandbox_commit(&box, ADA, "one");
    sandbox_git(&box, "branch", "release-9");
    struct clone clone = cloned();
    const char *second = sandbox_commit(&box, BOB, "two");
    sandbox_git(&box, "branch", "release-10");
    assert_tip("release-.*", first);
    fetch(&clone);
    assert_tip("release-.*", second);
    sandbox_git(&box, "branch", "-D", "release-10");
    fetch(&clone);
    assert_tip("release-.*", first);
    clone_release(&clone);
}

static void commits_that_a_forced_push_took_away_are_still_known(void **state)
{
    (void)state;
    sandbox_write(&box, "a.py", "x = 1\n");
    sandbox_commit(&box, ADA, "one");
    struct clone clone = cloned();
    sandbox_write(&box, "a.py", "x = 2\n");
    const char *lost = sandbox_commit(&box, BOB, "two");
    fetch(&clone);
    sandbox_git(&box, "reset", "-q", "--hard", "HEAD^");
    for (int i = 0; i < 30; i++) { // so that packs are put together
        sandbox_write(&box, "b.py", arena_printf(&arena, "%d\n", i).at);
        sandbox_commit(&box, ADA, "more");
        fetch(&clone);
    }
    int pack_n = 0;
    DIR *packs = opendir(in_box("state/clone/objects/pack"));
    for (struct dirent *entry; (entry = readdir(packs));)
        pack_n += text_ends(text_of(entry->d_name), TEXT(".pack"));
    closedir(packs);
    assert_in_range(pack_n, 1, 25);
    struct repository *repository = opened_at(in_box("state/clone"), NULL);
    struct blame_finding finding = ask(repository, lost, "a.py", 1, "x = 2");
    assert_int_equal(finding.confidence, CONFIDENCE_HIGH);
    assert_text_equal(finding.author_email, BOB);
    repository_close(repository);
    clone_release(&clone);
}

static void the_default_branch_may_be_renamed(void **state)
{
    (void)state;
    sandbox_commit(&box, ADA, "one");
    struct clone clone = cloned();
    sandbox_git(&box, "branch", "-m", "main", "trunk");
    const char *second = sandbox_commit(&box, ADA, "two");
    fetch(&clone);
    assert_tip(NULL, second);
    clone_release(&clone);
}

static void what_a_killed_clone_or_fetch_left_is_taken_away(void **state)
{
    (void)state;
    sandbox_commit(&box, ADA, "one");
    sandbox_git(&box, "init", "-q", "--bare", in_box("state/clone.new-abcdef"));
    struct clone clone = cloned();
    assert_false(is_there(in_box("state/clone.new-abcdef")));
    const char *lock = in_box("state/clone/packed-refs.lock");
    FILE *file = fopen(lock, "w");
    fclose(file);
    struct timespec long_ago[2] = {{.tv_sec = 1600000000}, {.tv_sec = 1600000000}};
    assert_int_equal(utimensat(AT_FDCWD, lock, long_ago, 0), 0);
    fetch(&clone);
    assert_false(is_there(lock));
    clone_release(&clone);
}

static void a_clone_that_is_there_is_taken_up_again_and_may_get_another_url(void **state)
{
    (void)state;
    sandbox_commit(&box, ADA, "one");
    struct clone clone = cloned();
    clone_release(&clone);
    clone = open_clone(box.repo, in_box("state/clone/"));
    assert_true(clone.exists);
    assert_false(clone.is_repointed);
    clone_release(&clone);
    const char *url = arena_printf(&arena, "file://%s", box.repo).at;
    clone = open_clone(url, in_box("state/clone"));
    assert_true(clone.is_repointed);
    const char *second = sandbox_commit(&box, ADA, "two");
    fetch(&clone);
    assert_tip(NULL, second);
    clone_release(&clone);
    clone = open_clone(url, in_box("state/clone"));
    assert_false(clone.is_repointed);
    clone_release(&clone);
}

static void the_progress_of_a_clone_can_be_looked_at(void **state)
{
    (void)state;
    sandbox_commit(&box, ADA, "one");
    struct clone clone =
        open_clone(arena_printf(&arena, "file://%s", box.repo).at, in_box("state/clone"));
    assert_int_equal(atomic_load(&clone.percent), 0);
    fetch(&clone);
    assert_int_equal(atomic_load(&clone.percent), 100);
    clone_release(&clone);
}

static void what_flawless_did_not_make_is_refused_and_stays_as_it_is(void **state)
{
    (void)state;
    sandbox_commit(&box, ADA, "one");
    const char *url = arena_printf(&arena, "https://me:hunter2@git.example.com/shop.git").at;
    const char *const dirs[] = {box.repo, "/etc/passwd", box.dir};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        struct clone clone;
        struct error error = {0};
        assert_false(clone_open(&(struct clone_settings){"git", url, dirs[i]}, &clone, &error));
        assert_int_equal(error.kind, ERROR_CONFIG);
        assert_non_null(strstr(error.message, dirs[i]));
        assert_null(strstr(error.message, "hunter2"));
        clone_release(&clone);
    }
}

static void a_clone_that_fails_leaves_nothing(void **state)
{
    (void)state;
    struct error error = {0};
    struct clone clone = open_clone(in_box("missing"), in_box("state/clone"));
    assert_false(clone_make(&clone, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_int_equal(rmdir(in_box("state")), 0);
    clone_release(&clone);
}

#define IN_BOX(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(a_clone_has_branches_tags_and_a_commit_graph),
        IN_BOX(a_newer_release_branch_is_in_production_after_a_fetch_and_a_deleted_one_is_not),
        IN_BOX(commits_that_a_forced_push_took_away_are_still_known),
        IN_BOX(the_default_branch_may_be_renamed),
        IN_BOX(what_a_killed_clone_or_fetch_left_is_taken_away),
        IN_BOX(a_clone_that_is_there_is_taken_up_again_and_may_get_another_url),
        IN_BOX(the_progress_of_a_clone_can_be_looked_at),
        IN_BOX(what_flawless_did_not_make_is_refused_and_stays_as_it_is),
        IN_BOX(a_clone_that_fails_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
