#include "inline_svg.h"

#include <string.h>

enum { DEEPEST = 32 };

/* What Cairo draws with. */
static const char *const elements[] = {
    "clipPath", "defs", "g",      "image", "linearGradient", "mask", "path", "pattern",
    "rect",     "stop", "symbol", "svg",   "radialGradient", "use",  NULL};
/* Attributes that may stand in a style as well. */
static const char *const looks[] = {"clip-rule",        "fill",
                                    "fill-opacity",     "fill-rule",
                                    "opacity",          "stop-color",
                                    "stop-opacity",     "stroke",
                                    "stroke-dasharray", "stroke-dashoffset",
                                    "stroke-width",     "stroke-linecap",
                                    "stroke-linejoin",  "stroke-miterlimit",
                                    "stroke-opacity",   NULL};
static const char *const attributes[] = {"clip-path",
                                         "clipPathUnits",
                                         "cx",
                                         "cy",
                                         "d",
                                         "fx",
                                         "fy",
                                         "gradientTransform",
                                         "gradientUnits",
                                         "height",
                                         "mask",
                                         "maskContentUnits",
                                         "maskUnits",
                                         "offset",
                                         "overflow",
                                         "patternTransform",
                                         "patternUnits",
                                         "preserveAspectRatio",
                                         "r",
                                         "spreadMethod",
                                         "transform",
                                         "viewBox",
                                         "width",
                                         "x",
                                         "x1",
                                         "x2",
                                         "y",
                                         "y1",
                                         "y2",
                                         NULL};
/* What HTML has no need of. */
static const char *const dropped[] = {"version", "xmlns", "xmlns:xlink", NULL};

static const char local[] = "url(#";
static const char picture[] = "data:image/png;base64,";

/* A piece of the file. */
typedef struct span {
    const char *text;
    size_t length;
} span;

typedef struct scanner {
    GString *out;
    const char *at;
    const char *end;
    const char *prefix;
    const char *attributes;
    const char *content;
    size_t depth;
    span open[DEEPEST]; /* elements */
    bool has_root;
} scanner;

static bool is_one_of(span name, const char *const *names) {
    for (; *names; names++)
        if (strlen(*names) == name.length && !memcmp(*names, name.text, name.length))
            return true;
    return false;
}

static bool is_text(span s, const char *text) {
    return s.length == strlen(text) && !memcmp(s.text, text, s.length);
}

static bool begins_with(span s, const char *text) {
    return s.length >= strlen(text) && !memcmp(s.text, text, strlen(text));
}

static bool skip(scanner *s, const char *text) {
    if (!begins_with((span){s->at, (size_t)(s->end - s->at)}, text))
        return false;
    s->at += strlen(text);
    return true;
}

static void skip_blanks(scanner *s) {
    while (s->at < s->end && g_ascii_isspace(*s->at))
        s->at++;
}

/* To after the next `text`. */
static bool skip_until(scanner *s, const char *text) {
    while (s->at < s->end)
        if (skip(s, text))
            return true;
        else
            s->at++;
    return false;
}

static span read_name(scanner *s) {
    span name = {.text = s->at};
    while (s->at < s->end && (g_ascii_isalnum(*s->at) || *s->at == '-' || *s->at == ':'))
        s->at++;
    name.length = (size_t)(s->at - name.text);
    return name;
}

/* A value in double quotes, of characters that mean nothing to HTML. */
static bool read_value(scanner *s, span *value) {
    if (!skip(s, "=\""))
        return false;
    value->text = s->at;
    for (; s->at < s->end && *s->at != '"'; s->at++)
        if (*s->at == '<' || *s->at == '>' || *s->at == '&' || (unsigned char)*s->at > '~' ||
            ((unsigned char)*s->at < ' ' && !g_ascii_isspace(*s->at)))
            return false;
    value->length = (size_t)(s->at - value->text);
    return skip(s, "\"");
}

/* Appends ` name="value"`; what it refers to by url(#id) has the prefix. Anything else that is fetched
 * is refused. */
static bool append_attribute(scanner *s, span name, span value) {
    g_string_append_printf(s->out, " %.*s=\"", (int)name.length, name.text);
    const char *end = value.text + value.length;
    const char *url = g_strstr_len(value.text, (gssize)value.length, "url(");
    for (; url; url = g_strstr_len(value.text, end - value.text, "url(")) {
        size_t before = (size_t)(url - value.text) + strlen(local);
        if (!begins_with((span){url, (size_t)(end - url)}, local))
            return false;
        g_string_append_len(s->out, value.text, (gssize)before);
        g_string_append(s->out, s->prefix);
        value.text += before;
    }
    g_string_append_len(s->out, value.text, end - value.text);
    g_string_append_c(s->out, '"');
    return true;
}

