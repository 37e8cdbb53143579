/* What the unit tests share. */
#ifndef TR_TESTS_SUPPORT_H
#define TR_TESTS_SUPPORT_H

/* cmocka.h wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <trainreel/trainreel.h>
#include <unistd.h>

/* Fails with the diag's text. */
#define assert_ok(expression, diag)                                                                \
    do {                                                                                           \
        tr_status status_ = (expression);                                                          \
        if (status_)                                                                               \
            fail_msg("%s: %s: %s", #expression, tr_status_name(status_), (diag).text);             \
    } while (0)

#define assert_text_contains(text, part)                                                           \
    do {                                                                                           \
        if (!strstr(text, part))                                                                   \
            fail_msg("\"%s\" does not contain \"%s\"", text, part);                                \
    } while (0)

/* A new folder below the system's folder for temporary files. */
static inline void make_scratch(char *path, size_t size) {
    const char *base = getenv("TMPDIR");
    snprintf(path, size, "%s/trainreel-test-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(path));
}

/* Removes a folder and what is in it. */
static inline void remove_scratch(const char *path) {
    DIR *folder = opendir(path);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char *inner;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        assert_true(asprintf(&inner, "%s/%s", path, entry->d_name) > 0);
        if (unlink(inner))
            remove_scratch(inner);
        free(inner);
    }
    closedir(folder);
    rmdir(path);
}

static inline int count_entries(const char *path) {
    int count = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(folder);
    return count;
}

/* The whole file, which the caller frees. */
static inline char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    char *data = NULL;
    *size = 0;
    for (size_t got = 1; got;) {
        data = realloc(data, *size + 65536);
        assert_non_null(data);
        got = fread(data + *size, 1, 65535, file);
        *size += got;
    }
    data[*size] = '\0';
    fclose(file);
    return data;
}

/* The post's run: 200 samples, a single ReLU neuron, and the state of the generator before fit(). */
typedef struct post_run {
    tr_dataset *dataset;
    tr_network *network;
    float params[2];
    tr_random random;
} post_run;

static inline void create_post_run(post_run *run, uint32_t seed) {
    tr_diag diag = {0};
    const tr_layer neuron = {
        .n_units = 1, .activation = TR_ACTIVATION_RELU, .init = TR_INIT_NORMAL};
    assert_ok(tr_dataset_create_bilinear(&run->dataset, 200, &diag), diag);
    assert_ok(tr_network_create(&run->network, 1, &neuron, 1, &diag), diag);
    tr_random_seed(&run->random, seed);
    tr_network_init_params(run->network, &run->random, run->params);
}

/* How the post trains it; borrows the run. */
static inline tr_training post_training(post_run *run, uint64_t epochs) {
    return (tr_training){.network = run->network,
                         .dataset = run->dataset,
                         .options = {.batch_size = 128, .epochs = epochs, .learning_rate = 0.01},
                         .params = run->params,
                         .random = &run->random};
}

static inline void destroy_post_run(post_run *run) {
    tr_dataset_destroy(&run->dataset);
    tr_network_destroy(&run->network);
}

#endif
