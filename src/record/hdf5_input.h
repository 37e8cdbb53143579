/* Looking into an HDF5 file that anybody may have made. Nothing that it says is believed before it is
 * checked: no link leads out of the file, no filter is loaded, and nothing is allocated for values that
 * the file has no room for. Errors are TR_ERROR_INPUT, as "FILE: DATASET: what is wrong", or
 * TR_ERROR_MEMORY. All functions are called between tr_hdf5_enter() and tr_hdf5_leave(). */
#ifndef TR_RECORD_HDF5_INPUT_H
#define TR_RECORD_HDF5_INPUT_H

#include "hdf5_library.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tr_hdf5_input {
    const tr_hdf5 *h5;
    const char *path; /* borrowed */
    hid_t file;       /* -1 while it is not open */
} tr_hdf5_input;

/* What a dataset is to be. */
typedef struct tr_wanted_dataset {
    const char *name;
    hid_t little_endian; /* the type */
    hid_t big_endian;
    const char *type; /* for messages */
    int rank;
} tr_wanted_dataset;

/* Opens the file, which `descriptor` stands for, for reading. *is_live tells whether a program is
 * writing it, or was when it was killed. */
tr_status tr_hdf5_input_open(tr_hdf5_input *input, int descriptor, bool *is_live, tr_diag *diag);
/* The same for a file of any version, which nobody may be writing. */
tr_status tr_hdf5_input_open_any(tr_hdf5_input *input, tr_diag *diag);
void tr_hdf5_input_close(tr_hdf5_input *input);

/* Whether the object is there. An error where it, or what leads there, is a link to somewhere else. */
tr_status tr_hdf5_input_has(const tr_hdf5_input *input, const char *name, bool *found,
                            tr_diag *diag);

/* Opens a dataset, for the caller to close. */
tr_status tr_hdf5_input_open_dataset(const tr_hdf5_input *input, const tr_wanted_dataset *wanted,
                                     hid_t *dataset, hsize_t *extent, tr_diag *diag);

/* The extent of an open dataset. */
tr_status tr_hdf5_input_extent(const tr_hdf5_input *input, const char *name, hid_t dataset,
                               int rank, hsize_t *extent, tr_diag *diag);

/* Whether the file has room for so many bytes of values of the dataset. */
tr_status tr_hdf5_input_check_room(const tr_hdf5_input *input, const char *name, hid_t dataset,
                                   uint64_t bytes, tr_diag *diag);

/* Opens an object, which is there, as a group for the caller to close; and how many links it has. */
tr_status tr_hdf5_input_open_group(const tr_hdf5_input *input, const char *name, hid_t *group,
                                   uint64_t *n_links, tr_diag *diag);

/* Attributes of an open object, whose name is for messages; the value stays as it is where there is no
 * such attribute. A text that has more than `size` - 1 bytes is an error. */
tr_status tr_hdf5_input_text(const tr_hdf5_input *input, const char *name, hid_t object,
                             const char *attribute, char *text, size_t size, bool *found,
                             tr_diag *diag);
tr_status tr_hdf5_input_integer(const tr_hdf5_input *input, const char *name, hid_t object,
                                const char *attribute, int64_t *value, bool *found, tr_diag *diag);
tr_status tr_hdf5_input_number(const tr_hdf5_input *input, const char *name, hid_t object,
                               const char *attribute, double *value, bool *found, tr_diag *diag);

/* An attribute that is a list of texts, or a single one, each of up to `most_bytes`; the caller frees the
 * texts and the list. Not found where there is none, and without texts where it is an empty list. */
tr_status tr_hdf5_input_texts(const tr_hdf5_input *input, const char *name, hid_t object,
                              const char *attribute, size_t most_bytes, char ***texts,
                              size_t *n_texts, bool *found, tr_diag *diag);
void tr_hdf5_free_texts(char **texts, size_t n_texts);

#endif
