#include "support.h"

#include "symbol.h"

#include <math.h>

static tr_text *text;

static int set_up(void **state) {
    tr_diag diag = {0};
    (void)state;
    return tr_text_create(&text, &diag);
}

static int tear_down(void **state) {
    (void)state;
    tr_text_destroy(&text);
    return 0;
}

static tr_symbol create(const char *string) {
    tr_diag diag = {0};
    tr_symbol symbol;
    assert_ok(tr_symbol_create(&symbol, text, string, 20, &diag), diag);
    return symbol;
}

static void assert_parts(const char *string, int n_parts, const char *const *parts,
                         const char *drops) {
    tr_symbol symbol = create(string);
    assert_int_equal(symbol.n_parts, n_parts);
    double x = 0;
    for (int i = 0; i < n_parts; i++) {
        assert_string_equal(pango_layout_get_text(symbol.parts[i].layout), parts[i]);
        assert_int_equal(symbol.parts[i].drop > 0, drops[i] == '_');
        assert_true(fabs(symbol.parts[i].x - x) < 1e-9);
        x += tr_text_width(symbol.parts[i].layout);
    }
    assert_true(fabs(symbol.width - x) < 1e-9);
    tr_symbol_clear(&symbol);
}

static void text_is_one_piece(void **state) {
    (void)state;
    assert_parts("input", 1, (const char *const[]){"input"}, " ");
    assert_parts("", 0, NULL, "");
}

static void underscores_make_subscripts(void **state) {
    (void)state;
    assert_parts("a_1", 2, (const char *const[]){"a", "1"}, " _");
    assert_parts("w_{12} = 0.5", 3, (const char *const[]){"w", "12", " = 0.5"}, " _ ");
    assert_parts("a_\u03b1\u00b7w_i", 4, (const char *const[]){"a", "\u03b1", "\u00b7w", "i"},
                 " _ _");
}

static void broken_subscripts_are_drawn_as_they_are(void **state) {
    (void)state;
    assert_parts("a_", 2, (const char *const[]){"a", ""}, " _");
    assert_parts("a_{1", 3, (const char *const[]){"a", "{", "1"}, " _ ");
}

static void long_lines_end_somewhere(void **state) {
    (void)state;
    char string[400];
    memset(string, 'a', sizeof string);
    for (int i = 1; i < 200; i += 2)
        string[i] = '_';
    string[sizeof string - 1] = '\0';
    tr_symbol symbol = create(string);
    assert_int_equal(symbol.n_parts, TR_MAX_SYMBOL_PARTS);
    tr_symbol_clear(&symbol);
}

static void every_activation_has_a_name(void **state) {
    (void)state;
    for (int activation = 0; activation <= TR_ACTIVATION_SOFTMAX; activation++)
        assert_true(strlen(tr_activation_name((tr_activation)activation)) > 2);
    assert_string_equal(tr_activation_name(TR_ACTIVATION_RELU), "relu");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_one_piece),
        cmocka_unit_test(underscores_make_subscripts),
        cmocka_unit_test(broken_subscripts_are_drawn_as_they_are),
        cmocka_unit_test(long_lines_end_somewhere),
        cmocka_unit_test(every_activation_has_a_name),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
