#include "support.h"

#include "text.h"

#include <math.h>

static tr_text *create_text(void) {
    tr_diag diag = {0};
    tr_text *text;
    assert_ok(tr_text_create(&text, &diag), diag);
    return text;
}

static void widths_do_not_depend_on_hinting(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_text *text = create_text();
    PangoLayout *small, *large;
    assert_ok(tr_text_layout(text, "iteration: 1050", 10, &small, &diag), diag);
    assert_ok(tr_text_layout(text, "iteration: 1050", 1000, &large, &diag), diag);
    assert_true(fabs(tr_text_width(small) * 100 - tr_text_width(large)) < 1);
    assert_true(tr_text_ascent(small) > 8 && tr_text_ascent(small) < 11);
    assert_true(tr_text_height(small) > tr_text_ascent(small));
    g_object_unref(small);
    g_object_unref(large);
    tr_text_destroy(&text);
    assert_null(text);
}

static void all_digits_are_as_wide(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_text *text = create_text();
    double first = 0;
    for (char digit = '0'; digit <= '9'; digit++) {
        PangoLayout *layout;
        assert_ok(tr_text_layout(text, (char[]){digit, '\0'}, 14.5, &layout, &diag), diag);
        first = digit == '0' ? tr_text_width(layout) : first;
        assert_true(tr_text_width(layout) == first);
        g_object_unref(layout);
    }
    tr_text_destroy(&text);
}

static void a_character_without_a_glyph_is_an_error(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_text *text = create_text();
    PangoLayout *layout;
    assert_int_equal(tr_text_layout(text, "ok \U0010FFFD", 10, &layout, &diag), TR_ERROR_FONT);
    assert_null(layout);
    assert_text_contains(diag.text, "U+10FFFD");
    tr_text_destroy(&text);
}

static void bytes_that_are_not_utf8_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_text *text = create_text();
    PangoLayout *layout;
    assert_int_equal(tr_text_layout(text, "\xff\xfe", 10, &layout, &diag), TR_ERROR_ARGUMENT);
    assert_text_contains(diag.text, "UTF-8");
    tr_text_destroy(&text);
}

static void long_texts_shrink_until_they_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_text *text = create_text();
    PangoLayout *layout;
    double size = 14;
    assert_ok(tr_text_fit(text, "iteration: 4000", "title", &size, 6, 60, &layout, &diag), diag);
    assert_true(size < 14 && size >= 6);
    assert_true(tr_text_width(layout) <= 60.5);
    g_object_unref(layout);
    size = 14;
    assert_int_equal(tr_text_fit(text, "iteration: 4000", "title", &size, 6, 20, &layout, &diag),
                     TR_ERROR_ARGUMENT);
    assert_null(layout);
    assert_text_contains(diag.text, "the title \"iteration: 4000\" is too long");
    tr_text_destroy(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_do_not_depend_on_hinting),
        cmocka_unit_test(all_digits_are_as_wide),
        cmocka_unit_test(a_character_without_a_glyph_is_an_error),
        cmocka_unit_test(bytes_that_are_not_utf8_are_refused),
        cmocka_unit_test(long_texts_shrink_until_they_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
