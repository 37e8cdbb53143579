/* The page of a preview, which is made of preview.html when the program is built. */
#ifndef TR_CLI_PREVIEW_PAGE_H
#define TR_CLI_PREVIEW_PAGE_H

#include <stddef.h>

/* UTF-8, not ended by a 0; @NAME@ stands for what is shown. */
extern const unsigned char tr_preview_page[];
extern const size_t tr_preview_page_size;

#endif
