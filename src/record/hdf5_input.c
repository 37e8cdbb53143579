#include "hdf5_input.h"

#include "diag.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SUPERBLOCK_BYTES = 48,
    SUPERBLOCK_VERSION = 3, /* the first that SWMR has, and with checksums everywhere */
    IS_WRITTEN = 1,         /* flags of its byte 11 */
    HAS_SWMR = 4,
    /* Of what is just being written the checksum is wrong. The library sleeps 1, 2, 4 … ns between
     * attempts, and would go on for ever with the 100 that it makes by itself. This is 33 ms. */
    READ_ATTEMPTS = 25,
    CACHE_SLOTS = 127,
    CACHE_BYTES = 1 << 18, /* of each dataset, of which there may be many */
    MOST_FILTERS = 4,
    MOST_TEXT_BYTES = 4096,
    MOST_TEXTS = 4096,          /* in a list */
    MOST_CHUNK_BYTES = 1 << 22, /* unless one snapshot is larger */
    MOST_DEFLATION = 1032       /* times that zlib can make anything smaller */
};
#define CACHE_PREEMPTION 1.0 /* what was read as a whole goes first */

static tr_status refuse(const tr_hdf5_input *input, tr_diag *diag, const char *name,
                        const char *what) {
    return tr_fail(diag, TR_ERROR_INPUT, "%.100s: %s: %s", input->path, name, what);
}

/* Where HDF5 has said why. */
static tr_status fail(const tr_hdf5_input *input, tr_diag *diag, const char *name) {
    return tr_hdf5_fail(diag, TR_ERROR_INPUT, input->path, name);
}

/* ---- the file ---- */

static uint64_t get_u64(const uint8_t *bytes) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

/* The beginning of the file, as the HDF5 File Format Specification 3.0 has it in II.A. */
static tr_status check_superblock(const tr_hdf5_input *input, int descriptor, int *flags,
                                  tr_diag *diag) {
    static const uint8_t signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    uint8_t bytes[SUPERBLOCK_BYTES];
    struct stat info;
    ssize_t got = pread(descriptor, bytes, sizeof bytes, 0);
    if (got < 0 || fstat(descriptor, &info))
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: %s", input->path, strerror(errno));
    if ((size_t)got < sizeof signature || memcmp(bytes, signature, sizeof signature) != 0)
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: is not an HDF5 file, and so no recording",
                       input->path);
    if ((size_t)got < sizeof bytes)
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: is truncated", input->path);
    if (bytes[8] < SUPERBLOCK_VERSION)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.100s: is not a recording: it is in an older HDF5 format (h5py has the "
                       "newer one with libver=\"latest\")",
                       input->path);
    *flags = bytes[11];
    uint64_t end = get_u64(bytes + 28);
    if (!*flags && bytes[9] == 8 && end > (uint64_t)info.st_size)
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: is truncated: it has %llu of %llu bytes",
                       input->path, (unsigned long long)info.st_size, (unsigned long long)end);
    return TR_OK;
}

static hid_t open_hdf5(const tr_hdf5_input *input, unsigned flags) {
    const tr_hdf5 *h5 = input->h5;
    hid_t file = -1;
    hid_t access = h5->H5Pcreate(TR_HDF5_ID(h5, H5P_CLS_FILE_ACCESS_ID_g));
    /* A lock may be impossible to get, and keeps nobody from anything here. */
    if (access >= 0 && h5->H5Pset_metadata_read_attempts(access, READ_ATTEMPTS) >= 0 &&
        h5->H5Pset_cache(access, 0, CACHE_SLOTS, CACHE_BYTES, CACHE_PREEMPTION) >= 0 &&
        (!h5->set_file_locking || h5->set_file_locking(access, false, true) >= 0))
        file = h5->H5Fopen(input->path, flags, access);
    if (access >= 0)
        h5->H5Pclose(access);
    return file;
}

tr_status tr_hdf5_input_open(tr_hdf5_input *input, int descriptor, bool *is_live, tr_diag *diag) {
    int flags = 0;
    tr_status status = check_superblock(input, descriptor, &flags, diag);
    if (status)
        return status;
    if ((flags & IS_WRITTEN) && !(flags & HAS_SWMR))
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.100s: is being written without SWMR, or was when its writer was killed: "
                       "it cannot be read",
                       input->path);
    *is_live = (flags & IS_WRITTEN) != 0;
    input->file = open_hdf5(input, *is_live ? H5F_ACC_RDONLY | H5F_ACC_SWMR_READ : H5F_ACC_RDONLY);
    return input->file < 0 ? fail(input, diag, "cannot be read") : TR_OK;
}

