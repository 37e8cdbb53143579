#include "support.h"

#include "inline_svg.h"

static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                           "xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"4px\" "
                           "viewBox=\"0 0 4 3\" version=\"1.1\">\n";

static bool inline_text(GString *out, const char *text) {
    return tr_inline_svg(out, text, strlen(text), "c1-", " role=\"img\"", "<title>T</title>");
}

/* The content of the root becomes this. */
static void assert_inlined(const char *content, const char *expected) {
    char *text = g_strconcat(head, content, "</svg>\n", NULL);
    char *whole = g_strdup_printf(
        "before<svg role=\"img\" width=\"4px\" viewBox=\"0 0 4 3\"><title>T</title>%s</svg>",
        expected);
    GString *out = g_string_new("before");
    if (!inline_text(out, text))
        fail_msg("refused: %s", content);
    assert_string_equal(out->str, whole);
    g_string_free(out, TRUE);
    g_free(whole);
    g_free(text);
}

static void assert_refused(const char *text) {
    GString *out = g_string_new("before");
    if (inline_text(out, text))
        fail_msg("not refused: %s", text);
    assert_string_equal(out->str, "before");
    g_string_free(out, TRUE);
}

static void assert_content_refused(const char *content) {
    char *text = g_strconcat(head, content, "</svg>", NULL);
    assert_refused(text);
    g_free(text);
}

static void styles_become_attributes(void **state) {
    (void)state;
    assert_inlined("<path style=\" fill:none;stroke:rgb(1%,2%,3%);\" d=\"M 0 0 L 1 1\"/>",
                   "<path fill=\"none\" stroke=\"rgb(1%,2%,3%)\" d=\"M 0 0 L 1 1\"/>");
    assert_inlined("<rect style=\"\"/>", "<rect/>");
    assert_content_refused("<path style=\"background:url(http://a.example/)\"/>");
    assert_content_refused("<path style=\"fill\"/>");
    assert_content_refused("<path style=\":red\"/>");
    assert_content_refused("<path style=\";;-x:1\"/>");
}

static void ids_and_what_refers_to_them_are_renamed(void **state) {
    (void)state;
    assert_inlined(
        "<defs><clipPath id=\"a\"><path clip-rule=\"nonzero\" d=\"M 0 0\"/></clipPath>"
        "</defs><g clip-path=\"url(#a)\"><use xlink:href=\"#b\"/></g>",
        "<defs><clipPath id=\"c1-a\"><path clip-rule=\"nonzero\" d=\"M 0 0\"/></clipPath>"
        "</defs><g clip-path=\"url(#c1-a)\"><use href=\"#c1-b\"/></g>");
    assert_inlined("<path style=\"fill:url(#a);stroke:url(#b)\"/>",
                   "<path fill=\"url(#c1-a)\" stroke=\"url(#c1-b)\"/>");
}

static void the_title_is_replaced(void **state) {
    (void)state;
    assert_inlined("<title>old &amp; gone</title>\n<g>\n</g>", "<g></g>");
}

static void pictures_that_are_in_the_text_stay(void **state) {
    (void)state;
    assert_inlined("<image width=\"2\" xlink:href=\"data:image/png;base64,iVBORw0KGgo=\"/>",
                   "<image width=\"2\" href=\"data:image/png;base64,iVBORw0KGgo=\"/>");
    assert_content_refused("<image xlink:href=\"data:image/svg+xml;base64,iVBO\"/>");
    assert_content_refused("<image xlink:href=\"data:image/png;base64,a'b\"/>");
    assert_content_refused("<image xlink:href=\"http://a.example/a.png\"/>");
    assert_content_refused("<image xlink:href=\"other.png\"/>");
}

static void what_charts_do_not_have_is_refused(void **state) {
    (void)state;
    static const char *const contents[] = {
        "<script>alert(1)</script>",
        "<a xlink:href=\"#b\"/>",
        "<foreignObject/>",
        "<svg></svg>",
        "<text>x</text>",
        "text",
        "<g onload=\"alert(1)\"/>",
        "<g href=\"#a\"/>",
        "<g class=\"a\"/>",
        "<!-- a -->",
        "<![CDATA[x]]>",
        "<g id=\"a&quot;b\"/>",
        "<g id=\"a>b\"/>",
        "<g id='a'/>",
        "<g id=a/>",
        "<g id/>",
        "<g id=\"a\"",
        "<g clip-path=\"url(http://a.example/)\"/>",
        "<g clip-path=\"url(#a) url(b)\"/>",
        "<g d=\"\xc3\xa4\"/>",
        "<g d=\"\x01\"/>",
        "<g/></svg></svg>",
        "<g></defs>",
        "<g>",
        "</g>",
        "<title>x",
        "<",
        "</",
        "</>",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(contents); i++)
        assert_content_refused(contents[i]);
}

static void what_is_no_svg_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        " \n",
        "<?xml ?>",
        "<?xml ",
        "<html></html>",
        "<g/>",
        "<svg",
        "<svg>",
        "<svg/>",
        "<svg></svg><svg></svg>",
        "x",
        "<title>a</title>",
        "<svg></svg>x",
        "<svg></svg></svg>",
        "<!DOCTYPE svg><svg></svg>",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_refused(texts[i]);
}

static void nesting_has_an_end(void **state) {
    (void)state;
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 1000; i++)
        g_string_append(text, "<g>");
    for (int i = 0; i < 1000; i++)
        g_string_append(text, "</g>");
    assert_content_refused(text->str);
    g_string_free(text, TRUE);
}

static void a_cut_file_is_refused(void **state) {
    (void)state;
    char *text =
        g_strconcat(head, "<g id=\"a\"><path style=\"fill:none\" d=\"M 0\"/></g></svg>", NULL);
    size_t size = strlen(text);
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < size; i++) {
        char *cut = g_memdup2(text, i ? i : 1); /* with nothing after it, for the sanitizer */
        assert_false(tr_inline_svg(out, cut, i, "p", "", ""));
        g_free(cut);
    }
    assert_true(tr_inline_svg(out, text, size, "p", "", ""));
    g_string_free(out, TRUE);
    g_free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(styles_become_attributes),
        cmocka_unit_test(ids_and_what_refers_to_them_are_renamed),
        cmocka_unit_test(the_title_is_replaced),
        cmocka_unit_test(pictures_that_are_in_the_text_stay),
        cmocka_unit_test(what_charts_do_not_have_is_refused),
        cmocka_unit_test(what_is_no_svg_is_refused),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(a_cut_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
