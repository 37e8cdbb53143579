/* Runs a fuzz target once on every file of the folders (and on the files) that are given. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    char *content = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&content, &size);
    char block[4096];
    if (memory)
        for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
            fwrite(block, 1, got, memory);
    bool complete = memory && !ferror(file) && !fclose(memory);
    fclose(file);
    if (!complete) {
        fprintf(stderr, "%s: cannot be read\n", path);
        free(content);
        return -1;
    }
    /* a copy of exactly this size, so that a sanitizer sees a read beyond its end */
    uint8_t *data = malloc(size ? size : 1);
    if (data) {
        memcpy(data, content, size);
        LLVMFuzzerTestOneInput(data, size);
    }
    free(data);
    free(content);
    return data ? 1 : -1;
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

/* How many files were run, or -1. */
static int run(const char *path) {
    struct dirent **entries;
    int n_entries = scandir(path, &entries, is_visible, alphasort);
    if (n_entries < 0)
        return errno == ENOTDIR ? run_file(path) : -1;
    int n_files = 0;
    for (int i = 0; i < n_entries; i++) {
        char *inner;
        if (asprintf(&inner, "%s/%s", path, entries[i]->d_name) < 0)
            abort();
        int more = n_files < 0 ? -1 : run(inner);
        n_files = more < 0 ? -1 : n_files + more;
        free(inner);
        free(entries[i]);
    }
    free(entries);
    return n_files;
}

int main(int argc, char **argv) {
    int n_files = 0;
    for (int i = 1; i < argc; i++) {
        int more = run(argv[i]);
        if (more < 0)
            return EXIT_FAILURE;
        n_files += more;
    }
    printf("%d inputs\n", n_files);
    return n_files ? EXIT_SUCCESS : EXIT_FAILURE;
}
