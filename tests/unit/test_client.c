// SPDX-License-Identifier: MIT
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/c/hostports.h"
#include "client/c/pace.h"
#include "client/c/release.h"
#include "client/c/throttle.h"

// ---- hostports

static void assert_server(const char *spec, const char *default_key, const char *url,
                          const char *key)
{
    struct fl_servers servers = {0};
    struct error error;
    assert_true(fl_servers_add(&servers, text_of(spec), text_of(default_key), &error));
    assert_int_equal(servers.n, 1);
    assert_string_equal(servers.at[0].url, url);
    if (key)
        assert_non_null(strstr(servers.at[0].auth, key));
    else
        assert_null(servers.at[0].auth);
    fl_servers_release(&servers);
}

static void addresses_become_urls(void **state)
{
    (void)state;
    assert_server("flawless:9029", "", "http://flawless:9029/api/1/envelope/", NULL);
    assert_server("flawless", "", "http://flawless:9028/api/1/envelope/", NULL);
    assert_server(" 10.0.0.1:80 ", "abc", "http://10.0.0.1:80/api/1/envelope/", "sentry_key=abc");
    assert_server("[::1]:9028", "", "http://[::1]:9028/api/1/envelope/", NULL);
    assert_server("key@flawless:9028", "", "http://flawless:9028/api/1/envelope/",
                  "sentry_key=key");
    assert_server("http://key@flawless:9028/7", "other", "http://flawless:9028/api/7/envelope/",
                  "sentry_key=key");
    assert_server("https://key:secret@flawless/a/b/7/", "", "https://flawless/a/b/api/7/envelope/",
                  "sentry_key=key");
    assert_server("http://flawless", "", "http://flawless/api/1/envelope/", NULL);
}

static void malformed_addresses_are_named_without_their_key(void **state)
{
    static const char *const specs[] = {
        "",
        ":9028",
        "host:port",
        "host:0",
        "host:65536",
        "a b:1",
        "ftp://host:1",
        "host:1/x",
        "host\r\nX-Evil: 1",
        "[::1:9028",
        "::1",
        "host:1/-1",
        "http://@h:1/1",
        "k\ney@host:1/1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct fl_servers servers = {0};
        struct error error = {0};
        if (fl_servers_add(&servers, text_of(specs[i]), TEXT(""), &error))
            fail_msg("\"%s\" became %s", specs[i], servers.at[0].url);
        assert_int_equal(error.kind, ERROR_INPUT);
        assert_int_equal(servers.n, 0);
    }
    struct fl_servers servers = {0};
    struct error error;
    assert_false(fl_servers_add(&servers, TEXT("http://confidential@host:no/1"), TEXT(""), &error));
    assert_null(strstr(error.message, "confidential"));
    assert_non_null(strstr(error.message, "host:no/1"));
}

static void there_are_sixteen_servers_at_most(void **state)
{
    struct fl_servers servers = {0};
    struct error error;
    (void)state;
    for (int i = 0; i < FL_SERVER_MAX; i++)
        assert_true(fl_servers_add(&servers, TEXT("host:1"), TEXT(""), &error));
    assert_false(fl_servers_add(&servers, TEXT("host:1"), TEXT(""), &error));
    fl_servers_release(&servers);
}

static void paths_are_meant_from_where_the_program_was_when_it_gave_them(void **state)
{
    char here[4096], expected[4200];
    struct fl_servers servers = {0};
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    snprintf(expected, sizeof expected, "%s/spool", here);
    assert_true(fl_servers_spool(&servers, TEXT("spool")));
    assert_string_equal(servers.spool, expected);
    assert_true(fl_servers_trust(&servers, TEXT("/etc/ours.pem")));
    assert_string_equal(servers.ca_file, "/etc/ours.pem");
    assert_true(fl_servers_trust(&servers, TEXT("")));
    assert_null(servers.ca_file);
    fl_servers_release(&servers);
}

// ---- pace

