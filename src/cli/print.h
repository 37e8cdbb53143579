/* What several commands print of what they made. */
#ifndef TR_CLI_PRINT_H
#define TR_CLI_PRINT_H

#include <trainreel/render.h>

/* "PATH: 400x300, 81 frames, 2.70 s, 31.0 kB" and a line break. */
void tr_print_artifact(const tr_artifact *artifact);

#endif
