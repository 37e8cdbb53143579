/* Recordings in a temporary file. Snapshots are records of one size: those that no longer fit the
 * buffer are in the file, and the newest are still in the buffer, so that a short run never touches
 * the disk. */
#include "alloc.h"
#include "diag.h"
#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 20, SMALL_RECORD_BYTES = 4096 };

typedef struct record_header {
    uint64_t iteration;
    uint64_t epoch;
    uint64_t samples_seen;
    uint32_t batch_size;
    float loss;
} record_header;

typedef struct temporary {
    tr_recording base;
    size_t record_bytes;
    int descriptor; /* of the file; -1 while there is none */
    uint64_t n_written;
    uint8_t *buffer; /* the snapshots from n_written on */
    size_t capacity; /* of the buffer, in snapshots */
} temporary;

static const temporary *in(const tr_recording *recording) {
    return (const temporary *)(const void *)recording;
}

static void destroy(tr_recording *recording) {
    temporary *own = (temporary *)(void *)recording;
    if (own->descriptor >= 0)
        close(own->descriptor);
    tr_recording_clear(recording);
    free(own->buffer);
    free(own);
}

static tr_status fail_with_errno(tr_diag *diag, tr_status status, const char *what) {
    return tr_fail(diag, status, "the temporary file of a recording: %s: %s", what,
                   strerror(errno));
}

/* The file has no name, so that nothing is left of it whatever happens. */
static tr_status open_file(temporary *own, tr_diag *diag) {
    const char *folder = getenv("TMPDIR");
    char path[4096];
    if (!folder || !*folder)
        folder = "/tmp";
    if (snprintf(path, sizeof path, "%s/trainreel-XXXXXX", folder) >= (int)sizeof path)
        return tr_fail(diag, TR_ERROR_OUTPUT, "TMPDIR is too long");
    own->descriptor = mkostemp(path, O_CLOEXEC);
    if (own->descriptor < 0)
        return tr_fail(diag, TR_ERROR_OUTPUT, "%s: no temporary file can be made: %s", folder,
                       strerror(errno));
    unlink(path);
    return TR_OK;
}

/* Moves the buffer to the file. */
static tr_status write_buffer(temporary *own, tr_diag *diag) {
    tr_status status = own->descriptor < 0 ? open_file(own, diag) : TR_OK;
    uint64_t count = own->base.n_snapshots - own->n_written;
    size_t left = (size_t)count * own->record_bytes;
    off_t offset = (off_t)(own->n_written * own->record_bytes);
    const uint8_t *at = own->buffer;
    while (!status && left) {
        ssize_t written = pwrite(own->descriptor, at, left, offset);
        if (written < 0 && errno != EINTR)
            status = fail_with_errno(diag, TR_ERROR_OUTPUT, "cannot write");
        if (written > 0) {
            at += written;
            offset += written;
            left -= (size_t)written;
        }
    }
    if (!status)
        own->n_written = own->base.n_snapshots;
    return status;
}

static tr_status append(tr_recording *recording, const tr_snapshot *snapshot, tr_diag *diag) {
    temporary *own = (temporary *)(void *)recording;
    if (recording->n_snapshots - own->n_written == own->capacity) {
        tr_status status = write_buffer(own, diag);
        if (status)
            return status;
    }
    const record_header header = {.iteration = snapshot->iteration,
                                  .epoch = snapshot->epoch,
                                  .samples_seen = snapshot->samples_seen,
                                  .batch_size = snapshot->batch_size,
                                  .loss = snapshot->loss};
    uint8_t *record =
        own->buffer + (size_t)(recording->n_snapshots - own->n_written) * own->record_bytes;
    memcpy(record, &header, sizeof header);
    if (recording->n_params)
        memcpy(record + sizeof header, snapshot->params, recording->n_params * sizeof(float));
    return TR_OK;
}