static void failures_double_the_wait_up_to_a_minute(void **state)
{
    struct fl_pace pace = {0};
    int64_t expected = FL_BACKOFF_FIRST_MS;
    (void)state;
    for (int i = 0; i < 12; i++) {
        fl_pace_failed(&pace, 1000, 0); // the shortest wait: half
        assert_int_equal(fl_pace_ready_at(&pace), 1000 + expected / 2);
        pace.failure_n--;
        fl_pace_failed(&pace, 1000, (uint32_t)expected); // the longest: one and a half times
        assert_int_equal(fl_pace_ready_at(&pace), 1000 + expected / 2 + expected);
        expected = expected * 2 > FL_BACKOFF_MAX_MS ? FL_BACKOFF_MAX_MS : expected * 2;
    }
    fl_pace_succeeded(&pace);
    assert_int_equal(fl_pace_ready_at(&pace), 0);
}

static void haste_forgets_our_guess_but_not_the_servers_wish(void **state)
{
    struct fl_pace pace = {0};
    (void)state;
    fl_pace_failed(&pace, 1000, 7);
    fl_pace_asked(&pace, 1000, 5);
    fl_pace_hurry(&pace);
    assert_int_equal(fl_pace_ready_at(&pace), 6000);
    fl_pace_asked(&pace, 1000, INT64_MAX);
    assert_int_equal(fl_pace_ready_at(&pace), 1000 + (int64_t)FL_ASKED_MAX_S * 1000);
}

static void rate_limits_are_read_for_errors_only(void **state)
{
    (void)state;
    assert_int_equal(fl_rate_limit_s(TEXT("60:error;transaction:key:quota")), 60);
    assert_int_equal(fl_rate_limit_s(TEXT("5::organization")), 5);
    assert_int_equal(fl_rate_limit_s(TEXT("60:transaction:key, 7:default:key")), 7);
    assert_int_equal(fl_rate_limit_s(TEXT("60:transaction:key")), 0);
    assert_int_equal(fl_rate_limit_s(TEXT("soon:error:key,3:error:key")), 3);
    assert_int_equal(fl_rate_limit_s(TEXT("")), 0);
    assert_int_equal(fl_rate_limit_s(TEXT(",:;,::,-5:error:key")), 0);
    assert_int_equal(fl_rate_limit_s(TEXT("9")), 9);
}

// ---- throttle

static struct fl_report *some_report(void)
{
    struct buffer members = {0};
    buffer_add_string(&members, "\"platform\":\"c\"");
    return fl_report_new(&members, 0, 0);
}

// Lets an error happen n times, all at one moment; gives how many occurrences reports were sent
// for.
static int64_t happen(struct fl_throttle *t, uint64_t error, int n, int64_t now_ms, int *sent_n)
{
    int64_t told = 0;
    for (int i = 0; i < n; i++) {
        int64_t count;
        struct fl_report *forced;
        enum fl_verdict verdict = fl_throttle_judge(t, error, now_ms, &count, &forced);
        if (forced)
            told += forced->error_count;
        fl_report_free(forced);
        if (verdict == FL_SEND)
            told += count;
        *sent_n += verdict == FL_SEND;
        if (verdict == FL_KEEP)
            assert_null(fl_throttle_keep(t, error, some_report()));
    }
    return told;
}

static void ten_are_reported_and_then_powers_of_two_and_no_count_is_lost(void **state)
{
    struct fl_throttle *t = calloc(1, sizeof *t);
    int sent_n = 0;
    (void)state;
    assert_int_equal(happen(t, 1, 10, 0, &sent_n), 10);
    assert_int_equal(sent_n, 10);
    int64_t told = 10 + happen(t, 1, 990, 0, &sent_n);
    assert_int_equal(sent_n, 10 + 6); // 16 32 64 128 256 512
    assert_int_equal(told, 512);
    assert_int_equal(fl_throttle_due_at(t), FL_THROTTLE_INTERVAL_MS);
    assert_null(fl_throttle_take(t, FL_THROTTLE_INTERVAL_MS - 1, false));
    struct fl_report *late = fl_throttle_take(t, FL_THROTTLE_INTERVAL_MS, false);
    assert_int_equal(late->error_count, 488);
    fl_report_free(late);
    assert_null(fl_throttle_take(t, INT64_MAX, true));
    assert_int_equal(fl_throttle_due_at(t), INT64_MAX);
    assert_int_equal(t->kept_size, 0);
    fl_throttle_release(t);
    free(t);
}

