#include "panel.h"

const tr_panel_kind tr_panel_kinds[] = {
    {"fit", &tr_panel_fit},
    {"data", &tr_panel_data},
    {"error", &tr_panel_error},
    {"weights", &tr_panel_weights},
    {"landscape", &tr_panel_landscape},
    {"network", &tr_panel_network},
    {"neuron", &tr_panel_neuron},
    {NULL, NULL},
};
