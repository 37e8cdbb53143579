#include "table.h"

#include "alloc.h"
#include "diag.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tr_table {
    const tr_network *network;
    tr_evaluator *evaluator;
    tr_loss loss;
    tr_table_write_fn write;
    void *context;
    char buffer[1 << 16];
    size_t length;
    tr_diag diag;
};

static tr_status flush(tr_table *table) {
    size_t length = table->length;
    table->length = 0;
    return length ? table->write(table->buffer, length, table->context, &table->diag) : TR_OK;
}

/* Appends a short text, after making room for it. */
static tr_status append(tr_table *table, const char *text) {
    size_t length = strlen(text);
    if (table->length + length > sizeof table->buffer) {
        tr_status status = flush(table);
        if (status)
            return status;
    }
    memcpy(table->buffer + table->length, text, length);
    table->length += length;
    return TR_OK;
}

static tr_status write_names(tr_table *table) {
    tr_status status = append(table, "iteration,epoch,batch_size,loss,full_loss");
    for (size_t i = 0; !status && i < tr_network_n_params(table->network); i++) {
        char name[64] = ",";
        tr_network_param_name(table->network, i, name + 1, sizeof name - 1);
        status = append(table, name);
    }
    return status ? status : append(table, "\n");
}

tr_status tr_table_create(tr_table **out, const tr_network *network, const tr_dataset *dataset,
                          tr_loss loss, tr_table_write_fn write, void *context, tr_diag *diag) {
    *out = NULL;
    tr_table *table = tr_alloc_array(1, sizeof *table);
    if (!table)
        return tr_fail_memory(diag, "the table");
    table->network = network;
    table->loss = loss;
    table->write = write;
    table->context = context;
    tr_status status = tr_evaluator_create(&table->evaluator, network, dataset, diag);
    if (!status) {
        status = write_names(table);
        tr_table_explain(table, diag);
    }
    if (status)
        tr_table_destroy(&table);
    *out = table;
    return status;
}

tr_status tr_table_step(const tr_snapshot *snapshot, void *context) {
    tr_table *table = context;
    char text[128];
    double full_loss = (double)tr_evaluator_loss(table->evaluator, table->loss, snapshot->params);
    if (snapshot->iteration == 0)
        snprintf(text, sizeof text, "0,0,,,%.9g", full_loss);
    else
        snprintf(text, sizeof text, "%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",%.9g,%.9g",
                 snapshot->iteration, snapshot->epoch, snapshot->batch_size, (double)snapshot->loss,
                 full_loss);
    tr_status status = append(table, text);
    for (size_t i = 0; !status && i < snapshot->n_params; i++) {
        snprintf(text, sizeof text, ",%.9g", (double)snapshot->params[i]);
        status = append(table, text);
    }
    return status ? status : append(table, "\n");
}

tr_status tr_table_finish(tr_table *table, tr_diag *diag) {
    tr_status status = flush(table);
    tr_table_explain(table, diag);
    return status;
}

void tr_table_explain(const tr_table *table, tr_diag *diag) {
    if (table->diag.text[0])
        tr_diag_adopt(diag, &table->diag);
}

void tr_table_destroy(tr_table **table) {
    if (!*table)
        return;
    tr_evaluator_destroy(&(*table)->evaluator);
    free(*table);
    *table = NULL;
}
