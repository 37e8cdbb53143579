#include "csv_reader.h"

#include "alloc.h"
#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CHUNK = 1 << 18, /* bytes that are read at once; they fit into a cache */
    MOST_QUOTED = 44 /* bytes of a quoted text, escapes included */
};

/* ---- the buffer ---- */

static tr_status fail_with_errno(const tr_csv_reader *reader) {
    int error = errno;
    if (error == EINTR) /* a pipe may wait for its writer for ever, so a signal ends that */
        return tr_fail(reader->diag, TR_ERROR_CANCELLED, "interrupted");
    return tr_fail(reader->diag, error == ENOMEM ? TR_ERROR_MEMORY : TR_ERROR_INPUT,
                   "%s: cannot read: %s", reader->name, strerror(error));
}

void tr_csv_name_file(char name[TR_CSV_NAME_SIZE], const char *path) {
    enum { MOST_SHOWN = 100 };
    size_t length = strlen(path);
    if (length <= MOST_SHOWN) {
        snprintf(name, TR_CSV_NAME_SIZE, "%s", path);
        return;
    }
    const char *rest = path + length - MOST_SHOWN;
    while ((*rest & 0xc0) == 0x80)
        rest++;
    snprintf(name, TR_CSV_NAME_SIZE, "…%s", rest);
}

static tr_status fail_too_long(const tr_csv_reader *reader) {
    return tr_csv_fail(reader, reader->line,
                       "found a line of more than %d bytes; wanted a shorter one (is a quote not "
                       "closed?)",
                       TR_CSV_LONGEST_LINE);
}

tr_status tr_csv_reader_fill(tr_csv_reader *reader) {
    size_t length = (size_t)(reader->end - reader->line);
    if (length > TR_CSV_LONGEST_LINE)
        return fail_too_long(reader);
    memmove(reader->buffer, reader->line, length);
    reader->line = reader->buffer;
    size_t wanted = length + CHUNK;
    while (!reader->has_all && length < wanted) {
        ssize_t got = read(reader->descriptor, reader->buffer + length, wanted - length);
        if (got < 0)
            return fail_with_errno(reader);
        reader->has_all = got == 0;
        length += (size_t)got;
    }
    reader->buffer[length] = '\0';
    reader->end = reader->buffer + length;
    return TR_OK;
}

/* A comma, or where the first line has none, a semicolon or tab that it has. */
static tr_csv_result choose_separator(tr_csv_reader *reader) {
    bool in_quotes = false;
    char found = ',';
    for (const char *at = reader->line; at < reader->end; at++) {
        if (*at == '"')
            in_quotes = !in_quotes;
        if (in_quotes && *at != '\0')
            continue;
        bool is_line_end = *at == '\n' || *at == '\r' || *at == '\0';
        if (*at == ',' || is_line_end) {
            reader->separator = *at == ',' ? ',' : found;
            return TR_CSV_OK;
        }
        if (*at == ';' || (*at == '\t' && found == ','))
            found = *at;
    }
    if (!reader->has_all)
        return TR_CSV_MORE;
    reader->separator = found;
    return TR_CSV_OK;
}

tr_status tr_csv_reader_open(tr_csv_reader *reader, const char *path, tr_diag *diag) {
    bool is_input = !strcmp(path, "-");
    *reader =
        (tr_csv_reader){.diag = diag, .owns_descriptor = !is_input, .separator = ',', .number = 1};
    tr_csv_name_file(reader->name, is_input ? "standard input" : path);
    reader->descriptor = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (reader->descriptor < 0)
        return fail_with_errno(reader);
    reader->buffer = tr_alloc_array(TR_CSV_LONGEST_LINE + CHUNK + 1, 1);
    if (!reader->buffer)
        return tr_fail_memory(diag, "the data");
    reader->line = reader->end = reader->buffer;
    tr_status status = tr_csv_reader_fill(reader);
    if (!status && !strncmp(reader->line, "\xef\xbb\xbf", 3))
        reader->line += 3; /* the byte order mark of UTF-8 */
    while (!status && choose_separator(reader) == TR_CSV_MORE)
        status = tr_csv_reader_fill(reader);
    return status;
}

void tr_csv_reader_close(tr_csv_reader *reader) {
    if (reader->owns_descriptor && reader->descriptor >= 0)
        close(reader->descriptor);
    reader->descriptor = -1;
    free(reader->buffer);
    reader->buffer = NULL;
}

/* ---- fields and lines ---- */

static const char *end_of_line_break(const tr_csv_reader *reader, const char *at) {
    bool is_pair = *at == '\r' && at + 1 < reader->end && at[1] == '\n';
    return at + 1 + is_pair;
}

/* What is wrong with a NUL, or that it is only the one behind the buffer. */
static tr_csv_result meet_nul(const tr_csv_reader *reader, const char *at) {
    if (at == reader->end)
        return TR_CSV_MORE;
    tr_csv_fail(reader, at, "found a NUL byte; wanted a text file in UTF-8 (not UTF-16)");
    return TR_CSV_FAILED;
}

