/* Snapshots as records of one size: those that no longer fit the buffer are in a temporary file, and
 * the newest are still in the buffer, so that a short run never touches the disk. */
#include <trainreel/recording.h>

#include "alloc.h"
#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 20, BLOCK_PARAMS = 1 << 18, BLOCK_SNAPSHOTS = 4096 };

typedef struct record_header {
    uint64_t iteration;
    uint64_t epoch;
    uint64_t samples_seen;
    uint32_t batch_size;
    float loss;
} record_header;

struct tr_recording {
    size_t n_params;
    size_t record_bytes;
    uint64_t n_snapshots;
    uint64_t newest_iteration;
    int descriptor; /* of the temporary file; -1 while there is none */
    uint64_t n_written;
    uint8_t *buffer; /* the snapshots from n_written on */
    size_t capacity; /* of the buffer, in snapshots */
};

tr_status tr_recording_create(tr_recording **out, size_t n_params, tr_diag *diag) {
    *out = NULL;
    if (n_params > (SIZE_MAX - sizeof(record_header)) / sizeof(float))
        return tr_fail_memory(diag, "a recording");
    tr_recording *recording = tr_alloc_array(1, sizeof *recording);
    if (!recording)
        return tr_fail_memory(diag, "a recording");
    recording->n_params = n_params;
    recording->record_bytes = sizeof(record_header) + n_params * sizeof(float);
    recording->descriptor = -1;
    recording->capacity = BUFFER_BYTES / recording->record_bytes;
    if (!recording->capacity)
        recording->capacity = 1;
    recording->buffer = malloc(recording->capacity * recording->record_bytes);
    if (!recording->buffer) {
        tr_recording_destroy(&recording);
        return tr_fail_memory(diag, "a recording");
    }
    *out = recording;
    return TR_OK;
}

void tr_recording_destroy(tr_recording **handle) {
    tr_recording *recording = *handle;
    if (!recording)
        return;
    if (recording->descriptor >= 0)
        close(recording->descriptor);
    free(recording->buffer);
    free(recording);
    *handle = NULL;
}

static tr_status fail_with_errno(tr_diag *diag, tr_status status, const char *what) {
    return tr_fail(diag, status, "the temporary file of a recording: %s: %s", what,
                   strerror(errno));
}

/* The file has no name, so that nothing is left of it whatever happens. */
static tr_status open_file(tr_recording *recording, tr_diag *diag) {
    const char *folder = getenv("TMPDIR");
    char path[4096];
    if (!folder || !*folder)
        folder = "/tmp";
    if (snprintf(path, sizeof path, "%s/trainreel-XXXXXX", folder) >= (int)sizeof path)
        return tr_fail(diag, TR_ERROR_OUTPUT, "TMPDIR is too long");
    recording->descriptor = mkostemp(path, O_CLOEXEC);
    if (recording->descriptor < 0)
        return tr_fail(diag, TR_ERROR_OUTPUT, "%s: no temporary file can be made: %s", folder,
                       strerror(errno));
    unlink(path);
    return TR_OK;
}

/* Moves the buffer to the file. */
static tr_status write_buffer(tr_recording *recording, tr_diag *diag) {
    tr_status status = recording->descriptor < 0 ? open_file(recording, diag) : TR_OK;
    uint64_t count = recording->n_snapshots - recording->n_written;
    size_t left = (size_t)count * recording->record_bytes;
    off_t offset = (off_t)(recording->n_written * recording->record_bytes);
    const uint8_t *at = recording->buffer;
    while (!status && left) {
        ssize_t written = pwrite(recording->descriptor, at, left, offset);
        if (written < 0 && errno != EINTR)
            status = fail_with_errno(diag, TR_ERROR_OUTPUT, "cannot write");
        if (written > 0) {
            at += written;
            offset += written;
            left -= (size_t)written;
        }
    }
    if (!status)
        recording->n_written = recording->n_snapshots;
    return status;
}

tr_status tr_recording_append(tr_recording *recording, const tr_snapshot *snapshot, tr_diag *diag) {
    if (snapshot->n_params != recording->n_params)
        return tr_fail(diag, TR_ERROR_ARGUMENT,
                       "a snapshot has %zu parameters, but the recording %zu", snapshot->n_params,
                       recording->n_params);
    if (recording->n_snapshots && snapshot->iteration <= recording->newest_iteration)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "a snapshot of iteration %llu follows %llu",
                       (unsigned long long)snapshot->iteration,
                       (unsigned long long)recording->newest_iteration);
    if (recording->n_snapshots - recording->n_written == recording->capacity) {
        tr_status status = write_buffer(recording, diag);
        if (status)
            return status;
    }
    const record_header header = {.iteration = snapshot->iteration,
                                  .epoch = snapshot->epoch,
                                  .samples_seen = snapshot->samples_seen,
                                  .batch_size = snapshot->batch_size,
                                  .loss = snapshot->loss};
    uint8_t *record = recording->buffer + (size_t)(recording->n_snapshots - recording->n_written) *
                                              recording->record_bytes;
    memcpy(record, &header, sizeof header);
    if (recording->n_params)
        memcpy(record + sizeof header, snapshot->params, recording->n_params * sizeof(float));
    recording->n_snapshots++;
    recording->newest_iteration = snapshot->iteration;
    return TR_OK;
}

