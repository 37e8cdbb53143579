#include "svg_ids.h"

#include "alloc.h"
#include "diag.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 20 }; /* of any number in a name, at most */

/* What comes before the number, in Cairo 1.16 and in 1.18. */
static const char *const words[] = {"surface-", "surface", "source-", "image-", "image"};

typedef struct numbers {
    unsigned long *seen; /* in the order in which they came: the new number is the place */
    size_t count;
    size_t capacity;
} numbers;

/* The new number of an old one; 0 without memory. */
static size_t renumber(numbers *all, unsigned long old) {
    for (size_t i = 0; i < all->count; i++)
        if (all->seen[i] == old)
            return i + 1;
    if (all->count == all->capacity) {
        size_t capacity = 2 * all->capacity + 8;
        unsigned long *seen = realloc(all->seen, capacity * sizeof *seen);
        if (!seen)
            return 0;
        all->seen = seen;
        all->capacity = capacity;
    }
    all->seen[all->count++] = old;
    return all->count;
}

/* The length of a word that begins a name here, and that a number follows; 0 if there is none. */
static size_t match(const char *at, const char *end) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(end - at) > length && !strncmp(at, words[i], length) && at[length] >= '0' &&
            at[length] <= '9')
            return length;
    }
    return 0;
}

tr_status tr_svg_renumber(const uint8_t *text, size_t size, uint8_t **renumbered, size_t *new_size,
                          tr_diag *diag) {
    numbers all = {0};
    char *out = NULL;
    FILE *file = open_memstream(&out, new_size);
    const char *at = (const char *)text;
    const char *end = at + size;
    bool complete = file != NULL;
    while (complete && at < end) {
        const char *quote = at;
        while (quote < end && *quote != '"' && *quote != '#') /* id="…", href="#…", url(#…) */
            quote++;
        quote += quote < end;
        size_t length = match(quote, end);
        fwrite(at, 1, (size_t)(quote - at) + length, file);
        at = quote + length;
        if (!length)
            continue;
        char *rest;
        char digits[DIGITS + 1] = "";
        memcpy(digits, at, (size_t)(end - at) < DIGITS ? (size_t)(end - at) : DIGITS);
        size_t number = renumber(&all, strtoul(digits, &rest, 10));
        complete = number > 0;
        fprintf(file, "%zu", number);
        at += rest - digits;
    }
    bool failed = !complete || ferror(file);
    if ((file && fclose(file)) || failed) {
        free(out);
        out = NULL;
    }
    free(all.seen);
    *renumbered = (uint8_t *)out;
    return out ? TR_OK : tr_fail_memory(diag, "the picture");
}
