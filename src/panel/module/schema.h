/*
 * The part of JSON Schema (2020-12) that modules describe their objects with.
 * A schema with any other keyword is refused when it is loaded, so that none
 * is believed to hold that is not looked at.
 *
 * Known: type (one name), title, description, default, examples, enum, const,
 * minLength, maxLength, pattern, format, minimum, maximum, items, minItems,
 * maxItems, uniqueItems, properties, required, additionalProperties (false),
 * readOnly, writeOnly, $schema, $id.
 */
#ifndef PANEL_MODULE_SCHEMA_H
#define PANEL_MODULE_SCHEMA_H

#include <jansson.h>
#include <stddef.h>

#define VP_SCHEMA_ERROR 512

/* Where and how a value breaks a schema, or a schema is none. */
struct vp_schema_error {
	char pointer[256];           /* RFC 6901; "" : the whole value */
	char words[VP_SCHEMA_ERROR]; /* a sentence without its subject */
};

/* 0, or -1: not a schema that we know. */
int vp_schema_check(json_t *schema, struct vp_schema_error *ret_error);
/* 0, or -1: the value is not as the schema says.  The schema was checked. */
int vp_schema_validate(
    json_t *schema, json_t *value, struct vp_schema_error *ret_error);

#endif
