// SPDX-License-Identifier: MIT
#include "test.h"

#include "core/enclosing.h"

// In each file the line with "HERE" is asked about; the lines that are its function's have a '+' in
// front, the others a '-'.
static void assert_marked(const char *path, const char *marked)
{
    char content[8 * 1024];
    size_t len = 0;
    struct text rest = text_of(marked), line;
    struct line_range expected = {0};
    int64_t number = 0, here = 0;
    while (text_cut(&rest, '\n', &line)) {
        number++;
        if (line.at[0] == '+' && !expected.first)
            expected.first = number;
        if (line.at[0] == '+')
            expected.last = number;
        if (text_contains(line, TEXT("HERE")))
            here = number;
        memcpy(content + len, line.at + 1, line.len - 1);
        len += line.len - 1;
        content[len++] = '\n';
    }
    struct line_range range = enclosing_function((struct text){content, len}, text_of(path), here);
    if (range.first != expected.first || range.last != expected.last)
        fail_msg("%s: lines %d to %d, expected %d to %d of\n%s", path, (int)range.first,
                 (int)range.last, (int)expected.first, (int)expected.last, marked);
}

static void a_python_function_ends_where_less_is_indented(void **state)
{
    (void)state;
    assert_marked("a.py", "-import os\n"
                          "-\n"
                          "-def before(x):\n"
                          "-    return x\n"
                          "-\n"
                          "+def guilty(x):\n"
                          "+    if x:\n"
                          "+        return HERE\n"
                          "+\n"
                          "+    return 1\n"
                          "-\n"
                          "-\n"
                          "-def after():\n"
                          "-    pass\n");
}

static void a_python_method_has_its_decorators_and_the_whole_signature(void **state)
{
    (void)state;
    assert_marked("a.py", "-class Cart(object):\n"
                          "-    total = 0\n"
                          "-\n"
                          "+    @property\n"
                          "+    @cached(60)\n"
                          "+    async def price(\n"
                          "+        self,\n"
                          "+        currency='x',\n"
                          "+    ) -> int:\n"
                          "+        for line in self.lines:  # all\n"
                          "+            total += HERE\n"
                          "-\n"
                          "-    # The next one\n"
                          "-    def other(self):\n"
                          "-        pass\n");
}

static void an_inner_function_before_the_line_is_not_around_it(void **state)
{
    (void)state;
    assert_marked("a.py", "+def outer():\n"
                          "+    def inner():\n"
                          "+        pass\n"
                          "+    if (a and\n"
                          "+            b):\n"
                          "+        HERE\n"
                          "-x = 1\n");
    assert_marked("a.py", "-try:\n"
                          "+    def f():\n"
                          "+        try:\n"
                          "+            x\n"
                          "+        except struct.error:\n"
                          "+            HERE\n"
                          "-except X:\n"
                          "-    y\n");
    assert_marked("a.py", "-def outer():\n"
                          "+    def inner():\n"
                          "+        return HERE\n"
                          "-    return inner\n");
}

static void a_text_at_the_left_margin_does_not_hide_the_function(void **state)
{
    (void)state;
    assert_marked("a.py", "+def query(db):\n"
                          "+    sql = \"\"\"\n"
                          "+SELECT *\n"
                          "+FROM cart\n"
                          "+\"\"\"\n"
                          "+    return db.run(HERE)\n");
}

static void a_line_in_a_class_and_in_no_method_has_the_class(void **state)
{
    (void)state;
    assert_marked("a.py", "-x = 1\n"
                          "+@register\n"
                          "+class Cart:\n"
                          "+    total = HERE\n"
                          "+    def f(self):\n"
                          "+        pass\n"
                          "-\n"
                          "-y = 2\n");
    assert_marked("A.java", "-package a;\n"
                            "-\n"
                            "+public final class A extends B {\n"
                            "+    private int x = HERE;\n"
                            "+\n"
                            "+    void f() {\n"
                            "+    }\n"
                            "+}\n");
}

static void a_line_in_no_function_has_its_block_or_its_paragraph(void **state)
{
    (void)state;
    assert_marked("a.py", "-import os\n"
                          "-\n"
                          "+x = 1\n"
                          "+y = HERE\n"
                          "-\n"
                          "-z = 2\n");
    assert_marked("a.py", "-x = 1\n"
                          "+if __name__ == '__main__':\n"
                          "+    for i in y:\n"
                          "+        HERE\n"
                          "-z = 2\n");
    assert_marked("app.js", "-const app = express();\n"
                            "+app.get('/', async (request, response) => {\n"
                            "+  for (const x of y) {\n"
                            "+    HERE;\n"
                            "+  }\n"
                            "+});\n"
                            "-app.listen();\n");
    assert_marked("app.rb", "-require 'sinatra'\n"
                            "+get '/' do |x|\n"
                            "+  HERE\n"
                            "+end\n"
                            "-get '/b' do\n"
                            "-end\n");
}

