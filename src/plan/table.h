/* The table of a training: a CSV line for every iteration. */
#ifndef TR_PLAN_TABLE_H
#define TR_PLAN_TABLE_H

#include <trainreel/network.h>
#include <trainreel/snapshot.h>

typedef struct tr_table tr_table;

/* Takes the next bytes of the table. */
typedef tr_status (*tr_table_write_fn)(const void *data, size_t size, void *context, tr_diag *diag);

/* Starts with the line of names: iteration,epoch,batch_size,loss,full_loss and all parameters. The
 * network is borrowed until the table is destroyed. TR_ERROR_ARGUMENT, TR_ERROR_MEMORY. */
tr_status tr_table_create(tr_table **table, const tr_network *network, const tr_dataset *dataset,
                          tr_loss loss, tr_table_write_fn write, void *context, tr_diag *diag);

/* Appends a line; a tr_step_fn, whose context is the table. Returns what writing does. */
tr_status tr_table_step(const tr_snapshot *snapshot, void *table);

/* Writes what is still waiting. */
tr_status tr_table_finish(tr_table *table, tr_diag *diag);

/* Why tr_table_step failed, if it did. */
void tr_table_explain(const tr_table *table, tr_diag *diag);

void tr_table_destroy(tr_table **table);

#endif
