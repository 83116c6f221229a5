// SPDX-License-Identifier: MIT
#include "test.h"

#include "blame_sandbox.h"
#include "io/git_blame_steps.h"
#include "io/git_graph.h"

static const char ADA[] = "ada@shop.example", BOB[] = "bob@shop.example",
                  EVE[] = "eve@shop.example";

static const char BLOCK[] = "def load_the_orders_of_a_customer(customer, since):\n"
                            "    orders = read_all_orders_of(customer, since)\n"
                            "    return sorted(orders, key=order_date_of)\n";

static const char *joined(const char *before, const char *middle, const char *after)
{
    return arena_printf(&arena, "%s%s%s", before, middle, after).at;
}

// A block that is moved to another file, renamed with it, copied on, indented, and edited.
static void write_history(void)
{
    sandbox_write(&box, "one.py", joined("first = 1\n", BLOCK, "last = 1\n"));
    sandbox_write(&box, "two.py", "import this_and_that\n\nsecond = 2\n");
    sandbox_commit(&box, ADA, "begin");
    sandbox_write(&box, "one.py", "first = 1\nlast = 1\n");
    sandbox_write(&box, "two.py", joined("import this_and_that\n", BLOCK, "\nsecond = 2\n"));
    sandbox_commit(&box, BOB, "move the block");
    sandbox_git(&box, "mv", "two.py", "three.py");
    sandbox_commit(&box, EVE, "rename");
    sandbox_write(&box, "three.py", joined("import this_and_that\n", "", "\nsecond = 2\n"));
    sandbox_write(&box, "one.py", joined("first = 1\nnew = 7\n", BLOCK, "last = 1\n"));
    sandbox_commit(&box, EVE, "move it back");
    sandbox_write(&box, "one.py",
                  "first = 1\nnew = 7\n"
                  "        def load_the_orders_of_a_customer(customer, since):\n"
                  "            orders = read_all_orders_of(customer, since)\n"
                  "            return sorted(orders, key=date_of)\nlast = 2\n");
    sandbox_commit(&box, BOB, "indent it and edit one line");
}

static const char *objects_dir(void)
{
    return arena_printf(&arena, "%s/.git/objects", box.repo).at;
}

static void assert_same_blame(const char *path, size_t line_n)
{
    const char *dir = arena_printf(&arena, "%s/.git", box.repo).at;
    struct git git = git_make(&arena, "git", dir, true, dir);
    const char *tip = sandbox_git(&box, "rev-parse", "HEAD");
    struct blame_request request = {.tip = tip, .revision = tip, .path = text_of(path)};
    struct blamed_line expected[10] = {0}, lines[10] = {0};
    struct error error = {0};
    for (size_t i = 0; i < line_n; i++)
        expected[i].line_number = lines[i].line_number = (int64_t)i + 1;
    assert_true(blame_run(&git, &request, &arena, expected, line_n, &error));
    assert_true(blame_run_in_steps(&git, &request, &arena, lines, line_n, &error));
    for (size_t i = 0; i < line_n; i++) {
        assert_true(lines[i].is_blamed);
        assert_int_equal(lines[i].line_number, i + 1);
        assert_int_equal(lines[i].origin.number, expected[i].origin.number);
        assert_true(text_equal(lines[i].origin.commit, expected[i].origin.commit));
        assert_true(text_equal(lines[i].origin.path, expected[i].origin.path));
        assert_true(text_equal(lines[i].author_email, expected[i].author_email));
        assert_true(text_equal(lines[i].commit_subject, expected[i].commit_subject));
        assert_int_equal(lines[i].is_boundary, expected[i].is_boundary);
    }
}

static void steps_lead_where_one_walk_leads(void **state)
{
    (void)state;
    write_history();
    assert_same_blame("one.py", 6);
    assert_same_blame("three.py", 3);
    sandbox_git(&box, "commit-graph", "write", "--reachable", "--changed-paths");
    assert_same_blame("one.py", 6);
    assert_same_blame("three.py", 3);
}

static void a_copied_line_is_its_first_authors_with_a_graph(void **state)
{
    (void)state;
    write_history();
    sandbox_git(&box, "commit-graph", "write", "--reachable", "--changed-paths");
    struct blame_finding f =
        ask_box("", "one.py", 4, "orders = read_all_orders_of(customer, since)");
    assert_text_equal(f.author_email, ADA);
    assert_text_equal(f.line.path, "one.py");
    assert_int_equal(f.line.number, 3);
    assert_text_equal(ask_box("", "one.py", 2, "new = 7").author_email, EVE);
}

static void a_path_that_is_not_utf8_is_followed(void **state)
{
    (void)state;
    sandbox_write(&box, "caf\xe9.py", joined(BLOCK, "", "one = 1\n"));
    sandbox_commit(&box, ADA, "begin");
    sandbox_git(&box, "mv", "caf\xe9.py", "tea.py");
    sandbox_commit(&box, BOB, "rename");
    assert_same_blame("tea.py", 4);
}

static void only_a_graph_with_paths_counts(void **state)
{
    (void)state;
    write_history();
    assert_false(git_graph_has_paths(objects_dir()));
    sandbox_git(&box, "commit-graph", "write", "--reachable");
    assert_false(git_graph_has_paths(objects_dir()));
    sandbox_git(&box, "commit-graph", "write", "--reachable", "--changed-paths");
    assert_true(git_graph_has_paths(objects_dir()));
    sandbox_git(&box, "commit-graph", "write", "--reachable", "--changed-paths", "--split=replace");
    assert_true(git_graph_has_paths(objects_dir()));
    sandbox_write(&box, "one.py", "x = 1\n");
    sandbox_commit(&box, ADA, "more");
    sandbox_git(&box, "commit-graph", "write", "--reachable", "--changed-paths",
                "--split=no-merge");
    assert_true(git_graph_has_paths(objects_dir()));
}

static void a_graph_that_is_none_is_no_graph(void **state)
{
    (void)state;
    write_history();
    static const char *const contents[] = {"", "CGPH", "CGPH\1\1\377", "BIDXBIDXBIDXBIDXBIDXBIDX"};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        sandbox_write(&box, ".git/objects/info/commit-graph", contents[i]);
        assert_false(git_graph_has_paths(objects_dir()));
    }
    static const char *const chains[] = {"", "\n", "../../../x\n", "0123\n",
                                         "0123456789012345678901234567890123456789012345678901234"
                                         "567890123456789\n"};
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++) {
        sandbox_write(&box, ".git/objects/info/commit-graphs/commit-graph-chain", chains[i]);
        assert_false(git_graph_has_paths(objects_dir()));
    }
}

#define IN_BOX(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOX(steps_lead_where_one_walk_leads),
        IN_BOX(a_copied_line_is_its_first_authors_with_a_graph),
        IN_BOX(a_path_that_is_not_utf8_is_followed),
        IN_BOX(only_a_graph_with_paths_counts),
        IN_BOX(a_graph_that_is_none_is_no_graph),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
