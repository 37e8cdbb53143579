#include "gif_film.h"

#include "alloc.h"
#include "diag.h"
#include "gif.h"

#include <errno.h>
#include <unistd.h>

enum {
    SHORTEST_DELAY = 2, /* hundredths of a second: browsers take less than that for ten */
    BUFFER = 1 << 16
};

typedef struct maker {
    const tr_gif_film *film;
    uint64_t limit;
    int stride;
    int width; /* of the file's picture */
    int height;
    tr_palette palette;
    int table_bits;
    unsigned transparent; /* the index after those of the palette */
    tr_buffer tokens;
    uint32_t *canvas; /* the frame at hand, 0xRRGGBB */
    tr_box dirty;     /* where it may differ from what is shown */
    uint8_t *shown;   /* indexes */
    uint8_t *wanted;
    uint8_t *cut; /* a part of either */
    tr_lzw *lzw;
    tr_buffer file;       /* what is not written yet */
    tr_buffer picture;    /* what is shown now, which waits for its delay */
    tr_buffer opaque;     /* the same without transparency */
    uint64_t shown_since; /* hundredths of a second */
    uint64_t n_written;   /* bytes */
    uint64_t n_pictures;
} maker;

/* ---- time ---- */

/* When a frame is shown, in hundredths of a second. */
static uint64_t time_of(const tr_gif_film *film, uint64_t frame) {
    uint64_t rate = (uint64_t)film->frames_per_second;
    return (200 * frame + rate) / (2 * rate);
}

/* One of so many frames can be shown at all. */
static int least_stride(int frames_per_second) {
    int most = 100 / SHORTEST_DELAY;
    return (frames_per_second + most - 1) / most;
}

static bool is_kept(const maker *m, size_t frame) {
    size_t last = m->film->n_frames - 1, stride = (size_t)m->stride;
    return !frame || frame == last || (frame % stride == 0 && frame + stride <= last);
}

/* ---- bytes ---- */

static bool is_too_large(const maker *m) {
    return m->n_written + m->file.size > m->limit;
}

static tr_status write_out(maker *m, size_t threshold, tr_diag *diag) {
    if (m->file.size < threshold)
        return TR_OK;
    tr_status status = tr_output_write(m->film->output, m->file.data, m->file.size, diag);
    m->n_written += m->file.size;
    m->file.size = 0;
    return status;
}

static tr_status put_picture(maker *m, unsigned delay, tr_diag *diag) {
    if (tr_buffer_reserve(&m->file, m->picture.size))
        return tr_fail_memory(diag, "the GIF");
    tr_gif_set_delay(m->picture.data, delay);
    tr_buffer_put_all(&m->file, m->picture.data, m->picture.size);
    m->n_pictures++;
    return write_out(m, BUFFER, diag);
}

/* What is shown now stays until then. Where that is longer than a picture can, nothing is drawn over
 * it in between. */
static tr_status end_picture(maker *m, uint64_t until, tr_diag *diag) {
    const tr_box corner = {0, 0, 1, 1};
    const uint8_t index = (uint8_t)m->transparent;
    uint64_t rest = until - m->shown_since;
    tr_status status = TR_OK;
    while (!status && m->picture.size && rest > TR_GIF_LONGEST_DELAY) {
        unsigned delay = TR_GIF_LONGEST_DELAY - SHORTEST_DELAY; /* so that enough is left */
        status = put_picture(m, delay, diag);
        rest -= delay;
        m->picture.size = 0;
        if (!status &&
            tr_gif_put_image(&m->picture, m->lzw, &corner, &index, m->table_bits, m->transparent))
            status = tr_fail_memory(diag, "the GIF");
    }
    if (!status && m->picture.size)
        status = put_picture(m, (unsigned)rest, diag);
    m->shown_since = until;
    return status;
}

/* ---- pictures ---- */

static bool is_scaled(const maker *m) {
    return m->width != m->film->width || m->height != m->film->height;
}

/* The colour of a pixel of the smaller picture: the mean of those that it covers. Lengths are in parts of
 * a pixel: a large one has as many as the small picture has pixels, and a small one as many as the
 * large picture. */
static uint32_t mean_color(const maker *m, int x, int y) {
    int from_width = m->film->width, from_height = m->film->height;
    int64_t left = (int64_t)x * from_width, right = left + from_width;
    int64_t top = (int64_t)y * from_height, bottom = top + from_height;
    uint64_t sums[3] = {0}, area = (uint64_t)from_width * (uint64_t)from_height;
    for (int64_t row = top / m->height; row * m->height < bottom; row++) {
        int64_t above = row * m->height, below = above + m->height;
        uint64_t tall = (uint64_t)((below < bottom ? below : bottom) - (above > top ? above : top));
        for (int64_t column = left / m->width; column * m->width < right; column++) {
            int64_t before = column * m->width, after = before + m->width;
            uint64_t part = tall * (uint64_t)((after < right ? after : right) -
                                              (before > left ? before : left));
            uint32_t color = m->canvas[row * from_width + column];
            for (int c = 0; c < 3; c++)
                sums[c] += part * (color >> (16 - 8 * c) & 255);
        }
    }
    uint32_t color = 0;
    for (int c = 0; c < 3; c++)
        color = color << 8 | (uint32_t)((sums[c] + area / 2) / area);
    return color;
}