static void ten_minutes_later_an_occurrence_is_reported_with_all_that_was_held(void **state)
{
    struct fl_throttle *t = calloc(1, sizeof *t);
    int sent_n = 0;
    (void)state;
    happen(t, 1, 13, 0, &sent_n);
    assert_int_equal(happen(t, 1, 1, FL_THROTTLE_INTERVAL_MS, &sent_n), 4);
    assert_null(fl_throttle_take(t, INT64_MAX, true));
    fl_throttle_release(t);
    free(t);
}

static void a_capture_that_failed_counts_for_the_next_report(void **state)
{
    struct fl_throttle *t = calloc(1, sizeof *t);
    int64_t count;
    struct fl_report *forced;
    int sent_n = 0;
    (void)state;
    happen(t, 1, 10, 0, &sent_n);
    assert_int_equal(fl_throttle_judge(t, 1, 0, &count, &forced), FL_KEEP);
    assert_null(fl_throttle_keep(t, 1, NULL));
    fl_throttle_give_back(t, 1, 5);
    assert_int_equal(fl_throttle_judge(t, 1, 0, &count, &forced), FL_KEEP);
    assert_null(fl_throttle_keep(t, 1, some_report()));
    struct fl_report *late = fl_throttle_take(t, 0, true);
    assert_int_equal(late->error_count, 7);
    fl_report_free(late);
    fl_throttle_release(t);
    free(t);
}

// Begun before a fork, and given back when its error is known anew.
static void a_capture_that_nobody_asked_for_takes_no_others_place(void **state)
{
    struct fl_throttle *t = calloc(1, sizeof *t);
    int64_t count;
    struct fl_report *forced;
    int sent_n = 0;
    (void)state;
    happen(t, 1, 10, 0, &sent_n);
    assert_int_equal(fl_throttle_judge(t, 1, 0, &count, &forced), FL_KEEP);
    assert_null(fl_throttle_keep(t, 1, some_report()));
    assert_null(fl_throttle_keep(t, 1, some_report()));
    fl_report_free(fl_throttle_take(t, 0, true));
    assert_int_equal(t->kept_size, 0);
    fl_throttle_release(t);
    free(t);
}

static void a_report_sent_during_a_capture_counts_what_the_capture_was_for(void **state)
{
    struct fl_throttle *t = calloc(1, sizeof *t);
    int64_t count;
    struct fl_report *forced;
    int sent_n = 0;
    (void)state;
    happen(t, 1, 14, 0, &sent_n);
    fl_report_free(fl_throttle_take(t, 0, true));
    assert_int_equal(fl_throttle_judge(t, 1, 0, &count, &forced), FL_KEEP); // the 15th
    assert_int_equal(fl_throttle_judge(t, 1, 0, &count, &forced), FL_SEND); // the 16th
    assert_int_equal(count, 2);
    assert_null(fl_throttle_keep(t, 1, some_report())); // the 15th comes late
    assert_null(fl_throttle_take(t, 0, true));
    fl_throttle_release(t);
    free(t);
}

static void a_full_table_gives_away_what_it_kept_of_the_oldest(void **state)
{
    struct fl_throttle *t = calloc(1, sizeof *t);
    int sent_n = 0;
    int64_t told = 0, happened = 0;
    (void)state;
    for (uint64_t error = 1; error <= 3 * FL_THROTTLE_ERROR_MAX; error++) {
        told += happen(t, error, 12, (int64_t)error, &sent_n);
        happened += 12;
    }
    for (struct fl_report *r; (r = fl_throttle_take(t, 0, true)) != NULL; fl_report_free(r))
        told += r->error_count;
    assert_int_equal(told, happened);
    assert_int_equal(t->forgotten_n, 0);
    fl_throttle_release(t);
    free(t);
}