uint64_t tr_recording_n_snapshots(const tr_recording *recording) {
    return recording->n_snapshots;
}

size_t tr_recording_n_params(const tr_recording *recording) {
    return recording->n_params;
}

static tr_status read_file(const tr_recording *recording, uint64_t index, uint8_t *bytes,
                           size_t left, tr_diag *diag) {
    off_t offset = (off_t)(index * recording->record_bytes);
    while (left) {
        ssize_t got = pread(recording->descriptor, bytes, left, offset);
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

static void unpack(const uint8_t *record, size_t n_params, tr_snapshot *snapshot, float *params) {
    record_header header;
    memcpy(&header, record, sizeof header);
    if (n_params)
        memcpy(params, record + sizeof header, n_params * sizeof *params);
    *snapshot = (tr_snapshot){.iteration = header.iteration,
                              .epoch = header.epoch,
                              .samples_seen = header.samples_seen,
                              .batch_size = header.batch_size,
                              .loss = header.loss,
                              .n_params = n_params,
                              .params = params};
}

tr_status tr_recording_read(const tr_recording *recording, uint64_t first, size_t count,
                            tr_snapshot *snapshots, float *params, tr_diag *diag) {
    if (first > recording->n_snapshots || count > recording->n_snapshots - first)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the recording has only %llu snapshots",
                       (unsigned long long)recording->n_snapshots);
    size_t n_params = recording->n_params;
    size_t record_bytes = recording->record_bytes;
    uint64_t end_of_file =
        first + count < recording->n_written ? first + count : recording->n_written;
    size_t from_file = first < end_of_file ? (size_t)(end_of_file - first) : 0;
    size_t block = recording->capacity < from_file ? recording->capacity : from_file;
    uint8_t *bytes = block ? malloc(block * record_bytes) : NULL;
    if (block && !bytes)
        return tr_fail_memory(diag, "a recording");
    tr_status status = TR_OK;
    for (size_t done = 0; !status && done < from_file; done += block) {
        size_t n = from_file - done < block ? from_file - done : block;
        status = read_file(recording, first + done, bytes, n * record_bytes, diag);
        for (size_t i = 0; !status && i < n; i++)
            unpack(bytes + i * record_bytes, n_params, &snapshots[done + i],
                   params + (done + i) * n_params);
    }
    free(bytes);
    for (size_t i = from_file; !status && i < count; i++)
        unpack(recording->buffer + (size_t)(first + i - recording->n_written) * record_bytes,
               n_params, &snapshots[i], params + i * n_params);
    return status;
}

static tr_status read_iteration(const tr_recording *recording, uint64_t index, uint64_t *iteration,
                                tr_diag *diag) {
    record_header header;
    tr_status status = TR_OK;
    if (index < recording->n_written)
        status = read_file(recording, index, (uint8_t *)&header, sizeof header, diag);
    else
        memcpy(&header,
               recording->buffer + (size_t)(index - recording->n_written) * recording->record_bytes,
               sizeof header);
    if (!status)
        *iteration = header.iteration;
    return status;
}

tr_status tr_recording_find(const tr_recording *recording, uint64_t iteration, uint64_t *index,
                            tr_diag *diag) {
    if (!recording->n_snapshots)
        return tr_fail(diag, TR_ERROR_ARGUMENT, "the recording is empty");
    uint64_t low = 0;
    uint64_t high =
        recording->n_snapshots; /* not at or before `iteration`, while `low` is or is 0 */
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        uint64_t found = 0;
        tr_status status = read_iteration(recording, middle, &found, diag);
        if (status)
            return status;
        if (found <= iteration)
            low = middle;
        else
            high = middle;
    }
    *index = low;
    return TR_OK;
}

uint64_t tr_recording_last_iteration(const tr_recording *recording) {
    return recording->newest_iteration;
}

tr_status tr_recording_replay(const tr_recording *recording, tr_step_fn visit, void *context,
                              tr_diag *diag) {
    size_t n_params = recording->n_params;
    size_t block = BLOCK_PARAMS / (n_params ? n_params : 1);
    block = block < 1 ? 1 : block > BLOCK_SNAPSHOTS ? BLOCK_SNAPSHOTS : block;
    tr_snapshot *snapshots = tr_alloc_array(block, sizeof *snapshots);
    float *params = tr_alloc_array(n_params, block * sizeof *params);
    tr_status status = TR_OK;
    if (!snapshots || !params)
        status = tr_fail_memory(diag, "reading the recording");
    for (uint64_t first = 0; !status && first < recording->n_snapshots; first += block) {
        uint64_t left = recording->n_snapshots - first;
        size_t count = left < block ? (size_t)left : block;
        status = tr_recording_read(recording, first, count, snapshots, params, diag);
        for (size_t i = 0; !status && i < count; i++)
            status = visit(&snapshots[i], context);
    }
    free(snapshots);
    free(params);
    return status;
}
