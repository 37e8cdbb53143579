#include "support.h"

#include "store.h"

#include <glib.h>

/* An output folder "out" beside a folder "outside" in a scratch folder. */
typedef struct place {
    char folder[256];
    char *out;
    char *outside;
    tr_store *store;
} place;

static int make_place(void **state) {
    tr_diag diag = {0};
    place *p = g_new0(place, 1);
    make_scratch(p->folder, sizeof p->folder);
    p->out = g_build_filename(p->folder, "out", NULL);
    p->outside = g_build_filename(p->folder, "outside", NULL);
    assert_int_equal(mkdir(p->outside, 0777), 0);
    assert_ok(tr_store_open(&p->store, p->out, &diag), diag);
    *state = p;
    return 0;
}

static int remove_place(void **state) {
    place *p = *state;
    tr_store_close(&p->store);
    assert_null(p->store);
    remove_scratch(p->folder);
    g_free(p->out);
    g_free(p->outside);
    g_free(p);
    return 0;
}

static void link_to(const place *p, const char *target, const char *name) {
    char *path = g_build_filename(p->out, name, NULL);
    assert_int_equal(symlink(target, path), 0);
    g_free(path);
}

static void assert_written(const place *p, const char *path) {
    tr_diag diag = {0};
    char checksum[TR_CHECKSUM_SIZE];
    uint64_t bytes;
    assert_ok(tr_store_write(p->store, path, "abc", 3, &diag), diag);
    assert_ok(tr_store_checksum(p->store, path, checksum, &bytes, &diag), diag);
    assert_int_equal(bytes, 3);
    /* FIPS 180-2, appendix B.1 */
    assert_string_equal(checksum,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void assert_not_written(const place *p, const char *path, const char *part) {
    tr_diag diag = {0};
    assert_int_equal(tr_store_write(p->store, path, "abc", 3, &diag), TR_ERROR_OUTPUT);
    assert_text_contains(diag.text, part);
    assert_true(g_str_has_prefix(diag.text, p->out));
}

static void files_go_where_they_belong(void **state) {
    const place *p = *state;
    assert_written(p, "x.svg");
    assert_written(p, "a/b/c/x.svg");
    assert_written(p, "a/b/y.svg");
    assert_written(p, "x.svg"); /* again */
    assert_int_equal(count_entries(p->out), 2);
}

static void links_that_stay_inside_are_followed(void **state) {
    const place *p = *state;
    char *real = g_build_filename(p->out, "real/deep", NULL);
    char *absolute = g_build_filename(p->out, "real", NULL);
    assert_int_equal(g_mkdir_with_parents(real, 0777), 0);
    link_to(p, "real/deep", "link");
    link_to(p, absolute, "absolute");
    link_to(p, ".", "self");
    link_to(p, "real/x.svg", "file.svg");
    link_to(p, "real/../real", "round");
    assert_written(p, "link/a.svg");
    assert_written(p, "absolute/deep/b.svg");
    assert_written(p, "self/self/real/c.svg");
    assert_written(p, "real/x.svg");
    assert_written(p, "file.svg");
    assert_written(p, "round/d.svg");
    assert_int_equal(count_entries(real), 2);
    assert_int_equal(count_entries(absolute), 4);
    char *link = g_build_filename(p->out, "file.svg", NULL);
    assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_free(link);
    g_free(real);
    g_free(absolute);
}

static void links_that_lead_out_are_refused(void **state) {
    const place *p = *state;
    tr_diag diag = {0};
    char *victim = g_build_filename(p->outside, "victim.svg", NULL);
    assert_true(g_file_set_contents(victim, "older", -1, NULL));
    link_to(p, "../outside", "relative");
    link_to(p, p->outside, "absolute");
    link_to(p, "../outside/victim.svg", "file.svg");
    link_to(p, "absolute", "twice");
    link_to(p, "..", "up");
    assert_not_written(p, "relative/x.svg", "/relative leads out of the output folder");
    assert_not_written(p, "relative/new/x.svg", "/relative leads out of the output folder");
    assert_not_written(p, "absolute/x.svg", "/absolute leads out of the output folder");
    assert_not_written(p, "file.svg", "/file.svg leads out of the output folder");
    assert_not_written(p, "twice/x.svg", "/twice leads out of the output folder");
    assert_not_written(p, "up/outside/x.svg", "/up leads out of the output folder");
    /* a folder whose name only begins as the output folder's does */
    char *sibling = g_strconcat(p->out, "side2", NULL);
    assert_int_equal(mkdir(sibling, 0777), 0);
    link_to(p, sibling, "sibling");
    assert_not_written(p, "sibling/x.svg", "/sibling leads out of the output folder");
    char checksum[TR_CHECKSUM_SIZE];
    char *text;
    uint64_t bytes;
    size_t size;
    assert_int_equal(tr_store_checksum(p->store, "file.svg", checksum, &bytes, NULL),
                     TR_ERROR_INPUT);
    assert_int_equal(tr_store_read(p->store, "relative/victim.svg", 100, &text, &size, &diag),
                     TR_ERROR_INPUT);
    assert_null(text);
    char *content = read_file(victim, &size);
    assert_string_equal(content, "older");
    assert_int_equal(count_entries(p->outside), 1);
    assert_int_equal(count_entries(sibling), 0);
    free(content);
    g_free(victim);
    g_free(sibling);
}

static void links_that_lead_nowhere_are_refused(void **state) {
    const place *p = *state;
    link_to(p, "../outside/not/there", "dangling");
    link_to(p, "loop", "loop");
    assert_not_written(p, "dangling/x.svg", "dangling is a link that leads nowhere");
    assert_not_written(p, "dangling", "dangling is a link that leads nowhere");
    assert_not_written(p, "loop/x.svg", "loop is a link that leads nowhere");
    assert_int_equal(count_entries(p->outside), 0);
}

static void what_is_no_file_is_not_replaced(void **state) {
    const place *p = *state;
    char *folder = g_build_filename(p->out, "folder.svg", NULL);
    char *fifo = g_build_filename(p->out, "fifo.svg", NULL);
    assert_int_equal(mkdir(folder, 0777), 0);
    assert_int_equal(mkfifo(fifo, 0666), 0);
    assert_written(p, "file.svg");
    link_to(p, "folder.svg", "link.svg");
    link_to(p, ".", "self.svg");
    assert_not_written(p, "folder.svg", "is a folder, but a file is to be written");
    assert_not_written(p, "link.svg", "is a folder, but a file is to be written");
    assert_not_written(p, "self.svg", "is a folder, but a file is wanted");
    assert_not_written(p, "fifo.svg", "is not a regular file");
    assert_not_written(p, "file.svg/x.svg", "Not a directory");
    char *text;
    size_t size;
    assert_int_equal(tr_store_read(p->store, "fifo.svg", 100, &text, &size, NULL), TR_ERROR_INPUT);
    assert_int_equal(tr_store_read(p->store, "folder.svg", 100, &text, &size, NULL),
                     TR_ERROR_INPUT);
    g_free(folder);
    g_free(fifo);
}

static void only_small_files_are_read(void **state) {
    const place *p = *state;
    tr_diag diag = {0};
    char *text;
    size_t size;
    assert_written(p, "x");
    assert_ok(tr_store_read(p->store, "x", 3, &text, &size, &diag), diag);
    assert_int_equal(size, 3);
    assert_string_equal(text, "abc");
    g_free(text);
    assert_int_equal(tr_store_read(p->store, "x", 2, &text, &size, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "File too large");
    assert_null(text);
    assert_int_equal(tr_store_read(p->store, "y/x", 2, &text, &size, NULL), TR_ERROR_INPUT);
    assert_int_equal(count_entries(p->out), 1); /* no folder is made for reading */
}

static void a_stage_leaves_nothing_behind(void **state) {
    const place *p = *state;
    tr_diag diag = {0};
    tr_stage *stage;
    char checksum[TR_CHECKSUM_SIZE];
    uint64_t bytes;
    assert_ok(tr_stage_create(&stage, p->store, &diag), diag);
    char *one = g_build_filename(tr_stage_path(stage), "one", NULL);
    char *two = g_build_filename(tr_stage_path(stage), "two", NULL);
    char *inner = g_build_filename(tr_stage_path(stage), "folder", NULL);
    char *three = g_build_filename(inner, "three", NULL);
    assert_true(g_file_set_contents(one, "abc", 3, NULL));
    assert_true(g_file_set_contents(two, "abc", 3, NULL));
    assert_int_equal(mkdir(inner, 0777), 0);
    assert_true(g_file_set_contents(three, "abc", 3, NULL));
    assert_ok(tr_stage_checksum(stage, "one", checksum, &bytes, &diag), diag);
    assert_int_equal(bytes, 3);
    assert_ok(tr_stage_publish(stage, "one", "a/b.svg", &diag), diag);
    assert_int_equal(tr_stage_publish(stage, "one", "a/c.svg", &diag), TR_ERROR_OUTPUT);
    tr_stage_destroy(&stage);
    assert_null(stage);
    assert_int_equal(count_entries(p->out), 1);
    g_free(one);
    g_free(two);
    g_free(inner);
    g_free(three);
}

static void a_folder_that_cannot_be_made_is_an_error(void **state) {
    const place *p = *state;
    tr_diag diag = {0};
    tr_store *store;
    char *path = g_build_filename(p->out, "x", "folder", NULL);
    assert_written(p, "x");
    assert_int_equal(tr_store_open(&store, path, &diag), TR_ERROR_OUTPUT);
    assert_null(store);
    assert_int_equal(tr_store_open(&store, "", NULL), TR_ERROR_ARGUMENT);
    g_free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_go_where_they_belong, make_place, remove_place),
        cmocka_unit_test_setup_teardown(links_that_stay_inside_are_followed, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(links_that_lead_out_are_refused, make_place, remove_place),
        cmocka_unit_test_setup_teardown(links_that_lead_nowhere_are_refused, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_not_replaced, make_place, remove_place),
        cmocka_unit_test_setup_teardown(only_small_files_are_read, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_stage_leaves_nothing_behind, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_made_is_an_error, make_place,
                                        remove_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
