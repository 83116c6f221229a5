// SPDX-License-Identifier: MIT
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/map.h"
#include "base/queue.h"
#include "base/utf8.h"
#include "base/value.h"

static void a_buffer_over_its_bound_fails_and_stays_failed(void **state)
{
    (void)state;
    struct buffer b = {.max = 4};
    buffer_add_string(&b, "abc");
    buffer_add_string(&b, "de");
    assert_true(b.failed);
    buffer_add_string(&b, "d");
    assert_text_equal(buffer_text(&b), "abc");
    buffer_clear(&b);
    buffer_printf(&b, "%d", 1234);
    assert_false(b.failed);
    assert_string_equal(b.at, "1234");
    buffer_release(&b);
}

static void an_arena_gives_zeroed_aligned_memory_before_and_after_a_reset(void **state)
{
    (void)state;
    struct arena a = {0};
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 40000; size = size * 3 + 1) {
            unsigned char *memory = arena_alloc(&a, size);
            assert_int_equal((uintptr_t)memory % 16, 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(memory[i], 0);
            memset(memory, 0xa5, size);
        }
        arena_reset(&a);
    }
    arena_release(&a);
}

static void an_error_can_be_built_from_its_own_message(void **state)
{
    (void)state;
    struct error error;
    assert_false(error_set(&error, ERROR_INPUT, "inner"));
    assert_false(error_set(&error, ERROR_CONFIG, "outer: %s", error.message));
    assert_string_equal(error.message, "outer: inner");
    error_prefix(&error, "file %d", 7);
    assert_string_equal(error.message, "file 7: outer: inner");
    assert_int_equal(error.kind, ERROR_CONFIG);
}

// The map against the simplest model: an array of numbers.
static void a_map_does_what_an_array_does_under_random_changes(void **state)
{
    (void)state;
    enum { KEY_MAX = 200 };
    struct map m = {0};
    char *model[KEY_MAX] = {0}, values[KEY_MAX];
    unsigned random = 12345;
    for (int step = 0; step < 50000; step++) {
        random = random * 1103515245 + 12345;
        int key = (int)(random >> 16) % KEY_MAX;
        struct text name = {(const char *)&key, sizeof key};
        assert_ptr_equal(map_find(&m, name), model[key]);
        if ((random >> 8) % 3 == 0) {
            assert_ptr_equal(map_take(&m, name), model[key]);
            model[key] = NULL;
        } else {
            assert_ptr_equal(map_put(&m, name, &values[key]), model[key]);
            model[key] = &values[key];
        }
    }
    size_t count = 0, walked = 0;
    for (int key = 0; key < KEY_MAX; key++)
        count += model[key] != NULL;
    for (struct map_entry *e = map_first(&m); e; e = map_after(&m, e))
        walked++;
    assert_int_equal(m.count, count);
    assert_int_equal(walked, count);
    map_release(&m);
}

static void a_map_takes_the_empty_key(void **state)
{
    (void)state;
    struct map m = {0};
    assert_null(map_put(&m, (struct text){0}, &m));
    assert_ptr_equal(map_find(&m, TEXT("")), &m);
    map_release(&m);
}

static void a_full_queue_refuses_and_a_closed_one_empties(void **state)
{
    (void)state;
    struct queue q;
    struct queue_item items[3];
    queue_init(&q, 2);
    assert_true(queue_push(&q, &items[0]));
    assert_true(queue_push(&q, &items[1]));
    assert_false(queue_push(&q, &items[2]));
    assert_true(queue_push_always(&q, &items[2]));
    queue_close(&q);
    assert_false(queue_push_always(&q, &items[2]));
    assert_ptr_equal(queue_take(&q, -1), &items[0]);
    assert_ptr_equal(queue_take_all(&q, -1), &items[1]);
    assert_ptr_equal(items[1].next, &items[2]);
    assert_null(queue_take(&q, -1));
    queue_release(&q);
}

enum { SENT_EACH = 20000, SENDER_N = 3 };

struct numbered {
    struct queue_item item;
    int sender, number;
};

struct sender {
    struct queue *queue;
    int id;
};

static void *send_numbers(void *self)
{
    struct sender *sender = self;
    for (int i = 0; i < SENT_EACH; i++) {
        struct numbered *n = calloc(1, sizeof *n);
        n->sender = sender->id;
        n->number = i;
        while (!queue_push(sender->queue, &n->item))
            sched_yield();
    }
    return NULL;
}

