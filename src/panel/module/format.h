/* The "format" of texts in schemas: RFC 8259 strings as other standards
 * want them. */
#ifndef PANEL_MODULE_FORMAT_H
#define PANEL_MODULE_FORMAT_H

typedef int vp_format_fn(const char *text); /* 1 if text has the format */

/* By its name in JSON Schema; NULL if we do not know it. */
vp_format_fn *vp_format_find(const char *name);

#endif