static void a_function_in_c_has_labels_and_preprocessor_lines_inside(void **state)
{
    (void)state;
    assert_marked("a.c", "-int before(void)\n"
                         "-{\n"
                         "-    return 0;\n"
                         "-}\n"
                         "-\n"
                         "+static struct x *\n"
                         "+guilty(int a,\n"
                         "+       int b)\n"
                         "+{\n"
                         "+#if A\n"
                         "+    goto out;\n"
                         "+#endif\n"
                         "+again:\n"
                         "+    list_for_each(x, y) {\n"
                         "+        if (a &&\n"
                         "+            b)\n"
                         "+            HERE;\n"
                         "+    }\n"
                         "+out:\n"
                         "+    return NULL;\n"
                         "+}\n"
                         "-\n"
                         "-int after(void);\n");
}

static void a_line_that_begins_or_ends_a_function_is_in_it(void **state)
{
    (void)state;
    assert_marked("a.py", "-x = 1\n"
                          "+def f(x=HERE):\n"
                          "+    return x\n"
                          "-y = 1\n");
    assert_marked("a.py", "+@app.route(HERE)\n"
                          "+def f():\n"
                          "+    return x\n"
                          "-y = 1\n");
    assert_marked("a.c", "-int x;\n"
                         "+int f(int a)\n"
                         "+{\n"
                         "+    return a;\n"
                         "+} // HERE\n"
                         "-int y;\n");
    assert_marked("a.go", "-type T int\n"
                          "+func (t T) Half() int { return HERE }\n"
                          "-func (t T) Other() int { return 1 }\n");
}

static void methods_of_java_and_c_sharp_are_found_with_their_annotations(void **state)
{
    (void)state;
    assert_marked("A.java", "-class A {\n"
                            "-    A() {\n"
                            "-        super();\n"
                            "-    }\n"
                            "-\n"
                            "+    @Override\n"
                            "+    public <T> Map<String, T> get(String name,\n"
                            "+            int n) throws IOException {\n"
                            "+        try {\n"
                            "+            return run(() -> {\n"
                            "+                HERE;\n"
                            "+            });\n"
                            "+        } catch (X x) {\n"
                            "+            return null;\n"
                            "+        }\n"
                            "+    }\n"
                            "-\n"
                            "-    void after() {\n"
                            "-    }\n"
                            "-}\n");
    assert_marked("A.cs", "-namespace N\n"
                          "-{\n"
                          "-    class A\n"
                          "-    {\n"
                          "+        [HttpGet]\n"
                          "+        public async Task<int> Get(int a)\n"
                          "+        {\n"
                          "+            foreach (var x in y)\n"
                          "+            {\n"
                          "+                await Call(a,\n"
                          "+                    HERE);\n"
                          "+            }\n"
                          "+        }\n"
                          "-    }\n"
                          "-}\n");
}

static void functions_of_javascript_are_found_in_their_many_shapes(void **state)
{
    (void)state;
    assert_marked("a.ts", "-class A extends B {\n"
                          "+  async price(a, b = c()) {\n"
                          "+    if (a) {\n"
                          "+      x();\n"
                          "+    } else {\n"
                          "+      return this.lines.map((line) => {\n"
                          "+        return HERE;\n"
                          "+      });\n"
                          "+    }\n"
                          "+  }\n"
                          "-  other() {\n"
                          "-  }\n"
                          "-}\n");
    assert_marked("a.tsx", "-import x from 'x'\n"
                           "+export const Cart: React.FC<Props> = ({ lines }) => {\n"
                           "+  useEffect(() => {\n"
                           "+    HERE\n"
                           "+  }, [])\n"
                           "+}\n"
                           "-export default Cart\n");
    assert_marked("a.js", "-module.exports = {\n"
                          "-  first: function () {\n"
                          "-  },\n"
                          "+  second: async (\n"
                          "+    request,\n"
                          "+  ) => {\n"
                          "+    HERE\n"
                          "+  },\n"
                          "-}\n");
    assert_marked("a.js", "-var a = 1;\n"
                          "+function guilty(\n"
                          "+  a\n"
                          "+) {\n"
                          "+\tcall(\n"
                          "+\t\tHERE\n"
                          "+\t);\n"
                          "+}\n"
                          "-guilty();\n");
}

