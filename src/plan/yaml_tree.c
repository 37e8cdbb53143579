#include "yaml_tree.h"

#include "diag.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

/* A list or map whose end has not come yet. */
typedef struct level {
    tr_yaml_node *node;
    GPtrArray *keys;
    GPtrArray *values;
    GHashTable *names; /* of the keys: text -> node */
} level;

typedef struct builder {
    const char *name;
    yaml_parser_t parser;
    tr_yaml_node *root;
    level levels[TR_YAML_MOST_LEVELS];
    size_t n_levels;
    size_t n_nodes;
    tr_diag *diag;
} builder;

tr_status tr_yaml_load(const char *path, char **text, size_t *size, tr_diag *diag) {
    struct stat info;
    tr_status status = TR_OK;
    *text = NULL;
    *size = 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &info))
        status = tr_fail(diag, TR_ERROR_INPUT, "%s: cannot read it: %s", path, strerror(errno));
    else if (S_ISDIR(info.st_mode))
        status = tr_fail(diag, TR_ERROR_INPUT, "%s: is a folder, but a plan is wanted", path);
    if (!status)
        *text = g_malloc(TR_YAML_MOST_BYTES + 1);
    while (!status && *size <= TR_YAML_MOST_BYTES) {
        ssize_t got = read(descriptor, *text + *size, TR_YAML_MOST_BYTES + 1 - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = tr_fail(diag, TR_ERROR_INPUT, "%s: cannot read it: %s", path, strerror(errno));
        if (got <= 0)
            break;
        *size += (size_t)got;
    }
    if (!status && *size > TR_YAML_MOST_BYTES)
        status = tr_fail(diag, TR_ERROR_INPUT,
                         "%s: found more than %d bytes; wanted a plan, which is smaller", path,
                         TR_YAML_MOST_BYTES);
    if (descriptor >= 0)
        close(descriptor);
    if (status) {
        g_free(*text);
        *text = NULL;
    }
    return status;
}

/* "NAME:LINE:COLUMN: " and the text; marks of libyaml count from 0. */
static tr_status refuse_at(const builder *b, yaml_mark_t mark, const char *format, ...)
    TR_PRINTF(3, 4);
static tr_status refuse_at(const builder *b, yaml_mark_t mark, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    tr_status status = tr_fail(b->diag, TR_ERROR_INPUT, "%s:%zu:%zu: %s", b->name, mark.line + 1,
                               mark.column + 1, text);
    g_free(text);
    return status;
}

