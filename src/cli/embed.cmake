# cmake -D PAGE=preview.html -D OUTPUT=preview_page.c -P embed.cmake: the file as C.
file(READ ${PAGE} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT} "/* Made by embed.cmake from preview.html. */\n#include \"preview_page.h\"\n\n"
     "const unsigned char tr_preview_page[] = {\n${bytes}};\n"
     "const size_t tr_preview_page_size = sizeof tr_preview_page;\n")