tr_status tr_hdf5_input_open_any(tr_hdf5_input *input, tr_diag *diag) {
    input->file = open_hdf5(input, H5F_ACC_RDONLY);
    return input->file < 0 ? fail(input, diag, "cannot be read") : TR_OK;
}

void tr_hdf5_input_close(tr_hdf5_input *input) {
    if (input->file >= 0)
        input->h5->H5Fclose(input->file);
    input->file = -1;
}

/* ---- objects ---- */

tr_status tr_hdf5_input_has(const tr_hdf5_input *input, const char *name, bool *found,
                            tr_diag *diag) {
    *found = true;
    for (const char *at = name + 1; *found && at;) {
        const char *end = strchr(at, '/');
        char *prefix = end ? strndup(name, (size_t)(end - name)) : strdup(name);
        H5L_info_t info;
        if (!prefix)
            return tr_fail_memory(diag, "a recording");
        htri_t exists = input->h5->H5Lexists(input->file, prefix, H5P_DEFAULT);
        bool failed = exists < 0 || (exists > 0 && input->h5->H5Lget_info(input->file, prefix,
                                                                          &info, H5P_DEFAULT) < 0);
        free(prefix);
        if (failed)
            return fail(input, diag, name);
        if (exists > 0 && info.type != H5L_TYPE_HARD)
            return refuse(input, diag, name, "found a link to somewhere else; wanted it here");
        *found = exists > 0;
        at = end ? end + 1 : NULL;
    }
    return TR_OK;
}

tr_status tr_hdf5_input_open_group(const tr_hdf5_input *input, const char *name, hid_t *group,
                                   uint64_t *n_links, tr_diag *diag) {
    H5G_info_t info;
    *group = input->h5->H5Gopen2(input->file, name, H5P_DEFAULT);
    if (*group < 0)
        return fail(input, diag, name);
    if (input->h5->H5Gget_info(*group, &info) >= 0) {
        *n_links = info.nlinks;
        return TR_OK;
    }
    input->h5->H5Gclose(*group);
    *group = -1;
    return fail(input, diag, name);
}

/* ---- datasets ---- */

static tr_status check_type(const tr_hdf5_input *input, const tr_wanted_dataset *wanted,
                            hid_t dataset, tr_diag *diag) {
    const tr_hdf5 *h5 = input->h5;
    hid_t type = h5->H5Dget_type(dataset);
    if (type < 0)
        return fail(input, diag, wanted->name);
    bool fits =
        h5->H5Tequal(type, wanted->little_endian) > 0 || h5->H5Tequal(type, wanted->big_endian) > 0;
    h5->H5Tclose(type);
    if (fits)
        return TR_OK;
    return tr_fail(diag, TR_ERROR_INPUT, "%.100s: %s: found another type; wanted %s", input->path,
                   wanted->name, wanted->type);
}

/* Whether a dataset is compressed. Filters that might be loaded from somewhere are refused. */
static tr_status check_filters(const tr_hdf5_input *input, const char *name, hid_t properties,
                               bool *is_deflated, tr_diag *diag) {
    const tr_hdf5 *h5 = input->h5;
    int count = h5->H5Pget_nfilters(properties);
    *is_deflated = false;
    if (count < 0)
        return fail(input, diag, name);
    if (count > MOST_FILTERS)
        return refuse(input, diag, name, "found too many filters");
    for (int i = 0; i < count; i++) {
        unsigned flags, config;
        size_t n_values = 0;
        H5Z_filter_t filter =
            h5->H5Pget_filter2(properties, (unsigned)i, &flags, &n_values, NULL, 0, NULL, &config);
        if (filter < 0)
            return fail(input, diag, name);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
            filter != H5Z_FILTER_FLETCHER32)
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%.100s: %s: found the filter %d; wanted deflate, shuffle, fletcher32",
                           input->path, name, (int)filter);
        *is_deflated = *is_deflated || filter == H5Z_FILTER_DEFLATE;
    }
    return TR_OK;
}

