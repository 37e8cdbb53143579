/* The bytes of a CSV file, as lines of fields. Which of them are numbers is csv.c's business. */
#ifndef TR_LEARN_CSV_READER_H
#define TR_LEARN_CSV_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trainreel/status.h>

enum {
    TR_CSV_MOST_COLUMNS = 4096,
    TR_CSV_LONGEST_LINE = 1 << 20, /* bytes */
    TR_CSV_NAME_SIZE = 128
};

/* A line is looked at where it lies in the buffer. Whoever meets the end of the buffer in it calls
 * tr_csv_reader_fill() and starts again with the line. */
typedef struct tr_csv_reader {
    char name[TR_CSV_NAME_SIZE]; /* of the file, for messages */
    tr_diag *diag;
    int descriptor;
    bool owns_descriptor;
    bool has_all; /* the buffer ends where the file does */
    char separator;
    char *buffer;
    const char *line; /* the line that is being read */
    const char *end;  /* of what is in the buffer; a NUL stands there */
    uint64_t number;  /* of that line, from 1 */
} tr_csv_reader;

/* What a field of a line is. */
typedef struct tr_csv_field {
    const char *start; /* where it begins, blanks and quote included */
    const char *text;  /* without blanks around it and quotes; quotes inside it are doubled */
    size_t length;     /* of the text */
    const char *end;   /* where the separator or the line's end is */
    uint64_t n_breaks; /* line breaks in its quotes */
} tr_csv_field;

/* What became of looking at something. */
typedef enum tr_csv_result {
    TR_CSV_OK,
    TR_CSV_MORE,  /* it reaches the buffer's end, and the file has more */
    TR_CSV_FAILED /* and the diag says how */
} tr_csv_result;

/* The path for messages: a long one leaves no room for what is wrong, and its end tells more than its
 * start. */
void tr_csv_name_file(char name[TR_CSV_NAME_SIZE], const char *path);

/* Opens the file, or for "-" takes the standard input, and chooses the separator. The reader is to be
 * closed in any case. TR_ERROR_INPUT, TR_ERROR_MEMORY, TR_ERROR_CANCELLED. */
tr_status tr_csv_reader_open(tr_csv_reader *reader, const char *path, tr_diag *diag);
void tr_csv_reader_close(tr_csv_reader *reader);

/* Moves the line to the buffer's start, and reads on. Pointers into the buffer are void after it.
 * TR_ERROR_INPUT where the line is longer than is allowed, or reading fails; TR_ERROR_CANCELLED. */
tr_status tr_csv_reader_fill(tr_csv_reader *reader);

/* Whether the file ends at `at`. */
static inline bool tr_csv_is_file_end(const tr_csv_reader *reader, const char *at) {
    return at == reader->end && reader->has_all;
}

/* Spaces and tabs, unless tabs separate. */
static inline const char *tr_csv_skip_blanks(const tr_csv_reader *reader, const char *at) {
    while (*at == ' ' || (*at == '\t' && reader->separator != '\t'))
        at++;
    return at;
}

/* Whether a field ends at `at`. */
static inline bool tr_csv_is_field_end(const tr_csv_reader *reader, const char *at) {
    return *at == reader->separator || *at == '\n' || *at == '\r' || tr_csv_is_file_end(reader, at);
}

tr_csv_result tr_csv_scan_field(const tr_csv_reader *reader, const char *start,
                                tr_csv_field *field);

/* Goes on with the line after the line's end at `at`. */
tr_csv_result tr_csv_next_line(tr_csv_reader *reader, const char *at, uint64_t n_breaks);

/* TR_ERROR_INPUT with "FILE:LINE:COLUMN: found …; wanted …", where `at` is in the line. */
tr_status tr_csv_fail(const tr_csv_reader *reader, const char *at, const char *format, ...)
    TR_PRINTF(3, 4);

/* Text that is safe to show, in quotes and not longer than this. */
typedef struct tr_csv_quote {
    char text[64];
} tr_csv_quote;

tr_csv_quote tr_csv_quote_text(const char *text, size_t length);

/* How many bytes the UTF-8 character at `text` has; 0 where there is none that is valid. */
size_t tr_csv_character_length(const char *text, size_t length);

#endif
