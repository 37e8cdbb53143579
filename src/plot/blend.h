/* Mixing pixels, 0xRRGGBB. */
#ifndef TR_PLOT_BLEND_H
#define TR_PLOT_BLEND_H

#include <stdint.h>

/* Two channels, 16 bits apart, of `color` over `under`, each rounded to the nearest. The division by
 * 255 is exact for what a product of two bytes can be. */
static inline uint32_t tr_blend_channels(uint32_t color, uint32_t under, uint32_t alpha) {
    uint32_t sum = color * alpha + under * (255 - alpha) + 0x00800080;
    return (sum + (sum >> 8 & 0x00FF00FF)) >> 8 & 0x00FF00FF;
}

/* `color` with the opacity `alpha`, 0 to 255, over `under`. */
static inline uint32_t tr_blend(uint32_t color, uint32_t under, uint32_t alpha) {
    return tr_blend_channels(color & 0x00FF00FF, under & 0x00FF00FF, alpha) |
           (tr_blend_channels(color >> 8 & 0xFF, under >> 8 & 0xFF, alpha) << 8);
}

#endif
