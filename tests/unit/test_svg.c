#include "support.h"

#include "svg.h"

static void assert_tidy(const char *before, const char *title, const char *expected) {
    tr_diag diag = {0};
    size_t size = strlen(before);
    uint8_t *bytes = (uint8_t *)strdup(before);
    assert_non_null(bytes);
    assert_ok(tr_svg_tidy(&bytes, &size, title, &diag), diag);
    char *text = strndup((const char *)bytes, size);
    assert_string_equal(text, expected);
    free(text);
    free(bytes);
}

static void numbers_of_paths_are_rounded(void **state) {
    (void)state;
    assert_tidy("<path d=\"M 46.496094 265.53125 L -0.004 1.995 Z \"/>", "",
                "<path d=\"M 46.5 265.53 L 0 2 Z \"/>");
    assert_tidy("<path d=\"M 1 2.5 L 3.25 -4.126 C 0.125 10.104 -0.999 7.0001 100 200\"/>", "",
                "<path d=\"M 1 2.5 L 3.25 -4.13 C 0.13 10.1 -1 7 100 200\"/>");
    assert_tidy("<path d=\"L 1.123", "", "<path d=\"L 1.12");
    assert_tidy("<path d=\"", "", "<path d=\"");
}

static void other_numbers_stay(void **state) {
    (void)state;
    assert_tidy("<rect x=\"1.23456\" id=\"r1.23456\"/><path style=\"fill:rgb(14.901961%)\"/>", "",
                "<rect x=\"1.23456\" id=\"r1.23456\"/><path style=\"fill:rgb(14.901961%)\"/>");
}

static void surfaces_are_numbered_by_appearance(void **state) {
    (void)state;
    assert_tidy("<g id=\"surface17\"><image id=\"image5\" x=\"1\"/></g>", "",
                "<g id=\"surface0\"><image id=\"image1\" x=\"1\"/></g>");
    assert_tidy("<use xlink:href=\"#image12\"/><use xlink:href=\"#surface9\"/><g "
                "id=\"surface9\"/><use xlink:href=\"#image12\"/>",
                "",
                "<use xlink:href=\"#image0\"/><use xlink:href=\"#surface1\"/><g "
                "id=\"surface1\"/><use xlink:href=\"#image0\"/>");
    assert_tidy("<g id=\"surface12", "", "<g id=\"surface0");
    assert_tidy("<g id=\"clip1\"><a href=\"data:image/png\">", "",
                "<g id=\"clip1\"><a href=\"data:image/png\">");
}

static void the_title_is_escaped_and_in_its_place(void **state) {
    (void)state;
    assert_tidy("<?xml version=\"1.0\"?>\n<svg width=\"4px\">\n<g/></svg>", "a < b & \"c\"",
                "<?xml version=\"1.0\"?>\n<svg width=\"4px\">\n<title>a &lt; b &amp; "
                "&quot;c&quot;</title>\n<g/></svg>");
    assert_tidy("<svg width=\"4px\">\n<g/></svg>", "", "<svg width=\"4px\">\n<g/></svg>");
    assert_tidy("", "title", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_paths_are_rounded),
        cmocka_unit_test(other_numbers_stay),
        cmocka_unit_test(surfaces_are_numbered_by_appearance),
        cmocka_unit_test(the_title_is_escaped_and_in_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
