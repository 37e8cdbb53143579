#include "print.h"

#include <stdio.h>

static void print_bytes(uint64_t bytes) {
    if (bytes < 1000000)
        printf("%.1f kB", (double)bytes / 1e3);
    else
        printf("%.1f MB", (double)bytes / 1e6);
}

void tr_print_artifact(const tr_artifact *artifact) {
    printf("%s: ", artifact->path);
    if (artifact->width)
        printf("%dx%d, ", artifact->width, artifact->height);
    if (artifact->n_frames > 1 || artifact->seconds > 0) /* rather than a picture */
        printf("%llu frame%s, ", (unsigned long long)artifact->n_frames,
               artifact->n_frames == 1 ? "" : "s");
    if (artifact->seconds > 0)
        printf("%.2f s, ", artifact->seconds);
    print_bytes(artifact->bytes);
    putchar('\n');
}
