/* The reader of recordings: whatever the file, there are snapshots that make sense or one line of text.
 *
 * An input that begins with "F" is a file. As every byte of one is under some checksum, little of what
 * a fuzzer changes there gets far. Any other input says how a sound recording is changed before it is
 * read: which datasets and attributes are replaced by what. */
#include "fuzz.h"

#include <hdf5.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trainreel/recording.h>
#include <unistd.h>

enum { MOST_PARAMS = 1 << 20, N_SNAPSHOTS = 6, MOST_CHANGES = 8 };

static char folder[] = "/tmp/trainreel-fuzz-XXXXXX";
static char path[64];

static void remove_folder(void) {
    unlink(path);
    rmdir(folder);
}

static void prepare(void) {
    if (path[0])
        return;
    FUZZ_CHECK(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run.h5", folder);
    atexit(remove_folder);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* most changes are none */
}

static void write_file(const uint8_t *data, size_t size) {
    FILE *file = fopen(path, "wb");
    FUZZ_CHECK(file);
    FUZZ_CHECK(fwrite(data, 1, size, file) == size);
    FUZZ_CHECK(!fclose(file));
}

/* ---- reading ---- */

static bool is_one_line(const char *text) {
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            return false;
    return *text != '\0';
}

typedef struct visit {
    size_t n_params;
    uint64_t count;
    uint64_t last;
} visit;

static tr_status check_snapshot(const tr_snapshot *snapshot, void *context) {
    visit *v = context;
    FUZZ_CHECK(snapshot->n_params == v->n_params);
    FUZZ_CHECK(!isinf(snapshot->loss));
    for (size_t i = 0; i < v->n_params; i++)
        FUZZ_CHECK(isfinite(snapshot->params[i]));
    FUZZ_CHECK(!v->count || snapshot->iteration > v->last);
    v->last = snapshot->iteration;
    v->count++;
    return TR_OK;
}

static void check_recording(const tr_recording *recording) {
    const tr_network *network = tr_recording_network(recording);
    const tr_dataset *dataset = tr_recording_dataset(recording);
    tr_diag diag = {0};
    uint64_t index;
    visit v = {.n_params = tr_recording_n_params(recording)};
    FUZZ_CHECK(network && tr_network_n_params(network) == v.n_params);
    if (dataset) {
        FUZZ_CHECK(dataset->n_inputs == tr_network_n_inputs(network));
        FUZZ_CHECK(dataset->n_outputs == tr_network_n_outputs(network));
        for (size_t i = 0; i < dataset->n_samples * dataset->n_inputs; i++)
            FUZZ_CHECK(isfinite((float)dataset->x[i]));
    }
    if (v.n_params > MOST_PARAMS)
        return;
    if (tr_recording_replay(recording, check_snapshot, &v, &diag))
        FUZZ_CHECK(is_one_line(diag.text) && strstr(diag.text, path));
    else
        FUZZ_CHECK(v.count == tr_recording_n_snapshots(recording));
    diag = (tr_diag){0};
    if (v.count && !tr_recording_find(recording, v.last / 2, &index, &diag))
        FUZZ_CHECK(index < tr_recording_n_snapshots(recording));
}

static void read_recording(void) {
    tr_diag diag = {0};
    tr_recording *recording;
    tr_status status = tr_recording_open(&recording, path, &diag);
    if (status) {
        FUZZ_CHECK(status == TR_ERROR_INPUT || status == TR_ERROR_MEMORY);
        FUZZ_CHECK(!recording && is_one_line(diag.text));
        FUZZ_CHECK(status == TR_ERROR_MEMORY || strstr(diag.text, path));
        return;
    }
    FUZZ_CHECK(!diag.text[0]);
    check_recording(recording);
    tr_recording_destroy(&recording);
}

/* ---- changing a sound recording ---- */

/* The input, from which 0 comes when it is used up. */
typedef struct input {
    const uint8_t *at;
    const uint8_t *end;
} input;

static unsigned take(input *in) {
    return in->at < in->end ? *in->at++ : 0;
}

/* A recording of a net with two layers. */
static void make_recording(void) {
    static const tr_layer layers[] = {
        {.n_units = 2, .activation = TR_ACTIVATION_LEAKY_RELU, .alpha = 0.1}, {.n_units = 1}};
    const tr_loss loss = TR_LOSS_MEAN_SQUARED_ERROR;
    tr_network *network;
    tr_dataset *dataset;
    tr_recording *recording;
    float params[7] = {0};
    FUZZ_CHECK(!tr_network_create(&network, 1, layers, 2, NULL));
    FUZZ_CHECK(!tr_dataset_create(&dataset, 4, 1, 1, NULL));
    FUZZ_CHECK(!tr_recording_create_file(&recording, path, network, dataset, &loss, NULL, NULL));
    for (uint64_t i = 0; i < N_SNAPSHOTS; i++) {
        const tr_snapshot snapshot = {.iteration = i, .n_params = 7, .params = params};
        FUZZ_CHECK(!tr_recording_append(recording, &snapshot, NULL));
    }
    FUZZ_CHECK(!tr_recording_finish(recording, NULL));
    tr_recording_destroy(&recording);
    tr_dataset_destroy(&dataset);
    tr_network_destroy(&network);
}

static const char *const names[] = {"/iteration",
                                    "/epoch",
                                    "/samples_seen",
                                    "/batch_size",
                                    "/loss",
                                    "/ended",
                                    "/data/x",
                                    "/data/y",
                                    "/params/layer_0/weights",
                                    "/params/layer_0/bias",
                                    "/params/layer_1/weights",
                                    "/params/layer_1/bias",
                                    "/params/layer_0",
                                    "/params/layer_1",
                                    "/params",
                                    "/data",
                                    "/params/layer_2"};
enum { N_NAMES = sizeof names / sizeof *names, N_DATASETS = 12 };

static hid_t take_type(input *in) {
    switch (take(in) % 8) {
    case 0:
        return H5T_STD_U64LE;
    case 1:
        return H5T_STD_U64BE;
    case 2:
        return H5T_STD_U32LE;
    case 3:
        return H5T_IEEE_F32LE;
    case 4:
        return H5T_IEEE_F32BE;
    case 5:
        return H5T_IEEE_F64LE;
    case 6:
        return H5T_STD_U8LE;
    default:
        return H5T_C_S1;
    }
}

/* A dataset of some shape, into which some bytes are written. */
static void create_dataset(hid_t file, const char *name, input *in) {
    static const hsize_t sizes[] = {0, 1,   2,       3,       4,          6,
                                    7, 100, 1 << 16, 1 << 30, 1ULL << 31, 1ULL << 40};
    enum { N_SIZES = sizeof sizes / sizeof *sizes, MOST_RANK = 4 };
    static uint8_t values[1 << 12];
    hid_t type = take_type(in);
    int rank = (int)(take(in) % MOST_RANK) + 1;
    unsigned how = take(in);
    hsize_t extent[MOST_RANK], chunk[MOST_RANK];
    double bytes = 8;
    for (int i = 0; i < rank; i++) {
        extent[i] = sizes[take(in) % N_SIZES];
        chunk[i] = extent[i] < 2 ? 1 : extent[i] < 64 ? extent[i] : 64;
        bytes *= (double)extent[i];
    }
    for (size_t i = 0; i < sizeof values; i++)
        values[i] = (uint8_t)take(in);
    hid_t space = H5Screate_simple(rank, extent, NULL);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (how & 1)
        H5Pset_chunk(properties, rank, chunk);
    if (how & 1 && how & 2)
        H5Pset_deflate(properties, 1);
    if (how & 1 && how & 4)
        H5Pset_fletcher32(properties);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (dataset >= 0 && how & 8 && bytes <= (double)sizeof values)
        H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    if (dataset >= 0)
        H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
}

/* An attribute that is a text, or a number. */
static void create_attribute(hid_t group, input *in) {
    static const char *const attributes[] = {"trainreel_schema", "framework", "loss", "optimizer",
                                             "learning_rate",    "seed",      "kind", "activation"};
    const char *name = attributes[take(in) % 8];
    char text[24] = "";
    int64_t number = (int64_t)take(in) - 2;
    unsigned how = take(in);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)take(in);
    const hsize_t two = 2;
    hid_t type = H5Tcopy(how % 2 ? H5T_C_S1 : H5T_STD_I64LE);
    if (how % 2)
        H5Tset_size(type, 1 + how % sizeof text);
    hid_t space = how & 64 ? H5Screate_simple(1, &two, NULL) : H5Screate(H5S_SCALAR);
    H5Adelete(group, name);
    hid_t attribute = H5Acreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0 && !(how & 64))
        H5Awrite(attribute, type, how % 2 ? (void *)text : (void *)&number);
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void change(hid_t file, input *in) {
    unsigned what = take(in);
    const char *name = names[take(in) % N_NAMES];
    if (what % 4 == 0) {
        H5Ldelete(file, name, H5P_DEFAULT);
    } else if (what % 4 == 1) {
        name = names[take(in) % N_DATASETS];
        H5Ldelete(file, name, H5P_DEFAULT);
        create_dataset(file, name, in);
    } else if (what % 4 == 2) {
        hid_t group = H5Gopen2(file, what & 8 ? "/" : name, H5P_DEFAULT);
        if (group >= 0) {
            create_attribute(group, in);
            H5Gclose(group);
        }
    } else if (what & 8) {
        H5Lcreate_soft(names[take(in) % N_NAMES], file, name, H5P_DEFAULT, H5P_DEFAULT);
    } else {
        H5Lcreate_hard(file, names[take(in) % N_NAMES], file, name, H5P_DEFAULT, H5P_DEFAULT);
    }
}

static void change_recording(input *in) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, access);
    FUZZ_CHECK(file >= 0);
    for (int i = 0; i < MOST_CHANGES && in->at < in->end; i++)
        change(file, in);
    H5Pclose(access);
    FUZZ_CHECK(H5Fclose(file) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    prepare();
    if (size && data[0] == 'F') {
        write_file(data + 1, size - 1);
    } else {
        input in = {.at = data, .end = data + size};
        make_recording();
        change_recording(&in);
    }
    read_recording();
    return 0;
}
