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
        {"java", "A.KT", "throw IllegalStateException(\"x\")"},
        {"java", "a.kts", "TODO(\"later\")"},
        {"java", "A.scala", "sys.error(\"x\")"},
        {"java", "A.groovy", "throw new X()"},
        {"java", "a/core.clj", "(throw (ex-info \"x\" {}))"},
        {"csharp", "A.vb", "Throw New ArgumentException(\"x\")"},
        {"csharp", "A.fs", "failwithf \"%d\" n"},
        {"csharp", "A.fs", "raise (ArgumentException \"x\")"},
        {"csharp", "A.cs", "ExceptionDispatchInfo.Capture(e).Throw();"},
        {"php", "a.php", "trigger_error('x', E_USER_ERROR);"},
        {"cocoa", "A.m", "@throw [NSException exceptionWithName:@\"X\" reason:nil userInfo:nil];"},
        {"cocoa", "A.mm", "[NSException raise:NSInvalidArgumentException format:@\"x\"];"},
        {"swift", "a.swift", "throw CartError.empty"},
        {"other", "lib/a.dart", "throw StateError('x');"},
        {"other", "lib/a.dart", "rethrow;"},
        {"elixir", "lib/a.ex", "reraise e, __STACKTRACE__"},
        {"elixir", "src/a.erl", "erlang:error(badarg),"},
        {"other", "a.lua", "error(\"x\", 2)"},
        {"other", "a.lua", "error \"x\""},
        {"other", "A.hs", "throwIO Empty"},
        {"other", "a.ml", "failwith \"x\""},
        {"other", "a.ps1", "throw \"x\""},
        {"cfml", "a.cfm", "<cfthrow message=\"x\">"},
        {"native", "src/a.rs", "anyhow::bail!(\"x\");"},
        {"native", "src/a.rs", "std::panic::panic_any(x)"},
    };
    assert_lines(lines, sizeof lines / sizeof *lines, true);
}

static void what_follows_the_word_does_not_matter(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"python", "a.py", "raise  # again"},
        {"python", "a.py", "raise ValueError(x)  # if x: raise_later()"},
        {"python", "a.py", "raise ValueError("},
        {"python", "a.py", "raise X(f\"{x == 1}\") from e"},
        {"python", "a.py", "raise\tX"},
        {"javascript", "a.js", "throw new Error('x'); // if (x) y()"},
        {"javascript", "a.js", "throw/* why */x"},
        {"javascript", "a.js", "throw`x`"},
        {"javascript", "a.js", "throw {code: 1}"},
        {"java", "A.java", "throw // on the next line"},
        {"csharp", "A.cs", "throw(x);"},
        {"go", "a.go", "panic( // why"},
    };
    assert_lines(lines, sizeof lines / sizeof *lines, true);
}

static void what_leads_to_the_word_and_cannot_fail_does_not_matter(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"java", "A.java", "} else { throw new X(); }"},
        {"java", "A.java", "default -> throw new X();"},
        {"java", "A.java", "default: throw new X();"},
        {"java", "A.kt", "?: throw X()"},
        {"java", "A.kt", "else -> error(\"x\")"},
        {"java", "A.scala", "case _ => throw X()"},
        {"csharp", "A.cs", "?? throw new ArgumentNullException(nameof(x));"},
        {"csharp", "A.cs", "_ => throw new X(),"},
        {"php", "a.php", ": throw new X();"},
        {"python", "a.py", "else: raise X"},
        {"ruby", "a.rb", "else raise X"},
        {"perl", "a.pl", "or die \"x\";"},
        {"rust", "src/a.rs", "_ => unreachable!(),"},
        {"javascript", "a.js", "{{{{((((throw x"},
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
        {"python", "a.py", "response.raise_for_status()"},
        {"python", "a.py", "raise_for_status()"},
        {"python", "a.py", "raiseX"},
        {"python", "a.py", "\"raise X\""},
        {"python", "a.py", "# raise X"},
        {"python", "a.py", "Raise X"},
        {"python", "a.py", "with lock: raise X"},
        {"python", "a.py", "yield; raise X"},
        {"javascript", "a.js", "} else if (f(x)) { throw x; }"},
        {"javascript", "a.js", "iterator.throw(x)"},
        {"javascript", "a.js", "return Promise.reject(new Error('x'))"},
        {"java", "A.java", "catch (X e) { throw new Y(e); }"},
        {"java", "A.java", "case f(x) -> throw new Y(e);"},
        {"java", "A.kt", "val x = find(y) ?: throw X()"},
        {"java", "A.kt", "errors(x)"},
        {"java", "a.clj", "(throw-if x)"},
        {"csharp", "A.cs", "ArgumentNullException.ThrowIfNull(x);"},
        {"ruby", "a.rb", "fail == x"},
        {"ruby", "a.rb", "fail => x"},
        {"ruby", "a.rb", "raise.call(x)"},
        {"perl", "a.pl", "order($x)"},
        {"perl", "a.pl", "_die($x)"},
        {"lua", "a.lua", "error = nil"},
        {"lua", "a.lua", "error:show()"},
        {"rust", "src/a.rs", "return Err(Error::Empty);"},
        {"rust", "src/a.rs", "panic(x)"},
        {"rust", "src/a.rs", "ensure!(x > 0, \"x\");"},
        {"go", "a.go", "return nil, errors.New(\"x\")"},
        {"go", "a.go", "log.Fatal(err)"},
        {"native", "a.cc", "assert(x);"},
        {"native", "a.cc", "or"},
        {"native", "a.cc", "((((((("},
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
        cmocka_unit_test(what_follows_the_word_does_not_matter),
        cmocka_unit_test(what_leads_to_the_word_and_cannot_fail_does_not_matter),
        cmocka_unit_test(a_line_that_does_something_first_is_not_bare),
        cmocka_unit_test(the_ending_tells_the_language_and_the_platform_helps_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
