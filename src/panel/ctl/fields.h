/* Fields of the command line as a JSON object. */
#ifndef PANEL_CTL_FIELDS_H
#define PANEL_CTL_FIELDS_H

#include <jansson.h>

/*
 * name=text, made to what the schema (or NULL) says of the name; name:=json as
 * it is; name@ is asked for without echo, or a line of standard input if there
 * is no terminal.  A name with dots is one in an object.  NULL after having
 * said what is wrong.
 */
json_t *ctl_fields(char **arguments, json_t *schema);

/* name=text for a query, escaped, each with a leading & ; malloc'd, NULL after
 * having said what is wrong. */
char *ctl_query(char **arguments);
/* A path of the user as it goes into an address; malloc'd.  A %XX that he has
 * written stays. */
char *ctl_escape_path(const char *path);

#endif