static void too_many_kept_bytes_are_sent_at_once(void **state)
{
    struct fl_throttle *t = calloc(1, sizeof *t);
    int64_t count, told = 0;
    struct fl_report *forced;
    (void)state;
    for (uint64_t error = 0; error < 20; error++) {
        int sent_n = 0;
        happen(t, error, 10, 0, &sent_n);
        assert_int_equal(fl_throttle_judge(t, error, 0, &count, &forced), FL_KEEP);
        struct buffer members = {0};
        assert_non_null(buffer_reserve(&members, 1000 * 1000));
        memset(members.at, 'x', 1000 * 1000);
        members.len = 1000 * 1000;
        struct fl_report *surplus = fl_throttle_keep(t, error, fl_report_new(&members, 0, 0));
        told += surplus ? surplus->error_count : 0;
        fl_report_free(surplus);
        assert_true(t->kept_size <= FL_THROTTLE_KEPT_MAX);
    }
    assert_true(told > 0);
    fl_throttle_release(t);
    free(t);
}

// ---- the envelope

static void an_envelope_says_the_length_of_its_event(void **state)
{
    struct buffer envelope = {0};
    struct fl_report *r = some_report();
    (void)state;
    r->error_count = 12;
    r->error_threshold = 3;
    r->happened_at_ms = 1700000000007;
    snprintf(r->event_id, sizeof r->event_id, "%032d", 5);
    fl_report_seal(r, &(struct fl_lost){{0}}, &envelope);
    assert_text_equal(buffer_text(&envelope),
                      "{\"event_id\":\"00000000000000000000000000000005\",\"sdk\":{\"name\":"
                      "\"flawless.c\",\"version\":\"" FL_VERSION "\"}}\n"
                      "{\"type\":\"event\",\"content_type\":\"application/json\",\"length\":152}\n"
                      "{\"event_id\":\"00000000000000000000000000000005\",\"timestamp\":"
                      "1700000000.007,\"contexts\":{\"flawless\":{\"error_count\":12,"
                      "\"error_threshold\":3}},\"platform\":\"c\"}\n");
    buffer_release(&envelope);
    fl_report_free(r);
}

static void an_envelope_tells_what_was_lost(void **state)
{
    struct buffer envelope = {0};
    struct fl_report *r = some_report();
    struct fl_lost total = {.n = {[FL_LOST_QUEUE_FULL] = 7, [FL_LOST_TOO_OLD] = 2}};
    struct fl_lost told = {.n = {[FL_LOST_QUEUE_FULL] = 4, [FL_LOST_TOO_OLD] = 2}};
    struct fl_lost lost = fl_lost_since(&total, &told);
    (void)state;
    fl_report_seal(r, &lost, &envelope);
    static const char expected[] =
        "\n{\"type\":\"client_report\",\"length\":82}\n{\"discarded_events\":[{\"reason\":"
        "\"queue_overflow\",\"category\":\"error\",\"quantity\":3}]}\n";
    if (!strstr(envelope.at, expected))
        fail_msg("%.*s", (int)envelope.len, envelope.at);
    fl_lost_add(&told, &lost);
    assert_memory_equal(&told, &total, sizeof total);
    buffer_release(&envelope);
    fl_report_free(r);
}

// ---- release

static char root[] = "/tmp/flawless-test-client-XXXXXX";

