/* A YAML document as a tree whose nodes know their place in the file.
 *
 * It is read with libyaml's events rather than its documents: those do not tell anchors, aliases and
 * tags, which a plan has none of, nor where they stand. */
#ifndef TR_PLAN_YAML_TREE_H
#define TR_PLAN_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <trainreel/status.h>

enum {
    TR_YAML_MOST_BYTES = 1 << 20,
    TR_YAML_MOST_NODES = 100000,
    TR_YAML_MOST_LEVELS = 8 /* of lists and maps within each other */
};

typedef enum tr_yaml_kind { TR_YAML_SCALAR, TR_YAML_LIST, TR_YAML_MAP } tr_yaml_kind;

typedef struct tr_yaml_node tr_yaml_node;
struct tr_yaml_node {
    tr_yaml_kind kind;
    size_t line; /* from 1, as is the column, which counts characters */
    size_t column;
    char *text;  /* of a scalar */
    bool quoted; /* whether a scalar stands in quotes, or is a block of text */
    size_t count;
    tr_yaml_node **keys; /* of a map: `count` scalars, all different */
    tr_yaml_node **values;
};

/* Reads a whole file of at most TR_YAML_MOST_BYTES. The caller frees the text with g_free().
 * TR_ERROR_INPUT, TR_ERROR_MEMORY. */
tr_status tr_yaml_load(const char *path, char **text, size_t *size, tr_diag *diag);

/* Parses a text with exactly one document. TR_ERROR_INPUT with "NAME:LINE:COLUMN: found …; wanted …",
 * TR_ERROR_MEMORY. */
tr_status tr_yaml_parse(tr_yaml_node **root, const char *name, const char *text, size_t size,
                        tr_diag *diag);

void tr_yaml_destroy(tr_yaml_node **root);

/* The value of a key in a map; NULL if it has none. */
tr_yaml_node *tr_yaml_get(const tr_yaml_node *map, const char *key);

#endif