/* The properties of a style as attributes. */
static bool append_style(scanner *s, span style) {
    for (size_t at = 0; at < style.length; at++) {
        size_t start = at, colon = 0;
        for (; at < style.length && style.text[at] != ';'; at++)
            if (style.text[at] == ':' && !colon)
                colon = at;
        while (start < at && g_ascii_isspace(style.text[start]))
            start++;
        span name = {style.text + start, colon > start ? colon - start : 0};
        span value = {style.text + colon + 1, colon > start ? at - colon - 1 : 0};
        if (start < at && (!is_one_of(name, looks) || !append_attribute(s, name, value)))
            return false;
    }
    return true;
}

/* What an element takes from elsewhere: from the same file, or a picture that is in the text. */
static bool append_reference(scanner *s, span value) {
    if (begins_with(value, picture)) {
        for (size_t i = strlen(picture); i < value.length; i++)
            if (!g_ascii_isalnum(value.text[i]) && !strchr("+/= \r\n", value.text[i]))
                return false;
        g_string_append_printf(s->out, " href=\"%.*s\"", (int)value.length, value.text);
        return true;
    }
    if (!begins_with(value, "#"))
        return false;
    g_string_append_printf(s->out, " href=\"#%s%.*s\"", s->prefix, (int)value.length - 1,
                           value.text + 1);
    return true;
}

static bool read_attribute(scanner *s) {
    span name = read_name(s), value;
    if (!name.length || !read_value(s, &value) || value.length > G_MAXINT)
        return false;
    if (is_one_of(name, dropped))
        return true;
    if (is_text(name, "style"))
        return append_style(s, value);
    if (is_text(name, "xlink:href"))
        return append_reference(s, value);
    if (is_text(name, "id")) {
        g_string_append_printf(s->out, " id=\"%s%.*s\"", s->prefix, (int)value.length, value.text);
        return true;
    }
    return (is_one_of(name, attributes) || is_one_of(name, looks)) &&
           append_attribute(s, name, value);
}

static bool read_opening(scanner *s) {
    span name = read_name(s);
    bool is_root = !s->depth;
    if (is_root && is_text(name, "svg") && !s->has_root)
        s->has_root = true;
    else if (is_root || !is_one_of(name, elements) || is_text(name, "svg"))
        return false;
    g_string_append_printf(s->out, "<%.*s", (int)name.length, name.text);
    if (is_root)
        g_string_append(s->out, s->attributes);
    for (skip_blanks(s); s->at < s->end && *s->at != '>' && *s->at != '/'; skip_blanks(s))
        if (!read_attribute(s))
            return false;
    if (!is_root && skip(s, "/>")) {
        g_string_append(s->out, "/>");
        return true;
    }
    if (!skip(s, ">") || s->depth == DEEPEST)
        return false;
    g_string_append_c(s->out, '>');
    if (is_root)
        g_string_append(s->out, s->content);
    s->open[s->depth++] = name;
    return true;
}

static bool read_closing(scanner *s) {
    span name = read_name(s);
    if (!s->depth || !skip(s, ">"))
        return false;
    span open = s->open[--s->depth];
    g_string_append_printf(s->out, "</%.*s>", (int)name.length, name.text);
    return name.length == open.length && !memcmp(name.text, open.text, name.length);
}

/* The next tag, and the blanks before it. */
static bool read_tag(scanner *s) {
    skip_blanks(s);
    if (s->at == s->end)
        return true;
    if (skip(s, "</"))
        return read_closing(s);
    if (skip(s, "<title>")) /* `content` has it */
        return s->depth && skip_until(s, "</title>");
    return skip(s, "<") && read_opening(s);
}

bool tr_inline_svg(GString *out, const char *svg, size_t size, const char *prefix,
                   const char *attributes_of_root, const char *content) {
    scanner s = {.out = out,
                 .at = svg,
                 .end = svg + size,
                 .prefix = prefix,
                 .attributes = attributes_of_root,
                 .content = content};
    gsize before = out->len;
    bool is_sound = !skip(&s, "<?xml ") || skip_until(&s, "?>");
    while (is_sound && s.at < s.end)
        is_sound = read_tag(&s);
    if (!is_sound || s.depth || !s.has_root) {
        g_string_truncate(out, before);
        return false;
    }
    return true;
}