/* The box of the file's picture in which it may have changed. */
static tr_box scale_box(const maker *m) {
    int64_t w = m->width, h = m->height, from_w = m->film->width, from_h = m->film->height;
    return (tr_box){.left = (int)(m->dirty.left * w / from_w),
                    .top = (int)(m->dirty.top * h / from_h),
                    .right = (int)((m->dirty.right * w + from_w - 1) / from_w),
                    .bottom = (int)((m->dirty.bottom * h + from_h - 1) / from_h)};
}

/* Finds the indexes of what may have changed, and the box around what did. */
static tr_box find_change(maker *m) {
    const tr_box box = tr_box_is_empty(&m->dirty) ? m->dirty : scale_box(m);
    bool scaled = is_scaled(m);
    tr_box change = tr_box_of_nothing();
    for (int y = box.top; y < box.bottom; y++)
        for (int x = box.left; x < box.right; x++) {
            size_t at = (size_t)y * (size_t)m->width + (size_t)x;
            uint32_t color = scaled ? mean_color(m, x, y) : m->canvas[at];
            m->wanted[at] = tr_palette_find(&m->palette, color);
            if (m->wanted[at] == m->shown[at])
                continue;
            tr_box_extend(&change, x, y, x + 1, y + 1);
        }
    return change;
}

/* Compresses a box once as it is and once with what stays left out, and takes what is smaller. */
static tr_status draw(maker *m, const tr_box *box, tr_diag *diag) {
    size_t width = (size_t)(box->right - box->left), at = 0, n_same = 0;
    m->picture.size = m->opaque.size = 0;
    for (int y = box->top; y < box->bottom; y++, at += width)
        memcpy(m->cut + at, m->wanted + (size_t)y * (size_t)m->width + box->left, width);
    tr_status status =
        tr_gif_put_image(&m->opaque, m->lzw, box, m->cut, m->table_bits, m->transparent);
    at = 0;
    for (int y = box->top; y < box->bottom; y++, at += width) {
        uint8_t *shown = m->shown + (size_t)y * (size_t)m->width + box->left;
        for (size_t x = 0; x < width; x++)
            if (shown[x] == m->cut[at + x]) {
                m->cut[at + x] = (uint8_t)m->transparent;
                n_same++;
            } else {
                shown[x] = m->cut[at + x];
            }
    }
    if (!status && n_same)
        status = tr_gif_put_image(&m->picture, m->lzw, box, m->cut, m->table_bits, m->transparent);
    if (status)
        return tr_fail_memory(diag, "the GIF");
    if (!n_same || m->opaque.size < m->picture.size) {
        tr_buffer other = m->picture;
        m->picture = m->opaque;
        m->opaque = other;
    }
    return TR_OK;
}

/* ---- frames ---- */

static tr_status read_tokens(maker *m, const tr_spilled *frame, tr_diag *diag) {
    const char *path = tr_output_path(m->film->output);
    m->tokens.size = 0;
    if (tr_buffer_reserve(&m->tokens, frame->size))
        return tr_fail_memory(diag, "the GIF");
    while (m->tokens.size < frame->size) {
        ssize_t got = pread(m->film->spill, m->tokens.data + m->tokens.size,
                            frame->size - m->tokens.size, (off_t)(frame->offset + m->tokens.size));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return tr_fail(diag, TR_ERROR_OUTPUT, "%s: cannot read its frames back: %s", path,
                           strerror(errno));
        if (got == 0)
            break;
        m->tokens.size += (size_t)got;
    }
    tr_box changed;
    if (m->tokens.size < frame->size ||
        !tr_changes_apply(m->tokens.data, m->tokens.size, m->canvas, m->film->width,
                          m->film->height, &changed))
        return tr_fail(diag, TR_ERROR_OUTPUT,
                       "%s: its frames do not read back as they should; the file system may be at "
                       "fault",
                       path);
    tr_box_extend(&m->dirty, changed.left, changed.top, changed.right, changed.bottom);
    return TR_OK;
}

static tr_status show_frame(maker *m, size_t frame, tr_diag *diag) {
    tr_box change = find_change(m);
    tr_status status = TR_OK;
    m->dirty = tr_box_of_nothing();
    if (tr_box_is_empty(&change))
        return TR_OK;
    status = end_picture(m, time_of(m->film, frame), diag);
    return status ? status : draw(m, &change, diag);
}

