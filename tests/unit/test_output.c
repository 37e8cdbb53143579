#include "scratch.h"

#include "output.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void assert_holds(const char *path, const char *text) {
    size_t size;
    char *data = read_file(path, &size);
    assert_string_equal(data, text);
    free(data);
}

static void a_file_appears_when_committed(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_output *output;
    const char *path = in_scratch("a.txt");
    write_text(path, "older");
    assert_ok(tr_output_create(&output, path, false, &diag), diag);
    assert_ok(tr_output_write(output, "new", 3, &diag), diag);
    assert_int_equal(tr_output_size(output), 3);
    assert_holds(path, "older");
    assert_int_equal(count_entries(scratch), 2);
    assert_ok(tr_output_commit(&output, &diag), diag);
    assert_null(output);
    assert_holds(path, "new");
    assert_int_equal(count_entries(scratch), 1);
}

static void discarding_leaves_the_older_file(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_output *output;
    const char *path = in_scratch("a.txt");
    write_text(path, "older");
    assert_ok(tr_output_create(&output, path, false, &diag), diag);
    assert_ok(tr_output_write(output, "new", 3, &diag), diag);
    tr_output_discard(&output);
    assert_null(output);
    tr_output_discard(&output);
    assert_holds(path, "older");
    assert_int_equal(count_entries(scratch), 1);
}

static void a_link_is_followed(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_output *output;
    struct stat info;
    write_text(in_scratch("real.txt"), "older");
    assert_int_equal(symlink("real.txt", in_scratch("link.txt")), 0);
    assert_ok(tr_output_create(&output, in_scratch("link.txt"), false, &diag), diag);
    assert_ok(tr_output_write(output, "new", 3, &diag), diag);
    assert_ok(tr_output_commit(&output, &diag), diag);
    assert_holds(in_scratch("real.txt"), "new");
    assert_int_equal(lstat(in_scratch("link.txt"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
}

static void folders_and_devices_are_not_replaced(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_output *output;
    assert_int_equal(tr_output_create(&output, scratch, false, &diag), TR_ERROR_OUTPUT);
    assert_null(output);
    assert_text_contains(diag.text, "is a folder");
    diag.text[0] = '\0';
    assert_int_equal(tr_output_create(&output, "/dev/null", false, &diag), TR_ERROR_OUTPUT);
    assert_text_contains(diag.text, "not a regular file");
    diag.text[0] = '\0';
    assert_ok(tr_output_create(&output, "/dev/null", true, &diag), diag);
    assert_ok(tr_output_write(output, "x", 1, &diag), diag);
    assert_ok(tr_output_commit(&output, &diag), diag);
    struct stat info;
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
}

static void a_missing_folder_is_named(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_output *output;
    assert_int_equal(tr_output_create(&output, in_scratch("no/a.txt"), false, &diag),
                     TR_ERROR_OUTPUT);
    assert_text_contains(diag.text, "no/a.txt: cannot write in this folder");
}

static void a_full_disk_is_an_error(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_output *output;
    struct rlimit before, small;
    static const char data[100000];
    const char *path = in_scratch("a.txt");
    write_text(path, "older");
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 5000;
    assert_ok(tr_output_create(&output, path, false, &diag), diag);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    tr_status status = tr_output_write(output, data, sizeof data, &diag);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(status, TR_ERROR_OUTPUT);
    assert_text_contains(diag.text, strerror(EFBIG));
    tr_output_discard(&output);
    assert_holds(path, "older");
    assert_int_equal(count_entries(scratch), 1);
}

static bool is_text(const char *name) {
    size_t length = strlen(name);
    return length > 4 && !strcmp(name + length - 4, ".txt");
}

static void a_folder_replaces_an_older_one(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_output *output;
    const char *path = in_scratch("frames");
    for (int round = 0; round < 2; round++) {
        assert_ok(tr_output_create_folder(&output, path, is_text, &diag), diag);
        assert_ok(tr_output_write_file(output, round ? "b.txt" : "a.txt", "x", 1, &diag), diag);
        assert_ok(tr_output_commit(&output, &diag), diag);
    }
    assert_int_equal(count_entries(path), 1);
    assert_holds(in_scratch("frames/b.txt"), "x");
    assert_int_equal(count_entries(scratch), 1);
}

static void a_folder_with_other_files_is_kept(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_output *output;
    const char *path = in_scratch("frames");
    assert_int_equal(mkdir(path, 0777), 0);
    write_text(in_scratch("frames/thesis.doc"), "precious");
    assert_int_equal(tr_output_create_folder(&output, path, is_text, &diag), TR_ERROR_OUTPUT);
    assert_text_contains(diag.text, "thesis.doc");
    assert_holds(in_scratch("frames/thesis.doc"), "precious");
    assert_int_equal(count_entries(scratch), 1);
}

static void a_discarded_folder_is_gone(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_output *output;
    assert_ok(tr_output_create_folder(&output, in_scratch("frames"), is_text, &diag), diag);
    assert_ok(tr_output_write_file(output, "a.txt", "x", 1, &diag), diag);
    tr_output_discard(&output);
    assert_int_equal(count_entries(scratch), 0);
}

static void folders_are_made_with_those_above(void **state) {
    (void)state;
    tr_diag diag = {0};
    assert_ok(tr_make_folders(in_scratch("a/b//c/"), &diag), diag);
    assert_ok(tr_make_folders(in_scratch("a/b/c"), &diag), diag);
    struct stat info;
    assert_int_equal(stat(in_scratch("a/b/c"), &info), 0);
    write_text(in_scratch("file"), "");
    assert_int_equal(tr_make_folders(in_scratch("file/x"), &diag), TR_ERROR_OUTPUT);
    assert_text_contains(diag.text, "file: is a file");
    diag.text[0] = '\0';
    assert_ok(tr_make_folders("/", &diag), diag);
    assert_ok(tr_make_folders(".", &diag), diag);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_appears_when_committed, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(discarding_leaves_the_older_file, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_link_is_followed, set_up_scratch, tear_down_scratch),
        cmocka_unit_test_setup_teardown(folders_and_devices_are_not_replaced, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_missing_folder_is_named, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_full_disk_is_an_error, set_up_scratch, tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_folder_replaces_an_older_one, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_folder_with_other_files_is_kept, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(a_discarded_folder_is_gone, set_up_scratch,
                                        tear_down_scratch),
        cmocka_unit_test_setup_teardown(folders_are_made_with_those_above, set_up_scratch,
                                        tear_down_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
