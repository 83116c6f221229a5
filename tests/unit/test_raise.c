// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/raise.h"

struct line {
    const char *platform, *path, *line;
};

static void assert_lines(const struct line *lines, size_t n, bool expected)
{
    for (size_t i = 0; i < n; i++)
        if (raise_is_bare(text_of(lines[i].platform), text_of(lines[i].path),
                          text_of(lines[i].line)) != expected)
            fail_msg("%s %s: %s", lines[i].platform, lines[i].path, lines[i].line);
}

static void a_line_that_begins_with_raising_is_bare(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"python", "a.py", "    raise ValueError(\"x\")"},
        {"python", "a.py", "raise"},
        {"python", "a.py", "raise(ValueError)"},
        {"python", "a.py", "raise errorclass, errorvalue "},
        {"java", "src/A.java", "\tthrow new IllegalStateException();"},
        {"java", "src/A.kt", "error(\"no cart\")"},
        {"javascript", "a.tsx", "throw new Error('x');"},
        {"node", "a.vue", "throw x"},
        {"csharp", "A.cs", "throw;"},
        {"php", "a.php", "throw new \\RuntimeException('x');"},
        {"go", "main.go", "panic(fmt.Sprintf(\"%d\", n))"},
        {"go", "main.go", "panic (x)"},
        {"ruby", "a.rb", "raise ArgumentError, 'x' unless y"},
        {"ruby", "a.rb", "fail 'x'"},
        {"rust", "src/a.rs", "panic!(\"x\");"},
        {"rust", "src/a.rs", "unreachable!()"},
        {"perl", "a.pm", "die \"x\";"},
        {"perl", "a.pm", "Carp::croak(\"x\");"},
        {"elixir", "lib/a.ex", "raise ArgumentError, \"x\""},
        {"native", "a.cc", "throw std::runtime_error(\"x\");"},
        {"native", "a.c", "abort();"},
        {"swift", "a.swift", "fatalError(\"x\")"},
    };
    assert_lines(lines, sizeof lines / sizeof *lines, true);
}

static void a_line_that_does_something_first_is_not_bare(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"python", "a.py", "if x: raise ValueError(x)"},
        {"python", "a.py", "raise_for_status(response)"},
        {"python", "a.py", "raise_ = 3"},
        {"python", "a.py", "self.raise_error()"},
        {"python", "a.py", ""},
        {"python", "a.py", "throw new X"},
        {"javascript", "a.js", "throwIf(x);"},
        {"javascript", "a.js", "if (!x) throw new Error('x');"},
        {"go", "main.go", "panicIf(err)"},
        {"go", "main.go", "panic := recover()"},
        {"ruby", "a.rb", "raise_it"},
        {"ruby", "a.rb", "fail = 3"},
        {"rust", "src/a.rs", "x.unwrap_or_else(|| panic!())"},
        {"perl", "a.pm", "open(F, $f) or die $!;"},
        {"native", "a.c", "abort_all();"},
        {"cobol", "a.cob", "raise x"},
        {"", "", "raise x"},
    };
    assert_lines(lines, sizeof lines / sizeof *lines, false);
}

static void the_ending_tells_the_language_and_the_platform_helps_out(void **state)
{
    (void)state;
    assert_true(raise_is_bare(TEXT(""), TEXT("x/a.py"), TEXT("raise X")));
    assert_true(raise_is_bare(TEXT("other"), TEXT("x/a.rb"), TEXT("fail X")));
    assert_true(raise_is_bare(TEXT("python"), TEXT("views/cart.mako"), TEXT("raise X")));
    assert_false(raise_is_bare(TEXT("java"), TEXT("A.java"), TEXT("error(\"x\");")));
    assert_false(raise_is_bare(TEXT("python"), TEXT("a.js"), TEXT("raise X")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_begins_with_raising_is_bare),
        cmocka_unit_test(a_line_that_does_something_first_is_not_bare),
        cmocka_unit_test(the_ending_tells_the_language_and_the_platform_helps_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