static tr_status write_frames(maker *m, tr_diag *diag) {
    const tr_gif_film *film = m->film;
    tr_status status = tr_output_restart(film->output, diag);
    if (!status && tr_gif_put_header(&m->file, m->width, m->height, m->palette.colors,
                                     m->palette.n_colors, m->table_bits))
        status = tr_fail_memory(diag, "the GIF");
    /* nothing is shown yet, so that all of the first frame is drawn */
    memset(m->shown, (int)m->transparent, (size_t)m->width * (size_t)m->height);
    m->dirty = (tr_box){0, 0, film->width, film->height};
    for (size_t i = 0; !status && i < film->n_frames && !is_too_large(m); i++) {
        status = read_tokens(m, &film->frames[i], diag);
        if (!status && is_kept(m, i))
            status = show_frame(m, i, diag);
    }
    uint64_t last = time_of(film, film->n_frames - 1) + SHORTEST_DELAY;
    uint64_t end = time_of(film, film->n_frames);
    if (!status)
        status = end_picture(m, end > last ? end : last, diag);
    if (!status && tr_gif_put_end(&m->file))
        status = tr_fail_memory(diag, "the GIF");
    return status ? status : write_out(m, 1, diag);
}

/* Counts the colours of the smaller picture: those between two colours are in no frame. */
static tr_status count_colors(maker *m, tr_histogram *histogram, tr_diag *diag) {
    tr_status status = TR_OK;
    m->dirty = tr_box_of_nothing();
    for (size_t i = 0; !status && i < m->film->n_frames; i++) {
        status = read_tokens(m, &m->film->frames[i], diag);
        if (status || !is_kept(m, i) || tr_box_is_empty(&m->dirty))
            continue;
        const tr_box box = scale_box(m);
        for (int y = box.top; y < box.bottom; y++)
            for (int x = box.left; x < box.right; x++)
                tr_histogram_add(histogram, mean_color(m, x, y), i ? 1 : TR_WHOLE_FRAME_WEIGHT);
        m->dirty = tr_box_of_nothing();
    }
    return status;
}

static tr_status choose_colors(maker *m, tr_histogram *of_frames, int n_colors, tr_diag *diag) {
    tr_histogram *of_pictures = NULL;
    tr_status status = TR_OK;
    if (is_scaled(m)) {
        status = tr_histogram_create(&of_pictures, diag);
        if (!status)
            status = count_colors(m, of_pictures, diag);
    }
    if (!status)
        status = tr_palette_open(&m->palette, of_pictures ? of_pictures : of_frames,
                                 (size_t)n_colors, diag);
    tr_histogram_destroy(&of_pictures);
    m->transparent = (unsigned)m->palette.n_colors;
    while (1u << m->table_bits <= m->transparent)
        m->table_bits++;
    return status;
}

static int scale(int length, const tr_gif_economy *economy) {
    int scaled = length * economy->numerator / economy->denominator;
    return scaled < 1 ? 1 : scaled;
}

static tr_status open_maker(maker *m, tr_histogram *histogram, const tr_gif_economy *economy,
                            tr_diag *diag) {
    const tr_gif_film *film = m->film;
    m->stride = economy->stride * least_stride(film->frames_per_second);
    m->width = scale(film->width, economy);
    m->height = scale(film->height, economy);
    size_t n_pixels = (size_t)m->width * (size_t)m->height;
    m->canvas = tr_alloc_array((size_t)film->width * (size_t)film->height, sizeof *m->canvas);
    m->shown = tr_alloc_array(n_pixels, 1);
    m->wanted = tr_alloc_array(n_pixels, 1);
    m->cut = tr_alloc_array(n_pixels, 1);
    m->lzw = tr_alloc_array(1, sizeof *m->lzw);
    if (!m->canvas || !m->shown || !m->wanted || !m->cut || !m->lzw)
        return tr_fail_memory(diag, "the GIF");
    return choose_colors(m, histogram, economy->n_colors, diag);
}

static void close_maker(maker *m) {
    tr_palette_close(&m->palette);
    free(m->canvas);
    free(m->shown);
    free(m->wanted);
    free(m->cut);
    free(m->lzw);
    free(m->tokens.data);
    free(m->file.data);
    free(m->picture.data);
    free(m->opaque.data);
}

tr_status tr_gif_write(const tr_gif_film *film, tr_histogram *histogram,
                       const tr_gif_economy *economy, uint64_t limit, tr_gif_result *result,
                       tr_diag *diag) {
    maker m = {.film = film, .limit = limit};
    tr_status status = open_maker(&m, histogram, economy, diag);
    if (!status)
        status = write_frames(&m, diag);
    *result = (tr_gif_result){.bytes = m.n_written,
                              .n_pictures = m.n_pictures,
                              .seconds = (double)m.shown_since / 100,
                              .width = m.width,
                              .height = m.height};
    close_maker(&m);
    return status;
}
