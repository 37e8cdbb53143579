#include "destination.h"

#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

tr_status tr_destination_open(tr_destination *to, const char *path, tr_diag *diag) {
    *to = (tr_destination){0};
    if (path && strcmp(path, "-") != 0) {
        tr_status status = tr_make_folders_to(path, diag);
        return status ? status : tr_output_create(&to->output, path, true, diag);
    }
    tr_release_pipe_signal();
    return TR_OK;
}

tr_status tr_destination_write(const void *data, size_t size, void *context, tr_diag *diag) {
    tr_destination *to = context;
    if (to->output)
        return tr_output_write(to->output, data, size, diag);
    if (fwrite(data, 1, size, stdout) == size && fflush(stdout) == 0)
        return TR_OK;
    if (!diag->text[0])
        snprintf(diag->text, sizeof diag->text, "standard output: %s", strerror(errno));
    return tr_is_interrupted() ? TR_ERROR_CANCELLED : TR_ERROR_OUTPUT;
}

tr_status tr_destination_close(tr_destination *to, tr_status status, tr_diag *diag) {
    if (!status && to->output)
        status = tr_output_commit(&to->output, diag);
    tr_output_discard(&to->output);
    return status;
}
