#include "json.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t *tr_json_number(double number) {
    return isfinite(number) ? json_real(number) : json_null();
}

json_t *tr_json_setting(const tr_settings *settings, const tr_param *param) {
    const void *value = (const char *)settings + param->offset;
    if (param->type == TR_PARAM_INTEGER)
        return json_integer(*(const int64_t *)value);
    if (param->type == TR_PARAM_NUMBER)
        return tr_json_number(*(const double *)value);
    char *text = tr_settings_get(settings, param);
    json_t *string = text ? json_string(text) : json_null();
    g_free(text);
    return string ? string : json_null(); /* a path need not be UTF-8 */
}

char *tr_json_text(json_t *value) {
    /* 15 digits are what a double has of a number that was written with fewer */
    char *text =
        value ? json_dumps(value, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(15)) : NULL;
    char *line = text ? malloc(strlen(text) + 2) : NULL;
    if (line)
        strcat(strcpy(line, text), "\n");
    free(text);
    json_decref(value);
    return line;
}

void tr_json_add_file(json_t *object, const tr_built_file *file) {
    json_object_set_new(object, "sha256", json_string(file->checksum));
    json_object_set_new(object, "bytes", json_integer((json_int_t)file->bytes));
    if (file->width) {
        json_object_set_new(object, "width", json_integer(file->width));
        json_object_set_new(object, "height", json_integer(file->height));
    }
    if (file->n_frames)
        json_object_set_new(object, "frames", json_integer((json_int_t)file->n_frames));
    if (file->seconds > 0)
        json_object_set_new(object, "duration", json_real(file->seconds));
    if (*file->codecs)
        json_object_set_new(object, "codecs", json_string(file->codecs));
    if (file->n_iterations)
        json_object_set_new(object, "iterations", json_integer((json_int_t)file->n_iterations));
    if (file->alternative)
        json_object_set_new(object, "alternative", json_string(file->alternative));
}
