#include "changes.h"

#include "alloc.h"
#include "diag.h"

enum {
    RGB = 0xFFFFFF,
    TOKEN_BYTES = 5 + 3 /* a number below 2^35, and a colour */
};

tr_status tr_changes_open(tr_changes *changes, int width, int height, tr_diag *diag) {
    *changes = (tr_changes){.width = width, .height = height};
    changes->previous = tr_alloc_array((size_t)width * (size_t)height, sizeof(uint32_t));
    return changes->previous ? TR_OK : tr_fail_memory(diag, "a worker");
}

void tr_changes_close(tr_changes *changes) {
    free(changes->previous);
    free(changes->tokens.data);
    *changes = (tr_changes){0};
}

void tr_changes_restart(tr_changes *changes) {
    changes->has_previous = false;
}

/* What is not yet a token: pixels that stay, and after them a run of one colour. */
typedef struct pending {
    tr_changes *changes;
    tr_histogram *histogram;
    uint64_t n_same;
    uint64_t n_run;
    uint32_t color;
} pending;

static void put_number(tr_buffer *tokens, uint64_t number) {
    for (; number >= 128; number >>= 7)
        tr_buffer_put(tokens, 128 | (unsigned)(number & 127));
    tr_buffer_put(tokens, (unsigned)number);
}

static tr_status flush_same(pending *p) {
    if (!p->n_same)
        return TR_OK;
    tr_status status = tr_buffer_reserve(&p->changes->tokens, TOKEN_BYTES);
    if (!status)
        put_number(&p->changes->tokens, 2 * p->n_same);
    p->n_same = 0;
    return status;
}

static tr_status flush_run(pending *p) {
    tr_buffer *tokens = &p->changes->tokens;
    if (!p->n_run)
        return TR_OK;
    tr_status status = tr_buffer_reserve(tokens, TOKEN_BYTES);
    if (status)
        return status;
    put_number(tokens, 2 * p->n_run + 1);
    tr_buffer_put(tokens, p->color >> 16);
    tr_buffer_put(tokens, p->color >> 8 & 255);
    tr_buffer_put(tokens, p->color & 255);
    tr_histogram_add(p->histogram, p->color,
                     p->n_run * (p->changes->has_previous ? 1 : TR_WHOLE_FRAME_WEIGHT));
    p->n_run = 0;
    return TR_OK;
}

/* Codes a row of which something may have changed. */
static tr_status code_row(pending *p, const uint32_t *row, uint32_t *previous) {
    tr_status status = TR_OK;
    for (int x = 0; !status && x < p->changes->width; x++) {
        uint32_t color = row[x] & RGB;
        if (p->changes->has_previous && color == previous[x]) {
            status = flush_run(p);
            p->n_same++;
            continue;
        }
        previous[x] = color;
        if (p->n_run && p->color == color) {
            p->n_run++;
            continue;
        }
        status = flush_same(p);
        if (!status)
            status = flush_run(p);
        p->color = color;
        p->n_run = 1;
    }
    return status;
}

tr_status tr_changes_code(tr_changes *changes, const tr_frame *frame, tr_histogram *histogram,
                          tr_diag *diag) {
    pending p = {.changes = changes, .histogram = histogram};
    tr_status status = TR_OK;
    changes->tokens.size = 0;
    for (int row = 0; !status && row < changes->height; row++) {
        if (changes->has_previous && !tr_row_may_have_changed(frame, row)) {
            status = flush_run(&p);
            p.n_same += (uint64_t)changes->width;
            continue;
        }
        status = code_row(&p, (const uint32_t *)(const void *)(frame->pixels + row * frame->stride),
                          changes->previous + (size_t)row * (size_t)changes->width);
    }
    if (!status)
        status = flush_run(&p);
    changes->has_previous = true;
    return status ? tr_fail_memory(diag, "a segment") : TR_OK;
}

/* Reads a number; false where the tokens end before it does. */
static bool get_number(const uint8_t **at, const uint8_t *end, uint64_t *number) {
    *number = 0;
    for (int shift = 0; *at < end && shift < 56; shift += 7) {
        uint8_t byte = *(*at)++;
        *number |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

/* The box that holds another one and a run of pixels from `first` on. */
static void extend(tr_box *box, int width, size_t first, size_t count) {
    size_t w = (size_t)width;
    int top = (int)(first / w), bottom = (int)((first + count - 1) / w) + 1;
    int left = (int)(first % w), right = left + (int)(count < w ? count : w);
    if (bottom > top + 1) {
        left = 0;
        right = width;
    }
    tr_box_extend(box, left, top, right, bottom);
}

bool tr_changes_apply(const uint8_t *tokens, size_t size, uint32_t *pixels, int width, int height,
                      tr_box *changed) {
    const uint8_t *end = tokens + size;
    size_t n_pixels = (size_t)width * (size_t)height, at = 0;
    uint64_t number;
    *changed = tr_box_of_nothing();
    while (tokens < end) {
        if (!get_number(&tokens, end, &number) || number / 2 > n_pixels - at)
            return false;
        size_t count = (size_t)(number / 2);
        if (number % 2) {
            if (end - tokens < 3 || !count)
                return false;
            uint32_t color = (uint32_t)tokens[0] << 16 | (uint32_t)tokens[1] << 8 | tokens[2];
            tokens += 3;
            for (size_t i = 0; i < count; i++)
                pixels[at + i] = color;
            extend(changed, width, at, count);
        }
        at += count;
    }
    return true;
}
