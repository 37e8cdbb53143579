#include "support.h"

#include "integer_chunk.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { N_ROWS = TR_INTEGER_CHUNK_ROWS, MOST_BYTES = N_ROWS * sizeof(uint64_t) };

/* What HDF5 does when it reads: the checksum, zlib, and the bytes back in their order. */
static void unpack(const uint8_t *packed, size_t size, size_t value_size, uint64_t *values) {
    static uint8_t planes[MOST_BYTES];
    uLongf n_bytes = sizeof planes;
    uint32_t checksum = 0;
    assert_true(size > sizeof checksum);
    size -= sizeof checksum;
    for (size_t i = 0; i < sizeof checksum; i++)
        checksum |= (uint32_t)packed[size + i] << 8 * i;
    assert_int_equal(checksum, tr_fletcher32(packed, size));
    assert_int_equal(uncompress(planes, &n_bytes, packed, (uLong)size), Z_OK);
    assert_int_equal(n_bytes, N_ROWS * value_size);
    for (size_t i = 0; i < N_ROWS; i++) {
        values[i] = 0;
        for (size_t p = 0; p < value_size; p++)
            values[i] |= (uint64_t)planes[p * N_ROWS + i] << 8 * p;
    }
}

/* Packs the chunk, and looks whether that is it. Returns how many bytes there are. */
static size_t check(tr_integer_chunk *chunk, size_t value_size, const uint64_t *wanted) {
    static uint64_t found[N_ROWS];
    size_t size;
    const void *packed = tr_integer_chunk_pack(chunk, &size);
    unpack(packed, size, value_size, found);
    assert_memory_equal(found, wanted, sizeof found);
    return size;
}

static tr_integer_chunk *create(size_t value_size) {
    tr_diag diag = {0};
    tr_integer_chunk *chunk;
    assert_ok(tr_integer_chunk_create(&chunk, value_size, &diag), diag);
    return chunk;
}

static void counts_shrink_to_a_thirtieth_chunk_after_chunk(void **state) {
    static uint64_t counts[N_ROWS];
    tr_integer_chunk *chunk = create(sizeof *counts);
    (void)state;
    for (uint64_t c = 0; c < 70; c++) {
        for (uint64_t i = 0; i < N_ROWS; i++)
            counts[i] = c * N_ROWS + i;
        tr_integer_chunk_set(chunk, 0, counts, sizeof *counts, N_ROWS);
        assert_true(check(chunk, sizeof *counts, counts) < sizeof counts / 30);
    }
    tr_integer_chunk_destroy(&chunk);
    assert_null(chunk);
}

static void a_chunk_grows_and_the_next_begins_with_zeros(void **state) {
    static const size_t ends[] = {1, 2, 1000, N_ROWS - 1, N_ROWS, 17, 300};
    static uint64_t wanted[N_ROWS];
    tr_integer_chunk *chunk = create(sizeof *wanted);
    size_t row = 0;
    (void)state;
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        if (ends[k] < row) {
            memset(wanted, 0, sizeof wanted);
            row = 0;
        }
        for (size_t i = row; i < ends[k]; i++)
            wanted[i] = (k + 1) * UINT64_C(0x0123456789abcdef) + i;
        tr_integer_chunk_set(chunk, row, wanted + row, sizeof *wanted, ends[k] - row);
        check(chunk, sizeof *wanted, wanted);
        row = ends[k];
    }
    tr_integer_chunk_destroy(&chunk);
}

static void narrow_integers_are_taken_from_structures(void **state) {
    static struct pair {
        float other;
        uint32_t value;
    } pairs[N_ROWS];
    static uint64_t wanted[N_ROWS];
    tr_integer_chunk *chunk = create(sizeof pairs->value);
    (void)state;
    for (size_t i = 0; i < N_ROWS; i++) {
        pairs[i] = (struct pair){.other = 1, .value = (uint32_t)(i * UINT32_C(0x9e3779b9))};
        wanted[i] = pairs[i].value;
    }
    tr_integer_chunk_set(chunk, 0, &pairs->value, sizeof *pairs, N_ROWS);
    check(chunk, sizeof pairs->value, wanted);
    tr_integer_chunk_destroy(&chunk);
}

/* Noise does not shrink, and deflate makes it longer, for which there is room. */
static void noise_is_kept_as_well(void **state) {
    static uint64_t noise[N_ROWS];
    uint64_t next = 1;
    tr_integer_chunk *chunk = create(sizeof *noise);
    (void)state;
    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < N_ROWS; i++) {
            /* xorshift64: Marsaglia, Xorshift RNGs, 2003 */
            next ^= next << 13;
            next ^= next >> 7;
            next ^= next << 17;
            noise[i] = next;
        }
        tr_integer_chunk_set(chunk, 0, noise, sizeof *noise, N_ROWS);
        assert_true(check(chunk, sizeof *noise, noise) < sizeof noise + 200);
    }
    tr_integer_chunk_destroy(&chunk);
}

/* What HDF5 1.10.8 leaves behind chunks of these bytes. */
static void the_checksum_is_that_of_hdf5(void **state) {
    static const uint8_t full[] = {0xff, 0xff, 0xff, 0xff}, halves[] = {0xff, 0xfe, 0x00, 0x01};
    (void)state;
    assert_int_equal(tr_fletcher32((const uint8_t *)"", 0), 0);
    assert_int_equal(tr_fletcher32((const uint8_t *)"abcdef", 6), 0x50562a2d);
    assert_int_equal(tr_fletcher32((const uint8_t *)"abcde", 5), 0x4ff029c7);
    assert_int_equal(tr_fletcher32(full, sizeof full), 0xffffffff);
    assert_int_equal(tr_fletcher32(halves, sizeof halves), 0xfffeffff);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_shrink_to_a_thirtieth_chunk_after_chunk),
        cmocka_unit_test(a_chunk_grows_and_the_next_begins_with_zeros),
        cmocka_unit_test(narrow_integers_are_taken_from_structures),
        cmocka_unit_test(noise_is_kept_as_well),
        cmocka_unit_test(the_checksum_is_that_of_hdf5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
