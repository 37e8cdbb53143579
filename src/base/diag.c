#include "diag.h"

#include <stdio.h>

tr_status tr_fail(tr_diag *diag, tr_status status, const char *format, ...) {
    if (diag && !diag->text[0]) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(diag->text, sizeof diag->text, format, arguments);
        va_end(arguments);
    }
    return status;
}

tr_status tr_fail_memory(tr_diag *diag, const char *what) {
    return tr_fail(diag, TR_ERROR_MEMORY, "not enough memory for %s", what);
}

void tr_diag_adopt(tr_diag *diag, const tr_diag *other) {
    if (diag && !diag->text[0])
        *diag = *other;
}

const char *tr_status_name(tr_status status) {
    switch (status) {
    case TR_OK:
        return "ok";
    case TR_ERROR_ARGUMENT:
        return "invalid argument";
    case TR_ERROR_MEMORY:
        return "out of memory";
    case TR_ERROR_DIVERGED:
        return "training diverged";
    case TR_ERROR_INPUT:
        return "bad input file";
    case TR_ERROR_OUTPUT:
        return "cannot write output";
    case TR_ERROR_ENCODER:
        return "encoder error";
    case TR_ERROR_FONT:
        return "font error";
    case TR_ERROR_SYSTEM:
        return "system error";
    case TR_ERROR_CANCELLED:
        return "cancelled";
    case TR_END:
        return "end";
    }
    return "unknown status";
}
