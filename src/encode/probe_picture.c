/* PNG: https://www.w3.org/TR/png-3/; GIF89a: https://www.w3.org/Graphics/GIF/spec-gif89a.txt;
 * WebP: RFC 9649. */
#include "probe_picture.h"

#include <string.h>

enum { MOST_SIDE = 1 << 24 };

static bool read_bytes(FILE *file, uint8_t *bytes, size_t count) {
    return fread(bytes, 1, count, file) == count;
}

/* Skips bytes that are there, to the very last one. */
static bool skip(FILE *file, uint64_t count) {
    if (!count)
        return true;
    return count <= INT64_MAX && !fseeko(file, (off_t)(count - 1), SEEK_CUR) && getc(file) != EOF;
}

static uint32_t big_endian(const uint8_t *bytes, int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

static uint32_t little_endian(const uint8_t *bytes, int count) {
    uint32_t value = 0;
    for (int i = count - 1; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

static bool set_size(tr_media *media, uint32_t width, uint32_t height) {
    media->width = (int)(width & 0x7fffffff);
    media->height = (int)(height & 0x7fffffff);
    return width >= 1 && width <= MOST_SIDE && height >= 1 && height <= MOST_SIDE;
}

/* ---- PNG ---- */

typedef struct png_facts {
    bool has_data;
    bool is_animated;
    uint32_t n_announced; /* frames, by acTL */
    uint32_t n_controls;  /* fcTL */
    double seconds;
} png_facts;

static void note_frame_control(const uint8_t *content, png_facts *facts) {
    uint32_t numerator = big_endian(content + 20, 2), denominator = big_endian(content + 22, 2);
    facts->n_controls++;
    facts->seconds += (double)numerator / (denominator ? denominator : 100);
}

/* Reads one chunk after its length; false at what is wrong. */
static bool read_chunk(FILE *file, uint32_t length, const uint8_t *type, png_facts *facts) {
    uint8_t content[26];
    bool is_control = !memcmp(type, "fcTL", 4), is_animation = !memcmp(type, "acTL", 4);
    uint32_t n_read = is_control ? 26 : is_animation ? 8 : 0;
    if (n_read && (length != n_read || !read_bytes(file, content, n_read)))
        return false;
    if (is_control)
        note_frame_control(content, facts);
    if (is_animation) { /* after the picture it would not count */
        facts->is_animated = !facts->has_data;
        facts->n_announced = big_endian(content, 4);
    }
    facts->has_data = facts->has_data || !memcmp(type, "IDAT", 4);
    return skip(file, (uint64_t)length - n_read + 4); /* and the checksum */
}

bool tr_probe_png(FILE *file, tr_media *media) {
    uint8_t start[33];
    png_facts facts = {0};
    if (!read_bytes(file, start, sizeof start) || memcmp(start, "\x89PNG\r\n\x1a\n", 8) != 0 ||
        big_endian(start + 8, 4) != 13 || memcmp(start + 12, "IHDR", 4) != 0 ||
        !set_size(media, big_endian(start + 16, 4), big_endian(start + 20, 4)))
        return false;
    for (;;) {
        uint8_t head[8];
        if (!read_bytes(file, head, sizeof head))
            return false;
        uint32_t length = big_endian(head, 4);
        if (length > 0x7fffffff || !read_chunk(file, length, head + 4, &facts))
            return false;
        if (!memcmp(head + 4, "IEND", 4))
            break;
    }
    if (!facts.has_data ||
        (facts.is_animated && (facts.n_announced < 1 || facts.n_controls != facts.n_announced)))
        return false;
    media->type = facts.is_animated ? "image/apng" : "image/png";
    media->n_frames = facts.is_animated ? facts.n_announced : 1;
    media->seconds = facts.is_animated && facts.n_announced > 1 ? facts.seconds : 0;
    return true;
}

/* ---- GIF ---- */

/* Skips blocks of up to 255 bytes until an empty one. */
static bool skip_blocks(FILE *file) {
    int size;
    while ((size = getc(file)) > 0)
        if (!skip(file, (uint64_t)size))
            return false;
    return size == 0;
}

static uint64_t table_size(uint8_t flags) {
    return flags & 0x80 ? UINT64_C(3) << ((flags & 7) + 1) : 0;
}

/* An extension, of which the graphic control tells for how long the next picture stays. */
static bool read_extension(FILE *file, unsigned *delay) {
    uint8_t control[5];
    int label = getc(file);
    if (label == 0xf9) {
        if (!read_bytes(file, control, sizeof control) || control[0] != 4)
            return false;
        *delay = little_endian(control + 2, 2);
    }
    return label != EOF && skip_blocks(file);
}

static bool read_picture(FILE *file) {
    uint8_t descriptor[9];
    return read_bytes(file, descriptor, sizeof descriptor) &&
           skip(file, table_size(descriptor[8]) + 1) && /* with the size of the codes */
           skip_blocks(file);
}

bool tr_probe_gif(FILE *file, tr_media *media) {
    uint8_t start[13];
    uint64_t hundredths = 0;
    unsigned delay = 0;
    if (!read_bytes(file, start, sizeof start) ||
        (memcmp(start, "GIF87a", 6) != 0 && memcmp(start, "GIF89a", 6) != 0) ||
        !set_size(media, little_endian(start + 6, 2), little_endian(start + 8, 2)) ||
        !skip(file, table_size(start[10])))
        return false;
    for (int kind; (kind = getc(file)) != 0x3b;) {
        if (kind == 0x21 ? !read_extension(file, &delay) : kind != 0x2c || !read_picture(file))
            return false;
        if (kind != 0x2c)
            continue;
        hundredths += delay < 2 ? 10 : delay; /* as browsers do */
        media->n_frames++;
        delay = 0;
    }
    media->type = "image/gif";
    media->seconds = media->n_frames > 1 ? (double)hundredths / 100 : 0;
    return media->n_frames > 0;
}

/* ---- WebP ---- */

typedef struct webp_facts {
    bool has_canvas;
    uint64_t n_stills; /* pictures that are no frames of an animation */
    uint64_t milliseconds;
} webp_facts;

static bool read_webp_chunk(FILE *file, const uint8_t *type, uint64_t length, tr_media *media,
                            webp_facts *facts) {
    static const struct {
        const char *type;
        uint32_t n_read;
    } known[] = {{"VP8X", 10}, {"VP8 ", 10}, {"VP8L", 5}, {"ANMF", 16}};
    uint8_t content[16];
    size_t kind = 0;
    while (kind < 4 && memcmp(type, known[kind].type, 4) != 0)
        kind++;
    uint32_t n_read = kind < 4 ? known[kind].n_read : 0;
    bool is_good = length >= n_read && read_bytes(file, content, n_read);
    if (is_good && kind == 0) {
        facts->has_canvas = true;
        is_good =
            set_size(media, little_endian(content + 4, 3) + 1, little_endian(content + 7, 3) + 1);
    } else if (is_good && kind == 1) {
        is_good = little_endian(content + 3, 3) == 0x2a019d &&
                  (facts->has_canvas || set_size(media, little_endian(content + 6, 2) & 0x3fff,
                                                 little_endian(content + 8, 2) & 0x3fff));
        facts->n_stills++;
    } else if (is_good && kind == 2) {
        uint32_t bits = little_endian(content + 1, 4);
        is_good = content[0] == 0x2f && (facts->has_canvas || set_size(media, (bits & 0x3fff) + 1,
                                                                       (bits >> 14 & 0x3fff) + 1));
        facts->n_stills++;
    } else if (is_good && kind == 3) {
        facts->milliseconds += little_endian(content + 12, 3);
        media->n_frames++;
    }
    return is_good && skip(file, length - n_read);
}

bool tr_probe_webp(FILE *file, tr_media *media) {
    uint8_t start[12];
    webp_facts facts = {0};
    if (!read_bytes(file, start, sizeof start) || memcmp(start, "RIFF", 4) != 0 ||
        memcmp(start + 8, "WEBP", 4) != 0)
        return false;
    uint64_t left = little_endian(start + 4, 4);
    if (left < 4)
        return false;
    for (left -= 4; left;) {
        uint8_t head[8];
        if (left < sizeof head || !read_bytes(file, head, sizeof head))
            return false;
        uint64_t length = little_endian(head + 4, 4);
        uint64_t padded = length + length % 2;
        if (padded > left - sizeof head || !read_webp_chunk(file, head, length, media, &facts) ||
            !skip(file, length % 2))
            return false;
        left -= sizeof head + padded;
    }
    bool is_animated = media->n_frames > 0;
    if (is_animated ? !facts.has_canvas || facts.n_stills : facts.n_stills != 1)
        return false;
    media->type = "image/webp";
    media->seconds = media->n_frames > 1 ? (double)facts.milliseconds / 1000 : 0;
    media->n_frames = is_animated ? media->n_frames : 1;
    return true;
}
