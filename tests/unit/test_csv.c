#include "support.h"

#include "csv.h"

#include <math.h>

static char scratch[256];
static char path[300];

static int open_scratch(void **state) {
    (void)state;
    make_scratch(scratch, sizeof scratch);
    snprintf(path, sizeof path, "%s/data.csv", scratch);
    return 0;
}

static int close_scratch(void **state) {
    (void)state;
    remove_scratch(scratch);
    return 0;
}

static void write_file(const char *content, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* The content of the file, which may hold NUL bytes. */
#define BYTES(literal) literal, sizeof(literal) - 1

/* ---- what can be read ---- */

static tr_dataset *read_dataset(const tr_csv_options *options) {
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_ok(tr_dataset_read_csv(&dataset, path, options, &diag), diag);
    assert_int_equal(diag.text[0], 0);
    return dataset;
}

/* Two samples: 1 and -2.5 for x, 2 and 3e5 for y. */
static void check_small(const char *content, size_t size) {
    write_file(content, size);
    tr_dataset *dataset = read_dataset(NULL);
    assert_int_equal(dataset->n_samples, 2);
    assert_int_equal(dataset->n_inputs, 1);
    assert_int_equal(dataset->n_outputs, 1);
    const double wanted[] = {1, -2.5, 2, 3e5};
    const double values[] = {dataset->x[0], dataset->x[1], dataset->y[0], dataset->y[1]};
    for (int i = 0; i < 4; i++)
        if (values[i] != wanted[i])
            fail_msg("%s: %g is not %g", content, values[i], wanted[i]);
    tr_dataset_destroy(&dataset);
}

static void every_form_of_a_file_is_read(void **state) {
    (void)state;
    check_small(BYTES("1,2\n-2.5,3e5\n"));
    check_small(BYTES("1,2\n-2.5,3e5"));
    check_small(BYTES("1,2\r\n-2.5,3e5\r\n"));
    check_small(BYTES("1,2\r-2.5,3e5\r"));
    check_small(BYTES("1,2\r-2.5,3e5\n\r"));
    check_small(BYTES("x,y\n1,2\n-2.5,3e5\n"));
    check_small(BYTES("\xef\xbb\xbf"
                      "1,2\n-2.5,3e5\n"));
    check_small(BYTES("\xef\xbb\xbf\"x\",y\r\n1,2\r\n-2.5,3e5\r\n"));
    check_small(BYTES("\"x\",\"y\"\n\"1\",\"2\"\n\"-2.5\",\"3e5\"\n"));
    check_small(BYTES("\"x\ny\",\"z \"\"w\"\"\"\n1,2\n-2.5,3e5\n"));
    check_small(BYTES(" x , y \n 1\t,  2 \n\t-2.5 , +3E+5\t\n"));
    check_small(BYTES(" \"x\" , \"y\" \n \" 1 \" , \"2\" \n-2.5,300000.\n"));
    check_small(BYTES("x;y\n1;2\n-2.5;3e5\n"));
    check_small(BYTES("x\ty\n1\t2\n -2.5 \t 3e5 \n"));
    check_small(BYTES("\"x,1\";y\n1;2\n-2.5;3e5\n"));
    check_small(BYTES("1,2\n-2.5,3e5\n\n \n\r\n\t\n\n"));
    check_small(BYTES("1,2\n-2.5,3e5\n   "));
    check_small(BYTES("x,y\n1.0000000000000000000000000000,2\n-2.5,0.3e6\n"));
    check_small(BYTES(",\n1,2\n-2.5,3e5\n"));
}

static void check_header(tr_csv_header header, const char *content, size_t n_samples) {
    const tr_csv_options options = {.header = header};
    write_file(content, strlen(content));
    tr_dataset *dataset = read_dataset(&options);
    assert_int_equal(dataset->n_samples, n_samples);
    tr_dataset_destroy(&dataset);
}

static void first_line_is_a_header_if_it_has_no_number(void **state) {
    (void)state;
    check_header(TR_CSV_HEADER_AUTO, "x,y\n1,2\n", 1);
    check_header(TR_CSV_HEADER_AUTO, "1,2\n1,2\n", 2);
    check_header(TR_CSV_HEADER_AUTO, "\"1\",\"2\"\n1,2\n", 2);
    check_header(TR_CSV_HEADER_YES, "x,y\n1,2\n", 1);
    check_header(TR_CSV_HEADER_YES, "2019,2020\n1,2\n", 1);
    check_header(TR_CSV_HEADER_NO, "1,2\n1,2\n", 2);
}

static void check_columns(const char *x_columns, const char *y_columns, const char *x,
                          const char *y) {
    const tr_csv_options options = {
        .header = TR_CSV_HEADER_YES, .x_columns = x_columns, .y_columns = y_columns};
    tr_dataset *dataset = read_dataset(&options);
    char found[2][64] = {"", ""};
    for (int k = 0; k < 2; k++) {
        size_t n = dataset->n_samples * (k ? dataset->n_outputs : dataset->n_inputs);
        for (size_t i = 0; i < n; i++) {
            size_t length = strlen(found[k]);
            snprintf(found[k] + length, sizeof found[k] - length, "%s%g", i ? " " : "",
                     k ? dataset->y[i] : dataset->x[i]);
        }
    }
    assert_string_equal(found[0], x);
    assert_string_equal(found[1], y);
    tr_dataset_destroy(&dataset);
}

static void columns_are_chosen_by_name_or_number(void **state) {
    (void)state;
    write_file(BYTES("a,\"b,\"\"c\",2,ä\n1,2,3,4\n5,6,7,8\n"));
    check_columns(NULL, NULL, "1 2 3 5 6 7", "4 8");
    check_columns("", "", "1 2 3 5 6 7", "4 8");
    check_columns(NULL, "a", "2 3 4 6 7 8", "1 5");
    check_columns("a", "ä", "1 5", "4 8");
    check_columns("ä,a", "\"b,\"\"c\"", "4 1 8 5", "2 6");
    check_columns(" 3 , 1", "4", "3 1 7 5", "4 8"); /* no column is called 3 */
    check_columns("2", "4", "3 7", "4 8");          /* and one is called 2 */
    check_columns("a", "4,3,1", "1 5", "4 3 1 8 7 5");
    check_columns("a", NULL, "1 5", "4 8");
}

static void columns_that_are_not_chosen_may_hold_anything(void **state) {
    (void)state;
    write_file(BYTES("name,x,date,y\n\"A \"\"B\"\"\nC\",1,nan,2\n\xff\xfe,3,,4\n"));
    check_columns("x", "y", "1 3", "2 4");
    write_file(BYTES("x,y,\n1,2,\n3,4,\n"));
    check_columns("x", "y", "1 3", "2 4");
}

static void tables_have_the_columns_that_were_asked_for(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_csv_table table;
    write_file(BYTES("x,name\n1,a\n2,b\n3,c\n"));
    assert_ok(tr_csv_read(&table, path, TR_CSV_HEADER_AUTO, "x", &diag), diag);
    assert_int_equal(table.n_rows, 3);
    assert_int_equal(table.n_columns, 1);
    assert_true(table.values[0] == 1 && table.values[2] == 3);
    free(table.values);
    write_file(BYTES("1\n2\n"));
    assert_ok(tr_csv_read(&table, path, TR_CSV_HEADER_AUTO, NULL, &diag), diag);
    assert_int_equal(table.n_rows, 2);
    assert_int_equal(table.n_columns, 1);
    free(table.values);
    write_file(BYTES("a,b\n1,2\n"));
    assert_ok(tr_csv_read(&table, path, TR_CSV_HEADER_AUTO, "", &diag), diag);
    assert_int_equal(table.n_columns, 2);
    free(table.values);
}

/* ---- limits ---- */

static void a_million_lines_are_read(void **state) {
    (void)state;
    enum { N = 1000000 };
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("x,y\n", file);
    for (int i = 0; i < N; i++)
        fprintf(file, "%d.%03d,%.17g\n", i / 7, i % 1000, i / 3.0);
    assert_int_equal(fclose(file), 0);
    tr_dataset *dataset = read_dataset(NULL);
    assert_int_equal(dataset->n_samples, N);
    for (int i = 0; i < N; i++) {
        assert_true(dataset->y[i] == i / 3.0);
        assert_true(dataset->x[i] == (i / 7 * 1000 + i % 1000) / 1000.0);
    }
    tr_dataset_destroy(&dataset);
}

/* The buffer is filled with 256 KiB at once: its end goes through every byte of the lines. */
static void a_line_may_lie_anywhere_in_the_buffer(void **state) {
    (void)state;
    const char *const tails[] = {"\"1.25\" , \"2.5\" \r\n -3e2,4.75\r\n\r\n",
                                 "1.25,2.5\r-300,4.75\r", "1.25,2.5\n-300,4.75\n \n"};
    enum { CHUNK = 1 << 18 };
    char *content = malloc(CHUNK + 100);
    assert_non_null(content);
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        for (size_t before = CHUNK - strlen(tails[i]) - 12; before <= CHUNK + 2; before++) {
            memset(content, 'n', before);
            memcpy(content, "\xef\xbb\xbf\"", 4);
            memcpy(content + before - 6, "\"\"\",y\n", 6);
            strcpy(content + before, tails[i]);
            write_file(content, before + strlen(tails[i]));
            tr_dataset *dataset = read_dataset(NULL);
            assert_int_equal(dataset->n_samples, 2);
            assert_true(dataset->x[0] == 1.25 && dataset->x[1] == -300);
            assert_true(dataset->y[0] == 2.5 && dataset->y[1] == 4.75);
            tr_dataset_destroy(&dataset);
        }
    free(content);
}

/* ---- what is refused ---- */

static void refuse_with(const tr_csv_options *options, tr_status wanted, const char *text) {
    tr_diag diag = {0};
    tr_dataset *dataset;
    tr_status status = tr_dataset_read_csv(&dataset, path, options, &diag);
    if (status != wanted)
        fail_msg("%s, not %s: %s", tr_status_name(status), tr_status_name(wanted), diag.text);
    assert_null(dataset);
    assert_memory_equal(diag.text, path, strlen(path));
    if (strcmp(diag.text + strlen(path), text) != 0)
        fail_msg("\"%s\" is not \"%s\"", diag.text + strlen(path), text);
}

static void refuse(const char *content, size_t size, const char *text) {
    write_file(content, size);
    refuse_with(NULL, TR_ERROR_INPUT, text);
}

static void fields_that_are_no_finite_number_are_refused(void **state) {
    (void)state;
    refuse(BYTES("x,y\n1,2\n3,\n"), ":3:3: found nothing; wanted a number");
    refuse(BYTES("x,y\n1,2\n,3\n"), ":3:1: found nothing; wanted a number");
    refuse(BYTES("x,y\n1, \"\"\n"), ":2:3: found nothing; wanted a number");
    refuse(BYTES("1,2\n3,abc\n"), ":2:3: found \"abc\"; wanted a number");
    refuse(BYTES("1,2\n3,0x10\n"), ":2:3: found \"0x10\"; wanted a number");
    refuse(BYTES("1,2\n1_000,2\n"), ":2:1: found \"1_000\"; wanted a number");
    refuse(BYTES("1,2\n1 000,2\n"), ":2:1: found \"1 000\"; wanted a number");
    refuse(BYTES("1,2\n3,4 km\n"), ":2:3: found \"4 km\"; wanted a number");
    refuse(BYTES("1,2\n3,1e\n"), ":2:3: found \"1e\"; wanted a number");
    refuse(BYTES("1,2\n3,\"4\n\"\n"), ":2:3: found \"4\\x0A\"; wanted a number");
    refuse(BYTES("1,2\n3,NaN\n"), ":2:3: found \"NaN\"; wanted a finite number");
    refuse(BYTES("1,2\n-inf,4\n"), ":2:1: found \"-inf\"; wanted a finite number");
    refuse(BYTES("1,2\n\"Infinity\",4\n"), ":2:1: found \"Infinity\"; wanted a finite number");
    refuse(BYTES("nan,inf\n"), ":1:1: found \"nan\"; wanted a finite number");
    refuse(BYTES("1,2\n1e999,4\n"),
           ":2:1: found \"1e999\"; wanted a number up to 3.4e38, the largest float32");
    refuse(BYTES("1,2\n3, -3.4028235677973366e38\n"),
           ":2:3: found \"-3.4028235677973366e38\"; wanted a number up to 3.4e38, the largest "
           "float32");
    refuse(BYTES("1,2\n\"1e39\",4\n"),
           ":2:1: found \"1e39\"; wanted a number up to 3.4e38, the largest float32");
    refuse(BYTES("x;y\n1;2\n1;-2,5\n"),
           ":3:3: found \"-2,5\"; wanted a number with a decimal point");
    refuse(BYTES("x,y\n\"2,5\",1\n"), ":2:1: found \"2,5\"; wanted a number with a decimal point");
    refuse(BYTES("1,5;2,5\n"), ":1:3: found \"5;2\"; wanted a number; between fields, commas (or "
                               "semicolons, and then decimal points)");
    refuse(
        BYTES("2019,2020,y\n1,2,3\n"),
        ":1:11: found \"y\"; wanted a number (a header with a number in it needs header \"yes\")");
}

static void largest_float32_is_read(void **state) {
    (void)state;
    write_file(BYTES("3.4028234663852886e38,-3.4028235677973362e38\n1e-400,4.9e-324\n"));
    tr_dataset *dataset = read_dataset(NULL);
    assert_true(isfinite((float)dataset->x[0]) && isfinite((float)dataset->y[0]));
    assert_true(dataset->x[1] == 0 && dataset->y[1] > 0);
    tr_dataset_destroy(&dataset);
}

static void columns_of_messages_are_characters(void **state) {
    (void)state;
    refuse(BYTES("\xef\xbb\xbfä,ö\n\"ä\",ü\n"), ":2:1: found \"ä\"; wanted a number");
    const tr_csv_options options = {.x_columns = "2", .y_columns = "3"};
    write_file(BYTES("n,x,y\n\"ä\xf0\x9f\x98\x80\n€\",1,ü\n"));
    refuse_with(&options, TR_ERROR_INPUT, ":3:6: found \"ü\"; wanted a number");
}

static void what_is_quoted_is_short_and_printable(void **state) {
    (void)state;
    refuse(BYTES("1,a\x01\xff\xc3(\x7f\n"),
           ":1:3: found \"a\\x01\\xFF\\xC3(\\x7F\"; wanted a number (a header with a number in it "
           "needs header \"yes\")");
    refuse(BYTES("1,2\n1,\xe2\x80\xae"
                 "a\xed\xa0\x80\xc0\x80\xf4\x90\x80\x80\n"),
           ":2:3: found \"\\xE2\\x80\\xAEa\\xED\\xA0\\x80\\xC0\\x80\\xF4\\x90…\"; wanted a number");
    refuse(BYTES("1,2\n1,ääääääääääääääääääääääääääääääääääääääääääääääää\n"),
           ":2:3: found \"äääääääääääääääääääää…\"; wanted a number");
}

static void lines_of_another_length_are_refused(void **state) {
    (void)state;
    refuse(BYTES("x,y\n1,2\n3\n"),
           ":3:2: found the end of the line; wanted 2 fields, as in line 1");
    refuse(BYTES("1,2,3\n1,2\n"), ":2:4: found the end of the line; wanted 3 fields, as in line 1");
    refuse(BYTES("1,2\n1,2,3\n"), ":2:5: found a field more; wanted 2 fields, as in line 1");
    refuse(BYTES("1,2\n1,2,\n"), ":2:5: found a field more; wanted 2 fields, as in line 1");
    refuse(BYTES("\"x\n1\",y\n1,2\n3\n"),
           ":4:2: found the end of the line; wanted 2 fields, as in line 1");
}

static void empty_lines_are_refused_before_the_end(void **state) {
    (void)state;
    refuse(BYTES("1,2\n\n3,4\n"),
           ":2:1: found an empty line; wanted numbers (only the end may have empty lines)");
    refuse(BYTES("x,y\r\n1,2\r\n\t\r\n\r\n3,4"),
           ":3:1: found an empty line; wanted numbers (only the end may have empty lines)");
    refuse(BYTES("\n1,2\n"), ":1:1: found an empty line; wanted names or numbers");
    refuse(BYTES(" "), ":1:1: found an empty line; wanted names or numbers");
}

static void files_without_numbers_are_refused(void **state) {
    (void)state;
    refuse(BYTES(""), ":1:1: found an empty file; wanted lines of numbers");
    refuse(BYTES("\xef\xbb\xbf"), ":1:1: found an empty file; wanted lines of numbers");
    refuse(BYTES("x,y\n"), ":2:1: found the end of the file; wanted a line of numbers");
    refuse(BYTES("x,y"), ":2:1: found the end of the file; wanted a line of numbers");
    refuse(BYTES("\"x\n\",y\n\n\n"), ":5:1: found the end of the file; wanted a line of numbers");
    refuse(BYTES("1\n2\n"), ":1:1: found one column; wanted inputs and an output, with commas (or "
                            "semicolons or tabs) between them");
}

static void broken_quotes_are_refused(void **state) {
    (void)state;
    refuse(BYTES("1,2\n1,\"2\n3,4\n"),
           ":2:3: found a quote that is not closed; wanted a second one");
    refuse(BYTES("1,\""), ":1:3: found a quote that is not closed; wanted a second one");
    refuse(BYTES("1,\"2\"\""), ":1:3: found a quote that is not closed; wanted a second one");
    refuse(BYTES("1,2\n3,4\"\n"), ":2:3: found a quote inside a field; wanted the whole field in "
                                  "quotes, with \"\" for a quote");
    refuse(BYTES("1,2\n3, \"4\"5\n"), ":2:3: found more after the closing quote; wanted the whole "
                                      "field in quotes, with \"\" for a quote");
}

static void what_is_no_text_is_refused(void **state) {
    (void)state;
    const char *const nul = "found a NUL byte; wanted a text file in UTF-8 (not UTF-16)";
    char text[128];
    const struct {
        const char *content;
        size_t size;
        const char *where;
    } files[] = {{BYTES("1,2\n1,2\0\n"), ":2:4: "},
                 {BYTES("1,2\n\0"), ":2:1: "},
                 {BYTES("x,\"y\0\"\n"), ":1:5: "},
                 {BYTES("x,\"y\"\0\n"), ":1:6: "},
                 {BYTES("1,2\n1 \0,2\n"), ":2:3: "},
                 {BYTES("\xff\xfe"
                        "1\0,\0002\0\n\0"),
                  ":1:4: "}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(text, sizeof text, "%s%s", files[i].where, nul);
        refuse(files[i].content, files[i].size, text);
    }
    refuse(BYTES("x,gr\xfc\xdf"
                 "e\n1,2\n"),
           ":1:3: found \"gr\\xFC\\xDFe\", which is not UTF-8; wanted a name in UTF-8");
}

static void lines_and_columns_have_a_limit(void **state) {
    (void)state;
    enum { MOST_COLUMNS = 4096, LONGEST = 1 << 20 };
    char *content = malloc(3 * LONGEST);
    assert_non_null(content);
    for (int i = 0; i <= MOST_COLUMNS; i++)
        memcpy(content + 2 * i, "1,", 2);
    write_file(content, 2 * MOST_COLUMNS - 1);
    tr_dataset *dataset = read_dataset(NULL);
    assert_int_equal(dataset->n_inputs, MOST_COLUMNS - 1);
    tr_dataset_destroy(&dataset);
    write_file(content, 2 * MOST_COLUMNS + 1);
    refuse_with(NULL, TR_ERROR_INPUT, ":1:8193: found a field more; wanted at most 4096");

    memset(content, ' ', 3 * LONGEST);
    memcpy(content, "1,2\n3,", 6);
    memcpy(content + 4 + LONGEST - 1, "4\n5,6\n", 6); /* in all, the line has the most bytes */
    write_file(content, LONGEST + 9);
    dataset = read_dataset(NULL);
    assert_true(dataset->n_samples == 3 && dataset->y[1] == 4 && dataset->y[2] == 6);
    tr_dataset_destroy(&dataset);
    const char *const text = ":2:1: found a line of more than 1048576 bytes; wanted a shorter one "
                             "(is a quote not closed?)";
    memcpy(content + 4 + LONGEST - 1, " 4\n", 3);
    write_file(content, LONGEST + 6);
    refuse_with(NULL, TR_ERROR_INPUT, text);
    content[6] = '"';
    write_file(content, 3 * LONGEST);
    refuse_with(NULL, TR_ERROR_INPUT, text);
    free(content);
}

static void refuse_columns(const char *x_columns, const char *y_columns, const char *text) {
    const tr_csv_options options = {.x_columns = x_columns, .y_columns = y_columns};
    refuse_with(&options, TR_ERROR_ARGUMENT, text);
}

static void columns_that_are_not_there_are_refused(void **state) {
    (void)state;
    write_file(BYTES("x,y,y,z\n1,2,3,4\n"));
    const char *const others = "wanted a number from 1 to 4, or \"x\", \"y\", \"y\", \"z\"";
    char text[128];
    snprintf(text, sizeof text, ": there is no column \"lenght\"; %s", others);
    refuse_columns("lenght", NULL, text);
    snprintf(text, sizeof text, ": there is no column \"X\"; %s", others);
    refuse_columns("1", "2,X", text);
    snprintf(text, sizeof text, ": there is no column \"\"; %s", others);
    refuse_columns("x,", NULL, text);
    refuse_columns("y", NULL,
                   ": the columns 2 and 3 are both called \"y\"; wanted the number of one");
    refuse_columns("x,3,1", NULL, ": the column \"1\" is chosen twice");
    refuse_columns("4,x", NULL, ": the last column is an input; wanted columns for y");
    write_file(BYTES("1,2\n3,4\n"));
    refuse_columns("x", NULL, ": there is no column \"x\"; wanted a number from 1 to 2");
    refuse_columns("0", NULL, ": there is no column \"0\"; wanted a number from 1 to 2");
    refuse_columns("3", NULL, ": there is no column \"3\"; wanted a number from 1 to 2");
    refuse_columns("18446744073709551617", NULL,
                   ": there is no column \"18446744073709551617\"; wanted a number from 1 to 2");
    refuse_columns(NULL, "2,1", ": all columns are outputs; wanted one that is an input");
}

static void lists_of_columns_have_quotes_as_lines_have(void **state) {
    (void)state;
    write_file(BYTES("x,y\n1,2\n"));
    const tr_csv_options options = {.x_columns = "1,\"x"};
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_int_equal(tr_dataset_read_csv(&dataset, path, &options, &diag), TR_ERROR_ARGUMENT);
    assert_string_equal(diag.text, "the list of columns:1:3: found a quote that is not closed; "
                                   "wanted a second one");
}

static void many_names_are_cut_short(void **state) {
    (void)state;
    write_file(BYTES("alpha,beta,gamma,delta,epsilon,zeta,eta,theta,iota,kappa,lambda,mu,nu,xi\n"));
    refuse_columns("omega", NULL,
                   ": there is no column \"omega\"; wanted a number from 1 to 14, or \"alpha\", "
                   "\"beta\", \"gamma\", \"delta\", \"epsilon\", \"zeta\", \"eta\", "
                   "\"theta\", \"iota\", …");
}

static void files_that_cannot_be_read_are_refused(void **state) {
    (void)state;
    tr_diag diag = {0};
    tr_csv_table table;
    char other[300];
    snprintf(other, sizeof other, "%s/nothing.csv", scratch);
    assert_int_equal(tr_csv_read(&table, other, TR_CSV_HEADER_AUTO, NULL, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, "nothing.csv: cannot read: No such file or directory");
    assert_null(table.values);
    diag = (tr_diag){0};
    assert_int_equal(tr_csv_read(&table, scratch, TR_CSV_HEADER_AUTO, NULL, &diag), TR_ERROR_INPUT);
    assert_text_contains(diag.text, ": cannot read: Is a directory");
}

static void a_long_path_leaves_room_for_the_message(void **state) {
    (void)state;
    char other[2000] = "";
    for (int i = 0; i < 150; i++)
        strcat(other, "./a/../ä/");
    strcat(other, "data.csv");
    tr_diag diag = {0};
    tr_dataset *dataset;
    assert_int_equal(tr_dataset_read_csv(&dataset, other, NULL, &diag), TR_ERROR_INPUT);
    assert_memory_equal(diag.text, "…", 3);
    assert_text_contains(diag.text, "/data.csv: cannot read: No such file or directory");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_file_is_read),
        cmocka_unit_test(first_line_is_a_header_if_it_has_no_number),
        cmocka_unit_test(columns_are_chosen_by_name_or_number),
        cmocka_unit_test(columns_that_are_not_chosen_may_hold_anything),
        cmocka_unit_test(tables_have_the_columns_that_were_asked_for),
        cmocka_unit_test(a_million_lines_are_read),
        cmocka_unit_test(a_line_may_lie_anywhere_in_the_buffer),
        cmocka_unit_test(fields_that_are_no_finite_number_are_refused),
        cmocka_unit_test(largest_float32_is_read),
        cmocka_unit_test(columns_of_messages_are_characters),
        cmocka_unit_test(what_is_quoted_is_short_and_printable),
        cmocka_unit_test(lines_of_another_length_are_refused),
        cmocka_unit_test(empty_lines_are_refused_before_the_end),
        cmocka_unit_test(files_without_numbers_are_refused),
        cmocka_unit_test(broken_quotes_are_refused),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(lines_and_columns_have_a_limit),
        cmocka_unit_test(columns_that_are_not_there_are_refused),
        cmocka_unit_test(lists_of_columns_have_quotes_as_lines_have),
        cmocka_unit_test(many_names_are_cut_short),
        cmocka_unit_test(files_that_cannot_be_read_are_refused),
        cmocka_unit_test(a_long_path_leaves_room_for_the_message),
    };
    return cmocka_run_group_tests(tests, open_scratch, close_scratch);
}
