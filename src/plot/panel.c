#include "panel.h"

const tr_panel_kind tr_panel_kinds[] = {
    {"fit", &tr_panel_fit},
    {"error", &tr_panel_error},
    {NULL, NULL},
};
