#include "npy.h"

#include "csv_reader.h"
#include "diag.h"

#include <stdio.h>
#include <string.h>

enum {
    MAGIC_SIZE = 8,           /* "\x93NUMPY" and the version */
    LONGEST_HEADER = 1 << 14, /* bytes; NumPy writes up to 118 for an array of numbers */
    BLOCK = 1 << 14           /* bytes that are converted at once */
};

/* What the header says: a Python dictionary like
 * {'descr': '<f4', 'fortran_order': False, 'shape': (100, 2), } */
typedef struct npy_header {
    const char *at;
    char descr[8];
    bool has_descr;
    bool has_order;
    bool has_shape;
    bool is_fortran;
} npy_header;

static tr_status fail_npy(const tr_npy *npy, tr_diag *diag, const char *what) {
    return tr_fail(diag, TR_ERROR_INPUT, "%s: %s", npy->bytes.name, what);
}

/* ---- the header ---- */

static void skip_blanks(npy_header *header) {
    header->at += strspn(header->at, " \t\n");
}

/* Whether the text comes next; goes over it then. */
static bool take(npy_header *header, const char *text) {
    skip_blanks(header);
    size_t length = strlen(text);
    bool found = !strncmp(header->at, text, length);
    header->at += found ? length : 0;
    return found;
}

/* A Python string without escapes. */
static bool take_string(npy_header *header, char *text, size_t size) {
    skip_blanks(header);
    char mark = *header->at;
    if (mark != '\'' && mark != '"')
        return false;
    const char *start = header->at + 1;
    const char *end = strchr(start, mark);
    size_t length = end ? (size_t)(end - start) : 0;
    if (!end || length >= size || memchr(start, '\\', length))
        return false;
    memcpy(text, start, length);
    text[length] = '\0';
    header->at = end + 1;
    return true;
}

static bool take_number(npy_header *header, size_t *number) {
    skip_blanks(header);
    const char *start = header->at;
    *number = 0;
    for (; *header->at >= '0' && *header->at <= '9'; header->at++) {
        if (*number > SIZE_MAX / 16)
            return false;
        *number = *number * 10 + (size_t)(*header->at - '0');
    }
    return header->at > start;
}

/* A tuple of 1 to 3 numbers: (3,) or (3, 2). */
static bool take_shape(npy_header *header, tr_npy *npy) {
    if (!take(header, "("))
        return false;
    npy->n_dims = 0;
    while (!take(header, ")")) {
        if (npy->n_dims == TR_NPY_MOST_DIMS || !take_number(header, &npy->dims[npy->n_dims++]))
            return false;
        if (!take(header, ",") && (npy->n_dims < 2 || *header->at != ')'))
            return false;
    }
    return npy->n_dims > 0;
}

static bool take_entry(npy_header *header, tr_npy *npy) {
    char key[16];
    if (!take_string(header, key, sizeof key) || !take(header, ":"))
        return false;
    if (!strcmp(key, "descr") && !header->has_descr)
        return header->has_descr = take_string(header, header->descr, sizeof header->descr);
    if (!strcmp(key, "shape") && !header->has_shape)
        return header->has_shape = take_shape(header, npy);
    if (strcmp(key, "fortran_order") != 0 || header->has_order)
        return false;
    header->is_fortran = take(header, "True");
    return header->has_order = header->is_fortran || take(header, "False");
}

static bool parse_dictionary(npy_header *header, tr_npy *npy) {
    if (!take(header, "{"))
        return false;
    while (!take(header, "}")) {
        if (!take_entry(header, npy))
            return false;
        skip_blanks(header);
        if (!take(header, ",") && *header->at != '}')
            return false;
    }
    skip_blanks(header);
    return !*header->at && header->has_descr && header->has_order && header->has_shape;
}

/* The type that "<f4" and its like are. */
static bool parse_type(const char *descr, tr_number_type *type) {
    if (strlen(descr) != 3 || !strchr("<>|=", descr[0]) || !strchr("1248", descr[2]))
        return false;
    *type = (tr_number_type){.size = (size_t)(descr[2] - '0'), .big_endian = descr[0] == '>'};
    if (type->size > 1 && (descr[0] == '|' || descr[0] == '='))
        return false;
    switch (descr[1]) {
    case 'f':
        type->kind = TR_NUMBER_FLOAT;
        return type->size > 1;
    case 'i':
        type->kind = TR_NUMBER_SIGNED;
        return true;
    case 'u':
        type->kind = TR_NUMBER_UNSIGNED;
        return true;
    default:
        return false;
    }
}