static tr_status read_file(const temporary *own, uint64_t index, uint8_t *bytes, size_t left,
                           tr_diag *diag) {
    off_t offset = (off_t)(index * own->record_bytes);
    while (left) {
        ssize_t got = pread(own->descriptor, bytes, left, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_with_errno(diag, TR_ERROR_INPUT, "cannot read");
        if (got == 0)
            return tr_fail(diag, TR_ERROR_INPUT, "the temporary file of a recording was truncated");
        bytes += got;
        offset += got;
        left -= (size_t)got;
    }
    return TR_OK;
}

/* Parameters may be NULL. */
static void unpack(const uint8_t *record, size_t n_params, tr_snapshot *snapshot, float *params) {
    record_header header;
    memcpy(&header, record, sizeof header);
    if (params && n_params)
        memcpy(params, record + sizeof header, n_params * sizeof *params);
    *snapshot = (tr_snapshot){.iteration = header.iteration,
                              .epoch = header.epoch,
                              .samples_seen = header.samples_seen,
                              .batch_size = header.batch_size,
                              .loss = header.loss,
                              .n_params = params ? n_params : 0,
                              .params = params};
}

/* The parameters of snapshot `index`, where they are wanted. */
static float *params_at(float *params, size_t index, size_t n_params) {
    return params ? params + index * n_params : NULL;
}

/* Large records whose parameters are not wanted: only what stands before them. */
static tr_status read_headers(const temporary *own, uint64_t first, size_t count,
                              tr_snapshot *snapshots, tr_diag *diag) {
    tr_status status = TR_OK;
    uint8_t header[sizeof(record_header)];
    for (size_t i = 0; !status && i < count; i++) {
        status = read_file(own, first + i, header, sizeof header, diag);
        if (!status)
            unpack(header, 0, &snapshots[i], NULL);
    }
    return status;
}

static tr_status read_records(const temporary *own, uint64_t first, size_t count,
                              tr_snapshot *snapshots, float *params, tr_diag *diag) {
    size_t n_params = own->base.n_params;
    size_t block = own->capacity < count ? own->capacity : count;
    uint8_t *bytes = block ? malloc(block * own->record_bytes) : NULL;
    if (block && !bytes)
        return tr_fail_memory(diag, "a recording");
    tr_status status = TR_OK;
    for (size_t done = 0; !status && done < count; done += block) {
        size_t n = count - done < block ? count - done : block;
        status = read_file(own, first + done, bytes, n * own->record_bytes, diag);
        for (size_t i = 0; !status && i < n; i++)
            unpack(bytes + i * own->record_bytes, n_params, &snapshots[done + i],
                   params_at(params, done + i, n_params));
    }
    free(bytes);
    return status;
}

static tr_status read_snapshots(const tr_recording *recording, uint64_t first, size_t count,
                                tr_snapshot *snapshots, float *params, tr_diag *diag) {
    const temporary *own = in(recording);
    size_t n_params = recording->n_params;
    uint64_t end_of_file = first + count < own->n_written ? first + count : own->n_written;
    size_t from_file = first < end_of_file ? (size_t)(end_of_file - first) : 0;
    tr_status status = !params && own->record_bytes > SMALL_RECORD_BYTES
                           ? read_headers(own, first, from_file, snapshots, diag)
                           : read_records(own, first, from_file, snapshots, params, diag);
    for (size_t i = from_file; !status && i < count; i++)
        unpack(own->buffer + (size_t)(first + i - own->n_written) * own->record_bytes, n_params,
               &snapshots[i], params_at(params, i, n_params));
    return status;
}

static tr_status find(const tr_recording *recording, uint64_t iteration, uint64_t *index,
                      tr_diag *diag) {
    uint64_t low = 0;
    uint64_t high =
        recording->n_snapshots; /* not at or before `iteration`, while `low` is or is 0 */
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        tr_snapshot found;
        tr_status status = read_snapshots(recording, middle, 1, &found, NULL, diag);
        if (status)
            return status;
        if (found.iteration <= iteration)
            low = middle;
        else
            high = middle;
    }
    *index = low;
    return TR_OK;
}

static const tr_recording_kind kind = {
    .destroy = destroy, .append = append, .read = read_snapshots, .find = find};

tr_status tr_recording_create(tr_recording **out, size_t n_params, tr_diag *diag) {
    *out = NULL;
    if (n_params > (SIZE_MAX - sizeof(record_header)) / sizeof(float))
        return tr_fail_memory(diag, "a recording");
    temporary *own = tr_alloc_array(1, sizeof *own);
    if (!own)
        return tr_fail_memory(diag, "a recording");
    own->base = (tr_recording){.kind = &kind, .n_params = n_params};
    own->record_bytes = sizeof(record_header) + n_params * sizeof(float);
    own->descriptor = -1;
    own->capacity = BUFFER_BYTES / own->record_bytes;
    if (!own->capacity)
        own->capacity = 1;
    own->buffer = malloc(own->capacity * own->record_bytes);
    if (!own->buffer) {
        destroy(&own->base);
        return tr_fail_memory(diag, "a recording");
    }
    *out = &own->base;
    return TR_OK;
}