/* The place of a byte of the text, for what libyaml does not get to see. */
static yaml_mark_t mark_of(const char *text, size_t offset) {
    yaml_mark_t mark = {.index = offset};
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if ((text[i] & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

/* Characters that no text file has; libyaml refuses them as well, but does not say where. */
static tr_status check_bytes(const builder *b, const char *text, size_t size) {
    const char *end;
    if (!g_utf8_validate(text, (gssize)size, &end)) {
        unsigned char byte = (unsigned char)*end;
        return refuse_at(b, mark_of(text, (size_t)(end - text)),
                         "found the byte 0x%02X; wanted text in UTF-8", byte);
    }
    for (const char *at = text; at < text + size; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        bool text_like = c == '\n' || c == '\r' || c == '\t' || c == 0x85 || !g_unichar_iscntrl(c);
        if (!text_like || c == 0xFFFE || c == 0xFFFF)
            return refuse_at(b, mark_of(text, (size_t)(at - text)),
                             "found the character U+%04X; wanted text without control characters",
                             (unsigned)c);
    }
    return TR_OK;
}

static tr_status fail_parser(const builder *b) {
    const yaml_parser_t *parser = &b->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return tr_fail_memory(b->diag, "the plan");
    const char *context = parser->context ? parser->context : "";
    return refuse_at(b, parser->problem_mark, "found broken YAML (%s%s%s); wanted a plan",
                     parser->problem ? parser->problem : "", *context ? ", " : "", context);
}

static void free_node(tr_yaml_node *node) {
    for (size_t i = 0; i < node->count; i++) {
        if (node->keys)
            free_node(node->keys[i]);
        free_node(node->values[i]);
    }
    g_free(node->text);
    g_free(node->keys);
    g_free(node->values);
    g_free(node);
}

void tr_yaml_destroy(tr_yaml_node **root) {
    if (*root)
        free_node(*root);
    *root = NULL;
}

/* The arrays of a list or map that is complete, or given up, become its node's. A key without its
 * value goes. */
static void close_level(builder *b) {
    level *top = &b->levels[--b->n_levels];
    tr_yaml_node *node = top->node;
    node->count = top->values->len;
    if (top->keys) {
        if (top->keys->len > node->count)
            free_node(top->keys->pdata[node->count]);
        node->keys = (tr_yaml_node **)(void *)g_ptr_array_free(top->keys, FALSE);
        g_hash_table_destroy(top->names);
    }
    node->values = (tr_yaml_node **)(void *)g_ptr_array_free(top->values, FALSE);
}

static void open_level(builder *b, tr_yaml_node *node) {
    bool map = node->kind == TR_YAML_MAP;
    b->levels[b->n_levels++] =
        (level){.node = node,
                .keys = map ? g_ptr_array_new() : NULL,
                .values = g_ptr_array_new(),
                .names = map ? g_hash_table_new(g_str_hash, g_str_equal) : NULL};
}

static tr_status add_key(builder *b, level *top, tr_yaml_node *node, yaml_mark_t mark) {
    const tr_yaml_node *same =
        node->kind == TR_YAML_SCALAR ? g_hash_table_lookup(top->names, node->text) : NULL;
    tr_status status = TR_OK;
    if (node->kind != TR_YAML_SCALAR)
        status = refuse_at(b, mark, "found a %s as a key; wanted a name",
                           node->kind == TR_YAML_LIST ? "list" : "map");
    else if (same)
        status = refuse_at(b, mark,
                           "found the key \"%.60s\" a second time; wanted it once (the first is in "
                           "line %zu)",
                           node->text, same->line);
    if (status) {
        free_node(node);
        return status;
    }
    g_ptr_array_add(top->keys, node);
    g_hash_table_insert(top->names, node->text, node);
    return TR_OK;
}

/* Puts a node in its place: it becomes the tree's. */
static tr_status add_node(builder *b, tr_yaml_node *node, yaml_mark_t mark) {
    if (!b->n_levels) {
        b->root = node;
        return TR_OK;
    }
    level *top = &b->levels[b->n_levels - 1];
    if (top->keys && top->keys->len == top->values->len)
        return add_key(b, top, node, mark);
    g_ptr_array_add(top->values, node);
    return TR_OK;
}

static tr_status start_node(builder *b, tr_yaml_kind kind, const yaml_event_t *event,
                            const yaml_char_t *anchor, const yaml_char_t *tag) {
    yaml_mark_t mark = event->start_mark;
    if (anchor)
        return refuse_at(b, mark,
                         "found the anchor &%.40s; wanted none: a run takes over "
                         "settings with extends",
                         (const char *)anchor);
    if (tag)
        return refuse_at(b, mark, "found the tag %.60s; wanted none", (const char *)tag);
    if (++b->n_nodes > TR_YAML_MOST_NODES)
        return refuse_at(b, mark, "found more than %d values; wanted a smaller plan",
                         TR_YAML_MOST_NODES);
    if (kind != TR_YAML_SCALAR && b->n_levels == TR_YAML_MOST_LEVELS)
        return refuse_at(b, mark, "found lists or maps in more than %d levels; wanted fewer",
                         TR_YAML_MOST_LEVELS);
    tr_yaml_node *node = g_new0(tr_yaml_node, 1);
    node->kind = kind;
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    if (kind == TR_YAML_SCALAR) {
        node->text = g_strdup((const char *)event->data.scalar.value);
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        if (strlen(node->text) != event->data.scalar.length) {
            free_node(node);
            return refuse_at(b, mark, "found a text with a NUL; wanted one without");
        }
    }
    tr_status status = add_node(b, node, mark);
    if (!status && kind != TR_YAML_SCALAR)
        open_level(b, node);
    return status;
}

static tr_status take_event(builder *b, const yaml_event_t *event) {
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return start_node(b, TR_YAML_SCALAR, event, event->data.scalar.anchor,
                          event->data.scalar.tag);
    case YAML_SEQUENCE_START_EVENT:
        return start_node(b, TR_YAML_LIST, event, event->data.sequence_start.anchor,
                          event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return start_node(b, TR_YAML_MAP, event, event->data.mapping_start.anchor,
                          event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_level(b);
        return TR_OK;
    case YAML_ALIAS_EVENT:
        return refuse_at(b, event->start_mark,
                         "found the alias *%.40s; wanted none: a run takes over settings with "
                         "extends",
                         (const char *)event->data.alias.anchor);
    case YAML_DOCUMENT_START_EVENT:
        if (b->root)
            return refuse_at(b, event->start_mark,
                             "found a second document; wanted one plan in a file");
        return TR_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return TR_OK;
    }
    return TR_OK;
}

static tr_status build(builder *b) {
    tr_status status = TR_OK;
    for (bool more = true; more && !status;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b->parser, &event))
            return fail_parser(b);
        more = event.type != YAML_STREAM_END_EVENT;
        status = take_event(b, &event);
        yaml_event_delete(&event);
    }
    if (!status && !b->root)
        status = refuse_at(b, (yaml_mark_t){0}, "found nothing; wanted a plan");
    return status;
}

tr_status tr_yaml_parse(tr_yaml_node **root, const char *name, const char *text, size_t size,
                        tr_diag *diag) {
    builder b = {.name = name, .diag = diag};
    *root = NULL;
    if (size > TR_YAML_MOST_BYTES)
        return tr_fail(diag, TR_ERROR_INPUT, "%s: found more than %d bytes; wanted a smaller plan",
                       name, TR_YAML_MOST_BYTES);
    if (size >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) { /* a byte order mark */
        text += 3;
        size -= 3;
    }
    tr_status status = check_bytes(&b, text, size);
    if (status)
        return status;
    if (!yaml_parser_initialize(&b.parser))
        return tr_fail_memory(diag, "the plan");
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, size);
    status = build(&b);
    while (b.n_levels)
        close_level(&b);
    yaml_parser_delete(&b.parser);
    if (status)
        tr_yaml_destroy(&b.root);
    *root = b.root;
    return status;
}

tr_yaml_node *tr_yaml_get(const tr_yaml_node *map, const char *key) {
    for (size_t i = 0; map && map->keys && i < map->count; i++)
        if (!strcmp(map->keys[i]->text, key))
            return map->values[i];
    return NULL;
}
