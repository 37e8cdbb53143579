#include "bytes.h"

#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static tr_status fail_with_errno(const tr_bytes *bytes, tr_diag *diag) {
    return tr_fail(diag, TR_ERROR_INPUT, "%s: cannot read: %s", bytes->name, strerror(errno));
}

tr_status tr_bytes_open(tr_bytes *bytes, const char *path, tr_diag *diag) {
    struct stat info;
    *bytes = (tr_bytes){.descriptor = -1};
    tr_csv_name_file(bytes->name, path);
    /* a pipe that nobody writes to must not be waited for */
    bytes->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (bytes->descriptor < 0)
        return fail_with_errno(bytes, diag);
    if (fstat(bytes->descriptor, &info))
        return fail_with_errno(bytes, diag);
    if (S_ISDIR(info.st_mode))
        return tr_fail(diag, TR_ERROR_INPUT, "%s: is a folder; wanted a file", bytes->name);
    if (!S_ISREG(info.st_mode))
        return tr_fail(diag, TR_ERROR_INPUT, "%s: is no regular file", bytes->name);
    bytes->size = (uint64_t)info.st_size;
    return TR_OK;
}

void tr_bytes_close(tr_bytes *bytes) {
    if (bytes->descriptor >= 0)
        close(bytes->descriptor);
    bytes->descriptor = -1;
}

tr_status tr_bytes_read(const tr_bytes *bytes, uint64_t offset, void *data, size_t size,
                        tr_diag *diag) {
    char *at = data;
    while (size) {
        ssize_t got = pread(bytes->descriptor, at, size, (off_t)offset);
        if (got < 0 && errno != EINTR)
            return fail_with_errno(bytes, diag);
        if (got == 0)
            return tr_fail(diag, TR_ERROR_INPUT,
                           "%s: ends after %llu bytes, where it has more to say", bytes->name,
                           (unsigned long long)offset);
        if (got > 0) {
            at += got;
            offset += (uint64_t)got;
            size -= (size_t)got;
        }
    }
    return TR_OK;
}

/* IEEE 754's binary16. */
static double half_of(uint64_t bits) {
    unsigned exponent = bits >> 10 & 31;
    double fraction = (double)(bits & 1023);
    double value = exponent == 31 ? (fraction != 0 ? NAN : INFINITY)
                   : exponent     ? ldexp(1024 + fraction, (int)exponent - 25)
                                  : ldexp(fraction, -24);
    return bits >> 15 ? -value : value;
}

static double float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static double double_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double tr_number_at(const uint8_t *data, tr_number_type type) {
    uint64_t bits = 0;
    for (size_t i = 0; i < type.size; i++)
        bits |= (uint64_t)data[i] << 8 * (type.big_endian ? type.size - 1 - i : i);
    switch (type.kind) {
    case TR_NUMBER_UNSIGNED:
        return (double)bits;
    case TR_NUMBER_SIGNED: {
        uint64_t sign = UINT64_C(1) << (8 * type.size - 1);
        return (bits & sign) ? -(double)(~(bits | ~(sign | (sign - 1))) + 1) : (double)bits;
    }
    case TR_NUMBER_FLOAT:
        return type.size == 2   ? half_of(bits)
               : type.size == 4 ? float_of((uint32_t)bits)
                                : double_of(bits);
    case TR_NUMBER_BFLOAT16:
        return float_of((uint32_t)bits << 16);
    }
    return NAN;
}