static tr_status parse_header(tr_npy *npy, const char *text, tr_diag *diag) {
    npy_header header = {.at = text};
    bool is_sound = parse_dictionary(&header, npy);
    if (strstr(text, "'|O'") || strstr(text, "\"|O\""))
        return fail_npy(
            npy, diag,
            "holds pickled Python objects, which could run code; save an array of numbers: "
            "numpy.save(path, numpy.stack(values).astype('float32'))");
    if (!is_sound && header.has_descr && header.has_order && !header.has_shape)
        return fail_npy(npy, diag, "its shape is wrong; wanted 1 to 3 dimensions");
    if (!is_sound)
        return fail_npy(npy, diag,
                        "its header is wrong; wanted descr, fortran_order and shape of an array of "
                        "numbers");
    if (!parse_type(header.descr, &npy->type))
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%s: its dtype is %s; wanted numbers, such as those of .astype('float32')",
                       npy->bytes.name, tr_csv_quote_text(header.descr, strlen(header.descr)).text);
    if (header.is_fortran && npy->n_dims > 1)
        return fail_npy(
            npy, diag, "is in Fortran order; wanted C order, as of numpy.ascontiguousarray(array)");
    return TR_OK;
}

/* ---- the file ---- */

static tr_status read_header(tr_npy *npy, tr_diag *diag) {
    uint8_t start[MAGIC_SIZE + 4];
    char text[LONGEST_HEADER + 1];
    tr_status status = tr_bytes_read(&npy->bytes, 0, start, MAGIC_SIZE + 2, diag);
    if (status)
        return status;
    if (memcmp(start, "\x93NUMPY", 6) != 0)
        return fail_npy(npy, diag, "is no .npy file");
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        return fail_npy(npy, diag, "is of an unknown version of .npy; wanted 1.0, 2.0 or 3.0");
    size_t n_length_bytes = start[6] == 1 ? 2 : 4;
    status = tr_bytes_read(&npy->bytes, MAGIC_SIZE, start + MAGIC_SIZE, n_length_bytes, diag);
    if (status)
        return status;
    const tr_number_type length_type = {TR_NUMBER_UNSIGNED, n_length_bytes, false};
    double length = tr_number_at(start + MAGIC_SIZE, length_type);
    if (length > LONGEST_HEADER)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%s: its header would have %.0f bytes; wanted up to %d", npy->bytes.name,
                       length, LONGEST_HEADER);
    npy->data = MAGIC_SIZE + n_length_bytes + (uint64_t)length;
    status = tr_bytes_read(&npy->bytes, MAGIC_SIZE + n_length_bytes, text, (size_t)length, diag);
    if (status)
        return status;
    if (memchr(text, '\0', (size_t)length))
        return fail_npy(npy, diag, "has a NUL byte in its header");
    text[(size_t)length] = '\0';
    return parse_header(npy, text, diag);
}

/* The file must be exactly as long as its shape says. */
static tr_status check_size(tr_npy *npy, tr_diag *diag) {
    uint64_t n_bytes = npy->type.size;
    bool fits = true;
    npy->row_length = 1;
    for (size_t i = 0; i < npy->n_dims; i++) {
        if (!npy->dims[i])
            return fail_npy(npy, diag, "is empty");
        fits = fits && n_bytes <= npy->bytes.size / npy->dims[i];
        n_bytes = fits ? n_bytes * npy->dims[i] : 0;
        if (i && fits)
            npy->row_length *= npy->dims[i];
    }
    uint64_t available = npy->bytes.size - npy->data;
    if (!fits || n_bytes > available)
        return fail_npy(npy, diag, "has less values than its shape says (is it complete?)");
    if (n_bytes < available)
        return fail_npy(npy, diag, "has more values than its shape says");
    return TR_OK;
}

tr_status tr_npy_open(tr_npy *npy, const char *path, tr_diag *diag) {
    *npy = (tr_npy){0};
    tr_status status = tr_bytes_open(&npy->bytes, path, diag);
    if (!status)
        status = read_header(npy, diag);
    if (!status)
        status = check_size(npy, diag);
    return status;
}

void tr_npy_close(tr_npy *npy) {
    tr_bytes_close(&npy->bytes);
}

tr_status tr_npy_read_row(const tr_npy *npy, size_t row, double *values, tr_diag *diag) {
    uint8_t block[BLOCK];
    const size_t size = npy->type.size;
    for (size_t done = 0; done < npy->row_length;) {
        size_t rest = npy->row_length - done;
        size_t n = rest < sizeof block / size ? rest : sizeof block / size;
        uint64_t first = (uint64_t)row * npy->row_length + done;
        tr_status status =
            tr_bytes_read(&npy->bytes, npy->data + first * size, block, n * size, diag);
        if (status)
            return status;
        for (size_t i = 0; i < n; i++)
            values[done + i] = tr_number_at(block + i * size, npy->type);
        done += n;
    }
    return TR_OK;
}