/* A chunk is in memory as a whole, so it must not be larger than it needs to be. */
static tr_status check_chunk(const tr_hdf5_input *input, const tr_wanted_dataset *wanted,
                             hid_t properties, const hsize_t *extent, tr_diag *diag) {
    enum { MOST_RANK = 8 };
    hsize_t chunk[MOST_RANK];
    const double value = 8; /* bytes, at most */
    double row = value, bytes = value;
    if (input->h5->H5Pget_chunk(properties, wanted->rank, chunk) != wanted->rank)
        return fail(input, diag, wanted->name);
    for (int i = 0; i < wanted->rank; i++) {
        row *= i ? (double)extent[i] : 1;
        bytes *= (double)chunk[i];
    }
    if (bytes > MOST_CHUNK_BYTES && bytes > row)
        return tr_fail(diag, TR_ERROR_INPUT,
                       "%.100s: %s: found chunks of %.0f values; wanted at most %d", input->path,
                       wanted->name, bytes / value, MOST_CHUNK_BYTES / (int)value);
    return TR_OK;
}

static tr_status check_layout(const tr_hdf5_input *input, const tr_wanted_dataset *wanted,
                              hid_t dataset, const hsize_t *extent, tr_diag *diag) {
    const tr_hdf5 *h5 = input->h5;
    hid_t properties = h5->H5Dget_create_plist(dataset);
    if (properties < 0)
        return fail(input, diag, wanted->name);
    H5D_layout_t layout = h5->H5Pget_layout(properties);
    bool is_here = (layout == H5D_CHUNKED || layout == H5D_CONTIGUOUS || layout == H5D_COMPACT) &&
                   h5->H5Pget_external_count(properties) == 0;
    bool is_deflated;
    tr_status status =
        is_here ? check_filters(input, wanted->name, properties, &is_deflated, diag)
                : refuse(input, diag, wanted->name, "found data in other files; wanted it here");
    if (!status && layout == H5D_CHUNKED)
        status = check_chunk(input, wanted, properties, extent, diag);
    h5->H5Pclose(properties);
    return status;
}

tr_status tr_hdf5_input_extent(const tr_hdf5_input *input, const char *name, hid_t dataset,
                               int rank, hsize_t *extent, tr_diag *diag) {
    const tr_hdf5 *h5 = input->h5;
    hid_t space = h5->H5Dget_space(dataset);
    if (space < 0)
        return fail(input, diag, name);
    int found = h5->H5Sget_simple_extent_ndims(space);
    bool failed = found == rank && h5->H5Sget_simple_extent_dims(space, extent, NULL) < 0;
    h5->H5Sclose(space);
    if (failed || found < 0)
        return fail(input, diag, name);
    if (found != rank)
        return tr_fail(diag, TR_ERROR_INPUT, "%.100s: %s: found %d dimensions; wanted %d",
                       input->path, name, found, rank);
    return TR_OK;
}

tr_status tr_hdf5_input_open_dataset(const tr_hdf5_input *input, const tr_wanted_dataset *wanted,
                                     hid_t *dataset, hsize_t *extent, tr_diag *diag) {
    bool found;
    *dataset = -1;
    tr_status status = tr_hdf5_input_has(input, wanted->name, &found, diag);
    if (!status && !found)
        status = refuse(input, diag, wanted->name, "is missing");
    if (status)
        return status;
    hid_t opened = input->h5->H5Dopen2(input->file, wanted->name, H5P_DEFAULT);
    if (opened < 0)
        return fail(input, diag, wanted->name);
    status = check_type(input, wanted, opened, diag);
    if (!status)
        status = tr_hdf5_input_extent(input, wanted->name, opened, wanted->rank, extent, diag);
    if (!status)
        status = check_layout(input, wanted, opened, extent, diag);
    if (status)
        input->h5->H5Dclose(opened);
    else
        *dataset = opened;
    return status;
}

tr_status tr_hdf5_input_check_room(const tr_hdf5_input *input, const char *name, hid_t dataset,
                                   uint64_t bytes, tr_diag *diag) {
    const tr_hdf5 *h5 = input->h5;
    bool is_deflated;
    hid_t properties = h5->H5Dget_create_plist(dataset);
    if (properties < 0)
        return fail(input, diag, name);
    tr_status status = check_filters(input, name, properties, &is_deflated, diag);
    h5->H5Pclose(properties);
    if (status)
        return status;
    uint64_t stored = h5->H5Dget_storage_size(dataset);
    uint64_t least = is_deflated ? bytes / MOST_DEFLATION : bytes;
    if (stored >= least)
        return TR_OK;
    return tr_fail(diag, TR_ERROR_INPUT,
                   "%.100s: %s: found %llu bytes, which is not enough for its shape", input->path,
                   name, (unsigned long long)stored);
}

/* ---- attributes ---- */

static tr_status refuse_attribute(const tr_hdf5_input *input, tr_diag *diag, const char *name,
                                  const char *attribute, const char *wanted) {
    return tr_fail(diag, TR_ERROR_INPUT, "%.100s: %s: attribute %s: wanted %s", input->path, name,
                   attribute, wanted);
}