static void what_many_threads_push_arrives_once_and_in_each_ones_order(void **state)
{
    (void)state;
    struct queue q;
    pthread_t threads[SENDER_N];
    struct sender senders[SENDER_N];
    int next[SENDER_N] = {0}, received = 0;
    queue_init(&q, 64);
    for (int i = 0; i < SENDER_N; i++) {
        senders[i] = (struct sender){&q, i};
        pthread_create(&threads[i], NULL, send_numbers, &senders[i]);
    }
    while (received < SENDER_N * SENT_EACH) {
        struct queue_item *item = queue_take_all(&q, 10000);
        assert_non_null(item);
        for (struct queue_item *after; item; item = after, received++) {
            struct numbered *n = (struct numbered *)item;
            after = item->next;
            assert_int_equal(n->number, next[n->sender]++);
            free(n);
        }
    }
    for (int i = 0; i < SENDER_N; i++)
        pthread_join(threads[i], NULL);
    queue_release(&q);
}

static void bytes_that_are_not_utf8_become_replacement_characters(void **state)
{
    (void)state;
    struct arena a = {0};
    const struct {
        const char *from, *to;
    } cases[] = {
        {"plain", "plain"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                                 // overlong
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},                 // surrogate
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, // too high
        {"a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd"},                               // cut off
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_text_equal(utf8_mended(&a, text_of(cases[i].from)), cases[i].to);
    arena_release(&a);
}

static void digests_tell_apart_where_parts_end(void **state)
{
    (void)state;
    const struct text ab_c[] = {TEXT("ab"), TEXT("c")}, a_bc[] = {TEXT("a"), TEXT("bc")};
    struct digest first = digest_of(ab_c, 2), second = digest_of(a_bc, 2);
    assert_memory_not_equal(first.bytes, second.bytes, sizeof first.bytes);
    char spelled[33];
    hex_write(first.bytes, sizeof first.bytes, spelled);
    // stored keys depend on it: it must never change
    assert_string_equal(spelled, "4826ed043ab3cdec576d8541fa5d5a80");
    assert_true(hex_is(text_of(spelled)));
    assert_false(hex_is(TEXT("xyz")));
    assert_false(hex_is(TEXT("")));
}

static void values_become_json_without_what_is_for_templates(void **state)
{
    (void)state;
    struct arena a = {0};
    struct buffer out = {0};
    struct value *object = value_object(&a);
    value_set_text(&a, object, "name", TEXT("x\"y"));
    value_set_text(&a, object, "_link", TEXT("/secret"));
    struct value *list = value_set_list(&a, object, "list");
    value_set_int(&a, value_add_object(&a, list), "n", 3);
    value_add_text(&a, list, TEXT("t"));
    value_set_bool(&a, object, "yes", true);
    value_set_null(&a, object, "nothing");
    value_to_json(object, &out);
    assert_text_equal(buffer_text(&out), "{\"name\":\"x\\\"y\",\"list\":[{\"n\":3},\"t\"],"
                                         "\"yes\":true,\"nothing\":null}");
    assert_non_null(value_get(object, TEXT("_link")));
    assert_null(value_get(object, TEXT("absent")));
    buffer_release(&out);
    arena_release(&a);
}

static void a_flood_of_lines_does_not_fill_the_disk(void **state)
{
    (void)state;
    char path[] = "/tmp/test_base_XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_true(log_open(LOG_INFO, path));
    for (int i = 0; i < 20 * LOG_BURST_MAX; i++)
        log_warning("a stranger's fault");
    log_error("our own trouble is told all the same");
    log_close();
    char end[65] = "";
    off_t size = lseek(file, 0, SEEK_END);
    assert_true(size < 3 * LOG_BURST_MAX * 64); // three, should ten seconds end meanwhile
    assert_int_equal(pread(file, end, sizeof end - 1, size - 64), 64);
    assert_non_null(strstr(end, "our own trouble"));
    close(file);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_over_its_bound_fails_and_stays_failed),
        cmocka_unit_test(an_arena_gives_zeroed_aligned_memory_before_and_after_a_reset),
        cmocka_unit_test(an_error_can_be_built_from_its_own_message),
        cmocka_unit_test(a_map_does_what_an_array_does_under_random_changes),
        cmocka_unit_test(a_map_takes_the_empty_key),
        cmocka_unit_test(a_full_queue_refuses_and_a_closed_one_empties),
        cmocka_unit_test(what_many_threads_push_arrives_once_and_in_each_ones_order),
        cmocka_unit_test(bytes_that_are_not_utf8_become_replacement_characters),
        cmocka_unit_test(digests_tell_apart_where_parts_end),
        cmocka_unit_test(values_become_json_without_what_is_for_templates),
        cmocka_unit_test(a_flood_of_lines_does_not_fill_the_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
