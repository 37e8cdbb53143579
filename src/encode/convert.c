#include "convert.h"

#include <string.h>

/* 16-bit fixed-point weights of R, G and B. Those of Y sum to 219/255, those of Cb and Cr to 0, so
 * that greys have no colour. */
enum {
    SHIFT = 16,
    Y_R = 11966,
    Y_G = 40254,
    Y_B = 4064,
    CB_R = -6596,
    CB_G = -22189,
    CB_B = 28785,
    CR_R = 28784,
    CR_G = -26145,
    CR_B = -2639
};

/* The same integers either way, so the same bytes; only faster where there is AVX2. Sanitizers cannot
 * run before such a function is resolved. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&       \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

/* What is not inlined is compiled once, for the oldest processor. */
#ifdef __GNUC__
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

enum { HALF = TR_TILE * TR_TILE / 2, QUARTER = TR_TILE * TR_TILE / 4 };

/* A tile, the rows of one parity one after another: so every loop is long enough to be vectorised. */
typedef struct tile_data {
    uint32_t pixels[2][HALF]; /* of even and of odd rows */
    uint8_t y[2][HALF];
    uint8_t cb[QUARTER];
    uint8_t cr[QUARTER];
} tile_data;

ALWAYS_INLINE void convert_luma(const uint32_t *restrict pixels, uint8_t *restrict y) {
    for (int i = 0; i < HALF; i++) {
        int32_t r = (int32_t)(pixels[i] >> 16 & 0xFF);
        int32_t g = (int32_t)(pixels[i] >> 8 & 0xFF);
        int32_t b = (int32_t)(pixels[i] & 0xFF);
        y[i] =
            (uint8_t)((Y_R * r + Y_G * g + Y_B * b + (16 << SHIFT) + (1 << (SHIFT - 1))) >> SHIFT);
    }
}

ALWAYS_INLINE void convert_chroma(const uint32_t *restrict even, const uint32_t *restrict odd,
                                  uint8_t *restrict cb, uint8_t *restrict cr) {
    const int32_t offset = (128 << (SHIFT + 2)) + (1 << (SHIFT + 1)); /* four pixels: 2 bits more */
    uint32_t red_and_blue[HALF], green[HALF]; /* sums of two pixels, 16 bits for each colour */
    for (int i = 0; i < HALF; i++) {
        red_and_blue[i] = (even[i] & UINT32_C(0xFF00FF)) + (odd[i] & UINT32_C(0xFF00FF));
        green[i] = (even[i] >> 8 & 0xFF) + (odd[i] >> 8 & 0xFF);
    }
    for (int i = 0; i < QUARTER; i++) {
        uint32_t rb = red_and_blue[2 * i] + red_and_blue[2 * i + 1];
        int32_t g = (int32_t)(green[2 * i] + green[2 * i + 1]);
        int32_t r = (int32_t)(rb >> 16);
        int32_t b = (int32_t)(rb & 0xFFFF);
        cb[i] = (uint8_t)((CB_R * r + CB_G * g + CB_B * b + offset) >> (SHIFT + 2));
        cr[i] = (uint8_t)((CR_R * r + CR_G * g + CR_B * b + offset) >> (SHIFT + 2));
    }
}

FOR_EACH_PROCESSOR
static void convert_tile(tile_data *tile) {
    convert_luma(tile->pixels[0], tile->y[0]);
    convert_luma(tile->pixels[1], tile->y[1]);
    convert_chroma(tile->pixels[0], tile->pixels[1], tile->cb, tile->cr);
}

/* Copies the tile's pixels in, and its samples out. */
ALWAYS_INLINE void convert_part(const tr_frame *frame, const tr_planes *planes, int left, int top,
                                size_t width, int height) {
    tile_data tile;
    if (width < TR_TILE || height < TR_TILE)
        memset(tile.pixels, 0, sizeof tile.pixels);
    for (int row = 0; row < height; row++)
        memcpy(&tile.pixels[row % 2][row / 2 * TR_TILE],
               frame->pixels + (top + row) * frame->stride + left * 4, width * sizeof(uint32_t));
    convert_tile(&tile);
    for (int row = 0; row < height; row++)
        memcpy(planes->y + (top + row) * planes->y_stride + left,
               &tile.y[row % 2][row / 2 * TR_TILE], width);
    for (int row = 0; row < height / 2; row++) {
        ptrdiff_t at = (top / 2 + row) * planes->c_stride + left / 2;
        memcpy(planes->cb + at, tile.cb + row * TR_TILE / 2, width / 2);
        memcpy(planes->cr + at, tile.cr + row * TR_TILE / 2, width / 2);
    }
}

/* A tile at an edge may be smaller. The others are of a size that the compiler knows. */
static void convert_at(const tr_frame *frame, const tr_planes *planes, int left, int top) {
    int width = frame->width - left;
    int height = frame->height - top;
    if (width >= TR_TILE && height >= TR_TILE)
        convert_part(frame, planes, left, top, TR_TILE, TR_TILE);
    else
        convert_part(frame, planes, left, top, (size_t)(width < TR_TILE ? width : TR_TILE),
                     height < TR_TILE ? height : TR_TILE);
}

void tr_convert_changed(const tr_frame *frame, const tr_planes *planes) {
    for (int row = 0; row < frame->tile_rows; row++)
        for (int column = 0; column < frame->tile_columns; column++)
            if (frame->changed[row * frame->tile_columns + column])
                convert_at(frame, planes, column * TR_TILE, row * TR_TILE);
}
