/* A folder for the files of a test program's tests, made before the first and removed after the last one. */
#ifndef TR_TESTS_SCRATCH_H
#define TR_TESTS_SCRATCH_H

#include "support.h"

static char scratch[256];

/* The fixtures. */
static inline int set_up_scratch(void **state) {
    (void)state;
    make_scratch(scratch, sizeof scratch);
    return 0;
}

static inline int tear_down_scratch(void **state) {
    (void)state;
    remove_scratch(scratch);
    return 0;
}

/* The path of a file in it; good until four more were asked for. */
static inline const char *in_scratch(const char *name) {
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

#endif