static void functions_of_go_ruby_php_rust_and_kotlin_are_found(void **state)
{
    (void)state;
    assert_marked("a.go", "-package a\n"
                          "-\n"
                          "+func (c *Cart) Price(\n"
                          "+\ta int,\n"
                          "+) (int, error) {\n"
                          "+\tgo func() {\n"
                          "+\t\tHERE\n"
                          "+\t}()\n"
                          "+\ts := `\n"
                          "+left\n"
                          "+`\n"
                          "+\treturn 1, nil\n"
                          "+}\n"
                          "-\n"
                          "-func after() {\n"
                          "-}\n");
    assert_marked("a.rb", "-class Cart\n"
                          "-  private\n"
                          "-\n"
                          "+  def price(a)\n"
                          "+    lines.each do |line|\n"
                          "+      HERE if x\n"
                          "+    end\n"
                          "+  rescue ArgumentError => e\n"
                          "+    nil\n"
                          "+  end\n"
                          "-\n"
                          "-  def after\n"
                          "-  end\n"
                          "-end\n");
    assert_marked("a.php", "-<?php\n"
                           "-class A\n"
                           "-{\n"
                           "+    public static function f(array $a): int\n"
                           "+    {\n"
                           "+        return array_map(fn ($x) => [\n"
                           "+            HERE,\n"
                           "+        ], $a);\n"
                           "+    }\n"
                           "-}\n");
    assert_marked("a.rs", "-impl Cart {\n"
                          "+    #[inline]\n"
                          "+    pub(crate) fn price(&self) -> Result<u32> {\n"
                          "+        match x {\n"
                          "+            Some(y) => HERE,\n"
                          "+        }\n"
                          "+    }\n"
                          "-}\n");
    assert_marked("a.kt", "-class A {\n"
                          "+    override fun f(a: Int): Int {\n"
                          "+        return a.let { HERE }\n"
                          "+    }\n"
                          "-}\n");
}

static void a_file_of_an_unknown_language_is_answered(void **state)
{
    (void)state;
    assert_marked("a.unknown", "-x\n"
                               "+function f {\n"
                               "+   HERE\n"
                               "+}\n"
                               "-y\n");
    assert_marked("Makefile", "-a: b\n"
                              "-\n"
                              "+c: d\n"
                              "+\tHERE\n"
                              "-\n"
                              "-e: f\n");
}

static void a_line_that_is_not_there_has_no_function(void **state)
{
    (void)state;
    const int64_t numbers[] = {INT64_MIN, -1, 0, 3, 402, 1000, INT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct line_range range = enclosing_function(TEXT("a\nb\n"), TEXT("a.py"), numbers[i]);
        assert_true(range.first == 0 && range.last == 0);
    }
    assert_true(enclosing_function((struct text){0}, (struct text){0}, 1).first == 0);
}

static void a_very_long_function_is_cut(void **state)
{
    (void)state;
    char content[3 * 2000];
    for (size_t i = 0; i < 2000; i++)
        memcpy(content + 3 * i, " x\n", 3);
    memcpy(content, "f{\n", 3);
    struct text all = {content, sizeof content};
    struct line_range range = enclosing_function(all, TEXT("a.js"), 1000);
    assert_int_equal(range.first, 1000 - ENCLOSING_AROUND_MAX);
    assert_int_equal(range.last, 1000 + ENCLOSING_AROUND_MAX);
    range = enclosing_function(all, TEXT("a.js"), 200);
    assert_int_equal(range.first, 1);
    assert_int_equal(range.last, 200 + ENCLOSING_AROUND_MAX);
    range = enclosing_function(all, TEXT("a.js"), 2000);
    assert_int_equal(range.last, 2000);
}

static void carriage_returns_and_foreign_bytes_do_not_matter(void **state)
{
    (void)state;
    assert_marked("a.py", "-x = '\xff\xfe'\r\n"
                          "+def f():\r\n"
                          "+    HERE\xe4\r\n"
                          "-\r\n"
                          "-y = 1\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_python_function_ends_where_less_is_indented),
        cmocka_unit_test(a_python_method_has_its_decorators_and_the_whole_signature),
        cmocka_unit_test(an_inner_function_before_the_line_is_not_around_it),
        cmocka_unit_test(a_text_at_the_left_margin_does_not_hide_the_function),
        cmocka_unit_test(a_line_in_a_class_and_in_no_method_has_the_class),
        cmocka_unit_test(a_line_in_no_function_has_its_block_or_its_paragraph),
        cmocka_unit_test(a_function_in_c_has_labels_and_preprocessor_lines_inside),
        cmocka_unit_test(a_line_that_begins_or_ends_a_function_is_in_it),
        cmocka_unit_test(methods_of_java_and_c_sharp_are_found_with_their_annotations),
        cmocka_unit_test(functions_of_javascript_are_found_in_their_many_shapes),
        cmocka_unit_test(functions_of_go_ruby_php_rust_and_kotlin_are_found),
        cmocka_unit_test(a_file_of_an_unknown_language_is_answered),
        cmocka_unit_test(a_line_that_is_not_there_has_no_function),
        cmocka_unit_test(a_very_long_function_is_cut),
        cmocka_unit_test(carriage_returns_and_foreign_bytes_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
