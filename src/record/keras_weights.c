#include "keras_weights.h"

#include "diag.h"
#include "keras_parse.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CPU_SECONDS = 10, /* that the child may take; a file of 100 MB takes less than one */
    MOST_TENSORS = 2 * TR_DENSE_MOST_LAYERS,
    MOST_NAME_BYTES = 1 << 10,
    MOST_CONFIG_BYTES = 1 << 23
};
static const uint64_t most_values = UINT64_C(1) << 28; /* of one array */

/* What the child sends: this, the configuration, and for each tensor the next, its name and values. */
typedef struct result_message {
    int32_t status;
    uint32_t in_order;
    uint64_t n_tensors;
    uint64_t config_length; /* 0 where there is none */
    tr_diag diag;
} result_message;

typedef struct tensor_message {
    uint64_t name_length;
    uint64_t n_dims;
    uint64_t dims[2];
} tensor_message;

/* ---- the child ---- */

static bool send_bytes(int pipe, const void *data, size_t size) {
    const char *at = data;
    while (size) {
        ssize_t written = write(pipe, at, size);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            at += written;
            size -= (size_t)written;
        }
    }
    return true;
}

static bool send_tensor(int pipe, const tr_tensor *tensor) {
    const tensor_message message = {.name_length = strlen(tensor->name),
                                    .n_dims = tensor->n_dims,
                                    .dims = {tensor->dims[0], tensor->dims[1]}};
    size_t n_values = tensor->dims[0] * tensor->dims[1];
    return send_bytes(pipe, &message, sizeof message) &&
           send_bytes(pipe, tensor->name, message.name_length) &&
           send_bytes(pipe, tensor->values, n_values * sizeof *tensor->values);
}

/* Reads the file and sends what is in it. Ends without freeing: what else HDF5 has open is the parent's. */
static _Noreturn void run_child(const tr_hdf5 *h5, const char *path, int pipe) {
    const struct rlimit no_core = {0, 0};
    const struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS};
    setrlimit(RLIMIT_CORE, &no_core);
    setrlimit(RLIMIT_CPU, &cpu);
    /* a crash must be one, whatever handlers there are; Ctrl-C is the parent's business */
    const int defaults[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPIPE};
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        signal(defaults[i], SIG_DFL);
    signal(SIGINT, SIG_IGN);
    tr_tensors tensors;
    result_message message = {0};
    message.status = tr_keras_weights_parse(h5, &tensors, path, &message.diag);
    message.in_order = tensors.in_order;
    message.n_tensors = tensors.count;
    message.config_length = tensors.config ? strlen(tensors.config) : 0;
    bool done = send_bytes(pipe, &message, sizeof message) &&
                send_bytes(pipe, tensors.config, (size_t)message.config_length);
    for (size_t i = 0; done && i < tensors.count; i++)
        done = send_tensor(pipe, &tensors.items[i]);
    _exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* ---- the parent, which believes nothing ---- */

static bool receive_bytes(int pipe, void *data, size_t size) {
    char *at = data;
    while (size) {
        ssize_t got = read(pipe, at, size);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0) {
            at += got;
            size -= (size_t)got;
        }
    }
    return true;
}

static char *receive_text(int pipe, uint64_t length) {
    char *text = malloc((size_t)length + 1);
    if (!text || !receive_bytes(pipe, text, (size_t)length)) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    return text;
}

static bool receive_tensor(int pipe, tr_tensors *tensors) {
    tensor_message message;
    if (!receive_bytes(pipe, &message, sizeof message) || message.name_length > MOST_NAME_BYTES ||
        message.n_dims < 1 || message.n_dims > 2 || !message.dims[0] || !message.dims[1] ||
        message.dims[0] > most_values || message.dims[1] > most_values / message.dims[0] ||
        (message.n_dims == 1 && message.dims[1] != 1))
        return false;
    char *name = receive_text(pipe, message.name_length);
    const size_t dims[2] = {(size_t)message.dims[0], (size_t)message.dims[1]};
    tr_tensor *tensor = name ? tr_tensors_add(tensors, name, (size_t)message.n_dims, dims) : NULL;
    free(name);
    return tensor && receive_bytes(pipe, tensor->values, dims[0] * dims[1] * sizeof(float));
}

static bool receive_tensors(int pipe, tr_tensors *tensors, result_message *message) {
    if (!receive_bytes(pipe, message, sizeof *message) || message->n_tensors > MOST_TENSORS ||
        message->config_length > MOST_CONFIG_BYTES)
        return false;
    message->diag.text[sizeof message->diag.text - 1] = '\0';
    tensors->in_order = message->in_order != 0;
    if (message->config_length) {
        tensors->config = receive_text(pipe, message->config_length);
        if (!tensors->config)
            return false;
    }
    for (uint64_t i = 0; i < message->n_tensors; i++)
        if (!receive_tensor(pipe, tensors))
            return false;
    return true;
}

/* Begins the child, which writes into *pipe_end, with the mutex of HDF5: nobody is inside the library. */
static tr_status start_child(const char *path, int *pipe_end, pid_t *child, tr_diag *diag) {
    const tr_hdf5 *h5;
    int ends[2];
    tr_status status = tr_hdf5_enter(&h5, diag);
    if (status)
        return status;
    if (pipe(ends)) {
        tr_hdf5_leave();
        return tr_fail(diag, TR_ERROR_SYSTEM, "no pipe: %s", strerror(errno));
    }
    *child = fork();
    if (*child == 0) {
        close(ends[0]);
        run_child(h5, path, ends[1]);
    }
    int error = errno;
    tr_hdf5_leave();
    close(ends[1]);
    if (*child > 0) {
        *pipe_end = ends[0];
        return TR_OK;
    }
    close(ends[0]);
    return tr_fail(diag, TR_ERROR_SYSTEM, "no process: %s", strerror(error));
}

tr_status tr_keras_weights_read(tr_tensors *tensors, const char *path, tr_diag *diag) {
    int pipe_end = -1;
    pid_t child = -1;
    result_message message;
    *tensors = (tr_tensors){0};
    tr_status status = start_child(path, &pipe_end, &child, diag);
    if (status)
        return status;
    bool done = receive_tensors(pipe_end, tensors, &message);
    close(pipe_end);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (!done)
        status = tr_fail(diag, TR_ERROR_INPUT,
                         "%.100s: is damaged: the HDF5 library fails at reading it", path);
    else if (message.status)
        status = tr_fail(diag, message.status == TR_ERROR_MEMORY ? TR_ERROR_MEMORY : TR_ERROR_INPUT,
                         "%s", message.diag.text);
    if (status)
        tr_tensors_clear(tensors);
    return status;
}
