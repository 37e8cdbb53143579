#include "codecs.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

enum {
    HEAD_BYTES = 1 << 16
}; /* the index comes first, and its description of samples at its beginning */

void tr_find_codecs(const tr_stage *stage, const char *name, char codecs[TR_CODECS_SIZE]) {
    static const char box[] = "avcC";
    unsigned char *head = g_malloc(HEAD_BYTES);
    char *path = g_build_filename(tr_stage_path(stage), name, NULL);
    FILE *file = fopen(path, "rbe");
    size_t size = file ? fread(head, 1, HEAD_BYTES, file) : 0;
    const unsigned char *found = memmem(head, size, box, strlen(box));
    *codecs = '\0';
    /* after the box's name its version, which is 1, the profile, constraints and the level (ISO/IEC
     * 14496-15, 5.3.3.1) */
    if (found && (size_t)(head + size - found) >= 8 && found[4] == 1)
        g_snprintf(codecs, TR_CODECS_SIZE, "avc1.%02X%02X%02X", found[5], found[6], found[7]);
    if (file)
        fclose(file);
    g_free(path);
    g_free(head);
}