/* Opens an attribute that is a single value, with its type; -1 where there is none. */
static tr_status open_attribute(const tr_hdf5_input *input, const char *name, hid_t object,
                                const char *attribute, hid_t *opened, hid_t *type, tr_diag *diag) {
    const tr_hdf5 *h5 = input->h5;
    *opened = *type = -1;
    htri_t exists = h5->H5Aexists(object, attribute);
    if (exists == 0)
        return TR_OK;
    if (exists > 0)
        *opened = h5->H5Aopen(object, attribute, H5P_DEFAULT);
    hid_t space = *opened < 0 ? -1 : h5->H5Aget_space(*opened);
    bool is_single = space >= 0 && h5->H5Sget_simple_extent_type(space) == H5S_SCALAR;
    if (space >= 0)
        h5->H5Sclose(space);
    *type = is_single ? h5->H5Aget_type(*opened) : -1;
    if (*type >= 0)
        return TR_OK;
    if (*opened >= 0)
        h5->H5Aclose(*opened);
    *opened = -1;
    return space >= 0 && !is_single
               ? refuse_attribute(input, diag, name, attribute, "a single value")
               : fail(input, diag, name);
}

static void close_attribute(const tr_hdf5_input *input, hid_t opened, hid_t type) {
    if (type >= 0)
        input->h5->H5Tclose(type);
    if (opened >= 0)
        input->h5->H5Aclose(opened);
}

/* The bytes of a text, for free(); NULL where it cannot be read. */
static char *read_string(const tr_hdf5_input *input, hid_t opened, hid_t type) {
    const tr_hdf5 *h5 = input->h5;
    size_t size = h5->H5Tget_size(type);
    if (h5->H5Tis_variable_str(type) > 0) {
        char *owned_by_hdf5 = NULL;
        if (h5->H5Aread(opened, type, &owned_by_hdf5) < 0)
            return NULL;
        char *text = strdup(owned_by_hdf5 ? owned_by_hdf5 : "");
        h5->H5free_memory(owned_by_hdf5);
        return text;
    }
    char *text = size && size <= MOST_TEXT_BYTES ? calloc(size + 1, 1) : NULL;
    if (text && h5->H5Aread(opened, type, text) < 0) {
        free(text);
        text = NULL;
    }
    return text;
}

static bool is_printable(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            return false;
    return true;
}

tr_status tr_hdf5_input_text(const tr_hdf5_input *input, const char *name, hid_t object,
                             const char *attribute, char *text, size_t size, bool *found,
                             tr_diag *diag) {
    hid_t opened, type;
    tr_status status = open_attribute(input, name, object, attribute, &opened, &type, diag);
    *found = opened >= 0;
    if (status || !*found)
        return status;
    char *value = NULL;
    bool is_text = input->h5->H5Tget_class(type) == H5T_STRING;
    if (is_text)
        value = read_string(input, opened, type);
    close_attribute(input, opened, type);
    if (!is_text)
        return refuse_attribute(input, diag, name, attribute, "a text");
    if (value && (strlen(value) >= size || !is_printable(value)))
        status = refuse_attribute(input, diag, name, attribute, "a short text in one line");
    if (!value)
        status = refuse_attribute(input, diag, name, attribute, "a text that can be read");
    if (!status)
        memcpy(text, value, strlen(value) + 1);
    free(value);
    return status;
}

/* A number of any size, of the class that is wanted. */
static tr_status read_number(const tr_hdf5_input *input, const char *name, hid_t object,
                             const char *attribute, H5T_class_t class, hid_t memory_type,
                             void *value, bool *found, tr_diag *diag) {
    const char *wanted = class == H5T_INTEGER ? "an integer" : "a floating-point number";
    hid_t opened, type;
    tr_status status = open_attribute(input, name, object, attribute, &opened, &type, diag);
    *found = opened >= 0;
    if (status || !*found)
        return status;
    if (input->h5->H5Tget_class(type) != class || input->h5->H5Tget_size(type) > 8)
        status = refuse_attribute(input, diag, name, attribute, wanted);
    else if (input->h5->H5Aread(opened, memory_type, value) < 0)
        status = fail(input, diag, name);
    close_attribute(input, opened, type);
    return status;
}

tr_status tr_hdf5_input_integer(const tr_hdf5_input *input, const char *name, hid_t object,
                                const char *attribute, int64_t *value, bool *found, tr_diag *diag) {
    return read_number(input, name, object, attribute, H5T_INTEGER,
                       TR_HDF5_ID(input->h5, H5T_NATIVE_INT64_g), value, found, diag);
}