static tr_csv_result scan_quoted(const tr_csv_reader *reader, const char *quote,
                                 tr_csv_field *field) {
    const char *at = quote + 1;
    while (at < reader->end && (*at != '"' || at[1] == '"')) {
        if (*at == '\0')
            return meet_nul(reader, at);
        bool is_break = *at == '\n' || *at == '\r';
        field->n_breaks += is_break;
        at = is_break ? end_of_line_break(reader, at) : at + 1 + (*at == '"');
    }
    /* a quote that ends the buffer may be the first of two */
    if (at + 1 >= reader->end && !reader->has_all)
        return TR_CSV_MORE;
    if (at >= reader->end) {
        tr_csv_fail(reader, quote, "found a quote that is not closed; wanted a second one");
        return TR_CSV_FAILED;
    }
    field->text = quote + 1;
    field->length = (size_t)(at - field->text);
    field->end = tr_csv_skip_blanks(reader, at + 1);
    if (tr_csv_is_field_end(reader, field->end))
        return TR_CSV_OK;
    if (*field->end == '\0')
        return meet_nul(reader, field->end);
    tr_csv_fail(reader, field->start,
                "found more after the closing quote; wanted the whole field in quotes, with \"\" "
                "for a quote");
    return TR_CSV_FAILED;
}

tr_csv_result tr_csv_scan_field(const tr_csv_reader *reader, const char *start,
                                tr_csv_field *field) {
    const char *at = tr_csv_skip_blanks(reader, start);
    *field = (tr_csv_field){.start = start, .text = at};
    if (*at == '"')
        return scan_quoted(reader, at, field);
    while (*at != reader->separator && *at != '\n' && *at != '\r' && *at != '\0' && *at != '"')
        at++;
    if (*at == '\0' && !tr_csv_is_file_end(reader, at))
        return meet_nul(reader, at);
    if (*at == '"') {
        tr_csv_fail(reader, start,
                    "found a quote inside a field; wanted the whole field in quotes, with \"\" for "
                    "a quote");
        return TR_CSV_FAILED;
    }
    field->end = at;
    while (at > field->text && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    field->length = (size_t)(at - field->text);
    return TR_CSV_OK;
}

tr_csv_result tr_csv_next_line(tr_csv_reader *reader, const char *at, uint64_t n_breaks) {
    if (at + 1 == reader->end && *at == '\r' && !reader->has_all)
        return TR_CSV_MORE;
    if (at - reader->line > TR_CSV_LONGEST_LINE) {
        fail_too_long(reader);
        return TR_CSV_FAILED;
    }
    reader->line = at < reader->end ? end_of_line_break(reader, at) : at;
    reader->number += n_breaks + 1;
    return TR_CSV_OK;
}

/* ---- messages ---- */

tr_status tr_csv_fail(const tr_csv_reader *reader, const char *at, const char *format, ...) {
    char text[192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    uint64_t number = reader->number;
    size_t column = 1;
    for (const char *c = reader->line; c < at;) {
        if (*c == '\n' || *c == '\r') {
            number++;
            column = 1;
            c = end_of_line_break(reader, c);
        } else {
            column += (*c & 0xc0) != 0x80; /* what goes on with a character is none */
            c++;
        }
    }
    return tr_fail(reader->diag, TR_ERROR_INPUT, "%s:%" PRIu64 ":%zu: %s", reader->name, number,
                   column, text);
}

/* The character at `text`, and in *length its bytes; 0 bytes where there is none that is valid. */
static uint32_t decode(const char *text, size_t available, size_t *length) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t n = bytes[0] < 0x80   ? 1
               : bytes[0] < 0xc0 ? 0
               : bytes[0] < 0xe0 ? 2
               : bytes[0] < 0xf0 ? 3
                                 : 4;
    *length = 0;
    if (n == 0 || n > available || bytes[0] > 0xf4)
        return 0;
    uint32_t character = n == 1 ? bytes[0] : bytes[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (bytes[i] & 0x3f);
    }
    bool is_surrogate = character >= 0xd800 && character < 0xe000;
    if (character < smallest[n] || is_surrogate || character > 0x10ffff)
        return 0;
    *length = n;
    return character;
}

size_t tr_csv_character_length(const char *text, size_t length) {
    size_t n;
    decode(text, length, &n);
    return n;
}

/* Neither a control character nor one that is invisible or turns the direction of the text. */
static bool is_printable(uint32_t character) {
    return character >= 0x20 && !(character >= 0x7f && character < 0xa0) &&
           !(character >= 0x200b && character < 0x2010) &&
           !(character >= 0x2028 && character < 0x202f) &&
           !(character >= 0x2060 && character < 0x2070) && character != 0xfeff;
}

tr_csv_quote tr_csv_quote_text(const char *text, size_t length) {
    tr_csv_quote quote = {"\""};
    size_t used = 1;
    for (size_t at = 0; at < length;) {
        char piece[5] = "";
        size_t n;
        uint32_t character = decode(text + at, length - at, &n);
        if (n && is_printable(character)) {
            memcpy(piece, text + at, n);
        } else {
            n = 1;
            snprintf(piece, sizeof piece, "\\x%02X", (unsigned char)text[at]);
        }
        size_t n_piece = strlen(piece);
        if (used + n_piece > MOST_QUOTED) {
            used += (size_t)snprintf(quote.text + used, sizeof quote.text - used, "…");
            break;
        }
        memcpy(quote.text + used, piece, n_piece);
        used += n_piece;
        at += n;
    }
    snprintf(quote.text + used, sizeof quote.text - used, "\"");
    return quote;
}
