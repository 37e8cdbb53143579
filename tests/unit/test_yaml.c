#include "support.h"

#include "yaml_tree.h"

#include <glib.h>

static tr_yaml_node *parse(const char *text) {
    tr_diag diag = {0};
    tr_yaml_node *root;
    assert_ok(tr_yaml_parse(&root, "p.yaml", text, strlen(text), &diag), diag);
    return root;
}

static void assert_refused_bytes(const char *text, size_t size, const char *message) {
    tr_diag diag = {0};
    tr_yaml_node *root;
    assert_int_equal(tr_yaml_parse(&root, "p.yaml", text, size, &diag), TR_ERROR_INPUT);
    assert_null(root);
    if (!g_str_has_prefix(diag.text, message))
        fail_msg("\"%s\" does not begin with \"%s\"", diag.text, message);
}

static void assert_refused(const char *text, const char *message) {
    assert_refused_bytes(text, strlen(text), message);
}

static void nodes_know_their_place(void **state) {
    (void)state;
    tr_yaml_node *root =
        parse("# first\na: 1\n\"b\":\n  - é: [x, 'y']\n    z: |\n      one\n      two\n");
    assert_int_equal(root->kind, TR_YAML_MAP);
    assert_int_equal(root->count, 2);
    assert_int_equal(root->line, 2);
    const tr_yaml_node *a = tr_yaml_get(root, "a");
    assert_string_equal(a->text, "1");
    assert_false(a->quoted);
    assert_int_equal(a->column, 4);
    const tr_yaml_node *list = tr_yaml_get(root, "b");
    assert_int_equal(list->kind, TR_YAML_LIST);
    const tr_yaml_node *inner = list->values[0];
    assert_string_equal(inner->keys[0]->text, "é");
    const tr_yaml_node *items = inner->values[0];
    assert_int_equal(items->count, 2);
    assert_int_equal(items->line, 4);
    assert_int_equal(items->column, 8); /* in characters */
    assert_true(items->values[1]->quoted);
    assert_int_equal(items->values[1]->column, 12);
    assert_string_equal(inner->values[1]->text, "one\ntwo\n");
    assert_true(inner->values[1]->quoted);
    assert_null(tr_yaml_get(root, "c"));
    tr_yaml_destroy(&root);
    assert_null(root);
}

static void a_byte_order_mark_and_carriage_returns_are_fine(void **state) {
    (void)state;
    tr_yaml_node *root = parse("\xEF\xBB\xBF"
                               "a: x\r\nb: y\r\n");
    assert_string_equal(tr_yaml_get(root, "a")->text, "x");
    assert_int_equal(tr_yaml_get(root, "b")->line, 2);
    tr_yaml_destroy(&root);
    root = parse("%YAML 1.1\n--- {}\n...\n");
    assert_int_equal(root->count, 0);
    tr_yaml_destroy(&root);
}

static void broken_yaml_is_refused_with_its_place(void **state) {
    (void)state;
    assert_refused("", "p.yaml:1:1: found nothing; wanted a plan");
    assert_refused("# only this\n", "p.yaml:1:1: found nothing; wanted a plan");
    assert_refused("a: [1, 2\n", "p.yaml:2:1: found broken YAML (");
    assert_refused("a: b: c\n", "p.yaml:1:5: found broken YAML (mapping values are not allowed");
    assert_refused("a: 1\n\tb: 2\n", "p.yaml:2:1: found broken YAML (");
    assert_refused("a: \"x\n", "p.yaml:2:1: found broken YAML (");
    assert_refused("a: @\n", "p.yaml:1:4: found broken YAML (found character that cannot start");
}