static void put(const char *name, const char *content)
{
    char path[512], here[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *slash = strchr(path + sizeof root, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(here, sizeof here, "%.*s", (int)(slash - path), path);
        mkdir(here, 0700);
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void assert_release(const char *directory, const char *expected)
{
    char path[512], commit[FL_COMMIT_MAX + 1] = "";
    snprintf(path, sizeof path, "%s/%s", root, directory);
    bool is_found = fl_release_find(path, commit);
    assert_int_equal(is_found, expected != NULL);
    if (expected)
        assert_string_equal(commit, expected);
}

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B40 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void the_commit_is_found_in_loose_packed_and_shared_refs(void **state)
{
    (void)state;
    put("loose/.git/HEAD", "ref: refs/heads/main\n");
    put("loose/.git/refs/heads/main", A40 "\n");
    put("loose/app/web/main.py", "");
    assert_release("loose/app/web", A40);
    put("detached/.git/HEAD", B40 "\n");
    assert_release("detached", B40);
    put("packed/.git/HEAD", "ref: refs/heads/main\n");
    put("packed/.git/packed-refs",
        "# pack-refs with: peeled\n" B40 " refs/heads/maint\n" A40 " refs/heads/main\n^" B40 "\n");
    assert_release("packed", A40);
    put("packed/.git/worktrees/w/HEAD", "ref: refs/heads/maint\n");
    put("packed/.git/worktrees/w/commondir", "../..\n");
    put("w/.git", "gitdir: ../packed/.git/worktrees/w\n");
    assert_release("w", B40);
}

static void without_a_readable_commit_there_is_no_release(void **state)
{
    (void)state;
    put("plain/main.py", "");
    assert_release("plain", NULL);
    assert_release("missing", NULL);
    put("unborn/.git/HEAD", "ref: refs/heads/main\n");
    assert_release("unborn", NULL);
    put("odd/.git/HEAD", "ref: ../../../../etc/passwd\n");
    assert_release("odd", NULL);
    put("short/.git/HEAD", "abc\n");
    assert_release("short", NULL);
    put("loop/.git/HEAD", "ref: HEAD\n");
    assert_release("loop", NULL);
    put("empty/.git", "");
    assert_release("empty", NULL);
}

static int make_root(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    static const char *const files[] = {
        "loose/.git/HEAD",
        "loose/.git/refs/heads/main",
        "loose/app/web/main.py",
        "detached/.git/HEAD",
        "packed/.git/worktrees/w/HEAD",
        "packed/.git/worktrees/w/commondir",
        "packed/.git/HEAD",
        "packed/.git/packed-refs",
        "w/.git",
        "plain/main.py",
        "unborn/.git/HEAD",
        "odd/.git/HEAD",
        "short/.git/HEAD",
        "loop/.git/HEAD",
        "empty/.git",
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", root, files[i]);
        unlink(path);
        for (char *slash = strrchr(path, '/'); slash > path + sizeof root;
             slash = strrchr(path, '/')) {
            *slash = '\0';
            rmdir(path);
        }
    }
    return rmdir(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_become_urls),
        cmocka_unit_test(malformed_addresses_are_named_without_their_key),
        cmocka_unit_test(there_are_sixteen_servers_at_most),
        cmocka_unit_test(paths_are_meant_from_where_the_program_was_when_it_gave_them),
        cmocka_unit_test(failures_double_the_wait_up_to_a_minute),
        cmocka_unit_test(haste_forgets_our_guess_but_not_the_servers_wish),
        cmocka_unit_test(rate_limits_are_read_for_errors_only),
        cmocka_unit_test(ten_are_reported_and_then_powers_of_two_and_no_count_is_lost),
        cmocka_unit_test(ten_minutes_later_an_occurrence_is_reported_with_all_that_was_held),
        cmocka_unit_test(a_capture_that_failed_counts_for_the_next_report),
        cmocka_unit_test(a_capture_that_nobody_asked_for_takes_no_others_place),
        cmocka_unit_test(a_report_sent_during_a_capture_counts_what_the_capture_was_for),
        cmocka_unit_test(a_full_table_gives_away_what_it_kept_of_the_oldest),
        cmocka_unit_test(too_many_kept_bytes_are_sent_at_once),
        cmocka_unit_test(an_envelope_says_the_length_of_its_event),
        cmocka_unit_test(an_envelope_tells_what_was_lost),
        cmocka_unit_test(the_commit_is_found_in_loose_packed_and_shared_refs),
        cmocka_unit_test(without_a_readable_commit_there_is_no_release),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
