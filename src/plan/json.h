/* Settings and files as JSON. */
#ifndef TR_PLAN_JSON_H
#define TR_PLAN_JSON_H

#include "build.h"
#include "params.h"

#include <jansson.h>

/* A new value; null for what JSON does not have: a number that is not finite, bytes that are not
 * UTF-8. */
json_t *tr_json_number(double number);
json_t *tr_json_setting(const tr_settings *settings, const tr_param *param);

/* The text of a value, whose reference it takes, with a line break at its end; the caller frees it.
 * NULL without memory. */
char *tr_json_text(json_t *value);

/* Adds what is known of a built file: checksum, bytes, and sizes, frames, duration, codecs, iterations
 * and what it shows in words, where it has them. */
void tr_json_add_file(json_t *object, const tr_built_file *file);

#endif