tr_status tr_hdf5_input_number(const tr_hdf5_input *input, const char *name, hid_t object,
                               const char *attribute, double *value, bool *found, tr_diag *diag) {
    return read_number(input, name, object, attribute, H5T_FLOAT,
                       TR_HDF5_ID(input->h5, H5T_NATIVE_DOUBLE_g), value, found, diag);
}

void tr_hdf5_free_texts(char **texts, size_t n_texts) {
    for (size_t i = 0; texts && i < n_texts; i++)
        free(texts[i]);
    free(texts);
}

/* How many values an attribute has, which is a list or a single value; negative for anything else. */
static hssize_t count_values(const tr_hdf5_input *input, hid_t opened) {
    const tr_hdf5 *h5 = input->h5;
    hsize_t count = 1;
    hid_t space = h5->H5Aget_space(opened);
    if (space < 0)
        return -1;
    int rank = h5->H5Sget_simple_extent_ndims(space);
    H5S_class_t class = h5->H5Sget_simple_extent_type(space);
    bool fits = rank == 0 || (rank == 1 && h5->H5Sget_simple_extent_dims(space, &count, NULL) == 1);
    h5->H5Sclose(space);
    if (class == H5S_NULL)
        return 0;
    return fits && count <= MOST_TEXTS ? (hssize_t)count : -1;
}

/* Variable texts that HDF5 owns, as copies. */
static bool copy_variable(const tr_hdf5_input *input, hid_t opened, hid_t type, size_t most_bytes,
                          char **texts, size_t count) {
    char **owned = calloc(count, sizeof *owned);
    bool done = owned && input->h5->H5Aread(opened, type, owned) >= 0;
    for (size_t i = 0; done && i < count; i++) {
        size_t length = owned[i] ? strnlen(owned[i], most_bytes + 1) : 0;
        texts[i] = length <= most_bytes ? strndup(owned[i] ? owned[i] : "", length) : NULL;
        done = texts[i];
    }
    for (size_t i = 0; owned && i < count; i++)
        if (owned[i])
            input->h5->H5free_memory(owned[i]);
    free(owned);
    return done;
}

/* Texts of a fixed size, filled up with NULs. */
static bool copy_fixed(const tr_hdf5_input *input, hid_t opened, hid_t type, size_t most_bytes,
                       char **texts, size_t count) {
    size_t size = input->h5->H5Tget_size(type);
    char *all = size && size <= most_bytes ? calloc(count, size) : NULL;
    bool done = all && input->h5->H5Aread(opened, type, all) >= 0;
    for (size_t i = 0; done && i < count; i++) {
        texts[i] = strndup(all + i * size, size);
        done = texts[i];
    }
    free(all);
    return done;
}

tr_status tr_hdf5_input_texts(const tr_hdf5_input *input, const char *name, hid_t object,
                              const char *attribute, size_t most_bytes, char ***texts,
                              size_t *n_texts, bool *found, tr_diag *diag) {
    const tr_hdf5 *h5 = input->h5;
    *texts = NULL;
    *n_texts = 0;
    htri_t exists = h5->H5Aexists(object, attribute);
    *found = exists > 0;
    if (exists == 0)
        return TR_OK;
    hid_t opened = exists > 0 ? h5->H5Aopen(object, attribute, H5P_DEFAULT) : -1;
    hid_t type = opened >= 0 ? h5->H5Aget_type(opened) : -1;
    if (type < 0) {
        close_attribute(input, opened, type);
        return fail(input, diag, name);
    }
    hssize_t count = count_values(input, opened);
    tr_status status = TR_OK;
    if (count < 0 || (count > 0 && h5->H5Tget_class(type) != H5T_STRING))
        status = refuse_attribute(input, diag, name, attribute, "a list of texts");
    if (!status && count > 0) {
        *texts = calloc((size_t)count, sizeof **texts);
        *n_texts = *texts ? (size_t)count : 0;
        bool is_variable = h5->H5Tis_variable_str(type) > 0;
        bool done = *texts && (is_variable ? copy_variable : copy_fixed)(
                                  input, opened, type, most_bytes, *texts, (size_t)count);
        if (!done)
            status = refuse_attribute(input, diag, name, attribute, "shorter texts");
    }
    close_attribute(input, opened, type);
    if (status) {
        tr_hdf5_free_texts(*texts, *n_texts);
        *texts = NULL;
        *n_texts = 0;
    }
    return status;
}
