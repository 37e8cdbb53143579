/* Settings that make a difference only beside certain values of another one. */
#ifndef TR_PLAN_NEEDS_H
#define TR_PLAN_NEEDS_H

#include "params.h"

typedef struct tr_need {
    const char *name;   /* of the setting */
    const char *other;  /* of the one that it depends on */
    const char *values; /* of the other, of which it needs one, with commas in between */
} tr_need;

/* NULL for a setting that depends on no other. */
const tr_need *tr_need_of(const tr_param *param);

/* Whether one of the other setting's values, with commas in between, is one of those that are needed. */
bool tr_need_is_met(const tr_need *need, const char *values);

/* TR_ERROR_ARGUMENT for a setting that was given as an option and makes no difference. */
tr_status tr_check_need(const tr_settings *settings, const tr_param *param, tr_diag *diag);

#endif