static void what_a_plan_has_none_of_is_refused_with_its_place(void **state) {
    (void)state;
    assert_refused("a: &x 1\n", "p.yaml:1:4: found the anchor &x; wanted none");
    assert_refused("a: 1\nb:  *x\n", "p.yaml:2:5: found the alias *x; wanted none");
    assert_refused("a: !!str 1\n", "p.yaml:1:4: found the tag tag:yaml.org,2002:str; wanted none");
    assert_refused("a: !x [1]\n", "p.yaml:1:4: found the tag !x; wanted none");
    assert_refused("a: 1\n--- \nb: 2\n", "p.yaml:2:1: found a second document; wanted one plan");
    assert_refused("a: 1\nb: 2\na: 3\n", "p.yaml:3:1: found the key \"a\" a second time; wanted it "
                                         "once (the first is in line 1)");
    assert_refused("x: {a: 1, \"a\": 2}\n", "p.yaml:1:11: found the key \"a\" a second time");
    assert_refused("? [a]\n: 1\n", "p.yaml:1:3: found a list as a key; wanted a name");
    assert_refused("{a: 1}: 1\n", "p.yaml:1:1: found a map as a key; wanted a name");
    assert_refused("a: \"x\\0y\"\n", "p.yaml:1:4: found a text with a NUL; wanted one without");
}

static void bytes_that_are_no_text_are_refused_with_their_place(void **state) {
    (void)state;
    assert_refused("a: é\xff\n", "p.yaml:1:5: found the byte 0xFF; wanted text in UTF-8");
    assert_refused("a: 1\nb: \xc0\x80\n", "p.yaml:2:4: found the byte 0xC0; wanted text in UTF-8");
    assert_refused_bytes("a: 1\0\n", 6, "p.yaml:1:5: found the byte 0x00; wanted text in UTF-8");
    assert_refused("a: \x1b[2J\n", "p.yaml:1:4: found the character U+001B; wanted text without");
    assert_refused_bytes("\xff\xfe\x61\0", 4, "p.yaml:1:1: found the byte 0xFF"); /* UTF-16 */
}

static void what_grows_without_bounds_is_refused(void **state) {
    (void)state;
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 1000; i++)
        g_string_append(text, "[");
    assert_refused(text->str, "p.yaml:1:9: found lists or maps in more than 8 levels");
    g_string_assign(text, "- [");
    for (int i = 0; i < TR_YAML_MOST_NODES; i++)
        g_string_append(text, "1,");
    g_string_append(text, "]\n");
    assert_refused(text->str, "p.yaml:1:200000: found more than 100000 values");
    g_string_set_size(text, TR_YAML_MOST_BYTES + 1);
    memset(text->str, ' ', text->len);
    assert_refused(text->str, "p.yaml: found more than 1048576 bytes");
    g_string_free(text, TRUE);
}

static void files_are_read_as_far_as_they_are_small_files(void **state) {
    (void)state;
    char folder[256];
    char *path, *text;
    size_t size;
    tr_diag diag = {0};
    make_scratch(folder, sizeof folder);
    assert_int_equal(tr_yaml_load(folder, &text, &size, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "is a folder, but a plan is wanted");
    path = g_build_filename(folder, "p.yaml", NULL);
    diag = (tr_diag){0};
    assert_int_equal(tr_yaml_load(path, &text, &size, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "No such file");
    assert_null(text);
    char *large = g_malloc0(TR_YAML_MOST_BYTES + 1);
    assert_true(g_file_set_contents(path, large, TR_YAML_MOST_BYTES, NULL));
    assert_ok(tr_yaml_load(path, &text, &size, &diag), diag);
    assert_int_equal(size, TR_YAML_MOST_BYTES);
    g_free(text);
    assert_true(g_file_set_contents(path, large, TR_YAML_MOST_BYTES + 1, NULL));
    diag = (tr_diag){0};
    assert_int_equal(tr_yaml_load(path, &text, &size, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "found more than 1048576 bytes");
    g_free(large);
    g_free(path);
    remove_scratch(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_their_place),
        cmocka_unit_test(a_byte_order_mark_and_carriage_returns_are_fine),
        cmocka_unit_test(broken_yaml_is_refused_with_its_place),
        cmocka_unit_test(what_a_plan_has_none_of_is_refused_with_its_place),
        cmocka_unit_test(bytes_that_are_no_text_are_refused_with_their_place),
        cmocka_unit_test(what_grows_without_bounds_is_refused),
        cmocka_unit_test(files_are_read_as_far_as_they_are_small_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
